/// Keras's public functions by name: operations, activations, losses, metrics, random numbers, settings. A closed
/// world: names are looked up among the library's own members only.
namespace Keras.Conformance

open System
open System.Collections.Generic
open Keras.FSharp
open Keras.FSharp.Backends

/// What calls depend on besides their arguments.
[<NoEquality; NoComparison>]
type Context = {
    /// The generator of a handle.
    Generator: int -> SeedGenerator
    /// The generator of calls that name no seed.
    mutable Global: SeedGenerator
}

/// Calls by name.
[<RequireQualifiedAccess>]
module Functions =
    let private ops = lazy (Members.ofType typeof<Ops>)
    let private losses = lazy (Members.ofType typeof<Losses>)

    let private utils = lazy (Members.ofType typeof<Utils>)

    /// Types that this program finds by name, so that it can be built before they are there.
    let private metrics =
        lazy
            (match typeof<Ops>.Assembly.GetType "Keras.FSharp.Metrics" with
             | null -> Dictionary() :> IReadOnlyDictionary<_, _>
             | t -> Members.ofType t)

    let private members (name: string) = Members.key name

    /// The key for a seed argument: a number is a key of its own, a generator gives its next one.
    let private keyOf (context: Context) (seed: Datum) : Tensor =
        match seed with
        | Datum.Null -> context.Global.Next()
        | Datum.Int n -> Random.keyOfKerasSeed (int n)
        | Datum.Handle(n, _) -> (context.Generator n).Next()
        | _ -> raise (Mismatch "seed is neither a number nor a generator")

    let private index (v: Datum) : Idx =
        let bound (v: Datum) =
            match v with
            | Datum.Null -> None
            | _ -> Some(Convert.argument typeof<int> v |> unbox<int>)

        match v with
        | Datum.Int i -> Idx.At(int i)
        | Datum.Null -> Idx.NewAxis
        | Datum.Ellipsis -> Idx.Ellipsis
        | Datum.Slice(a, b, c) -> Idx.Range(bound a, bound b, bound c)
        | Datum.Tensor x when x.Rank = 0 && DType.isInteger x.DType -> Idx.At(Tensor.toInt x)
        | Datum.Bool _
        | Datum.Tensor _
        | Datum.List _ -> Idx.Take(Convert.tensor v)
        | _ -> raise (Missing "this kind of index")

    /// One tensor or a list of them, and back in the form of the example.
    let private unpack (v: Datum) : Tensor list =
        match v with
        | Datum.List items -> List.map Convert.tensor items
        | _ -> [ Convert.tensor v ]

    let private pack (example: Datum) (xs: Tensor list) : Datum =
        match example, xs with
        | Datum.List _, _ -> Datum.List(List.map Datum.Tensor xs)
        | _, [ x ] -> Datum.Tensor x
        | _ -> Datum.List(List.map Datum.Tensor xs)

    let private flag (v: Datum option) =
        match v with
        | Some(Datum.Bool b) -> b
        | _ -> false

    let private intOr fallback (v: Datum option) =
        match v with
        | Some(Datum.Int i) -> int i
        | _ -> fallback

    /// Operations that take functions, or whose arguments have other forms here than in Keras.
    let private special
        (fn: string -> Tensor list -> Tensor list)
        (name: string)
        (args: Datum list)
        (given: (string * Datum) list)
        =
        let get k = given |> List.tryFind (fun (n, _) -> n = k) |> Option.map snd

        let need k =
            match get k with
            | Some v -> v
            | None -> raise (Mismatch $"ops.{name}: argument '{k}' is missing")

        let lambda v =
            match v with
            | Datum.Function text -> fn text
            | _ -> raise (Mismatch $"ops.{name}: expected a function")

        match name with
        | "einsum" ->
            match args with
            | Datum.Text subscripts :: operands ->
                Some(Datum.Tensor(Ops.einsum (subscripts, operands |> List.map Convert.tensor |> List.toArray)))
            | _ -> raise (Mismatch "ops.einsum: the first argument is a text")
        | "meshgrid" ->
            let xs = args |> List.map Convert.tensor

            let indexing =
                match get "indexing" with
                | Some(Datum.Text s) -> Some s
                | _ -> None

            Some(Datum.ofResult (Ops.meshgrid (xs, ?indexing = indexing)))
        | "tensordot" ->
            match get "axes" with
            | Some(Datum.List [ a; b ]) ->
                let ints v = Convert.argument typeof<int seq> v |> unbox<int seq>

                Some(
                    Datum.Tensor(Ops.tensordot (Convert.tensor (need "x1"), Convert.tensor (need "x2"), ints a, ints b))
                )
            | _ -> None
        | "get_item" ->
            let key =
                match need "key" with
                | Datum.List parts -> List.map index parts
                | one -> [ index one ]

            Some(Datum.Tensor(Tensor.get key (Convert.tensor (need "x"))))
        | "map" ->
            let xs = need "xs"
            let ys = Ops.map (lambda (need "f"), unpack xs)
            Some(pack Datum.Null ys)
        | "vectorized_map" ->
            let xs = need "elements"
            Some(pack Datum.Null (Ops.vectorizedMap (lambda (need "function"), unpack xs)))
        | "scan" ->
            let f = lambda (need "f")
            let init = need "init"
            let carries = (unpack init).Length

            let body (carry: Tensor list, xs: Tensor list) = List.splitAt carries (f (carry @ xs))

            let carry, ys =
                Ops.scan ((fun c x -> body (c, x)), unpack init, unpack (need "xs"), flag (get "reverse"))

            Some(Datum.List [ pack init carry; pack Datum.Null ys ])
        | "associative_scan" ->
            let f = lambda (need "f")
            let xs = need "elems"
            let combine a b = f (a @ b)

            let ys = Ops.associativeScan (combine, unpack xs, flag (get "reverse"), intOr 0 (get "axis"))

            Some(pack xs ys)
        | "cond" ->
            let t, f = lambda (need "true_fn"), lambda (need "false_fn")

            let pred =
                Lax.ne (Lax.convert DType.Int32 (Convert.tensor (need "pred"))) (Lax.scalarInt DType.Int32 0L)

            Some(pack Datum.Null (Ops.cond (pred, (fun () -> t []), (fun () -> f []))))
        | "switch" ->
            let branches =
                match need "branches" with
                | Datum.List items -> List.map lambda items
                | _ -> raise (Mismatch "ops.switch: branches is no list")

            // The operands are variadic: what follows the branches.
            let operands = args |> List.skip (min 2 args.Length) |> List.map Convert.tensor
            Some(pack Datum.Null (Ops.switch (Convert.tensor (need "index"), branches, operands)))
        | "while_loop" ->
            let condition, body = lambda (need "cond"), lambda (need "body")
            let state = need "loop_vars"

            let most =
                get "maximum_iterations"
                |> Option.filter (fun v -> v.IsInt)
                |> Option.map (fun v -> intOr 0 (Some v))

            let result = Ops.whileLoop ((fun s -> (condition s)[0]), body, unpack state, ?maximumIterations = most)
            Some(pack state result)
        | ("softmax" | "log_softmax" | "argsort" | "sort") when get "axis" |> Option.exists (fun v -> v.IsNull) ->
            // None takes all elements together.
            let x = Convert.tensor (need "x")
            let flat = Ops.ravel x

            match name with
            | "softmax" -> Some(Datum.Tensor(Ops.reshape (Ops.softmax flat, x.Shape)))
            | "log_softmax" -> Some(Datum.Tensor(Ops.reshape (Ops.logSoftmax flat, x.Shape)))
            | "argsort" -> Some(Datum.Tensor(Ops.argsort flat))
            | _ -> Some(Datum.Tensor(Ops.sort flat))
        | "svd" when get "compute_uv" |> Option.exists (fun v -> not (flag (Some v))) ->
            Some(Datum.Tensor(Ops.svdvals (Convert.tensor (need "x"))))
        | "where" when given.Length = 1 -> Some(Datum.Tensor(Ops.nonzero (Convert.tensor (need "condition"))))
        | "linspace" when flag (get "retstep") ->
            let operand k = Convert.argument typeof<Operand> (need k) |> unbox<Operand>
            let start, stop = operand "start", operand "stop"
            let num = intOr 50 (get "num")

            let gaps =
                match get "endpoint" with
                | Some(Datum.Bool false) -> num
                | _ -> num - 1

            let step =
                Ops.divide (Operand.op_Implicit (Ops.subtract (stop, start)), Operand.op_Implicit (float gaps))

            let line = Ops.linspace (start, stop, num)
            Some(Datum.List [ Datum.Tensor line; Datum.Tensor step ])
        | "unique" ->
            let optional (k: string) : 'a option =
                get k
                |> Option.filter (fun v -> not v.IsNull)
                |> Option.map (fun v -> Convert.argument typeof<'a> v |> unbox<'a>)

            let found =
                Ops.uniqueAll (
                    Convert.tensor (need "x"),
                    ?axis = optional "axis",
                    ?size = optional "size",
                    ?fillValue = optional "fill_value"
                )

            let asked = [
                found.Values
                if flag (get "return_index") then
                    found.Indices
                if flag (get "return_inverse") then
                    found.Inverse
                if flag (get "return_counts") then
                    found.Counts
            ]

            Some(pack Datum.Null asked)
        | "rearrange" ->
            match args with
            | [ x; Datum.Text pattern ] ->
                let size k v = k, Convert.argument typeof<int> v |> unbox<int>
                let lengths = given |> List.filter (fun (k, _) -> k <> "tensor" && k <> "pattern")

                Some(
                    Datum.Tensor(
                        Ops.rearrange (Convert.tensor x, pattern, lengths |> List.map (fun (k, v) -> size k v))
                    )
                )
            | _ -> raise (Mismatch "ops.rearrange: expected a tensor and a pattern")
        | "pad_sequences" ->
            let text k =
                match get k with
                | Some(Datum.Text s) -> Some s
                | _ -> None

            let argument (k: string) : 'a option =
                get k
                |> Option.filter (fun v -> not v.IsNull)
                |> Option.map (fun v -> Convert.argument typeof<'a> v |> unbox<'a>)

            let sequences =
                match need "sequences" with
                | Datum.List rows -> rows |> List.map (fun r -> Convert.argument typeof<int list> r |> unbox<int list>)
                | _ -> raise (Mismatch "utils.pad_sequences: expected a list of sequences")

            Utils.padSequences (
                sequences,
                ?maxlen = argument "maxlen",
                ?dtype = argument "dtype",
                ?padding = text "padding",
                ?truncating = text "truncating",
                ?value = argument "value"
            )
            |> Datum.Tensor
            |> Some
        | "is_tensor" ->
            match args with
            | [ (Datum.Tensor _ | Datum.Masked _) ] -> Some(Datum.Bool true)
            | _ -> Some(Datum.Bool false)
        | _ -> None

    let private setting (context: Context) (name: string) (given: (string * Datum) list) : Datum option =
        let value () =
            match given with
            | (_, v) :: _ -> v
            | [] -> raise (Mismatch $"{name}: an argument is missing")

        let text () =
            match value () with
            | Datum.Text s -> s
            | Datum.Object record -> (DTypePolicy.ofJson "dtype" record).Name
            | _ -> raise (Mismatch $"{name}: expected a text")

        match name with
        | "set_floatx" ->
            Config.FloatX <- Convert.argument typeof<DType> (value ()) |> unbox<DType>
            Some Datum.Null
        | "set_epsilon" ->
            Config.Epsilon <- Convert.argument typeof<float> (value ()) |> unbox<float>
            Some Datum.Null
        | "set_image_data_format" ->
            Config.ImageDataFormat <- text ()
            Some Datum.Null
        | "set_dtype_policy" ->
            DTypePolicy.setCurrent (DTypePolicy.ofName (text ()))
            Some Datum.Null
        | "set_random_seed" ->
            let seed = Convert.argument typeof<int> (value ()) |> unbox<int>
            context.Global <- SeedGenerator seed
            Some Datum.Null
        | "floatx" -> Some(Datum.Text(DType.name Config.FloatX))
        | "epsilon" -> Some(Datum.Float Config.Epsilon)
        | "image_data_format" -> Some(Datum.Text Config.ImageDataFormat)
        | "dtype_policy" -> Some(Datum.Text (DTypePolicy.current ()).Name)
        | "backend" -> Some(Datum.Text Backends.Name)
        | _ -> None

    let private withDefaults (symbol: string) (given: (string * Datum) list) =
        let absent (p: KerasParameter) =
            match p.Default with
            | Some d when not (given |> List.exists (fun (k, _) -> k = p.Name)) ->
                Some(p.Name, Datum.read (fun name _ -> raise (Missing name)) d)
            | _ -> None

        given @ (Signatures.parameters symbol |> Option.defaultValue [] |> List.choose absent)

    let private resultType (args: Datum list) =
        let kind v =
            match v with
            | Datum.Text "int" -> Promotion.Kind.WeakInt
            | Datum.Text "float" -> Promotion.Kind.WeakFloat
            | Datum.Text name -> Promotion.Kind.Strong(Datum.dtype name)
            | _ -> raise (Mismatch "backend.result_type: expected dtype names")

        Promotion.resultType Config.FloatX (List.map kind args) |> DType.name |> Datum.Text

    /// True for operations that are written out here.
    let private isSpecial =
        set [
            "einsum"
            "meshgrid"
            "get_item"
            "map"
            "vectorized_map"
            "scan"
            "associative_scan"
            "cond"
            "switch"
            "while_loop"
            "pad_sequences"
            "unique"
            "rearrange"
        ]

    /// The last part of a public name.
    let bare (symbol: string) : string = symbol.Substring(symbol.LastIndexOf '.' + 1)

    /// True if the library has the function.
    let has (api: string) : bool =
        let symbol = Signatures.canonical api
        let name = bare symbol
        let among (table: Lazy<IReadOnlyDictionary<string, _>>) = table.Value.ContainsKey(members name)

        if symbol.StartsWith "keras.ops." then
            among ops || isSpecial.Contains name
        elif symbol.StartsWith "keras.activations." then
            among ops || List.contains name [ "linear"; "exponential" ]
        elif symbol.StartsWith "keras.utils." then
            among utils || isSpecial.Contains name
        elif symbol.StartsWith "keras.losses." then
            among losses || among metrics
        elif symbol.StartsWith "keras.metrics." then
            among metrics || among losses
        else
            symbol.StartsWith "keras.random." || symbol.StartsWith "keras.config."

    /// Calls a public function. `Missing` where the library does not have it.
    let rec call (context: Context) (api: string) (a: Arguments) : Datum =
        let symbol = Signatures.canonical api
        let name = bare symbol

        if not (has symbol) && name <> "set_random_seed" && symbol <> "keras.backend.result_type" then
            raise (Missing api)

        let variadic = List.contains name [ "einsum"; "meshgrid"; "switch"; "result_type" ]

        let given =
            if variadic && symbol.StartsWith "keras.ops." then
                let names = [ "index"; "branches" ]
                (if name = "switch" then List.zip names (List.truncate 2 a.Args) else []) @ a.Kwargs
            elif variadic then
                a.Kwargs
            else
                Signatures.byName symbol a.Args a.Kwargs

        let from (table: IReadOnlyDictionary<string, _>) given =
            match table.TryGetValue(members name) with
            | true, overloads -> Members.call symbol overloads given
            | _ -> raise (Missing api)

        if symbol.StartsWith "keras.ops." || symbol.StartsWith "keras.utils." then
            let fn = Described.find (fun api args -> call context api { Args = args; Kwargs = [] })

            match special fn name a.Args given with
            | Some v -> v
            | None -> from (if symbol.StartsWith "keras.ops." then ops.Value else utils.Value) given
        elif symbol.StartsWith "keras.activations." then
            let given = withDefaults symbol given

            match name, given with
            | "linear", (_, x) :: _ -> x
            | "exponential", (_, x) :: _ -> Datum.Tensor(Ops.exp (Convert.tensor x))
            | "relu", _ ->
                let overloads = (Members.ofType typeof<Activations>)[members "reluWith"]
                Members.call symbol overloads given
            | _ -> from ops.Value given
        elif symbol.StartsWith "keras.losses." || symbol.StartsWith "keras.metrics." then
            from (if losses.Value.ContainsKey(members name) then losses.Value else metrics.Value) given
        elif symbol.StartsWith "keras.random." then
            match RandomCalls.tryCall (keyOf context) name given with
            | Some x -> Datum.Tensor x
            | None -> raise (Missing api)
        elif symbol = "keras.backend.result_type" then
            resultType a.Args
        else
            match setting context name given with
            | Some v -> v
            | None -> raise (Missing api)

    /// A context of its own.
    let context () : Context = {
        Generator = fun _ -> raise (BadRequest "there are no handles here")
        Global = SeedGenerator 1337
    }
