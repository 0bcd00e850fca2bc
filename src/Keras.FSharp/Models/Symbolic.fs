/// Symbolic tensors and the graph of layer calls that the functional API builds.
namespace Keras.FSharp

open System.Collections.Generic
open Keras.FSharp.Saving

/// An argument of a layer call, as it was given: what a saved model writes down.
[<RequireQualifiedAccess; NoEquality; NoComparison>]
type Argument =
    | Tensor of KerasTensor
    | List of Argument list
    | Dict of (string * Argument) list
    | Value of Json

/// The result of a layer call that has not been computed: a shape (-1 where unknown), an element type, and where it comes
/// from (`keras.KerasTensor`).
and [<Sealed; AllowNullLiteral>] KerasTensor internal (aval: Aval, name: string, node: Node, index: int, isMasked: bool)
    =
    /// The shape; -1 where a size is unknown, as the batch usually is.
    member _.Shape = aval.Shape

    /// The element type.
    member _.DType = aval.DType

    /// Shape and element type.
    member _.Aval = aval

    /// The name of the layer that made it.
    member _.Name = name

    /// The call that made it.
    member internal _.Node = node

    /// Which result of that call it is.
    member _.Index = index

    /// True if it carries a mask.
    member internal _.IsMasked = isMasked

    override _.ToString() = $"<KerasTensor shape={aval.Shape}, dtype={DType.name aval.DType}, name={name}>"

    static member (+)(x: KerasTensor, y: KerasTensor) : KerasTensor = Operations.Call("Add", [ x; y ])
    static member (-)(x: KerasTensor, y: KerasTensor) : KerasTensor = Operations.Call("Subtract", [ x; y ])
    static member (*)(x: KerasTensor, y: KerasTensor) : KerasTensor = Operations.Call("Multiply", [ x; y ])
    static member (/)(x: KerasTensor, y: KerasTensor) : KerasTensor = Operations.Call("TrueDivide", [ x; y ])

/// One call of a layer on symbolic tensors.
and [<Sealed; AllowNullLiteral>] Node
    internal (layer: Layer, arguments: Argument list, keywords: (string * Argument) list) =
    /// The layer that is called.
    member _.Layer = layer

    /// The positional arguments.
    member _.Arguments = arguments

    /// The keyword arguments.
    member _.Keywords = keywords

    /// The results.
    member val Outputs: KerasTensor[] = [||] with get, set

/// How the operators of symbolic tensors reach the operations, which are defined later.
and [<AbstractClass; AllowNullLiteral>] internal Operations() =
    static let mutable current: Operations = null
    static member Install(o: Operations) = current <- o

    static member Call(name: string, operands: KerasTensor list) : KerasTensor =
        if isNull current then
            Fail.state $"ops.{name}" "operations on symbolic tensors are not loaded" "Use the layers Add, Multiply, …."

        current.Apply(name, operands)

    abstract Apply: name: string * operands: KerasTensor list -> KerasTensor

/// Arguments of layer calls.
[<RequireQualifiedAccess>]
module internal Argument =
    /// The symbolic tensors in an argument, in order.
    let rec tensors (a: Argument) : KerasTensor list =
        match a with
        | Argument.Tensor t -> [ t ]
        | Argument.List items -> List.collect tensors items
        | Argument.Dict pairs -> pairs |> List.collect (snd >> tensors)
        | Argument.Value _ -> []

    /// The symbolic tensors among the inputs of a call: those of the positional arguments.
    let inputs (n: Node) : KerasTensor[] = n.Arguments |> List.collect tensors |> List.toArray

/// Calls of layers on symbolic tensors.
[<RequireQualifiedAccess>]
module Symbolic =
    /// Splits keyword arguments into tensors and plain values, with `find` giving the value of a symbolic tensor.
    let internal keywords
        (find: KerasTensor -> 'v)
        (ks: (string * Argument) list)
        : Map<string, 'v[]> * Map<string, Json> =
        let tensors =
            ks
            |> List.choose (fun (k, a) ->
                match Argument.tensors a with
                | [] -> None
                | ts -> Some(k, ts |> List.map find |> List.toArray))

        let values =
            ks
            |> List.choose (fun (k, a) ->
                match a with
                | Argument.Value j -> Some(k, j)
                | _ -> None)

        Map.ofList tensors, Map.ofList values

    let private input (layer: Layer) (aval: Aval) : KerasTensor =
        let node = Node(layer, [], [])
        let t = KerasTensor(aval, layer.Name, node, 0, false)
        node.Outputs <- [| t |]
        t

    /// The node of an input layer.
    let ofInput (layer: Layer) (aval: Aval) : KerasTensor = input layer aval

    /// Calls a layer with arguments as Keras would take them.
    let callWith
        (layer: Layer)
        (arguments: Argument list)
        (keywordArguments: (string * Argument) list)
        : KerasTensor[] =
        let node = Node(layer, arguments, keywordArguments)
        let inputs = Argument.inputs node

        // Shapes do not depend on the values of further tensors (masks, initial states).
        let placeholder (t: KerasTensor) = Lax.zeros (Aval.withShape (Dims.map (max 1) t.Shape) t.Aval)
        let tensors, values = keywords placeholder keywordArguments

        let blueprint =
            Blueprint.ofLayerWith
                layer
                (inputs |> Array.map (fun t -> t.Aval))
                (inputs |> Array.map (fun t -> t.IsMasked))
                { Tensors = tensors; Values = values }

        node.Outputs <-
            Array.mapi2
                (fun i (a: Aval) masked -> KerasTensor(a, layer.Name, node, i, masked))
                blueprint.Outputs
                blueprint.Masked

        node.Outputs

    /// Calls a layer on one symbolic tensor.
    let call (layer: Layer) (x: KerasTensor) : KerasTensor = (callWith layer [ Argument.Tensor x ] [])[0]

    /// Calls a layer on a list of symbolic tensors, as merging layers are called.
    let callMany (layer: Layer) (xs: KerasTensor seq) : KerasTensor =
        (callWith layer [ Argument.List [ for x in xs -> Argument.Tensor x ] ] [])[0]

/// A model's graph: its inputs and outputs and the calls between them, in the order in which they can be made.
[<NoEquality; NoComparison>]
type LayerGraph = {
    Inputs: KerasTensor[]
    Outputs: KerasTensor[]
    /// In topological order, input nodes included.
    Nodes: Node[]
    /// The layers by first use.
    Layers: Layer[]
    /// How the inputs were given: a tensor, a list, or a dictionary; for files.
    InputForm: Argument
    /// How the outputs were given.
    OutputForm: Argument
}

/// Graphs of models.
[<RequireQualifiedAccess>]
module LayerGraph =
    /// The graph between inputs and outputs; an error where an output depends on something else.
    let make (inputForm: Argument) (outputForm: Argument) : LayerGraph =
        let inputs = Argument.tensors inputForm |> List.toArray
        let outputs = Argument.tensors outputForm |> List.toArray
        let seen = HashSet<obj>(ReferenceEqualityComparer.Instance)
        let nodes = List<Node>()
        let isInput (t: KerasTensor) = inputs |> Array.exists (fun i -> obj.ReferenceEquals(i, t))

        let rec visit (t: KerasTensor) =
            if seen.Add(Unchecked.nonNull (box t.Node)) then
                let before =
                    (t.Node.Arguments |> List.collect Argument.tensors)
                    @ (t.Node.Keywords |> List.collect (snd >> Argument.tensors))

                if not (isInput t) then
                    if before.IsEmpty then
                        Fail.value
                            "Model"
                            $"an output depends on {t}, which is not among the inputs"
                            "Name every Input in the inputs of the model."

                    List.iter visit before

                nodes.Add t.Node

        Array.iter visit inputs
        Array.iter visit outputs

        let layers =
            nodes
            |> Seq.map (fun n -> n.Layer)
            |> Seq.fold
                (fun (acc: List<Layer>) l ->
                    if not (acc.Exists(fun o -> obj.ReferenceEquals(o, l))) then
                        acc.Add l

                    acc)
                (List<Layer>())

        let names = HashSet<string>()

        for l in layers do
            if not (names.Add l.Name) then
                Fail.value
                    "Model"
                    $"the name '{l.Name}' is used by more than one layer"
                    "All layers of a model need different names."

        {
            Inputs = inputs
            Outputs = outputs
            Nodes = nodes.ToArray()
            Layers = layers.ToArray()
            InputForm = inputForm
            OutputForm = outputForm
        }

    /// Runs the calls of a graph within a call of its model.
    let internal run (g: LayerGraph) (call: Call) (inputs: Tensor[]) : Tensor[] =
        if inputs.Length <> g.Inputs.Length then
            call.Refuse($"it got {inputs.Length} inputs, expected {g.Inputs.Length}", "Pass one tensor for each Input.")

        let env = Dictionary<obj, Tensor>(ReferenceEqualityComparer.Instance)
        let key (t: KerasTensor) = Unchecked.nonNull (box t)

        Array.iter2
            (fun (t: KerasTensor) (x: Tensor) ->
                let fits =
                    x.Rank = t.Shape.Rank
                    && Seq.forall2 (fun expected given -> expected < 0 || expected = given) t.Shape x.Shape

                if not fits then
                    call.Refuse(
                        $"input '{t.Name}' has shape {x.Shape}, expected {t.Shape}",
                        "None stands for any size; the first axis is the batch."
                    )

                // Inputs are converted to the type that the model declares, as Keras does.
                let y = if x.DType = t.DType then x else Lax.convert t.DType x
                call.SetMask(y, call.Mask x)
                env[key t] <- y)
            g.Inputs
            inputs

        for n in g.Nodes do
            let isInput = n.Outputs.Length > 0 && n.Outputs |> Array.forall (fun t -> env.ContainsKey(key t))

            if not isInput then
                let find (t: KerasTensor) = env[key t]
                let tensors, values = Symbolic.keywords find n.Keywords
                let xs = Argument.inputs n |> Array.map find
                let ys = call.Child(n.Layer, xs, { Tensors = tensors; Values = values })
                Array.iter2 (fun t y -> env[key t] <- y) n.Outputs ys

        g.Outputs |> Array.map (fun t -> env[key t])
