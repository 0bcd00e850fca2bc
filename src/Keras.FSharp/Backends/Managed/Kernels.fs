/// Which kernel serves which primitive on the CPU. The one place that knows all of them.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Kernels

open Keras.FSharp

let private flatCopy (a: Aval) : Kernel =
    let copier = Strided.plan (DType.size a.DType) [| Strided.axis a.Size 1L 1L |]

    Kernel(fun ins outs ->
        if ins[0] <> outs[0] then
            copier.Invoke(ins[0], outs[0]))

/// The kernel of a primitive for operands and results of these types and shapes.
let prepare (prim: Prim) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    match prim with
    | Prim.Unary op -> Elementwise.unary op inputs outputs
    | Prim.Binary op -> Elementwise.binary op inputs outputs
    | Prim.Compare op -> Elementwise.compare op inputs outputs
    | Prim.Select -> Elementwise.select inputs outputs
    | Prim.Clamp -> Elementwise.clamp inputs outputs
    | Prim.Convert _ -> Convert.prepare inputs outputs
    | Prim.Bitcast _
    | Prim.StopGradient
    | Prim.Reshape _ -> flatCopy inputs[0]
    | Prim.Barrier ->
        let copies = Array.map flatCopy inputs

        Kernel(fun ins outs ->
            for i in 0 .. copies.Length - 1 do
                copies[i].Invoke([| ins[i] |], [| outs[i] |]))
    | Prim.Full(_, value) -> Movement.full value outputs
    | Prim.Iota(_, axis) -> Movement.iota axis outputs
    | Prim.Transpose perm -> Movement.transpose perm inputs outputs
    | Prim.Broadcast(_, axes) -> Movement.broadcast axes inputs outputs
    | Prim.Slice(start, _, stride) -> Movement.slice start stride inputs outputs
    | Prim.Pad(low, _, interior) -> Movement.pad low interior inputs outputs
    | Prim.Reverse axes -> Movement.reverse axes inputs outputs
    | Prim.Concat axis -> Movement.concat axis inputs outputs
    | Prim.DynamicSlice _ -> Movement.dynamicSlice inputs outputs
    | Prim.DynamicUpdate -> Movement.dynamicUpdate inputs
    | Prim.Reduce(op, axes) -> Reduce.prepare op axes inputs outputs
    | Prim.Dot dims -> Dot.prepare dims inputs outputs
    | Prim.Conv dims -> Conv.prepare dims inputs outputs
    | Prim.ArgReduce(largest, axis) -> Scan.argReduce largest axis inputs outputs
    | Prim.Cumulative(op, axis, reverse) -> Scan.cumulative op axis reverse inputs outputs
    | Prim.Gather batch -> Indexing.gather batch inputs outputs
    | Prim.Scatter(op, batch) -> Indexing.scatter op batch inputs outputs
    | Prim.Sort(axis, keys) -> Sorting.sortAll axis keys inputs
    | Prim.TopK k -> Sorting.topK k inputs
    | Prim.Rng(op, dtype, shape) -> Rng.prepare op dtype shape inputs
    | Prim.Window dims -> Window.prepare dims inputs outputs
    | Prim.Fft(kind, lengths) -> Fft.prepare kind lengths inputs outputs
    | Prim.Linalg op -> Linalg.prepare op inputs outputs
    | Prim.Cond _
    | Prim.While _
    | Prim.Scan _
    | Prim.Call _ ->
        Fail.state (Prims.name prim) "control flow and composites are not kernels" "This is an error in the library."
