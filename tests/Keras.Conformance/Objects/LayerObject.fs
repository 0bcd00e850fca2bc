/// A layer or model with values for its variables, as Keras's objects have them.
namespace Keras.Conformance.Objects

open System.Collections.Generic
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

/// A layer and the values of its variables. Variables go by Keras's paths.
[<Sealed>]
type LayerObject(layer: Layer) =
    let values = Dictionary<string, Tensor>()
    let mutable blueprint: Blueprint voption = ValueNone
    let mutable losses: Tensor list = []
    let mutable draws = SeedGenerator 1337

    let path (v: BuiltVariable) = Model.KerasPath(layer, v)

    let tree (variables: BuiltVariable[]) (value: string -> Tensor) =
        variables |> Array.map (fun v -> Model.PathBelow(layer, v), value (path v)) |> Tree.ofPairs

    member _.Layer = layer

    /// What building found; none before.
    member _.Blueprint = blueprint

    member _.IsBuilt = blueprint.IsSome

    /// The losses of the last call.
    member _.Losses = losses

    /// What a layer gives for inputs of these shapes (-1 where unknown), without keeping anything.
    member _.Infer(inputs: Aval[], masks: bool[], arguments: ArgumentAvals) : Blueprint =
        Blueprint.ofLayerWith layer inputs masks arguments

    /// Declares the variables and gives them their first values, where that has not happened yet.
    member t.Build(inputs: Aval[], masks: bool[], arguments: CallArguments) : unit =
        if blueprint.IsNone then
            let found = t.Infer(inputs, masks, ArgumentAvals.ofArguments arguments)

            for v in found.Variables do
                values[path v] <- v.Spec.Initializer.Init (draws.Next()) v.Spec.Shape v.Spec.DType

            blueprint <- ValueSome found

    /// All variables in order; none before the layer is built.
    member private _.Declared: BuiltVariable[] =
        match blueprint with
        | ValueSome b -> b.Variables
        | ValueNone -> [||]

    /// The weights in order; none before the layer is built.
    member t.Variables: BuiltVariable[] = t.Declared |> Array.filter (fun v -> v.Spec.IsWeight)

    /// Keras's path of a variable.
    member _.PathOf(v: BuiltVariable) : string = path v

    /// The value of a variable.
    member _.Get(path: string) : Tensor =
        match values.TryGetValue path with
        | true, x -> x
        | _ -> Fail.value $"{layer}" $"there is no variable '{path}'" (Fail.didYouMean path values.Keys)

    /// Gives variables new values: all or none of them.
    member t.Assign(changes: (string * Tensor) list) : unit =
        for name, x in changes do
            let old = t.Get name

            if not (old.Shape.Equals x.Shape) then
                Fail.value $"{layer}" $"variable '{name}' has shape {old.Shape}, the new value {x.Shape}" ""

        for name, x in changes do
            values[name] <- Lax.convert (t.Get name).DType x

    /// True if the variable is trainable now.
    member _.IsTrainable(v: BuiltVariable) = v.Trainable && layer.Trainable && v.Owner.Trainable

    /// The values as the pure functions take them; `replace` may put others in their place.
    member t.Tree(replace: string -> Tensor -> Tensor) : Variables =
        let yes, no = t.Declared |> Array.partition t.IsTrainable
        let value p = replace p (t.Get p)
        { Params = tree yes value; State = tree no value }

    /// One call, which changes nothing here.
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
            key = draws.Next(),
            ?masks = masks,
            arguments = options.Arguments
        )

    /// Keeps the state and the losses that a call gave.
    member t.Keep(applied: Applied) : unit =
        losses <- applied.Losses
        let state = dict (Tree.toPairs applied.State)

        for v in t.Declared do
            match state.TryGetValue(Model.PathBelow(layer, v)) with
            | true, x -> values[path v] <- x
            | _ -> ()

    /// The values as a training run left them.
    member t.Take(variables: Variables) : unit =
        let all = dict (Array.append (Tree.toPairs variables.Params) (Tree.toPairs variables.State))

        for v in t.Declared do
            values[path v] <- all[Model.PathBelow(layer, v)]

    /// Masks and further arguments from keyword arguments of a call.
    static member Options(inputs: int, training: bool, kwargs: (string * Datum) list) : CallOptions =
        let masks =
            match kwargs |> List.tryFind (fun (k, _) -> k = "mask") with
            | Some(_, Datum.Tensor m) -> Array.init inputs (fun i -> if i = 0 then m else null)
            | Some(_, Datum.List ms) ->
                ms |> List.map (fun m -> if m.IsNull then null else Convert.tensor m) |> List.toArray
            | _ -> Array.create inputs null

        let others = kwargs |> List.filter (fun (k, v) -> k <> "mask" && k <> "training" && not v.IsNull)

        let tensors =
            others
            |> List.choose (fun (k, v) ->
                match v with
                | Datum.Tensor x
                | Datum.Masked(x, _) -> Some(k, [| x |])
                | Datum.List(Datum.Tensor _ :: _) -> Some(k, Datum.tensors v |> List.toArray)
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
