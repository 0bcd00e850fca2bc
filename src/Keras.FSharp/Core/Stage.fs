/// Graph capture: runs a function on symbols and writes down what it does.
namespace Keras.FSharp

open System.Collections.Generic

/// Records operations as equations.
[<Sealed; AllowNullLiteral>]
type internal GraphTrace(name: string) =
    inherit Trace(Core.newLevel (), name)
    let avals = List<Aval>()
    let eqns = List<Eqn>()
    let constants = Dictionary<obj, int>(ReferenceEqualityComparer.Instance)
    let constantList = List<struct (int * Tensor)>()

    member private _.Fresh(a: Aval) : int =
        avals.Add a
        avals.Count - 1

    /// A new input variable.
    member t.Input(a: Aval) : Tensor = Tensor(a, Value.Traced(t, Payload.Symbol(t.Fresh a)))

    /// The variable of a tensor; what is not of this capture is a constant of it.
    member t.Variable(x: Tensor) : int =
        match x.Value with
        | Value.Traced(owner, Payload.Symbol v) when obj.ReferenceEquals(owner, t) -> v
        | _ ->
            let identity = Unchecked.nonNull (box x)

            match constants.TryGetValue identity with
            | true, v -> v
            | _ ->
                let v = t.Fresh x.Aval
                constants[identity] <- v
                constantList.Add(struct (v, x))
                v

    override t.Bind(p: Prim, xs: Tensor[]) : Tensor[] =
        let outs = Infer.outputs p (xs |> Array.map (fun x -> x.Aval))
        let inputs = Array.map t.Variable xs
        let variables = Array.map t.Fresh outs

        eqns.Add {
            Prim = p
            Inputs = inputs
            Outputs = variables
            Scope = Ambient.Scope
        }

        Array.map2 (fun a v -> Tensor(a, Value.Traced(t, Payload.Symbol v))) outs variables

    /// The finished graph.
    member t.Finish(inputs: Tensor[], outputs: Tensor[]) : Graph =
        let inputs = Array.map t.Variable inputs
        Array.iter (Core.checkResult t.Name) outputs
        let outputs = Array.map t.Variable outputs

        {
            Avals = avals.ToArray()
            Inputs = inputs
            Constants = constantList.ToArray()
            Eqns = eqns.ToArray()
            Outputs = outputs
        }

/// Graph capture.
[<RequireQualifiedAccess>]
module internal Stage =
    /// The graph of `f` on operands of the given shapes and element types. What `f` captured is a constant of the graph.
    let trace (name: string) (f: Tensor[] -> Tensor[]) (inputs: Aval[]) : Graph =
        let t = GraphTrace name
        let before = Ambient.Graph
        t.Enclosing <- before
        Ambient.Graph <- t

        try
            let symbols = Array.map t.Input inputs
            let outputs = f symbols
            t.Finish(symbols, outputs)
        finally
            Ambient.Graph <- before
            t.IsOpen <- false

    /// The graph of `f` without constants: what `f` captured becomes leading inputs, and is returned with the graph.
    let close (name: string) (f: Tensor[] -> Tensor[]) (inputs: Aval[]) : struct (Graph * Tensor[]) =
        let g = trace name f inputs
        let variables = g.Constants |> Array.map (fun struct (v, _) -> v)
        let values = g.Constants |> Array.map (fun struct (_, c) -> c)

        struct ({ g with Inputs = Array.append variables g.Inputs; Constants = [||] }, values)

    /// Element types and shapes of what `f` returns, without computing anything.
    let outputs (f: Tensor[] -> Tensor[]) (inputs: Aval[]) : Aval[] =
        let g = trace "shape inference" f inputs
        g.Outputs |> Array.map (fun v -> g.Avals[v])

    /// The shape rule of a composite, by tracing its meaning.
    let outputsOf (decompose: Tensor[] -> Tensor[]) : Aval[] -> Aval[] = outputs decompose
