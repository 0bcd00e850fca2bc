/// Batch normalization in front of nothing but fixed numbers: in a graph whose weights are constants it disappears into
/// the convolution or the product before it. With s = gamma / √(variance + epsilon) the normalization of x·w + b is
/// x·(w·s) + ((b - mean)·s + beta).
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Folding

open System.Collections.Generic

/// What a normalization can disappear into: the equation that has the weights, and that of a bias behind it.
[<Struct; NoEquality; NoComparison>]
type private Producer = {
    Product: int
    Weights: Tensor
    /// The equation that broadcasts the bias, and the bias; -1 and null for none.
    Spread: int
    Bias: Tensor
}

let private hasFilters (p: Prim) (weights: Tensor) (out: Aval) : bool =
    match p with
    | Prim.Conv d -> d.Kind = ConvKind.Forward
    | Prim.Dot d ->
        weights.Rank = 2
        && d.RhsBatch.Rank = 0
        && d.RhsContract.Rank = 1
        && d.RhsContract[0] = 0
        && out.Rank > 0
    | _ -> false

/// The graph with normalizations folded into constants.
let normalizations (g: Graph) : Graph =
    let avals = List g.Avals
    let constants = List g.Constants
    let eqns = List<Eqn>()
    let value = Dictionary<int, Tensor>()
    let definedBy = Dictionary<int, int>()
    let uses = Array.zeroCreate<int> g.Avals.Length
    let renamed = Dictionary<int, int>()
    let use' v = uses[v] <- uses[v] + 1

    for struct (v, t) in g.Constants do
        value[v] <- t

    for e in g.Eqns do
        Array.iter use' e.Inputs

    Array.iter use' g.Outputs

    let current v =
        match renamed.TryGetValue v with
        | true, n -> n
        | _ -> v

    let add (e: Eqn) =
        for o in e.Outputs do
            definedBy[o] <- eqns.Count

        eqns.Add e

    let fresh (a: Aval) : int =
        avals.Add a
        avals.Count - 1

    let constant (t: Tensor) : int =
        let v = fresh t.Aval
        constants.Add(struct (v, t))
        value[v] <- t
        v

    // An equation whose result only one other reads.
    let only (v: int) : int voption =
        match definedBy.TryGetValue v with
        | true, i when v < uses.Length && uses[v] = 1 -> ValueSome i
        | _ -> ValueNone

    let product (v: int) : Producer voption =
        match only v with
        | ValueSome i when eqns[i].Inputs.Length = 2 ->
            match value.TryGetValue eqns[i].Inputs[1] with
            | true, w when hasFilters eqns[i].Prim w avals[v] ->
                ValueSome { Product = i; Weights = w; Spread = -1; Bias = null }
            | _ -> ValueNone
        | _ -> ValueNone

    let producer (v: int) : Producer voption =
        match only v with
        | ValueSome i when eqns[i].Prim = Prim.Binary BinaryOp.Add ->
            let e = eqns[i]

            match product e.Inputs[0], only e.Inputs[1] with
            | ValueSome p, ValueSome s ->
                match eqns[s].Prim, value.TryGetValue eqns[s].Inputs[0] with
                | Prim.Broadcast(shape, axes), (true, bias) when
                    bias.Rank = 1 && axes.Rank = 1 && axes[0] = shape.Rank - 1
                    ->
                    ValueSome { p with Spread = s; Bias = bias }
                | _ -> ValueNone
            | _ -> ValueNone
        | _ -> product v

    for e in g.Eqns do
        let e = { e with Inputs = Array.map current e.Inputs }

        match e.Prim with
        // What stands for a missing gamma or beta.
        | Prim.Full(a, _) when a.Shape.Rank = 1 ->
            value[e.Outputs[0]] <- Core.bind1 e.Prim [||]
            add e
        // Weights in another form, as those of depthwise convolutions.
        | Prim.Reshape _
        | Prim.Transpose _
        | Prim.Convert _ when value.ContainsKey e.Inputs[0] ->
            value[e.Outputs[0]] <- Core.bind1 e.Prim [| value[e.Inputs[0]] |]
            add e
        | Prim.Call c when
            c.Name = "batch_norm_inference"
            && Array.forall value.ContainsKey (Array.skip 1 e.Inputs)
            && (producer e.Inputs[0]).IsSome
            ->
            let p = (producer e.Inputs[0]).Value
            let parameters = e.Inputs |> Array.skip 1 |> Array.map (fun v -> value[v])
            let gamma, beta, mean = parameters[0], parameters[1], parameters[2]

            // What the composite makes of one and of zero says all: it knows its epsilon.
            let at (x: Tensor) = (c.Decompose [| x; gamma; beta; mean; parameters[3] |])[0]
            let shift = at (Lax.zerosLike mean)
            let slope = Lax.sub (at (Lax.onesLike mean)) shift
            let weights = constant (Lax.mul p.Weights slope)

            eqns[p.Product] <- {
                eqns[p.Product] with
                    Inputs = [| eqns[p.Product].Inputs[0]; weights |]
            }

            if p.Spread >= 0 then
                let bias = constant (Lax.add (Lax.mul p.Bias slope) shift)
                eqns[p.Spread] <- { eqns[p.Spread] with Inputs = [| bias |] }
                renamed[e.Outputs[0]] <- e.Inputs[0]
            else
                let out = avals[e.Outputs[0]]
                let bias = constant shift
                let spread = fresh out

                add {
                    Prim = Prim.Broadcast(out.Shape, Dims.own [| out.Rank - 1 |])
                    Inputs = [| bias |]
                    Outputs = [| spread |]
                    Scope = e.Scope
                }

                add {
                    Prim = Prim.Binary BinaryOp.Add
                    Inputs = [| e.Inputs[0]; spread |]
                    Outputs = e.Outputs
                    Scope = e.Scope
                }
        | _ -> add e

    {
        Avals = avals.ToArray()
        Inputs = g.Inputs
        Constants = constants.ToArray()
        Eqns = eqns.ToArray()
        Outputs = Array.map current g.Outputs
    }
