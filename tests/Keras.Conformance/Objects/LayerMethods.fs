/// Methods of layers and models.
[<RequireQualifiedAccess>]
module Keras.Conformance.Objects.LayerMethods

open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance

/// The inputs of a call: tensors or specs, one, a list or a dict; nested numbers are one tensor.
let rec private inputs (v: Datum) : Datum list =
    match v with
    | Datum.Tensor _
    | Datum.Masked _
    | Datum.Spec _ -> [ v ]
    | Datum.List items when items |> List.exists (fun i -> i.IsTensor || i.IsMasked || i.IsSpec || i.IsDict) ->
        List.collect inputs items
    | Datum.Dict pairs -> pairs |> List.sortBy fst |> List.collect (snd >> inputs)
    | _ -> [ Datum.Tensor(Convert.tensor v) ]

let private avalOf (v: Datum) : Aval =
    match v with
    | Datum.Spec a -> a
    | _ -> (Convert.tensor v).Aval

let private maskOf (v: Datum) : Tensor =
    match v with
    | Datum.Masked(_, m) -> m
    | _ -> null

/// The inputs, the training argument and the others of a call.
let private parts (a: Arguments) : Datum list * CallOptions =
    let first, kwargs =
        match a.Args with
        | [ x ] -> x, a.Kwargs
        | [ x; Datum.Bool training ] -> x, ("training", Datum.Bool training) :: a.Kwargs
        | [] ->
            match a.Kwargs |> List.tryFind (fun (k, _) -> k = "inputs") with
            | Some(_, x) -> x, a.Kwargs |> List.filter (fun (k, _) -> k <> "inputs")
            | None -> raise (Mismatch "argument 'inputs' is missing")
        | _ -> raise (Missing "layers with several positional arguments")

    let xs = inputs first

    let training =
        kwargs
        |> List.exists (fun (k, v) ->
            k = "training"
            && (match v with
                | Datum.Bool b -> b
                | _ -> false))

    let options = LayerObject.Options(xs.Length, training, kwargs)

    // Masks attached to inputs count where none is given by name.
    let attached = xs |> List.map maskOf |> List.toArray

    let masks = Array.map2 (fun given own -> if isNull given then own else given) options.Masks attached

    xs, { options with Masks = masks }

let private single (items: Datum list) : Datum =
    match items with
    | [ one ] -> one
    | many -> Datum.List many

/// Shapes as Keras's methods take them: one, or a list of them.
let private shapes (v: Datum) : Aval[] =
    let shape (items: Datum list) =
        items
        |> List.map (fun n ->
            match n with
            | Datum.Null -> -1
            | Datum.Int i -> int i
            | _ -> raise (Mismatch "a shape is a list of integers and None"))
        |> Dims.ofSeq
        |> Aval.make Backends.Config.FloatX

    match v with
    | Datum.List items when items |> List.forall (fun i -> i.IsInt || i.IsNull) -> [| shape items |]
    | Datum.List many -> [|
        for one in many do
            match one with
            | Datum.List items -> shape items
            | _ -> raise (Mismatch "a list of shapes is expected")
      |]
    | _ -> raise (Mismatch "a shape is expected")

let private sizes (a: Aval) : Datum =
    Datum.List [ for n in a.Shape -> if n < 0 then Datum.Null else Datum.Int(int64 n) ]

let private shapeArgument (a: Arguments) : Aval[] =
    match a.Args, a.Kwargs with
    | [ s ], []
    | [], [ _, s ] -> shapes s
    | [], many when not many.IsEmpty -> many |> List.map (fun (_, s) -> (shapes s)[0]) |> List.toArray
    | _ -> raise (Mismatch "argument 'input_shape' is missing")

let private closed (inputs: Aval[]) = Array.create inputs.Length false

/// What a symbolic call gives.
let private infer (o: LayerObject) (xs: Datum list) (options: CallOptions) : Datum =
    let avals = xs |> List.map avalOf |> List.toArray
    let masked = options.Masks |> Array.map (fun m -> not (isNull m))
    let found = o.Infer(avals, masked, ArgumentAvals.ofArguments options.Arguments)
    single [ for a in found.Outputs -> Datum.Spec a ]

let private invoke (weight: string -> Tensor -> Tensor) (o: LayerObject) (a: Arguments) : Datum * (unit -> unit) =
    let xs, options = parts a

    if xs |> List.exists (fun x -> x.IsSpec) then
        infer o xs options, ignore
    else
        let tensors = xs |> List.map Convert.tensor |> List.toArray
        let masked = options.Masks |> Array.map (fun m -> not (isNull m))
        o.Build(tensors |> Array.map (fun x -> x.Aval), masked, options.Arguments)
        let applied = o.Apply(weight, tensors, options)

        let outputs =
            Array.map2
                (fun y mask -> if isNull mask then Datum.Tensor y else Datum.Masked(y, mask))
                applied.Outputs
                applied.Masks
            |> Array.toList

        single outputs, (fun () -> o.Keep applied)

let private weights (o: LayerObject) : Tensor list = [ for v in o.Variables -> o.Get(o.PathOf v) ]

/// The method of a name: its result, and how it takes effect.
let call (weight: string -> Tensor -> Tensor) (o: LayerObject) (name: string) (a: Arguments) : Datum * (unit -> unit) =
    match name with
    | "__call__" -> invoke weight o a
    | "build" ->
        let avals = shapeArgument a
        Datum.Null, (fun () -> o.Build(avals, closed avals, CallArguments.empty))
    | "compute_output_shape" ->
        let avals = shapeArgument a
        let found = o.Infer(avals, closed avals, ArgumentAvals.empty)
        single [ for y in found.Outputs -> sizes y ], ignore
    | "compute_output_spec" ->
        let xs, options = parts a
        infer o xs options, ignore
    | "count_params" ->
        if not o.IsBuilt then
            Fail.value $"{o.Layer}" "it is not built, so that its parameters cannot be counted" "Call it, or build it."

        Datum.Int(o.Variables |> Array.sumBy (fun v -> int64 v.Spec.Shape.Size)), ignore
    | "get_weights" -> Datum.List [ for x in weights o -> Datum.Tensor x ], ignore
    | "set_weights" ->
        let values =
            match a.Args, a.Kwargs with
            | [ Datum.List items ], []
            | [], [ _, Datum.List items ] -> List.map Convert.tensor items
            | _ -> raise (Mismatch "argument 'weights' is missing")

        if values.Length <> o.Variables.Length then
            Fail.value
                $"{o.Layer}"
                $"it has {o.Variables.Length} weights, {values.Length} values were given"
                "Give one for each."

        let changes = List.zip [ for v in o.Variables -> o.PathOf v ] values
        Datum.Null, (fun () -> o.Assign changes)
    | _ -> raise (Missing $"{o.Layer.Class}.{name}")

/// Shape inference of a method: of the call itself, or of `compute_output_spec`.
let spec (o: LayerObject) (a: Arguments) : Datum =
    let xs, options = parts a
    infer o xs options
