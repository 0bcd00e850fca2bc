/// The values that golden files and the protocol speak of: Python's scalars, lists and dicts, arrays, symbolic tensors,
/// objects. Both forms of JSON are read here; the protocol's is written.
namespace Keras.Conformance

open System
open Keras.FSharp
open Keras.FSharp.Saving

/// Something that this program or the library does not have: skipped in a run, `Unsupported` to a client.
exception Missing of what: string with
    override e.Message = e.what

/// A request that is malformed in itself.
exception BadRequest of reason: string with
    override e.Message = e.reason

/// An argument of the wrong kind, or a missing or unexpected one (Python's TypeError).
exception Mismatch of reason: string with
    override e.Message = e.reason

/// A Python value.
[<RequireQualifiedAccess; NoEquality; NoComparison>]
type Datum =
    | Null
    | Bool of bool
    | Int of int64
    | Float of float
    | Text of string
    | Complex of float * float
    | Tensor of Tensor
    /// A tensor with the Keras mask attached to it.
    | Masked of Tensor * mask: Tensor
    | Strings of string list * shape: int list
    /// A list or a tuple.
    | List of Datum list
    | Dict of (string * Datum) list
    /// A dict with other keys than texts.
    | Pairs of (Datum * Datum) list
    | Slice of start: Datum * stop: Datum * step: Datum
    | Ellipsis
    /// A symbolic tensor; -1 stands for an unknown dimension.
    | Spec of Aval
    | Handle of int * className: string
    /// The record of an object.
    | Object of Json
    /// A function: a public name, or a description in words.
    | Function of string

/// Reading, writing and walking of values.
[<RequireQualifiedAccess>]
module Datum =
    let private where = "value"

    /// A Keras dtype name.
    let dtype (name: string) : DType =
        match DType.tryParse name with
        | Some d -> d
        | None -> raise (Missing $"dtype {name}")

    let private sizes (json: Json) =
        Json.asList where json |> List.map (fun n -> if n = Json.Null then -1 else Json.asInt where n)

    /// Shape and dtype of a `{"shape", "dtype"}` record.
    let aval (json: Json) : Aval =
        let d =
            match Json.tryGet "dtype" json with
            | Some(Json.Text name) -> dtype name
            | _ -> Backends.Config.FloatX

        Aval.make d (Dims.ofSeq (sizes (Json.get where "shape" json)))

    /// Reads a value; `load` finds the array of a name in a golden file, with the dtype that it is said to have.
    let rec read (load: string -> DType -> Tensor) (json: Json) : Datum =
        match json with
        | Json.Null -> Datum.Null
        | Json.Bool b -> Datum.Bool b
        | Json.Int i -> Datum.Int i
        | Json.Big b -> raise (Missing $"an integer of {b.GetBitLength()} bits")
        | Json.Float f -> Datum.Float f
        | Json.Text s -> Datum.Text s
        | Json.Array items -> Datum.List(List.map (read load) items)
        | Json.Object pairs ->
            match pairs |> List.tryFind (fun (k, _) -> k.StartsWith '$') with
            | Some(key, inner) -> special load json key inner
            | None -> Datum.Dict(pairs |> List.map (fun (k, v) -> k, read load v))

    and private special load (json: Json) (key: string) (inner: Json) : Datum =
        match key, inner with
        | "$array", Json.Text name -> Datum.Tensor(load name (dtype (Json.get where "dtype" json |> Json.asText where)))
        | "$array", _ ->
            let a = aval inner
            let bytes = Convert.FromBase64String(Json.get where "data" inner |> Json.asText where)

            if bytes.LongLength <> a.ByteSize then
                raise (BadRequest $"an array of {a} has {a.ByteSize} bytes, {bytes.Length} were given")

            let x = Tensor.ofBytes a.DType a.Shape (ReadOnlySpan bytes)

            match Json.tryGet "mask" inner |> Option.orElse (Json.tryGet "mask" json) with
            | Some m ->
                match read load m with
                | Datum.Tensor mask -> Datum.Masked(x, mask)
                | _ -> raise (BadRequest "a mask must be an array")
            | None -> Datum.Tensor x
        | "$float", Json.Text "nan" -> Datum.Float nan
        | "$float", Json.Text "inf" -> Datum.Float infinity
        | "$float", Json.Text "-inf" -> Datum.Float -infinity
        | "$complex", Json.Array [ re; im ] -> Datum.Complex(Json.asFloat where re, Json.asFloat where im)
        | "$strings", Json.Array items ->
            Datum.Strings(List.map (Json.asText where) items, sizes (Json.get where "shape" json))
        | "$slice", Json.Array [ a; b; c ] -> Datum.Slice(read load a, read load b, read load c)
        | "$ellipsis", _ -> Datum.Ellipsis
        | "$spec", spec -> Datum.Spec(aval spec)
        | "$handle", Json.Int n when n >= 0L && n <= int64 Int32.MaxValue -> Datum.Handle(int n, "")
        | "$handle", _ -> raise (BadRequest "a handle is a number that the server gave")
        | "$object", record -> Datum.Object record
        | "$fn", Json.Text name -> Datum.Function name
        | "$dict", Json.Array pairs ->
            Datum.Pairs [
                for p in pairs do
                    match p with
                    | Json.Array [ k; v ] -> read load k, read load v
                    | _ -> raise (BadRequest "a $dict is a list of pairs")
            ]
        | _ -> raise (Missing $"the value form {key}")

    /// The JSON of a plain value, for configs; tensors become nested lists.
    let rec plain (v: Datum) : Json =
        match v with
        | Datum.Null -> Json.Null
        | Datum.Bool b -> Json.Bool b
        | Datum.Int i -> Json.Int i
        | Datum.Float f -> Json.Float f
        | Datum.Text s
        | Datum.Function s -> Json.Text(s.Substring(s.LastIndexOf '.' + 1))
        | Datum.List items -> Json.Array(List.map plain items)
        | Datum.Dict pairs -> Json.Object(pairs |> List.map (fun (k, v) -> k, plain v))
        | Datum.Object record -> record
        | Datum.Tensor x
        | Datum.Masked(x, _) ->
            let items =
                if DType.isInteger x.DType then
                    Host.readInts where x |> Array.map Json.Int
                else
                    Host.readFloats where x |> Array.map Json.Float

            let rec nest (shape: int list) (items: Json[]) =
                match shape with
                | [] -> items[0]
                | n :: rest ->
                    let size = items.Length / max 1 n
                    Json.Array [ for i in 0 .. n - 1 -> nest rest (Array.sub items (i * size) size) ]

            nest (List.ofSeq x.Shape) items
        | _ -> raise (Missing "this kind of value in a config")

    let private specJson (a: Aval) =
        Json.Object [
            "shape", Json.Array [ for n in a.Shape -> if n < 0 then Json.Null else Json.Int(int64 n) ]
            "dtype", Json.Text(DType.name a.DType)
        ]

    let rec private arrayJson (x: Tensor) (mask: Tensor) =
        Json.Object [
            "dtype", Json.Text(DType.name x.DType)
            "shape", Json.Array [ for n in x.Shape -> Json.Int(int64 n) ]
            "data", Json.Text(Convert.ToBase64String(Tensor.bytes x))
            if not (isNull mask) then
                "mask", Json.Object [ "$array", arrayJson mask null ]
        ]

    /// The protocol's form of a value.
    let rec write (v: Datum) : Json =
        match v with
        | Datum.Null -> Json.Null
        | Datum.Bool b -> Json.Bool b
        | Datum.Int i -> Json.Int i
        | Datum.Float f when Double.IsNaN f -> Json.Object [ "$float", Json.Text "nan" ]
        | Datum.Float f when Double.IsInfinity f ->
            Json.Object [ "$float", Json.Text(if f > 0.0 then "inf" else "-inf") ]
        | Datum.Float f -> Json.Float f
        | Datum.Text s -> Json.Text s
        | Datum.Complex(re, im) -> Json.Object [ "$complex", Json.Array [ Json.Float re; Json.Float im ] ]
        | Datum.Tensor x -> Json.Object [ "$array", arrayJson x null ]
        | Datum.Masked(x, mask) -> Json.Object [ "$array", arrayJson x mask ]
        | Datum.Strings(items, shape) ->
            Json.Object [
                "$strings", Json.Array(List.map Json.Text items)
                "shape", Json.Array [ for n in shape -> Json.Int(int64 n) ]
            ]
        | Datum.List items -> Json.Array(List.map write items)
        | Datum.Dict pairs -> Json.Object(pairs |> List.map (fun (k, v) -> k, write v))
        | Datum.Pairs pairs ->
            Json.Object [ "$dict", Json.Array [ for k, v in pairs -> Json.Array [ write k; write v ] ] ]
        | Datum.Slice(a, b, c) -> Json.Object [ "$slice", Json.Array [ write a; write b; write c ] ]
        | Datum.Ellipsis -> Json.Object [ "$ellipsis", Json.Bool true ]
        | Datum.Spec a -> Json.Object [ "$spec", specJson a ]
        | Datum.Handle(n, className) ->
            Json.Object [
                "$handle", Json.Int(int64 n)
                if className <> "" then
                    "class", Json.Text className
            ]
        | Datum.Object record -> record
        | Datum.Function name -> Json.Object [ "$fn", Json.Text name ]

    /// Applies a function to the tensors in a value; `path` is where the value stands, parts joined by points.
    let rec map (f: string -> Tensor -> Datum) (path: string) (v: Datum) : Datum =
        match v with
        | Datum.Tensor x -> f path x
        | Datum.Masked(x, mask) ->
            match f path x with
            | Datum.Tensor y -> Datum.Masked(y, mask)
            | other -> other
        | Datum.List items -> Datum.List(items |> List.mapi (fun i x -> map f $"{path}.{i}" x))
        | Datum.Dict pairs -> Datum.Dict(pairs |> List.map (fun (k, x) -> k, map f $"{path}.{k}" x))
        | other -> other

    /// The leaves of a value in Keras's order of flattening: lists in order, dicts by sorted key.
    let rec leaves (v: Datum) : Datum list =
        match v with
        | Datum.List items -> List.collect leaves items
        | Datum.Dict pairs ->
            pairs
            |> List.sortWith (fun (a, _) (b, _) -> String.CompareOrdinal(a, b))
            |> List.collect (snd >> leaves)
        | leaf -> [ leaf ]

    /// The tensors among the leaves.
    let tensors (v: Datum) : Tensor list =
        leaves v
        |> List.choose (fun leaf ->
            match leaf with
            | Datum.Tensor x
            | Datum.Masked(x, _) -> Some x
            | _ -> None)

    /// A value in logs.
    let ofLog (v: LogValue) : Datum =
        match v with
        | LogValue.Number x -> Datum.Float x
        | LogValue.Numbers t -> Datum.Tensor t

    /// The value of a result of the library.
    let rec ofResult (result: objnull) : Datum =
        match result with
        | null -> Datum.Null
        | :? Datum as v -> v
        | :? Tensor as x -> Datum.Tensor x
        | :? bool as b -> Datum.Bool b
        | :? int as i -> Datum.Int(int64 i)
        | :? int64 as i -> Datum.Int i
        | :? float as f -> Datum.Float f
        | :? string as s -> Datum.Text s
        | :? DType as d -> Datum.Text(DType.name d)
        | :? Dims as d -> Datum.List [ for n in d -> Datum.Int(int64 n) ]
        | :? Runtime.CompilerServices.ITuple as t -> Datum.List [ for i in 0 .. t.Length - 1 -> ofResult t[i] ]
        | :? (Tensor seq) as xs -> Datum.List [ for x in xs -> Datum.Tensor x ]
        | other -> raise (Missing $"results of type {other.GetType().Name}")

/// The arguments of a call.
[<NoEquality; NoComparison>]
type Arguments = {
    Args: Datum list
    Kwargs: (string * Datum) list
} with

    /// Applies a function to all tensors; paths are `args.0`, `args.0.1`, `kwargs.gamma`.
    member a.Map(f: string -> Tensor -> Datum) : Arguments = {
        Args = a.Args |> List.mapi (fun i v -> Datum.map f $"args.{i}" v)
        Kwargs = a.Kwargs |> List.map (fun (k, v) -> k, Datum.map f $"kwargs.{k}" v)
    }

    /// The tensors by path.
    member a.Tensors: (string * Tensor) list =
        let found = Collections.Generic.List<string * Tensor>()

        a.Map(fun path x ->
            found.Add((path, x))
            Datum.Tensor x)
        |> ignore

        List.ofSeq found
