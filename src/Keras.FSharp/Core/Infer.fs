/// The shape rules: element types and shapes of the results of a primitive from those of its operands. Every other part
/// relies on them: backends never infer, and nothing is executed that this file refuses.
[<RequireQualifiedAccess>]
module Keras.FSharp.Infer

open System

let private shapes (xs: Aval[]) = String.Join(", ", xs |> Array.map string)

/// A refusal that names the primitive and its operands.
let private refuse (name: string) (xs: Aval[]) (reason: string) : 'a = Fail.value name $"got ({shapes xs}); {reason}" ""

/// The name of a primitive for messages and listings.
let name (p: Prim) : string =
    match p with
    | Prim.Unary op -> (string op).ToLowerInvariant()
    | Prim.Binary op -> (string op).ToLowerInvariant()
    | Prim.Compare op -> (string op).ToLowerInvariant()
    | Prim.Select -> "select"
    | Prim.Clamp -> "clamp"
    | Prim.Convert d -> $"convert[{DType.name d}]"
    | Prim.Bitcast d -> $"bitcast[{DType.name d}]"
    | Prim.StopGradient -> "stop_gradient"
    | Prim.Barrier -> "barrier"
    | Prim.Full(_, v) -> $"full[{v}]"
    | Prim.Iota(_, axis) -> $"iota[{axis}]"
    | Prim.Reshape d -> $"reshape{d}"
    | Prim.Transpose d -> $"transpose{d}"
    | Prim.Broadcast(d, axes) -> $"broadcast{d}@{axes}"
    | Prim.Slice(s, l, t) -> $"slice{s}:{l}:{t}"
    | Prim.Pad(l, h, i) -> $"pad{l}:{h}:{i}"
    | Prim.Reverse axes -> $"reverse{axes}"
    | Prim.Concat axis -> $"concat[{axis}]"
    | Prim.DynamicSlice d -> $"dynamic_slice{d}"
    | Prim.DynamicUpdate -> "dynamic_update"
    | Prim.Gather b -> $"gather[{b}]"
    | Prim.Scatter(op, b) -> $"scatter_{(string op).ToLowerInvariant()}[{b}]"
    | Prim.Reduce(op, axes) -> $"reduce_{(string op).ToLowerInvariant()}{axes}"
    | Prim.ArgReduce(largest, axis) -> (if largest then "argmax" else "argmin") + $"[{axis}]"
    | Prim.Cumulative(op, axis, _) -> $"cum{(string op).ToLowerInvariant()}[{axis}]"
    | Prim.Sort(axis, _) -> $"sort[{axis}]"
    | Prim.TopK k -> $"top_k[{k}]"
    | Prim.Dot d -> $"dot[{d.LhsContract}x{d.RhsContract};{d.LhsBatch}x{d.RhsBatch}]"
    | Prim.Conv d -> $"conv_{(string d.Kind).ToLowerInvariant()}{d.Stride}"
    | Prim.Window d -> $"window_{(string d.Op).ToLowerInvariant()}{d.Size}"
    | Prim.Fft(kind, _) -> (string kind).ToLowerInvariant()
    | Prim.Linalg op ->
        match op with
        | LinalgOp.Cholesky -> "cholesky"
        | LinalgOp.TriangularSolve _ -> "triangular_solve"
        | LinalgOp.Lu -> "lu"
        | LinalgOp.Qr _ -> "qr"
        | LinalgOp.Svd _ -> "svd"
        | LinalgOp.Eigh -> "eigh"
        | LinalgOp.Eig -> "eig"
    | Prim.Rng(op, _, shape) -> $"rng_{(string op).ToLowerInvariant()}{shape}"
    | Prim.Cond _ -> "cond"
    | Prim.While _ -> "while"
    | Prim.Scan d -> $"scan[{d.Length}]"
    | Prim.Call c -> c.Name

let private isNumber d = d <> DType.Bool

let private unaryType (op: UnaryOp) (d: DType) : DType voption =
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

let private binaryType (op: BinaryOp) (d: DType) : DType voption =
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

let private arity (p: string) (n: int) (xs: Aval[]) =
    if xs.Length <> n then
        refuse p xs $"it takes {n} operands, not {xs.Length}"

let private sameAll (p: string) (xs: Aval[]) =
    for x in xs do
        if x.DType <> xs[0].DType || not (x.Shape.Equals xs[0].Shape) then
            refuse p xs "operands must have one shape and one dtype"

let private sameShape (p: string) (xs: Aval[]) =
    for x in xs do
        if not (x.Shape.Equals xs[0].Shape) then
            refuse p xs "operands must have one shape"

let private axisIn (p: string) (xs: Aval[]) (rank: int) (axis: int) =
    if axis < 0 || axis >= rank then
        refuse p xs $"axis {axis} is out of range for rank {rank}"

let private distinctAxes (p: string) (xs: Aval[]) (rank: int) (axes: Dims) =
    for i in 0 .. axes.Rank - 1 do
        axisIn p xs rank axes[i]

        for j in 0 .. i - 1 do
            if axes[i] = axes[j] then
                refuse p xs $"axis {axes[i]} is named twice"

/// The number of positions of a window of `size` with `stride` and `dilation` in `n` elements padded by low and high.
let windowCount (n: int) (size: int) (stride: int) (low: int) (high: int) (dilation: int) : int =
    let span = n + low + high - ((size - 1) * dilation + 1)
    if span < 0 then 0 else span / stride + 1

let private dot (p: string) (xs: Aval[]) (d: DotDims) : Aval =
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

let private conv (p: string) (xs: Aval[]) (d: ConvDims) : Aval =
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

let private window (p: string) (xs: Aval[]) (d: WindowDims) : Aval =
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

let private linalg (p: string) (xs: Aval[]) (op: LinalgOp) : Aval[] =
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

let private fft (p: string) (xs: Aval[]) (kind: FftKind) (lengths: Dims) : Aval =
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

let private indices (p: string) (xs: Aval[]) (i: int) =
    if xs[i].DType <> DType.Int32 && xs[i].DType <> DType.Int64 then
        refuse p xs $"operand {i} must be int32 or int64"

let private gatherParts (p: string) (xs: Aval[]) (batch: int) : Dims =
    let x, i = xs[0].Shape, xs[1].Shape
    indices p xs 1

    if batch < 0 || x.Rank < batch + 1 || i.Rank < batch then
        refuse p xs $"{batch} batch axes and one indexed axis are needed"

    for k in 0 .. batch - 1 do
        if x[k] <> i[k] then
            refuse p xs $"batch axis {k} differs"

    Dims.append i (Dims.sub (batch + 1) x.Rank x)

let private graphOutputs (g: Graph) = g.Outputs |> Array.map (fun v -> g.Avals[v])

let private sameAvals (p: string) (what: string) (expected: Aval[]) (given: Aval[]) =
    if
        expected.Length <> given.Length
        || not (Array.forall2 (fun (a: Aval) b -> a.Equals b) expected given)
    then
        Fail.value p $"{what}: expected ({shapes expected}), got ({shapes given})" "Shapes and dtypes must not change."

/// Element types and shapes of the results of `p` on operands of the given ones. Errors name the primitive, the operands
/// and what it needs.
let outputs (p: Prim) (xs: Aval[]) : Aval[] =
    let refuse (reason: string) : 'a = refuse (name p) xs reason

    let arity n =
        if xs.Length <> n then
            refuse $"it takes {n} operands, not {xs.Length}"

    let axisIn rank axis = axisIn (name p) xs rank axis

    match p with
    | Prim.Unary op ->
        arity 1

        match unaryType op xs[0].DType with
        | ValueSome d -> if d = xs[0].DType then xs else [| { xs[0] with DType = d } |]
        | ValueNone -> refuse $"{DType.name xs[0].DType} is not possible here"
    | Prim.Binary op ->
        arity 2
        sameAll (name p) xs

        match binaryType op xs[0].DType with
        | ValueSome d -> [| (if d = xs[0].DType then xs[0] else { xs[0] with DType = d }) |]
        | ValueNone -> refuse $"{DType.name xs[0].DType} is not possible here"
    | Prim.Compare op ->
        arity 2
        sameAll (name p) xs

        if DType.isComplex xs[0].DType && op <> CompareOp.Eq && op <> CompareOp.Ne then
            refuse "complex numbers have no order"

        [| { xs[0] with DType = DType.Bool } |]
    | Prim.Select ->
        arity 3
        sameShape (name p) xs

        if xs[0].DType <> DType.Bool || xs[1].DType <> xs[2].DType then
            refuse "a bool condition and two operands of one dtype are needed"

        [| xs[1] |]
    | Prim.Clamp ->
        arity 3
        sameAll (name p) xs

        if DType.isComplex xs[0].DType then
            refuse "complex numbers have no order"

        [| xs[1] |]
    | Prim.Convert d ->
        arity 1
        [| { xs[0] with DType = d } |]
    | Prim.Bitcast d ->
        arity 1

        let x = xs[0]
        let own, other = DType.size x.DType, DType.size d

        if own = other then
            [| { x with DType = d } |]
        else
            let last = x.Shape.Rank - 1

            if last < 0 then
                refuse $"a scalar of type {DType.name x.DType} cannot be split into, or be a part of, {DType.name d}"

            let bytes = x.Shape[last] * own

            if bytes % other <> 0 then
                refuse $"the {bytes} bytes of the last axis are no multiple of the {other} of {DType.name d}"

            [| Aval.make d (Dims.set last (bytes / other) x.Shape) |]
    | Prim.StopGradient ->
        arity 1
        xs
    | Prim.Barrier -> Array.copy xs
    | Prim.Full(a, _)
    | Prim.Iota(a, _) ->
        arity 0
        [| a |]
    | Prim.Reshape d ->
        arity 1

        if d.Size <> xs[0].Shape.Size || d |> Seq.exists (fun n -> n < 0) then
            refuse $"{xs[0].Shape.Size} elements do not fit shape {d}"

        [| Aval.withShape d xs[0] |]
    | Prim.Transpose perm ->
        arity 1

        if perm.Rank <> xs[0].Rank then
            refuse $"a permutation of {xs[0].Rank} axes is needed"

        distinctAxes (name p) xs xs[0].Rank perm
        [| Aval.withShape (Dims.map (fun i -> xs[0].Shape[i]) perm) xs[0] |]
    | Prim.Broadcast(d, axes) ->
        arity 1

        if axes.Rank <> xs[0].Rank then
            refuse $"one axis for each of the operand's {xs[0].Rank} is needed"

        for i in 0 .. axes.Rank - 1 do
            axisIn d.Rank axes[i]

            if i > 0 && axes[i] <= axes[i - 1] then
                refuse "axes must ascend"

            if xs[0].Shape[i] <> 1 && xs[0].Shape[i] <> d[axes[i]] then
                refuse $"it cannot be broadcast to {d}"

        [| Aval.withShape d xs[0] |]
    | Prim.Slice(start, limit, stride) ->
        arity 1
        let r = xs[0].Rank

        if start.Rank <> r || limit.Rank <> r || stride.Rank <> r then
            refuse $"start, limit and stride for {r} axes are needed"

        [|
            Aval.withShape
                (Dims.own (
                    Array.init r (fun i ->
                        if start[i] < 0 || limit[i] > xs[0].Shape[i] || stride[i] < 1 || start[i] > limit[i] then
                            refuse $"{start[i]}:{limit[i]}:{stride[i]} is not a slice of axis {i}"

                        (limit[i] - start[i] + stride[i] - 1) / stride[i])
                ))
                xs[0]
        |]
    | Prim.Pad(low, high, interior) ->
        arity 2
        let r = xs[0].Rank

        if low.Rank <> r || high.Rank <> r || interior.Rank <> r then
            refuse $"padding for {r} axes is needed"

        if xs[1].Rank <> 0 || xs[1].DType <> xs[0].DType then
            refuse "the padding value must be a scalar of the same dtype"

        [|
            Aval.withShape
                (Dims.own (
                    Array.init r (fun i ->
                        let n = xs[0].Shape[i]
                        let size = n + low[i] + high[i] + (max (n - 1) 0) * interior[i]

                        if size < 0 || interior[i] < 0 then
                            refuse $"axis {i} would have a negative size"

                        size)
                ))
                xs[0]
        |]
    | Prim.Reverse axes ->
        arity 1
        distinctAxes (name p) xs xs[0].Rank axes
        xs
    | Prim.Concat axis ->
        if xs.Length = 0 then
            refuse "at least one operand is needed"

        axisIn xs[0].Rank axis
        let mutable total = 0

        for x in xs do
            if
                x.DType <> xs[0].DType
                || x.Rank <> xs[0].Rank
                || not ((Dims.set axis 0 x.Shape).Equals(Dims.set axis 0 xs[0].Shape))
            then
                refuse $"operands must have one dtype and agree on every axis but {axis}"

            total <- total + x.Shape[axis]

        [| Aval.withShape (Dims.set axis total xs[0].Shape) xs[0] |]
    | Prim.DynamicSlice sizes ->
        arity 2
        let r = xs[0].Rank

        if xs[1].DType <> DType.Int32 || not (xs[1].Shape.Equals(Dims.own [| r |])) || sizes.Rank <> r then
            refuse $"{r} sizes and {r} int32 starts are needed"

        for i in 0 .. r - 1 do
            if sizes[i] < 0 || sizes[i] > xs[0].Shape[i] then
                refuse $"size {sizes[i]} does not fit axis {i}"

        [| Aval.withShape sizes xs[0] |]
    | Prim.DynamicUpdate ->
        arity 3
        let r = xs[0].Rank

        if xs[1].Rank <> r || xs[1].DType <> xs[0].DType then
            refuse "x and update must have one rank and one dtype"

        if xs[2].DType <> DType.Int32 || not (xs[2].Shape.Equals(Dims.own [| r |])) then
            refuse $"{r} int32 starts are needed"

        for i in 0 .. r - 1 do
            if xs[1].Shape[i] > xs[0].Shape[i] then
                refuse $"the update is larger than axis {i}"

        [| xs[0] |]
    | Prim.Gather batch ->
        arity 2
        let shape = gatherParts (name p) xs batch

        if xs[0].Shape[batch] = 0 && shape.Size > 0L then
            refuse "there is nothing to gather from on an empty axis"

        [| Aval.withShape shape xs[0] |]
    | Prim.Scatter(_, batch) ->
        arity 3
        let expected = gatherParts (name p) xs batch

        if not (xs[2].Shape.Equals expected) || xs[2].DType <> xs[0].DType then
            refuse $"updates must be {DType.name xs[0].DType} of shape {expected}"

        [| xs[0] |]
    | Prim.Reduce(op, axes) ->
        arity 1
        distinctAxes (name p) xs xs[0].Rank axes

        match op with
        | ReduceOp.And
        | ReduceOp.Or ->
            if xs[0].DType <> DType.Bool then
                refuse "bools are needed"
        | ReduceOp.Max
        | ReduceOp.Min ->
            if DType.isComplex xs[0].DType then
                refuse "complex numbers have no order"

            for a in axes do
                if xs[0].Shape[a] = 0 then
                    refuse $"axis {a} is empty: there is no largest or smallest element"
        | _ ->
            if xs[0].DType = DType.Bool then
                refuse "numbers are needed"

        let shape = Dims.complement xs[0].Rank axes |> Dims.map (fun i -> xs[0].Shape[i])
        [| Aval.withShape shape xs[0] |]
    | Prim.ArgReduce(_, axis) ->
        arity 1
        axisIn xs[0].Rank axis

        if DType.isComplex xs[0].DType then
            refuse "complex numbers have no order"

        if xs[0].Shape[axis] = 0 then
            refuse $"axis {axis} is empty"

        [| Aval.make DType.Int32 (Dims.removeAt axis xs[0].Shape) |]
    | Prim.Cumulative(op, axis, _) ->
        arity 1
        axisIn xs[0].Rank axis

        match op with
        | ReduceOp.And
        | ReduceOp.Or -> refuse "sum, prod, max and min exist"
        | _ ->
            if xs[0].DType = DType.Bool then
                refuse "numbers are needed"

        xs
    | Prim.Sort(axis, keys) ->
        if xs.Length = 0 || keys < 1 || keys > xs.Length then
            refuse "at least one key is needed"

        sameShape (name p) xs
        axisIn xs[0].Rank axis
        Array.copy xs
    | Prim.TopK k ->
        arity 1
        let r = xs[0].Rank

        if r < 1 || k < 0 || k > xs[0].Shape[r - 1] then
            refuse $"the last axis must have {k} elements or more"

        let shape = Dims.set (r - 1) k xs[0].Shape
        [| Aval.withShape shape xs[0]; Aval.make DType.Int32 shape |]
    | Prim.Dot d -> [| dot (name p) xs d |]
    | Prim.Conv d -> [| conv (name p) xs d |]
    | Prim.Window d -> [| window (name p) xs d |]
    | Prim.Fft(kind, lengths) -> [| fft (name p) xs kind lengths |]
    | Prim.Linalg op ->
        if xs.Length = 0 then
            refuse "a matrix is needed"

        linalg (name p) xs op
    | Prim.Rng(op, dtype, shape) ->
        let key = xs[0]

        if key.DType <> DType.UInt32 || key.Rank < 1 || key.Shape[key.Rank - 1] <> 2 then
            refuse "a key is needed: uint32 with 2 words on the last axis"

        let batch = Dims.sub 0 (key.Rank - 1) key.Shape

        match op with
        | RngOp.Bits ->
            arity 1

            if not (DType.isUnsigned dtype) then
                refuse "random bits are unsigned integers"

            [| Aval.make dtype (Dims.append batch shape) |]
        | _ ->
            arity 2

            if not (xs[1].Equals key) || shape.Rank <> 1 then
                refuse "a start like the key, and one count, are needed"

            [| Aval.make DType.UInt32 (Dims.append batch (Dims.own [| shape[0]; 2 |])) |]
    | Prim.Cond branches ->
        if branches.Length = 0 || xs.Length = 0 || not (xs[0].Equals(Aval.make DType.Int32 Dims.Empty)) then
            refuse "an int32 scalar and at least one branch are needed"

        let outs = graphOutputs branches[0]

        for b in branches do
            sameAvals (name p) "the results of a branch" outs (graphOutputs b)

        outs
    | Prim.While(cond, body, cc, bc) ->
        let state = Array.skip (cc + bc) xs

        match graphOutputs cond with
        | [| { DType = DType.Bool; Shape = s } |] when s.Rank = 0 -> ()
        | other -> refuse $"the condition must give one bool scalar, it gives ({shapes other})"

        sameAvals (name p) "the state after the body" state (graphOutputs body)
        state
    | Prim.Scan d ->
        let outs = graphOutputs d.Body
        let carries = Array.sub xs d.Consts d.Carries
        sameAvals (name p) "the carry after the body" carries (Array.truncate d.Carries outs)

        outs
        |> Array.mapi (fun i a -> if i < d.Carries then a else Aval.withShape (Dims.cons d.Length a.Shape) a)
    | Prim.Call c -> c.Outputs xs
