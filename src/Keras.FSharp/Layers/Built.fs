/// Building: which variables a layer or model has and which shapes it gives, found by running its function on symbols.
/// An unknown size (-1) is tried with two different numbers: what differs between both runs is unknown too.
namespace Keras.FSharp

open System
open Keras.FSharp.Saving

/// Further arguments of a call before there are values: shapes (-1 where unknown), and whether a mask comes along.
[<NoEquality; NoComparison>]
type ArgumentAvals = {
    /// Shapes and element types of tensors by the name of their argument, and whether each carries a mask.
    Tensors: Map<string, struct (Aval * bool)[]>
    /// Plain values by name.
    Values: Map<string, Json>
}

/// Further arguments of calls that are only planned.
[<RequireQualifiedAccess>]
module ArgumentAvals =
    /// None.
    let empty: ArgumentAvals = { Tensors = Map.empty; Values = Map.empty }

    /// Those of arguments that have values.
    let ofArguments (a: CallArguments) : ArgumentAvals = {
        Tensors = a.Tensors |> Map.map (fun _ xs -> xs |> Array.map (fun x -> struct (x.Aval, false)))
        Values = a.Values
    }

/// What building found.
[<NoEquality; NoComparison>]
type Blueprint = {
    /// Shapes (-1 where unknown) and element types of the inputs.
    Inputs: Aval[]
    /// All variables, in the order of their layers' first calls.
    Variables: BuiltVariable[]
    /// Shapes (-1 where unknown) and element types of the outputs.
    Outputs: Aval[]
    /// Per output: does it carry a mask?
    Masked: bool[]
    /// All layers inside, however deep, and the layer itself, with the shapes (-1 where unknown) of their first inputs.
    Calls: struct (Layer * Dims[])[]
}

/// Building of layers and models.
[<RequireQualifiedAccess>]
module Blueprint =
    /// Two sizes that no layer takes for a constant of its own, so far apart that they still differ after many halvings.
    let private first, second = 83, 1021

    let private withSize (size: int) (a: Aval) =
        Aval.withShape (Dims.map (fun n -> if n < 0 then size else n) a.Shape) a

    let private probe (layer: Layer) (masks: bool[]) (arguments: ArgumentAvals) (size: int) (inputs: Aval[]) =
        let mutable frame: Frame = null
        let mutable masked: bool[] = [||]
        let keywords = Map.toArray arguments.Tensors
        let further = keywords |> Array.collect snd
        let all = Array.append inputs (further |> Array.map (fun struct (a, _) -> a))
        let masks = Array.append masks (further |> Array.map (fun struct (_, m) -> m))

        let outs =
            Stage.outputs
                (fun xs ->
                    let f = Frame((fun _ -> null), true, null, true)

                    if all |> Array.exists (fun a -> Seq.exists (fun n -> n < 0) a.Shape) then
                        f.UnknownSize <- size

                    f.HasOpenAxes <-
                        inputs
                        |> Array.exists (fun a ->
                            a.Shape |> Seq.skip (min 1 a.Shape.Rank) |> Seq.exists (fun n -> n < 0))

                    frame <- f

                    Array.iter2
                        (fun (x: Tensor) isMasked ->
                            if isMasked then
                                let shape = Dims.sub 0 (min 2 x.Rank) x.Shape
                                f.SetMask(x, Lax.full shape DType.Bool (Scalar.Int 1L)))
                        xs
                        masks

                    let mutable next = inputs.Length

                    let tensors =
                        keywords
                        |> Array.map (fun (name, avals) ->
                            next <- next + avals.Length
                            name, Array.sub xs (next - avals.Length) avals.Length)

                    let given: CallArguments = { Tensors = Map.ofArray tensors; Values = arguments.Values }
                    let ys = Call.Run(f, layer.Name, layer, true, Array.truncate inputs.Length xs, given)
                    masked <- ys |> Array.map (fun y -> not (isNull (f.MaskOf y)))
                    ys)
                (all |> Array.map (withSize size))

        frame.Variables.ToArray(), outs, masked, frame.Calls.ToArray()

    let private common (a: Dims) (b: Dims) : Dims =
        Dims.ofSeq (Array.init a.Rank (fun i -> if a[i] <> b[i] then -1 else a[i]))

    let private both (a: Aval) (b: Aval) : Aval = Aval.withShape (common a.Shape b.Shape) a

    /// Builds a layer for inputs and further arguments of the given shapes; `masks` says which inputs carry a mask.
    let ofLayerWith (layer: Layer) (inputs: Aval[]) (masks: bool[]) (arguments: ArgumentAvals) : Blueprint =
        let variables, outs, masked, calls = probe layer masks arguments first inputs
        let isOpen = inputs |> Array.exists (fun a -> a.Shape |> Seq.exists (fun n -> n < 0))

        let outs, calls =
            if not isOpen then
                outs, calls
            else
                let again, others, _, otherCalls = probe layer masks arguments second inputs

                Array.iter2
                    (fun (a: BuiltVariable) (b: BuiltVariable) ->
                        if not (a.Spec.Shape.Equals b.Spec.Shape) then
                            let shapes = String.Join(", ", inputs |> Array.map (fun (x: Aval) -> string x.Shape))

                            Fail.value
                                $"{a.Owner}"
                                $"the shape of its variable '{a.Spec.Name}' depends on a size that is not known; its model got inputs of shape {shapes}"
                                "Give the size in Input, or call the model with data first.")
                    variables
                    again

                let merged (struct (l: Layer, a: Dims[])) (struct (_, b: Dims[])) = struct (l, Array.map2 common a b)
                Array.map2 both outs others, Array.map2 merged calls otherCalls

        {
            Inputs = inputs
            Variables = variables
            Outputs = outs
            Masked = masked
            Calls = calls
        }

    /// Builds a layer for inputs of the given shapes (-1 where unknown).
    let ofLayer (layer: Layer) (inputs: Aval[]) : Blueprint =
        ofLayerWith layer inputs (Array.create inputs.Length false) ArgumentAvals.empty
