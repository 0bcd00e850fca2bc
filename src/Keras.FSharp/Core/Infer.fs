/// The shape rules: element types and shapes of the results of a primitive from those of its operands. Every other part
/// relies on them: backends never infer, and nothing is executed that this file refuses.
[<RequireQualifiedAccess>]
module Keras.FSharp.Infer

open ShapeRules

/// Element types and shapes of the results of `p` on operands of the given ones. Errors name the primitive, the operands
/// and what it needs.
let outputs (p: Prim) (xs: Aval[]) : Aval[] =
    let refuse (reason: string) : 'a = refuse (Prims.name p) xs reason

    let arity n =
        if xs.Length <> n then
            refuse $"it takes {n} operands, not {xs.Length}"

    let axisIn rank axis = axisIn (Prims.name p) xs rank axis

    match p with
    | Prim.Unary op ->
        arity 1

        match unaryType op xs[0].DType with
        | ValueSome d -> if d = xs[0].DType then xs else [| { xs[0] with DType = d } |]
        | ValueNone -> refuse $"{DType.name xs[0].DType} is not possible here"
    | Prim.Binary op ->
        arity 2
        sameAll (Prims.name p) xs

        match binaryType op xs[0].DType with
        | ValueSome d -> [| (if d = xs[0].DType then xs[0] else { xs[0] with DType = d }) |]
        | ValueNone -> refuse $"{DType.name xs[0].DType} is not possible here"
    | Prim.Compare op ->
        arity 2
        sameAll (Prims.name p) xs

        if DType.isComplex xs[0].DType && op <> CompareOp.Eq && op <> CompareOp.Ne then
            refuse "complex numbers have no order"

        [| { xs[0] with DType = DType.Bool } |]
    | Prim.Select ->
        arity 3
        sameShape (Prims.name p) xs

        if xs[0].DType <> DType.Bool || xs[1].DType <> xs[2].DType then
            refuse "a bool condition and two operands of one dtype are needed"

        [| xs[1] |]
    | Prim.Clamp ->
        arity 3
        sameAll (Prims.name p) xs

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

        distinctAxes (Prims.name p) xs xs[0].Rank perm
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
        distinctAxes (Prims.name p) xs xs[0].Rank axes
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
        let shape = gatherParts (Prims.name p) xs batch

        if xs[0].Shape[batch] = 0 && shape.Size > 0L then
            refuse "there is nothing to gather from on an empty axis"

        [| Aval.withShape shape xs[0] |]
    | Prim.Scatter(_, batch) ->
        arity 3
        let expected = gatherParts (Prims.name p) xs batch

        if not (xs[2].Shape.Equals expected) || xs[2].DType <> xs[0].DType then
            refuse $"updates must be {DType.name xs[0].DType} of shape {expected}"

        [| xs[0] |]
    | Prim.Reduce(op, axes) ->
        arity 1
        distinctAxes (Prims.name p) xs xs[0].Rank axes

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

        sameShape (Prims.name p) xs
        axisIn xs[0].Rank axis
        Array.copy xs
    | Prim.TopK k ->
        arity 1
        let r = xs[0].Rank

        if r < 1 || k < 0 || k > xs[0].Shape[r - 1] then
            refuse $"the last axis must have {k} elements or more"

        let shape = Dims.set (r - 1) k xs[0].Shape
        [| Aval.withShape shape xs[0]; Aval.make DType.Int32 shape |]
    | Prim.Dot d -> [| dot (Prims.name p) xs d |]
    | Prim.Conv d -> [| conv (Prims.name p) xs d |]
    | Prim.Window d -> [| window (Prims.name p) xs d |]
    | Prim.Fft(kind, lengths) -> [| fft (Prims.name p) xs kind lengths |]
    | Prim.Linalg op ->
        if xs.Length = 0 then
            refuse "a matrix is needed"

        linalg (Prims.name p) xs op
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
            sameAvals (Prims.name p) "the results of a branch" outs (graphOutputs b)

        outs
    | Prim.While(cond, body, cc, bc) ->
        let state = Array.skip (cc + bc) xs

        match graphOutputs cond with
        | [| { DType = DType.Bool; Shape = s } |] when s.Rank = 0 -> ()
        | other -> refuse $"the condition must give one bool scalar, it gives ({shapes other})"

        sameAvals (Prims.name p) "the state after the body" state (graphOutputs body)
        state
    | Prim.Scan d ->
        let outs = graphOutputs d.Body
        let carries = Array.sub xs d.Consts d.Carries
        sameAvals (Prims.name p) "the carry after the body" carries (Array.truncate d.Carries outs)

        outs
        |> Array.mapi (fun i a -> if i < d.Carries then a else Aval.withShape (Dims.cons d.Length a.Shape) a)
    | Prim.Call c -> c.Outputs xs
