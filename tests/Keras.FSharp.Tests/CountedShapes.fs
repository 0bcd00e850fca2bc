/// Shapes and element types of results by counting, written apart from the shape rules: what the table of samples is
/// compared with, since no backend ever infers.
module internal Keras.FSharp.Tests.CountedShapes

open Keras.FSharp

let private at (axes: Dims) (shape: Dims) = [ for a in axes -> shape[a] ]

let private without (axes: int seq) (shape: Dims) = [
    for i in 0 .. shape.Rank - 1 do
        if not (Seq.contains i axes) then
            shape[i]
]

let private swap i n (shape: Dims) = List.updateAt i n (List.ofSeq shape)

/// How many places a window has, by trying each.
let private places n size stride low high dilation =
    Seq.initInfinite (fun k -> k * stride + (size - 1) * dilation)
    |> Seq.takeWhile (fun last -> last < n + low + high)
    |> Seq.length

/// Element types and shapes of the results, or none where they are those of the first operand.
let results (p: Prim) (xs: Aval[]) : (DType * int list) list voption =
    let one d s = ValueSome [ d, s ]
    let x () = xs[0].Shape
    let same s = one xs[0].DType s

    match p with
    | Prim.Compare _
    | Prim.Unary UnaryOp.IsFinite -> one DType.Bool (List.ofSeq (x ()))
    | Prim.Select -> one xs[1].DType (List.ofSeq (x ()))
    | Prim.Convert d -> one d (List.ofSeq (x ()))
    | Prim.Bitcast d ->
        // Bytes are counted, not elements.
        let bytes = List.ofSeq (x ()) |> List.map float
        let ratio = float (DType.size xs[0].DType) / float (DType.size d)
        let scaled i n = if i = bytes.Length - 1 then int (n * ratio) else int n
        one d (List.mapi scaled bytes)
    | Prim.Full(a, _)
    | Prim.Iota(a, _) -> one a.DType (List.ofSeq a.Shape)
    | Prim.Unary(UnaryOp.Abs | UnaryOp.Real | UnaryOp.Imag) -> one (DType.realOf xs[0].DType) (List.ofSeq (x ()))
    | Prim.Binary BinaryOp.Complex -> one (DType.complexOf xs[0].DType) (List.ofSeq (x ()))
    | Prim.Reshape d
    | Prim.DynamicSlice d
    | Prim.Broadcast(d, _) -> same (List.ofSeq d)
    | Prim.Transpose perm -> same (at perm (x ()))
    | Prim.Slice(start, limit, stride) ->
        same [ for i in 0 .. start.Rank - 1 -> List.length [ start[i] .. stride[i] .. limit[i] - 1 ] ]
    | Prim.Pad(low, high, interior) ->
        let padded i n =
            low[i]
            + high[i]
            + List.length [
                for k in 0 .. n - 1 do
                    yield! List.replicate (if k = n - 1 then 1 else 1 + interior[i]) k
            ]

        same (x () |> Seq.mapi padded |> List.ofSeq)
    | Prim.Concat axis -> same (swap axis (xs |> Array.sumBy (fun a -> a.Shape[axis])) (x ()))
    | Prim.Gather batch -> same (List.ofSeq xs[1].Shape @ (x () |> Seq.skip (batch + 1) |> List.ofSeq))
    | Prim.Reduce(_, axes) -> same (without axes (x ()))
    | Prim.ArgReduce(_, axis) -> one DType.Int32 (without [ axis ] (x ()))
    | Prim.Sort _
    | Prim.Barrier -> ValueSome [ for a in xs -> a.DType, List.ofSeq a.Shape ]
    | Prim.TopK k ->
        let s = swap (xs[0].Rank - 1) k (x ())
        ValueSome [ xs[0].DType, s; DType.Int32, s ]
    | Prim.Dot d ->
        let free (a: Aval) batch contract = without (Seq.append batch contract) a.Shape
        same (at d.LhsBatch (x ()) @ free xs[0] d.LhsBatch d.LhsContract @ free xs[1] d.RhsBatch d.RhsContract)
    | Prim.Conv d ->
        let n = d.Stride.Rank
        let a, b = x (), xs[1].Shape

        match d.Kind with
        | ConvKind.Forward ->
            let places i = places a[i + 1] b[i] d.Stride[i] d.PadLow[i] d.PadHigh[i] d.Dilation[i]
            same [ a[0]; yield! List.init n places; b[n + 1] ]
        | ConvKind.InputGrad -> same [ a[0]; yield! d.InputSpatial; d.Groups * b[n] ]
        | _ -> same [ yield! d.KernelSpatial; a[n + 1] / d.Groups; b[n + 1] ]
    | Prim.Window d ->
        match d.Op with
        | WindowOp.SumGrad
        | WindowOp.MaxGrad -> same (List.ofSeq d.InputShape)
        | _ ->
            same [
                for i in 0 .. d.Size.Rank - 1 ->
                    places d.InputShape[i] d.Size[i] d.Stride[i] d.PadLow[i] d.PadHigh[i] d.Dilation[i]
            ]
    | Prim.Fft(kind, lengths) ->
        let s, last = x (), lengths[lengths.Rank - 1]

        match kind with
        | FftKind.Rfft -> one (DType.complexOf xs[0].DType) (swap (s.Rank - 1) (List.length [ 0..2..last ]) s)
        | FftKind.Irfft -> one (DType.realOf xs[0].DType) (swap (s.Rank - 1) last s)
        | _ -> same (List.ofSeq s)
    | Prim.Linalg op ->
        let r = xs[0].Rank
        let batch = List.ofSeq (Seq.truncate (r - 2) (x ()))
        let m, n, d, real = (x ())[r - 2], (x ())[r - 1], xs[0].DType, DType.realOf xs[0].DType
        let k = min m n

        match op with
        | LinalgOp.Cholesky -> same (batch @ [ n; n ])
        | LinalgOp.TriangularSolve _ -> same (List.ofSeq xs[1].Shape)
        | LinalgOp.Lu -> ValueSome [ d, batch @ [ m; n ]; DType.Int32, batch @ [ k ]; DType.Int32, batch @ [ m ] ]
        | LinalgOp.Qr full ->
            let inner = if full then m else k
            ValueSome [ d, batch @ [ m; inner ]; d, batch @ [ inner; n ] ]
        | LinalgOp.Svd full ->
            let u, v = if full then m, n else k, k
            ValueSome [ d, batch @ [ m; u ]; real, batch @ [ k ]; d, batch @ [ v; n ] ]
        | LinalgOp.Eigh -> ValueSome [ real, batch @ [ n ]; d, batch @ [ n; n ] ]
        | LinalgOp.Eig -> ValueSome [ DType.complexOf d, batch @ [ n ]; DType.complexOf d, batch @ [ n; n ] ]
    | Prim.Rng(op, d, s) ->
        let batch = List.ofSeq (Seq.truncate (xs[0].Rank - 1) (x ()))

        if op = RngOp.Bits then
            one d (batch @ List.ofSeq s)
        else
            one d (batch @ [ s[0]; 2 ])
    | Prim.Unary _
    | Prim.Binary _
    | Prim.Clamp
    | Prim.StopGradient
    | Prim.Reverse _
    | Prim.DynamicUpdate
    | Prim.Scatter _
    | Prim.Cumulative _ -> same (List.ofSeq (x ()))
    | Prim.Cond _
    | Prim.While _
    | Prim.Scan _
    | Prim.Call _ -> ValueNone
