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

    /// The symbolic tensors in it, in order.
    member internal a.Tensors: KerasTensor list =
        match a with
        | Tensor t -> [ t ]
        | List items -> items |> List.collect (fun i -> i.Tensors)
        | Dict pairs -> pairs |> List.collect (fun (_, i) -> i.Tensors)
        | Value _ -> []

/// The result of a layer call that has not been computed: a shape (-1 where unknown), an element type, and where it
/// comes from (`keras.KerasTensor`).
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

    static member (+)(x: KerasTensor, y: KerasTensor) : KerasTensor =
        Calls.Binary("Add", Argument.Tensor x, Argument.Tensor y)

    static member (+)(x: KerasTensor, y: float) : KerasTensor =
        Calls.Binary("Add", Argument.Tensor x, Argument.Value(Json.Float y))

    static member (+)(x: float, y: KerasTensor) : KerasTensor =
        Calls.Binary("Add", Argument.Value(Json.Float x), Argument.Tensor y)

    static member (-)(x: KerasTensor, y: KerasTensor) : KerasTensor =
        Calls.Binary("Subtract", Argument.Tensor x, Argument.Tensor y)

    static member (-)(x: KerasTensor, y: float) : KerasTensor =
        Calls.Binary("Subtract", Argument.Tensor x, Argument.Value(Json.Float y))

    static member (-)(x: float, y: KerasTensor) : KerasTensor =
        Calls.Binary("Subtract", Argument.Value(Json.Float x), Argument.Tensor y)

    static member (*)(x: KerasTensor, y: KerasTensor) : KerasTensor =
        Calls.Binary("Multiply", Argument.Tensor x, Argument.Tensor y)

    static member (*)(x: KerasTensor, y: float) : KerasTensor =
        Calls.Binary("Multiply", Argument.Tensor x, Argument.Value(Json.Float y))

    static member (*)(x: float, y: KerasTensor) : KerasTensor =
        Calls.Binary("Multiply", Argument.Value(Json.Float x), Argument.Tensor y)

    static member (/)(x: KerasTensor, y: KerasTensor) : KerasTensor =
        Calls.Binary("TrueDivide", Argument.Tensor x, Argument.Tensor y)

    static member (/)(x: KerasTensor, y: float) : KerasTensor =
        Calls.Binary("TrueDivide", Argument.Tensor x, Argument.Value(Json.Float y))

    static member (/)(x: float, y: KerasTensor) : KerasTensor =
        Calls.Binary("TrueDivide", Argument.Value(Json.Float x), Argument.Tensor y)

    static member (~-)(x: KerasTensor) : KerasTensor =
        (Calls.Operation("keras.src.ops.numpy", "Negative", None, [], [ Argument.Tensor x ], []))[0]

/// One call of a layer on symbolic tensors.
and [<Sealed; AllowNullLiteral>] Node
    internal (layer: Layer, arguments: Argument list, keywords: (string * Argument) list) =
    static let mutable count = 0L
    let number = System.Threading.Interlocked.Increment &count

    /// The layer that is called.
    member _.Layer = layer

    /// The positional arguments.
    member _.Arguments = arguments

    /// The keyword arguments.
    member _.Keywords = keywords

    /// Calls of one layer are numbered in files in the order in which they were made.
    member internal _.Number = number

    /// The symbolic tensors among all arguments.
    member internal _.Sources: KerasTensor list =
        (arguments |> List.collect (fun a -> a.Tensors))
        @ (keywords |> List.collect (fun (_, a) -> a.Tensors))

    /// The results.
    member val Outputs: KerasTensor[] = [||] with get, set

/// Calls of layers and of operations; what the operators of symbolic tensors need.
and [<AbstractClass; Sealed>] internal Calls private () =
    /// Splits keyword arguments into tensors and plain values, with `find` giving the value of a symbolic tensor.
    static member Keywords
        (find: KerasTensor -> 'v, keywords: (string * Argument) list)
        : Map<string, 'v[]> * Map<string, Json> =
        let tensors =
            keywords
            |> List.choose (fun (k, a) ->
                match a.Tensors with
                | [] -> None
                | ts -> Some(k, ts |> List.map find |> List.toArray))

        let values =
            keywords
            |> List.choose (fun (k, a) ->
                match a with
                | Argument.Value j -> Some(k, j)
                | _ -> None)

        Map.ofList tensors, Map.ofList values

    /// Calls a layer with arguments as Keras would take them.
    static member Layer(layer: Layer, arguments: Argument list, keywords: (string * Argument) list) : KerasTensor[] =
        let node = Node(layer, arguments, keywords)
        let inputs = arguments |> List.collect (fun a -> a.Tensors) |> List.toArray

        let tensors, values = Calls.Keywords((fun t -> struct (t.Aval, t.IsMasked)), keywords)

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

    /// The layer that stands for an operation on arguments of this form: constants as they are, tensors in these
    /// places.
    static member OperationLayer
        (
            modul: string,
            className: string,
            name: string option,
            config: (string * Json) list,
            arguments: Argument list,
            keywords: (string * Argument) list
        ) : Layer =
        let compute = GraphOperations.find modul className config
        let name = name |> Option.defaultWith (fun () -> Naming.unique (Naming.snakeCase className))

        let apply (call: Call) (xs: Tensor[]) : Tensor[] =
            let mutable next = 0

            let rec fill (source: unit -> Tensor) (a: Argument) : OperationArgument =
                match a with
                | Argument.Tensor _ -> OperationArgument.Tensor(source ())
                | Argument.List items -> OperationArgument.List(items |> List.map (fill source))
                | Argument.Dict pairs -> OperationArgument.List(pairs |> List.map (snd >> fill source))
                | Argument.Value json -> OperationArgument.Value json

            let following (tensors: Tensor[]) =
                let mutable i = -1

                fun () ->
                    i <- i + 1
                    tensors[i]

            let positional = following xs

            compute {
                Positional = arguments |> List.map (fill positional)
                Keywords =
                    keywords
                    |> List.map (fun (key, a) ->
                        let own = Map.tryFind key call.Arguments.Tensors |> Option.defaultValue [||]
                        key, fill (following own) a)
            }

        Layer(
            name,
            true,
            GraphOperations.policy,
            None,
            {
                Class = className
                Module = modul
                RegisteredName = Some className
                Config = ("name", Json.Text name) :: config
                Bare = true
                Children = []
                Check = (fun _ _ -> ())
                Variables = (fun _ -> [])
                Apply = apply
                Masks = MaskRule.Own
            }
        )

    /// Calls an operation: every call is a layer of its own, as in Keras.
    static member Operation
        (
            modul: string,
            className: string,
            name: string option,
            config: (string * Json) list,
            arguments: Argument list,
            keywords: (string * Argument) list
        ) : KerasTensor[] =
        let layer = Calls.OperationLayer(modul, className, name, config, arguments, keywords)
        Calls.Layer(layer, arguments, keywords)

    /// An operation of two operands.
    static member Binary(className: string, x: Argument, y: Argument) : KerasTensor =
        (Calls.Operation("keras.src.ops.numpy", className, None, [], [ x; y ], []))[0]

/// Arguments of layer calls.
[<RequireQualifiedAccess>]
module internal Argument =
    /// The symbolic tensors in an argument, in order.
    let tensors (a: Argument) : KerasTensor list = a.Tensors

    /// The symbolic tensors among the inputs of a call: those of the positional arguments.
    let inputs (n: Node) : KerasTensor[] = n.Arguments |> List.collect tensors |> List.toArray

/// Calls of layers on symbolic tensors.
[<RequireQualifiedAccess>]
module Symbolic =
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
        Calls.Layer(layer, arguments, keywordArguments)

    /// Applies an operation of `keras.ops` by its class name, as `Mean` or `GetItem`: `config` has the arguments of its
    /// class (`axis`), `arguments` those of the call. An unknown class is an error that lists near ones.
    let operation (className: string) (config: (string * Json) list) (arguments: Argument list) : KerasTensor[] =
        Calls.Operation(GraphOperations.moduleOf className, className, None, config, arguments, [])

    /// Calls a layer on one symbolic tensor.
    let call (layer: Layer) (x: KerasTensor) : KerasTensor = (callWith layer [ Argument.Tensor x ] [])[0]

    /// Calls a layer on a list of symbolic tensors, as merging layers are called.
    let callMany (layer: Layer) (xs: KerasTensor seq) : KerasTensor =
        (callWith layer [ Argument.List [ for x in xs -> Argument.Tensor x ] ] [])[0]

/// A model's graph: its inputs and outputs and the calls between them, in the order in which they can be made.
[<NoEquality; NoComparison>]
type LayerGraph = {
    /// The inputs of the model, in order.
    Inputs: KerasTensor[]
    /// Its outputs, in order.
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
    /// The calls between inputs and outputs in Keras's order: by falling distance from the outputs, then by the order
    /// in which a walk back from the outputs meets their layers. Layers, weights and files follow it.
    let private ordered (inputs: KerasTensor[]) (outputs: KerasTensor[]) : Node[] =
        let same = ReferenceEqualityComparer.Instance
        let key (x: 'a) = Unchecked.nonNull (box x)
        let given = HashSet<obj>(inputs |> Seq.map key, same)
        let isGiven (t: KerasTensor) = given.Contains(key t)
        let met = Dictionary<obj, int>(same)
        let entered = HashSet<obj>(same)
        let finished = List<Node>()
        // A call is met, then its sources are, one after the other, then it is finished: sources stand before it.
        let walk = Stack<struct (Node * KerasTensor list)>()

        let enter (t: KerasTensor) =
            if entered.Add(key t.Node) then
                met.TryAdd(key t.Node.Layer, met.Count) |> ignore
                let sources = t.Node.Sources

                if isGiven t then
                    walk.Push(struct (t.Node, []))
                elif sources.IsEmpty then
                    Fail.value
                        "Model"
                        $"an output depends on {t}, which is not among the inputs"
                        "Name every Input in the inputs of the model."
                else
                    walk.Push(struct (t.Node, sources))

        for output in outputs do
            enter output

            while walk.Count > 0 do
                match walk.Pop() with
                | struct (node, []) -> finished.Add node
                | struct (node, next :: rest) ->
                    walk.Push(struct (node, rest))
                    enter next

        let depths = Dictionary<obj, int>(same)
        let layerDepths = Dictionary<obj, int>(same)

        let known (d: Dictionary<obj, int>) (x: 'a) =
            match d.TryGetValue(key x) with
            | true, n -> n
            | _ -> 0

        for node in Seq.rev finished do
            // All calls of a layer are at least as far as the farthest one met before.
            let depth = max (known depths node) (known layerDepths node.Layer)
            depths[key node] <- depth
            layerDepths[key node.Layer] <- depth

            if not (node.Outputs |> Array.exists isGiven) then
                for source in node.Sources do
                    depths[key source.Node] <- max (known depths source.Node) (depth + 1)

        // Inputs that no output needs.
        for input in inputs do
            if entered.Add(key input.Node) then
                met[key input.Node.Layer] <- -1
                depths[key input.Node] <- 0
                finished.Add input.Node

        finished.ToArray()
        |> Array.sortBy (fun node -> struct (-depths[key node], met[key node.Layer], node.Number))

    /// The tensors of a form in the order in which Keras takes them: dictionaries by key.
    let rec private walked (form: Argument) : KerasTensor list =
        match form with
        | Argument.Dict pairs -> pairs |> List.sortBy fst |> List.collect (snd >> walked)
        | Argument.List items -> items |> List.collect walked
        | other -> other.Tensors

    /// The graph between inputs and outputs; an error where an output depends on something else.
    let make (inputForm: Argument) (outputForm: Argument) : LayerGraph =
        let inputs = Argument.tensors inputForm |> List.toArray
        let outputs = Argument.tensors outputForm |> List.toArray
        let nodes = ordered inputs (walked outputForm |> List.toArray)

        let layers = nodes |> Seq.map (fun n -> n.Layer) |> Seq.distinct |> Seq.toArray

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
            Nodes = nodes
            Layers = layers
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
                let tensors, values = Calls.Keywords(find, n.Keywords)
                let xs = Argument.inputs n |> Array.map find
                let ys = call.Child(n.Layer, xs, { Tensors = tensors; Values = values })
                Array.iter2 (fun t y -> env[key t] <- y) n.Outputs ys

        g.Outputs |> Array.map (fun t -> env[key t])
