/// Calls of the library's functions by Keras's names: finds the static member, brings the arguments into the types of
/// its parameters, and picks the overload that fits.
namespace Keras.Conformance

open System
open System.Collections.Generic
open System.Reflection
open Keras.FSharp

/// Values as .NET arguments.
[<RequireQualifiedAccess>]
module Convert =
    let private misfit (expected: string) : 'a = raise (Mismatch $"expected {expected}")

    /// A tensor of a value, as `convert_to_tensor` makes it.
    let rec tensor (v: Datum) : Tensor =
        match v with
        | Datum.Tensor x
        | Datum.Masked(x, _) -> x
        | Datum.Bool b -> Lax.scalarInt DType.Bool (if b then 1L else 0L)
        | Datum.Int i -> Lax.scalarInt DType.Int32 i
        | Datum.Float f -> Lax.scalar Backends.Config.FloatX f
        | Datum.Complex(re, im) ->
            let d = DType.complexOf Backends.Config.FloatX
            Lax.full Dims.Empty d (Scalar.Complex(re, im))
        | Datum.List [] -> Tensor.zeros [ 0 ] Backends.Config.FloatX
        | Datum.List items ->
            let parts = items |> List.map tensor
            let common = Types.common [ for p in parts -> Operand.op_Implicit p ]
            Ops.stack [ for p in parts -> Lax.convert common p ]
        | _ -> misfit "a tensor"

    let private int (v: Datum) =
        match v with
        | Datum.Int i when i >= int64 Int32.MinValue && i <= int64 Int32.MaxValue -> int32 i
        | Datum.Tensor x when x.Rank = 0 && DType.isInteger x.DType -> Tensor.toInt x
        | _ -> misfit "an integer"

    let private float (v: Datum) =
        match v with
        | Datum.Int i -> float i
        | Datum.Float f -> f
        | Datum.Tensor x when x.Rank = 0 && not (DType.isComplex x.DType) -> Tensor.toFloat x
        | _ -> misfit "a number"

    let private list (f: Datum -> 'a) (v: Datum) : 'a list =
        match v with
        | Datum.List items -> List.map f items
        | _ -> misfit "a list"

    let private ints (v: Datum) : int list =
        match v with
        | Datum.Int _ -> [ int v ]
        | Datum.Tensor x when DType.isInteger x.DType && x.Rank <= 1 ->
            Host.readInts "arguments" x |> Array.map int32 |> Array.toList
        | _ -> list int v

    let private pairOf (f: Datum -> 'a) (v: Datum) : 'a * 'a =
        match v with
        | Datum.List [ a; b ] -> f a, f b
        | Datum.List [ a ] -> f a, f a
        | _ -> misfit "a pair"

    let private intPairs (v: Datum) =
        match v with
        | Datum.Int _ -> [ int v, int v ]
        | Datum.List items when items |> List.forall (fun i -> i.IsInt) -> [ pairOf int v ]
        | Datum.Tensor x when x.Rank = 2 ->
            Host.readInts "arguments" x
            |> Array.map int32
            |> Array.chunkBySize 2
            |> Array.map (fun p -> p[0], p[1])
            |> Array.toList
        | _ -> list (pairOf int) v

    let private operand (v: Datum) : Operand =
        match v with
        | Datum.Bool b -> Operand.op_Implicit b
        | Datum.Int i -> Operand.op_Implicit i
        | Datum.Float f -> Operand.op_Implicit f
        | Datum.Complex(re, im) -> Operand.op_Implicit (Numerics.Complex(re, im))
        | _ -> Operand.op_Implicit (tensor v)

    let private tensors (v: Datum) : Tensor[] =
        match v with
        | Datum.List items -> items |> List.map tensor |> List.toArray
        // Iterating a tensor gives its rows.
        | Datum.Tensor x when x.Rank > 0 -> Ops.unstack x |> List.toArray
        | _ -> misfit "a list of tensors"

    let private table: IReadOnlyDictionary<Type, Datum -> objnull> =
        [
            typeof<Tensor>, tensor >> box
            typeof<Operand>, operand >> box
            typeof<int>, int >> box
            typeof<float>, float >> box
            typeof<bool>,
            (fun v ->
                match v with
                | Datum.Bool b -> box b
                | Datum.Int(0L | 1L as i) -> box (i = 1L)
                | _ -> misfit "True or False")
            typeof<string>,
            (fun v ->
                match v with
                | Datum.Text s -> box s
                | _ -> misfit "a text")
            typeof<DType>,
            (fun v ->
                match v with
                | Datum.Text s ->
                    match DType.tryParse s with
                    | Some d -> box d
                    | None ->
                        Fail.value
                            "dtype"
                            $"there is no dtype '{s}'"
                            (Fail.didYouMean s (List.map DType.name DType.all))
                | _ -> misfit "a dtype")
            typeof<int seq>, ints >> box
            typeof<int list>, ints >> box
            typeof<float list>,
            (fun v ->
                (match v with
                 | Datum.List _ -> list float v
                 | _ -> [ float v ])
                |> box)
            typeof<(int * int) seq>, intPairs >> box
            typeof<Tensor * Tensor>, pairOf tensor >> box
            typeof<float * float>, pairOf float >> box
            typeof<Tensor seq>, tensors >> box
            typeof<Tensor[]>, tensors >> box
            typeof<Operand seq>, list operand >> box
            typeof<obj>, tensor >> box
        ]
        |> List.map KeyValuePair
        |> Dictionary
        :> _

    let private isOption (t: Type) = t.IsGenericType && t.GetGenericTypeDefinition() = typedefof<option<_>>

    /// True for optional parameters.
    let isOptional (p: ParameterInfo) = isOption p.ParameterType

    /// A value as an argument of a type; `Mismatch` where it cannot be one.
    let rec argument (t: Type) (v: Datum) : objnull =
        if isOption t then
            match v with
            | Datum.Null -> null
            | _ ->
                let some = Unchecked.nonNull (t.GetMethod "Some")
                some.Invoke(null, [| argument (t.GetGenericArguments()[0]) v |])
        else
            match v, table.TryGetValue t with
            | Datum.Null, _ -> misfit "a value, not None"
            | _, (true, convert) -> convert v
            | _ -> misfit $"an argument of type {t.Name}"

/// Static members by name.
[<RequireQualifiedAccess>]
module Members =
    let private flags = BindingFlags.Public ||| BindingFlags.Static ||| BindingFlags.FlattenHierarchy

    /// `reduce_max` and `reduceMax` are one name.
    let key (name: string) : string = name.Replace("_", "").ToLowerInvariant()

    /// The public static methods of a type by key; generic ones are left out. Overloads with plain integers come first,
    /// since one integer can also stand for a list.
    let ofType (t: Type) : IReadOnlyDictionary<string, MethodInfo[]> =
        t.GetMethods flags
        |> Array.filter (fun m -> not m.IsGenericMethod && not (m.Name.StartsWith "op_"))
        |> Array.groupBy (fun m -> key m.Name)
        |> Array.map (fun (k, ms) ->
            let plain (m: MethodInfo) = m.GetParameters() |> Array.exists (fun p -> p.ParameterType = typeof<int>)
            KeyValuePair(k, ms |> Array.sortBy (fun m -> if plain m then 0 else 1)))
        |> Dictionary
        :> _

    let private sameDefault (parameters: KerasParameter list) (name: string) (v: Datum) =
        match v with
        | Datum.Null -> true
        | Datum.Bool _
        | Datum.Int _
        | Datum.Text _ -> parameters |> List.exists (fun p -> p.Name = name && p.Default = Some(Datum.plain v))
        | _ -> false

    /// The arguments for one overload, in its order. Parameters have Keras's names in camel case, or, where the names
    /// differ, Keras's position.
    let private bind (symbol: string) (given: (string * Datum) list) (m: MethodInfo) : objnull[] =
        let kerasParameters = Signatures.parameters symbol |> Option.defaultValue []
        let names = kerasParameters |> List.map (fun p -> p.Name) |> List.toArray
        let own = m.GetParameters() |> Array.map (fun p -> key (string p.Name))
        let used = HashSet<string>()

        let find i =
            match given |> List.tryFind (fun (k, _) -> key k = own[i]) with
            | Some(k, v) -> Some(k, v)
            | None when i < names.Length && not (Array.contains (key names[i]) own) ->
                given |> List.tryFind (fun (k, _) -> k = names[i])
            | None -> None

        let arguments =
            m.GetParameters()
            |> Array.mapi (fun i p ->
                match find i with
                | Some(k, v) ->
                    used.Add k |> ignore

                    try
                        Convert.argument p.ParameterType v
                    with Mismatch reason ->
                        raise (Mismatch $"{symbol}: argument '{k}': {reason}")
                | None when Convert.isOptional p -> null
                | None -> raise (Mismatch $"{symbol}: argument '{p.Name}' is missing"))

        for k, v in given do
            if not (used.Contains k) && not (sameDefault kerasParameters k v) then
                raise (Mismatch $"{symbol}: there is no argument '{k}'")

        arguments

    /// Calls the first overload that takes the arguments.
    let call (symbol: string) (overloads: MethodInfo[]) (given: (string * Datum) list) : Datum =
        let rec attempt reasons (ms: MethodInfo list) =
            match ms with
            | [] -> raise (Mismatch(reasons |> List.distinct |> List.rev |> String.concat "; "))
            | m :: rest ->
                let bound =
                    try
                        Ok(bind symbol given m)
                    with Mismatch reason ->
                        Error reason

                match bound with
                | Error reason -> attempt (reason :: reasons) rest
                | Ok arguments ->
                    try
                        Datum.ofResult (m.Invoke(null, arguments))
                    with :? TargetInvocationException as e when not (isNull e.InnerException) ->
                        Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(Unchecked.nonNull e.InnerException)
                        Datum.Null

        attempt [] (List.ofArray overloads)
