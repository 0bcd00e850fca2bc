/// The shape rules of the heavy primitives (contraction, convolution, window, linear algebra, Fourier transform), and the
/// checks that all rules share. `Infer` is the rule of every primitive.
module Keras.FSharp.ShapeRules

open System

let internal shapes (xs: Aval[]) = String.Join(", ", xs |> Array.map string)

/// A refusal that names the primitive and its operands.
let internal refuse (name: string) (xs: Aval[]) (reason: string) : 'a =
    Fail.value name $"got ({shapes xs}); {reason}" ""

let internal isNumber d = d <> DType.Bool

let internal unaryType (op: UnaryOp) (d: DType) : DType voption =
    match op with
    | UnaryOp.Neg -> if isNumber d then ValueSome d else ValueNone
    | UnaryOp.Abs -> if isNumber d then ValueSome(DType.realOf d) else ValueNone
    | UnaryOp.Sign -> if isNumber d then ValueSome d else ValueNone
    | UnaryOp.IsFinite -> if DType.isFloat d then ValueSome DType.Bool else ValueNone
    | UnaryOp.Not -> if d = DType.Bool || DType.isInteger d then ValueSome d else ValueNone
    | UnaryOp.Real
    | UnaryOp.Imag -> if DType.isComplex d then ValueSome(DType.realOf d) else ValueNone
    | UnaryOp.Exp
    | UnaryOp.Log
    | UnaryOp.Sqrt
    | UnaryOp.Rsqrt
    | UnaryOp.Sin
    | UnaryOp.Cos
    | UnaryOp.Tanh
    | UnaryOp.Logistic -> if DType.isDifferentiable d then ValueSome d else ValueNone
    | _ -> if DType.isFloat d then ValueSome d else ValueNone

let internal binaryType (op: BinaryOp) (d: DType) : DType voption =
    match op with
    | BinaryOp.Add
    | BinaryOp.Sub
    | BinaryOp.Mul
    | BinaryOp.Div
    | BinaryOp.Pow -> if isNumber d then ValueSome d else ValueNone
    | BinaryOp.Rem
    | BinaryOp.Max
    | BinaryOp.Min -> if DType.isComplex d then ValueNone else ValueSome d
    | BinaryOp.And
    | BinaryOp.Or
    | BinaryOp.Xor -> if d = DType.Bool || DType.isInteger d then ValueSome d else ValueNone
    | BinaryOp.ShiftLeft
    | BinaryOp.ShiftRightArithmetic
    | BinaryOp.ShiftRightLogical -> if DType.isInteger d then ValueSome d else ValueNone
    | BinaryOp.Complex ->
        match d with
        | DType.Float32
        | DType.Float64 -> ValueSome(DType.complexOf d)
        | _ -> ValueNone
    | _ -> if DType.isFloat d then ValueSome d else ValueNone

let internal arity (p: string) (n: int) (xs: Aval[]) =
    if xs.Length <> n then
        refuse p xs $"it takes {n} operands, not {xs.Length}"

let internal sameAll (p: string) (xs: Aval[]) =
    for x in xs do
        if x.DType <> xs[0].DType || not (x.Shape.Equals xs[0].Shape) then
            refuse p xs "operands must have one shape and one dtype"

let internal sameShape (p: string) (xs: Aval[]) =
    for x in xs do
        if not (x.Shape.Equals xs[0].Shape) then
            refuse p xs "operands must have one shape"

let internal axisIn (p: string) (xs: Aval[]) (rank: int) (axis: int) =
    if axis < 0 || axis >= rank then
        refuse p xs $"axis {axis} is out of range for rank {rank}"

let internal distinctAxes (p: string) (xs: Aval[]) (rank: int) (axes: Dims) =
    for i in 0 .. axes.Rank - 1 do
        axisIn p xs rank axes[i]

        for j in 0 .. i - 1 do
            if axes[i] = axes[j] then
                refuse p xs $"axis {axes[i]} is named twice"

/// The number of positions of a window of `size` with `stride` and `dilation` in `n` elements padded by low and high.
let windowCount (n: int) (size: int) (stride: int) (low: int) (high: int) (dilation: int) : int =
    let span = n + low + high - ((size - 1) * dilation + 1)
    if span < 0 then 0 else span / stride + 1

let internal dot (p: string) (xs: Aval[]) (d: DotDims) : Aval =
    arity p 2 xs
    let a, b = xs[0], xs[1]

    if a.DType <> b.DType then
        refuse p xs "operands must have one dtype"

    distinctAxes p xs a.Rank (Dims.append d.LhsBatch d.LhsContract)
    distinctAxes p xs b.Rank (Dims.append d.RhsBatch d.RhsContract)

    let pair (what: string) (l: Dims) (r: Dims) =
        if l.Rank <> r.Rank then
            refuse p xs $"as many {what} axes on the left as on the right are needed"

        for i in 0 .. l.Rank - 1 do
            if a.Shape[l[i]] <> b.Shape[r[i]] then
                refuse
                    p
                    xs
                    $"{what} axis {l[i]} of the left has size {a.Shape[l[i]]}, axis {r[i]} of the right {b.Shape[r[i]]}"

    pair "contracted" d.LhsContract d.RhsContract
    pair "batch" d.LhsBatch d.RhsBatch
    let batch = Dims.map (fun i -> a.Shape[i]) d.LhsBatch

    let free (x: Aval) batch contract =
        Dims.complement x.Rank (Dims.append batch contract) |> Dims.map (fun i -> x.Shape[i])

    Aval.make
        a.DType
        (Dims.append batch (Dims.append (free a d.LhsBatch d.LhsContract) (free b d.RhsBatch d.RhsContract)))

let internal conv (p: string) (xs: Aval[]) (d: ConvDims) : Aval =
    arity p 2 xs
    let n = d.Stride.Rank
    let a, b = xs[0], xs[1]

    if a.DType <> b.DType then
        refuse p xs "operands must have one dtype"

    if a.Rank <> n + 2 || b.Rank <> n + 2 then
        refuse p xs $"operands must have rank {n + 2} for {n} spatial axes"

    let check what expected given =
        if expected <> given then
            refuse p xs $"{what} must be {expected}, not {given}"

    let spatialOf (x: Aval) first = Dims.sub first (first + n) x.Shape

    let count (input: Dims) (kernel: Dims) =
        Dims.own (
            Array.init n (fun i -> windowCount input[i] kernel[i] d.Stride[i] d.PadLow[i] d.PadHigh[i] d.Dilation[i])
        )

    let channelsOfKernel (w: Dims) = w[n] * d.Groups

    match d.Kind with
    | ConvKind.Forward ->
        check "the number of input channels" (channelsOfKernel b.Shape) a.Shape[n + 1]

        if d.Groups < 1 || b.Shape[n + 1] % d.Groups <> 0 then
            refuse p xs $"{b.Shape[n + 1]} filters cannot be divided into {d.Groups} groups"

        Aval.make
            a.DType
            (Dims.cons a.Shape[0] (Dims.append (count (spatialOf a 1) (spatialOf b 0)) (Dims.own [| b.Shape[n + 1] |])))
    | ConvKind.InputGrad ->
        check "the number of filters" b.Shape[n + 1] a.Shape[n + 1]
        check "the spatial shape of the gradient" (count d.InputSpatial (spatialOf b 0)) (spatialOf a 1)

        Aval.make a.DType (Dims.cons a.Shape[0] (Dims.append d.InputSpatial (Dims.own [| channelsOfKernel b.Shape |])))
    | ConvKind.KernelGrad ->
        check "the batch size of the gradient" a.Shape[0] b.Shape[0]
        check "the spatial shape of the gradient" (count (spatialOf a 1) d.KernelSpatial) (spatialOf b 1)

        if a.Shape[n + 1] % d.Groups <> 0 then
            refuse p xs $"{a.Shape[n + 1]} channels cannot be divided into {d.Groups} groups"

        Aval.make a.DType (Dims.append d.KernelSpatial (Dims.own [| a.Shape[n + 1] / d.Groups; b.Shape[n + 1] |]))
    | _ -> refuse p xs "unknown kind of convolution"

/// The shape of the windows' results.
let windowShape (d: WindowDims) : Dims =
    Dims.own (
        Array.init d.InputShape.Rank (fun i ->
            windowCount d.InputShape[i] d.Size[i] d.Stride[i] d.PadLow[i] d.PadHigh[i] d.Dilation[i])
    )

let internal window (p: string) (xs: Aval[]) (d: WindowDims) : Aval =
    let expect i (shape: Dims) =
        if not (xs[i].Shape.Equals shape) then
            refuse p xs $"operand {i} must have shape {shape}"

    match d.Op with
    | WindowOp.Sum
    | WindowOp.Max ->
        arity p 1 xs
        expect 0 d.InputShape
        Aval.withShape (windowShape d) xs[0]
    | WindowOp.SumGrad ->
        arity p 1 xs
        expect 0 (windowShape d)
        Aval.withShape d.InputShape xs[0]
    | WindowOp.MaxGrad ->
        arity p 2 xs
        expect 0 d.InputShape
        expect 1 (windowShape d)
        xs[0]
    | WindowOp.MaxPick ->
        arity p 2 xs
        expect 0 d.InputShape
        expect 1 d.InputShape
        Aval.withShape (windowShape d) xs[0]
    | _ -> refuse p xs "unknown window operation"

let internal linalg (p: string) (xs: Aval[]) (op: LinalgOp) : Aval[] =
    let a = xs[0]

    if a.Rank < 2 then
        refuse p xs "a matrix is needed, that is rank 2 or more"

    if not (DType.isDifferentiable a.DType) then
        refuse p xs "floats or complex numbers are needed"

    let r = a.Rank
    let m, n = a.Shape[r - 2], a.Shape[r - 1]
    let k = min m n
    let batch = Dims.sub 0 (r - 2) a.Shape
    let shaped dtype (dims: int[]) = Aval.make dtype (Dims.append batch (Dims.own dims))

    let square () =
        if m <> n then
            refuse p xs "square matrices are needed"

    match op with
    | LinalgOp.Cholesky ->
        square ()
        [| a |]
    | LinalgOp.TriangularSolve(left, _, _, _) ->
        arity p 2 xs
        square ()
        let b = xs[1]

        if b.Rank <> r || b.DType <> a.DType || not ((Dims.sub 0 (r - 2) b.Shape).Equals batch) then
            refuse p xs "both operands must have one dtype and the same leading axes"

        if b.Shape[if left then r - 2 else r - 1] <> n then
            refuse p xs $"the right-hand side must have size {n} on axis {(if left then -2 else -1)}"

        [| b |]
    | LinalgOp.Lu -> [| a; shaped DType.Int32 [| k |]; shaped DType.Int32 [| m |] |]
    | LinalgOp.Qr full ->
        let k = if full then m else k
        [| shaped a.DType [| m; k |]; shaped a.DType [| k; n |] |]
    | LinalgOp.Svd full -> [|
        shaped a.DType [| m; (if full then m else k) |]
        shaped (DType.realOf a.DType) [| k |]
        shaped a.DType [| (if full then n else k); n |]
      |]
    | LinalgOp.Eigh ->
        square ()
        [| shaped (DType.realOf a.DType) [| n |]; a |]
    | LinalgOp.Eig ->
        square ()
        let c = DType.complexOf a.DType
        [| shaped c [| n |]; Aval.make c a.Shape |]

let internal fft (p: string) (xs: Aval[]) (kind: FftKind) (lengths: Dims) : Aval =
    arity p 1 xs
    let a = xs[0]
    let k = lengths.Rank

    if k < 1 || a.Rank < k then
        refuse p xs $"rank {k} or more is needed"

    let head = Dims.sub 0 (a.Rank - k) a.Shape

    let expect (last: int) =
        for i in 0 .. k - 1 do
            let n = if i = k - 1 then last else lengths[i]

            if a.Shape[a.Rank - k + i] <> n then
                refuse p xs $"axis {i - k} must have size {n}"

    let last = lengths[k - 1]

    match kind with
    | FftKind.Rfft ->
        if not (DType.isFloat a.DType) then
            refuse p xs "real operands are needed"

        expect last
        Aval.make (DType.complexOf a.DType) (Dims.append head (Dims.set (k - 1) (last / 2 + 1) lengths))
    | FftKind.Irfft ->
        if not (DType.isComplex a.DType) then
            refuse p xs "complex operands are needed"

        expect (last / 2 + 1)
        Aval.make (DType.realOf a.DType) (Dims.append head lengths)
    | _ ->
        if not (DType.isComplex a.DType) then
            refuse p xs "complex operands are needed"

        expect last
        a

let internal indices (p: string) (xs: Aval[]) (i: int) =
    if xs[i].DType <> DType.Int32 && xs[i].DType <> DType.Int64 then
        refuse p xs $"operand {i} must be int32 or int64"

let internal gatherParts (p: string) (xs: Aval[]) (batch: int) : Dims =
    let x, i = xs[0].Shape, xs[1].Shape
    indices p xs 1

    if batch < 0 || x.Rank < batch + 1 || i.Rank < batch then
        refuse p xs $"{batch} batch axes and one indexed axis are needed"

    for k in 0 .. batch - 1 do
        if x[k] <> i[k] then
            refuse p xs $"batch axis {k} differs"

    Dims.append i (Dims.sub (batch + 1) x.Rank x)

let internal graphOutputs (g: Graph) = g.Outputs |> Array.map (fun v -> g.Avals[v])

let internal sameAvals (p: string) (what: string) (expected: Aval[]) (given: Aval[]) =
    if
        expected.Length <> given.Length
        || not (Array.forall2 (fun (a: Aval) b -> a.Equals b) expected given)
    then
        Fail.value p $"{what}: expected ({shapes expected}), got ({shapes given})" "Shapes and dtypes must not change."
