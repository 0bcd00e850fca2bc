/// The derivative of every primitive, stated once. Reverse mode and forward mode both follow from it, and since the rules
/// are ordinary tensor functions, so do derivatives of any order. Complex numbers follow JAX's convention: a pullback is
/// the transpose, without conjugation.
namespace Keras.FSharp

open System

/// The table of derivatives.
[<RequireQualifiedAccess>]
module internal Derivatives =
    let private all n = Array.create n true
    let private linear1 f = Derivative.Linear([| true |], (fun _ xs g -> f xs[0] g))

    let private partial1 (f: Tensor -> Tensor -> Tensor) = Derivative.Pointwise(fun _ xs y -> f xs[0] y)

    /// 1 where the condition holds, else 0.
    let private indicator (like: Tensor) (c: Tensor) = Lax.convert like.DType c

    let private oneMinus x = Lax.sub (Lax.onesLike x) x
    let private onePlus x = Lax.shift 1.0 x

    let private complexOf (re: Tensor) = Lax.complex re (Lax.zerosLike re)

    let unary (op: UnaryOp) (dtype: DType) : Derivative =
        match op with
        | UnaryOp.Neg -> linear1 (fun _ g -> Lax.neg g)
        | UnaryOp.Abs when DType.isComplex dtype ->
            Derivative.Pullback(fun _ xs ys gs ->
                let safe = Lax.select (Lax.eq ys[0] (Lax.zerosLike ys[0])) (Lax.onesLike ys[0]) ys[0]
                [| Lax.mul (complexOf (Lax.div gs[0] safe)) (Lax.conj xs[0]) |])
        | UnaryOp.Abs -> partial1 (fun x _ -> Lax.sign x)
        | UnaryOp.Exp -> partial1 (fun _ y -> y)
        | UnaryOp.Expm1 -> partial1 (fun _ y -> onePlus y)
        | UnaryOp.Log -> partial1 (fun x _ -> Lax.reciprocal x)
        | UnaryOp.Log1p -> partial1 (fun x _ -> Lax.reciprocal (onePlus x))
        | UnaryOp.Sqrt -> partial1 (fun _ y -> Lax.div (Lax.fullLike y 0.5) y)
        | UnaryOp.Rsqrt -> partial1 (fun x y -> Lax.scale -0.5 (Lax.div y x))
        | UnaryOp.Sin -> partial1 (fun x _ -> Lax.cos x)
        | UnaryOp.Cos -> partial1 (fun x _ -> Lax.neg (Lax.sin x))
        | UnaryOp.Tan -> partial1 (fun _ y -> onePlus (Lax.square y))
        | UnaryOp.Asin -> partial1 (fun x _ -> Lax.rsqrt (oneMinus (Lax.square x)))
        | UnaryOp.Acos -> partial1 (fun x _ -> Lax.neg (Lax.rsqrt (oneMinus (Lax.square x))))
        | UnaryOp.Atan -> partial1 (fun x _ -> Lax.reciprocal (onePlus (Lax.square x)))
        | UnaryOp.Sinh -> partial1 (fun x _ -> Lax.cosh x)
        | UnaryOp.Cosh -> partial1 (fun x _ -> Lax.sinh x)
        | UnaryOp.Tanh -> partial1 (fun _ y -> oneMinus (Lax.square y))
        | UnaryOp.Asinh -> partial1 (fun x _ -> Lax.rsqrt (onePlus (Lax.square x)))
        | UnaryOp.Acosh -> partial1 (fun x _ -> Lax.mul (Lax.rsqrt (Lax.shift -1.0 x)) (Lax.rsqrt (onePlus x)))
        | UnaryOp.Atanh -> partial1 (fun x _ -> Lax.reciprocal (oneMinus (Lax.square x)))
        | UnaryOp.Logistic -> partial1 (fun _ y -> Lax.mul y (oneMinus y))
        | UnaryOp.Erf -> partial1 (fun x _ -> Lax.scale (2.0 / sqrt Math.PI) (Lax.exp (Lax.neg (Lax.square x))))
        | UnaryOp.Erfc -> partial1 (fun x _ -> Lax.scale (-2.0 / sqrt Math.PI) (Lax.exp (Lax.neg (Lax.square x))))
        | UnaryOp.ErfInv -> partial1 (fun _ y -> Lax.scale (sqrt Math.PI / 2.0) (Lax.exp (Lax.square y)))
        | UnaryOp.Lgamma -> partial1 (fun x _ -> Lax.digamma x)
        | UnaryOp.Digamma -> partial1 (fun x _ -> Lax.polygamma (Lax.onesLike x) x)
        | UnaryOp.BesselI0e -> partial1 (fun x y -> Lax.sub (Lax.besselI1e x) (Lax.mul (Lax.sign x) y))
        | UnaryOp.BesselI1e ->
            partial1 (fun x y ->
                let zero = Lax.eq x (Lax.zerosLike x)
                let safe = Lax.select zero (Lax.onesLike x) x
                let slope = Lax.add (Lax.sign x) (Lax.reciprocal safe)
                Lax.select zero (Lax.fullLike x 0.5) (Lax.sub (Lax.besselI0e x) (Lax.mul y slope)))
        | UnaryOp.Real -> linear1 (fun _ g -> complexOf g)
        | UnaryOp.Imag -> linear1 (fun _ g -> Lax.complex (Lax.zerosLike g) (Lax.neg g))
        | UnaryOp.Sign
        | UnaryOp.Floor
        | UnaryOp.Ceil
        | UnaryOp.Round
        | UnaryOp.Trunc
        | UnaryOp.IsFinite
        | UnaryOp.Not -> Derivative.Zero
        | _ -> Fail.runtime "derivative" $"no rule for {op}" ""

    let private powPartial i (xs: Tensor[]) (y: Tensor) =
        let b, e = xs[0], xs[1]

        if i = 0 then
            let zero = Lax.eq e (Lax.zerosLike e)
            let lower = Lax.select zero (Lax.onesLike e) (Lax.sub e (Lax.onesLike e))
            Lax.select zero (Lax.zerosLike e) (Lax.mul e (Lax.pow b lower))
        else
            let zero = Lax.eq b (Lax.zerosLike b)
            Lax.mul (Lax.log (Lax.select zero (Lax.onesLike b) b)) y

    /// Of max and min: half to each operand where they are equal.
    let private extremum (wins: Tensor -> Tensor -> Tensor) i (xs: Tensor[]) =
        let mine, other = (if i = 0 then xs[0], xs[1] else xs[1], xs[0])
        let half = Lax.scale 0.5 (indicator mine (Lax.eq mine other))
        Lax.add (indicator mine (wins mine other)) half

    let binary (op: BinaryOp) : Derivative =
        match op with
        | BinaryOp.Add -> Derivative.Linear(all 2, (fun _ _ g -> g))
        | BinaryOp.Sub -> Derivative.Linear(all 2, (fun i _ g -> if i = 0 then g else Lax.neg g))
        | BinaryOp.Mul -> Derivative.Bilinear(fun i xs g -> Lax.mul g xs[1 - i])
        | BinaryOp.Div ->
            Derivative.Pointwise(fun i xs y -> if i = 0 then Lax.reciprocal xs[1] else Lax.neg (Lax.div y xs[1]))
        | BinaryOp.Rem ->
            Derivative.Pointwise(fun i xs _ ->
                if i = 0 then Lax.onesLike xs[0] else Lax.neg (Lax.trunc (Lax.div xs[0] xs[1])))
        | BinaryOp.Pow -> Derivative.Pointwise powPartial
        | BinaryOp.Max -> Derivative.Pointwise(fun i xs _ -> extremum Lax.gt i xs)
        | BinaryOp.Min -> Derivative.Pointwise(fun i xs _ -> extremum Lax.lt i xs)
        | BinaryOp.Atan2 ->
            Derivative.Pointwise(fun i xs _ ->
                let norm = Lax.add (Lax.square xs[0]) (Lax.square xs[1])
                if i = 0 then Lax.div xs[1] norm else Lax.neg (Lax.div xs[0] norm))
        | BinaryOp.Complex ->
            Derivative.Linear(all 2, (fun i _ g -> if i = 0 then Lax.real g else Lax.neg (Lax.imag g)))
        | BinaryOp.Igamma ->
            Derivative.Pointwise(fun i xs _ ->
                let a, x = xs[0], xs[1]

                if i = 0 then
                    Lax.igammaGradA a x
                else
                    let power = Lax.mul (Lax.shift -1.0 a) (Lax.log x)
                    Lax.exp (Lax.sub (Lax.sub power x) (Lax.lgamma a)))
        | BinaryOp.IgammaGradA ->
            Derivative.Pointwise(fun i xs _ ->
                let a, x = xs[0], xs[1]

                if i = 0 then
                    Fail.unsupported
                        "gammainc"
                        "the second derivative with respect to a is not known in closed form"
                        "Differentiate with respect to x, or once with respect to a."
                else
                    let power = Lax.mul (Lax.shift -1.0 a) (Lax.log x)
                    let density = Lax.exp (Lax.sub (Lax.sub power x) (Lax.lgamma a))
                    Lax.mul density (Lax.sub (Lax.log x) (Lax.digamma a)))
        | BinaryOp.Polygamma ->
            Derivative.Pointwise(fun i xs _ -> if i = 0 then null else Lax.polygamma (onePlus xs[0]) xs[1])
        | BinaryOp.NextAfter
        | BinaryOp.And
        | BinaryOp.Or
        | BinaryOp.Xor
        | BinaryOp.ShiftLeft
        | BinaryOp.ShiftRightArithmetic
        | BinaryOp.ShiftRightLogical -> Derivative.Zero
        | _ -> Fail.runtime "derivative" $"no rule for {op}" ""

    let private dotTranspose (d: DotDims) i (xs: Tensor[]) (g: Tensor) : Tensor =
        // The cotangent of an operand is the product of g with the other operand, summed over the other's free axes.
        let mine, other = xs[i], xs[1 - i]

        let myBatch, myContract, otherBatch, otherContract =
            if i = 0 then
                d.LhsBatch, d.LhsContract, d.RhsBatch, d.RhsContract
            else
                d.RhsBatch, d.RhsContract, d.LhsBatch, d.LhsContract

        let free rank batch contract = Dims.complement rank (Dims.append batch contract)
        let myFree = free mine.Rank myBatch myContract
        let otherFree = free other.Rank otherBatch otherContract
        let nb = myBatch.Rank

        // Where the other operand's free axes lie in g.
        let firstOther = if i = 0 then nb + myFree.Rank else nb
        let gContract = Dims.own (Array.init otherFree.Rank (fun k -> firstOther + k))

        // The product has the batch axes first, then in one order or the other my free axes and the other's contracted
        // axes, ascending; each of the latter belongs to one of mine.
        let sorted = otherContract |> Seq.indexed |> Seq.sortBy snd |> Seq.map fst |> Seq.toArray

        let contracted = sorted |> Array.map (fun k -> myContract[k])
        let freeFirst = Dims.own (Array.concat [ myBatch.Items; myFree.Items; contracted ])
        let contractedFirst = Dims.own (Array.concat [ myBatch.Items; contracted; myFree.Items ])
        let batch = Dims.range nb

        // The order that needs no transpose is taken where there is one.
        if contractedFirst.Equals(Dims.range mine.Rank) then
            Lax.dot
                {
                    LhsContract = otherFree
                    RhsContract = gContract
                    LhsBatch = otherBatch
                    RhsBatch = batch
                }
                other
                g
        else
            Lax.dot
                {
                    LhsContract = gContract
                    RhsContract = otherFree
                    LhsBatch = batch
                    RhsBatch = otherBatch
                }
                g
                other
            |> Lax.transpose (Dims.invert freeFirst)

    let private convTranspose (d: ConvDims) i (xs: Tensor[]) (g: Tensor) : Tensor =
        let as' kind = Lax.conv { d with Kind = kind }

        match d.Kind, i with
        | ConvKind.Forward, 0 -> as' ConvKind.InputGrad g xs[1]
        | ConvKind.Forward, _ -> as' ConvKind.KernelGrad xs[0] g
        | ConvKind.InputGrad, 0 -> as' ConvKind.Forward g xs[1]
        | ConvKind.InputGrad, _ -> as' ConvKind.KernelGrad g xs[0]
        | _, 0 -> as' ConvKind.InputGrad xs[1] g
        | _, _ -> as' ConvKind.Forward xs[0] g

    let private windowRule (d: WindowDims) : Derivative =
        let as' op = Lax.window { d with Op = op }

        match d.Op with
        | WindowOp.Sum -> linear1 (fun _ g -> as' WindowOp.SumGrad [| g |])
        | WindowOp.SumGrad -> linear1 (fun _ g -> as' WindowOp.Sum [| g |])
        | WindowOp.Max -> Derivative.Pullback(fun _ xs _ gs -> [| as' WindowOp.MaxGrad [| xs[0]; gs[0] |] |])
        | WindowOp.MaxGrad -> Derivative.Linear([| false; true |], (fun _ xs g -> as' WindowOp.MaxPick [| xs[0]; g |]))
        | _ -> Derivative.Linear([| false; true |], (fun _ xs g -> as' WindowOp.MaxGrad [| xs[0]; g |]))

    let private broadcastTranspose (axes: Dims) (x: Tensor) (g: Tensor) : Tensor =
        let stretched = [|
            for i in 0 .. axes.Rank - 1 do
                if x.Shape[i] = 1 && g.Shape[axes[i]] <> 1 then
                    axes[i]
        |]

        let added = Dims.complement g.Rank axes
        let drop = Array.append added.Items stretched |> Array.sort |> Dims.own
        Lax.reshape x.Shape (Lax.sum drop g)

    let private sliceTranspose (start: Dims) (stride: Dims) (x: Tensor) (g: Tensor) : Tensor =
        if g.Size = 0 then
            Lax.zerosLike x
        else
            let high = Array.init x.Rank (fun i -> x.Shape[i] - (start[i] + (g.Shape[i] - 1) * stride[i] + 1))

            Lax.padZero start (Dims.own high) (Dims.map (fun s -> s - 1) stride) g

    let private padTranspose (low: Dims) (high: Dims) (interior: Dims) i (xs: Tensor[]) (g: Tensor) : Tensor =
        let ofX =
            if xs[0].Size = 0 then
                Lax.zerosLike xs[0]
            else
                let minus = Dims.map (~-)
                let cropped = Lax.padZero (minus low) (minus high) (Dims.map (fun _ -> 0) low) g

                Lax.slice (Dims.map (fun _ -> 0) low) cropped.Shape (Dims.map (fun n -> n + 1) interior) cropped

        if i = 0 then ofX else Lax.sub (Lax.sumAll g) (Lax.sumAll ofX)

    /// The rule of each primitive; `avals` are those of its operands.
    let rule (p: Prim) (avals: Aval[]) : Derivative =
        match p with
        | Prim.Unary op -> unary op avals[0].DType
        | Prim.Binary op -> binary op
        | Prim.Compare _
        | Prim.Bitcast _
        | Prim.StopGradient
        | Prim.Full _
        | Prim.Iota _
        | Prim.ArgReduce _
        | Prim.Rng _ -> Derivative.Zero
        | Prim.Select ->
            Derivative.Linear(
                [| false; true; true |],
                fun i xs g ->
                    let zero = Lax.zerosLike g
                    if i = 1 then Lax.select xs[0] g zero else Lax.select xs[0] zero g
            )
        | Prim.Clamp ->
            Derivative.Pointwise(fun i xs _ ->
                let low, x, high = xs[0], xs[1], xs[2]

                match i with
                | 0 -> indicator x (Lax.lt x low)
                | 1 -> indicator x (Lax.logicalAnd (Lax.ge x low) (Lax.le x high))
                | _ -> indicator x (Lax.gt x high))
        | Prim.Convert target ->
            if DType.isDifferentiable target then
                linear1 (fun x g ->
                    if DType.isComplex target && not (DType.isComplex x.DType) then
                        Lax.convert x.DType (Lax.real g)
                    else
                        Lax.convert x.DType g)
            else
                Derivative.Zero
        | Prim.Barrier -> Derivative.Pullback(fun _ _ _ gs -> gs)
        | Prim.Reshape _ -> linear1 (fun x g -> Lax.reshape x.Shape g)
        | Prim.Transpose perm -> linear1 (fun _ g -> Lax.transpose (Dims.invert perm) g)
        | Prim.Broadcast(_, axes) -> linear1 (broadcastTranspose axes)
        | Prim.Slice(start, _, stride) -> linear1 (sliceTranspose start stride)
        | Prim.Pad(low, high, interior) -> Derivative.Linear(all 2, padTranspose low high interior)
        | Prim.Reverse axes -> linear1 (fun _ g -> Lax.reverse axes g)
        | Prim.Concat axis ->
            Derivative.Linear(
                all avals.Length,
                fun i xs g ->
                    let first = Seq.sumBy (fun (x: Tensor) -> x.Shape[axis]) (Seq.truncate i xs)
                    Lax.sliceAxis axis first (first + xs[i].Shape[axis]) g
            )
        | Prim.DynamicSlice _ ->
            Derivative.Linear([| true; false |], (fun _ xs g -> Lax.dynamicUpdate g xs[1] (Lax.zerosLike xs[0])))
        | Prim.DynamicUpdate ->
            Derivative.Linear(
                [| true; true; false |],
                fun i xs g ->
                    if i = 0 then
                        Lax.dynamicUpdate (Lax.zerosLike xs[1]) xs[2] g
                    else
                        Lax.dynamicSlice xs[1].Shape xs[2] g
            )
        | Prim.Gather batch ->
            Derivative.Linear(
                [| true; false |],
                fun _ xs g ->
                    let indices = IndexRules.clamped xs[0].Shape[batch] xs[1]
                    Lax.scatter ScatterOp.Add batch indices g (Lax.zerosLike xs[0])
            )
        | Prim.Scatter(op, batch) -> IndexRules.scatter op batch
        | Prim.Reduce(op, axes) -> ReduceRules.reduce op axes
        | Prim.Cumulative(op, axis, reverse) -> ReduceRules.cumulative op axis reverse
        | Prim.Sort(axis, keys) -> IndexRules.sort axis keys
        | Prim.TopK _ ->
            Derivative.Pullback(fun _ xs ys gs ->
                if isNull gs[0] then
                    [| null |]
                else
                    [| Lax.scatter ScatterOp.Add (xs[0].Rank - 1) ys[1] gs[0] (Lax.zerosLike xs[0]) |])
        | Prim.Dot d -> Derivative.Bilinear(dotTranspose d)
        | Prim.Conv d -> Derivative.Bilinear(convTranspose d)
        | Prim.Window d -> windowRule d
        | Prim.Fft(kind, lengths) -> linear1 (fun _ g -> LinalgRules.fftTranspose kind lengths g)
        | Prim.Linalg op -> LinalgRules.rule op
        | Prim.Cond _
        | Prim.While _
        | Prim.Scan _ -> Derivative.Control
        | Prim.Call c ->
            match c.Vjp with
            | ValueNone -> Fail.runtime "derivative" $"{c.Name} has no rule of its own: decompose it first" ""
            | ValueSome vjp -> Derivative.Pullback(fun _ xs ys gs -> vjp.Invoke(xs, ys, gs))
