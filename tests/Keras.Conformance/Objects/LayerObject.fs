/// A layer or model with values for its variables, as Keras's objects have them.
namespace Keras.Conformance.Objects

open System
open System.Collections.Generic
open System.Runtime.CompilerServices
open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance

/// What a call of a layer is given besides its inputs.
[<NoEquality; NoComparison>]
type CallOptions = {
    Training: bool
    /// Per input, or null.
    Masks: Tensor[]
    Arguments: CallArguments
}

/// A variable of a layer: Keras's path, which it keeps, and its value.
[<Sealed>]
type private Cell(path: string, value: Tensor) =
    member _.Path = path
    member val Value = value with get, set

/// What is known of a layer as an object. A layer inside a model has the same variables as the model.
[<Sealed>]
type private LayerState() =
    /// The layer's own variables by name.
    member val Cells = Dictionary<string, Cell>()

    /// All variables, those of inner layers included; none before building.
    member val Built: BuiltVariable[] voption = ValueNone with get, set

    member val Losses: Tensor list voption = ValueNone with get, set
    member val Compiled: Compiled voption = ValueNone with get, set
    member val Draws = SeedGenerator 1337

[<RequireQualifiedAccess>]
module private LayerState =
    let private table = ConditionalWeakTable<obj, LayerState>()

    let of' (layer: Layer) : LayerState = table.GetValue(Unchecked.nonNull (box layer), (fun _ -> LayerState()))

    /// The layers directly inside a layer.
    let inner (layer: Layer) : Layer list =
        match Model.Layers layer with
        | [] -> List.map snd layer.Parts.Children
        | layers -> layers

    /// Tells the layers inside a layer which of its variables are theirs.
    let rec share (layer: Layer) (prefix: string) (variables: BuiltVariable[]) (called: HashSet<Layer>) : unit =
        for child in inner layer do
            let below = $"{prefix}{child.Name}/"

            let own = variables |> Array.filter (fun v -> v.Path.StartsWith(below, StringComparison.Ordinal))

            let state = of' child

            if state.Built.IsNone && called.Contains child then
                state.Built <-
                    match Model.Graph child with
                    // A layer that a model shares with others has its variables elsewhere.
                    | Some _ -> ValueSome (Model.Build child).Variables
                    | None ->
                        own
                        |> Array.map (fun v -> { v with Path = $"{child.Name}/{v.Path.Substring below.Length}" })
                        |> ValueSome

            share child below variables called

/// A layer and the values of its variables. Variables go by Keras's paths. Two objects of one layer are the same.
[<Sealed>]
type LayerObject(layer: Layer) =
    let state = LayerState.of' layer

    let cell (v: BuiltVariable) = (LayerState.of' v.Owner).Cells[v.Spec.Name]

    let declared () =
        match state.Built with
        | ValueSome vs -> vs
        | ValueNone -> [||]

    let byPath (path: string) : Cell =
        match declared () |> Seq.map cell |> Seq.tryFind (fun c -> c.Path = path) with
        | Some c -> c
        | None ->
            let known = declared () |> Array.map (fun v -> (cell v).Path)
            Fail.value $"{layer}" $"there is no variable '{path}'" (Fail.didYouMean path known)

    let tree (vs: BuiltVariable[]) (value: BuiltVariable -> Tensor) =
        vs |> Array.map (fun v -> Model.PathBelow(layer, v), value v) |> Tree.ofPairs

    /// True if all layers around the variable are trainable now.
    let rec isOpen (around: Layer) (below: string) =
        around.Trainable
        && (match
                LayerState.inner around
                |> List.tryFind (fun l -> below.StartsWith(l.Name + "/", StringComparison.Ordinal))
            with
            | Some l -> isOpen l (below.Substring(l.Name.Length + 1))
            | None -> true)

    member _.Layer = layer

    member _.IsBuilt = state.Built.IsSome

    /// What a model was compiled with.
    member _.Compiled
        with get () = state.Compiled
        and set (c: Compiled voption) = state.Compiled <- c

    /// The losses of the last call; before one those of the weights alone.
    member t.Losses: Tensor list =
        match state.Losses with
        | ValueSome losses -> losses
        | ValueNone -> [
            for v in declared () do
                match v.Spec.Regularizer with
                | Some r when t.IsTrainable v -> r.Apply (cell v).Value
                | _ -> ()
          ]

    /// What a layer gives for inputs of these shapes (-1 where unknown), without keeping anything.
    member _.Infer(inputs: Aval[], masks: bool[], arguments: ArgumentAvals) : Blueprint =
        Blueprint.ofLayerWith layer inputs masks arguments

    /// Declares the variables and gives them their first values, where that has not happened yet.
    member t.Build(inputs: Aval[], masks: bool[], arguments: ArgumentAvals) : unit =
        if state.Built.IsNone then
            let found = t.Infer(inputs, masks, arguments)
            // Random numbers go on only if all values could be made.
            let draws = SeedGenerator(0, State = state.Draws.State)

            let fresh = [
                for v in found.Variables do
                    match (LayerState.of' v.Owner).Cells.TryGetValue v.Spec.Name with
                    | true, old when not (old.Value.Shape.Equals v.Spec.Shape) ->
                        Fail.value
                            $"{layer}"
                            $"variable '{old.Path}' has shape {old.Value.Shape}, {v.Spec.Shape} is needed"
                            "The layer was built for other inputs."
                    | true, _ -> ()
                    | _ ->
                        let x = v.Spec.Initializer.Init (draws.Next()) v.Spec.Shape v.Spec.DType
                        v, Cell(Model.KerasPath(layer, v), x)
            ]

            for v, c in fresh do
                (LayerState.of' v.Owner).Cells[ v.Spec.Name ] <- c

            state.Draws.State <- draws.State
            state.Built <- ValueSome found.Variables
            let called = HashSet<Layer>(HashIdentity.Reference)

            for struct (l, _) in found.Calls do
                called.Add l |> ignore

            LayerState.share layer $"{layer.Name}/" found.Variables called

    /// Builds a model that declares its inputs: models have their variables from the beginning then.
    member t.BuildGraph() : unit =
        match Model.Graph layer with
        | Some g ->
            let inputs = g.Inputs |> Array.map (fun x -> x.Aval)
            t.Build(inputs, Array.create inputs.Length false, ArgumentAvals.empty)
        | None -> ()

    /// Declares the variables for a call.
    member t.Build(inputs: Aval[], masks: bool[], arguments: CallArguments) : unit =
        t.Build(inputs, masks, ArgumentAvals.ofArguments arguments)

    /// Replaces all values by those of a file.
    member t.Load(values: Variables) : unit =
        t.BuildGraph()
        t.Take values

    /// All variables in order, those included that a layer only remembers; none before the layer is built.
    member _.Declared: BuiltVariable[] = declared ()

    /// The weights in order; none before the layer is built.
    member _.Variables: BuiltVariable[] = declared () |> Array.filter (fun v -> v.Spec.IsWeight)

    /// Keras's path of a variable.
    member _.PathOf(v: BuiltVariable) : string = (cell v).Path

    /// The value of a variable by its path.
    member _.Get(path: string) : Tensor = (byPath path).Value

    /// The value of a variable.
    member _.Value(v: BuiltVariable) : Tensor = (cell v).Value

    /// Gives variables new values: all or none of them.
    member _.Assign(changes: (string * Tensor) list) : unit =
        let cells = changes |> List.map (fun (path, x) -> byPath path, x)

        for c, x in cells do
            if not (c.Value.Shape.Equals x.Shape) then
                Fail.value $"{layer}" $"variable '{c.Path}' has shape {c.Value.Shape}, the new value {x.Shape}" ""

        for c, x in cells do
            c.Value <- Lax.convert c.Value.DType x

    /// New values for all weights, in order.
    member t.SetAll(values: Tensor[]) : unit = Array.iter2 (fun v (x: Tensor) -> (cell v).Value <- x) t.Variables values

    /// What the layer remembers from one call to the next begins anew.
    member _.ResetState() : unit =
        for v in declared () do
            if not v.Spec.IsWeight then
                (cell v).Value <- Lax.zerosLike (cell v).Value

    /// True if the variable is trainable now.
    member _.IsTrainable(v: BuiltVariable) : bool =
        v.Spec.Trainable && v.Owner.Trainable && isOpen layer (Model.PathBelow(layer, v))

    /// The values as the pure functions take them; `replace` may put others in their place.
    member t.Tree(replace: string -> Tensor -> Tensor) : Variables =
        let yes, no = declared () |> Array.partition t.IsTrainable

        let value v =
            let c = cell v
            replace c.Path c.Value

        { Params = tree yes value; State = tree no value }

    /// One call, which changes nothing here but the random numbers to come.
    member t.Apply(replace: string -> Tensor -> Tensor, inputs: Tensor[], options: CallOptions) : Applied =
        let masks =
            if options.Masks |> Array.exists (fun m -> not (isNull m)) then
                Some options.Masks
            else
                None

        Model.applyAll (
            layer,
            t.Tree replace,
            inputs,
            training = options.Training,
            key = state.Draws.Next(),
            ?masks = masks,
            arguments = options.Arguments
        )

    /// Keeps the state and the losses that a call gave.
    member _.Keep(applied: Applied) : unit =
        state.Losses <- ValueSome applied.Losses
        let after = dict (Tree.toPairs applied.State)

        for v in declared () do
            match after.TryGetValue(Model.PathBelow(layer, v)) with
            | true, x -> (cell v).Value <- x
            | _ -> ()

    /// The values as a training run left them.
    member _.Take(after: Variables) : unit =
        let all = dict (Array.append (Tree.toPairs after.Params) (Tree.toPairs after.State))

        for v in declared () do
            (cell v).Value <- all[Model.PathBelow(layer, v)]

    /// Masks and further arguments from keyword arguments of a call.
    static member Options(inputs: int, training: bool, kwargs: (string * Datum) list) : CallOptions =
        let first (m: Tensor) = Array.init inputs (fun i -> if i = 0 then m else null)

        let isMask (v: Datum) = v.IsNull || v.IsTensor || v.IsMasked

        let masks =
            match kwargs |> List.tryFind (fun (k, _) -> k = "mask") with
            | None
            | Some(_, Datum.Null) -> Array.create inputs null
            | Some(_, Datum.List ms) when List.forall isMask ms ->
                // Fewer masks than inputs belong to the first ones.
                let given = ms |> List.map (fun m -> if m.IsNull then null else Convert.tensor m) |> List.toArray
                Array.init inputs (fun i -> if i < given.Length then given[i] else null)
            | Some(_, m) -> first (Convert.tensor m)

        let others = kwargs |> List.filter (fun (k, v) -> k <> "mask" && k <> "training" && not v.IsNull)

        let tensors =
            others
            |> List.choose (fun (k, v) ->
                match v with
                | Datum.Tensor x
                | Datum.Masked(x, _) -> Some(k, [| x |])
                | Datum.List((Datum.Tensor _ | Datum.Masked _) :: _) -> Some(k, Datum.tensors v |> List.toArray)
                | Datum.List(_ :: _) -> Some(k, [| Convert.tensor v |])
                | _ -> None)

        let plain =
            others
            |> List.filter (fun (k, _) -> not (tensors |> List.exists (fun (n, _) -> n = k)))
            |> List.map (fun (k, v) -> k, Datum.plain v)

        {
            Training = training
            Masks = masks
            Arguments = { Tensors = Map.ofList tensors; Values = Map.ofList plain }
        }
