/// Composite operations: a name that a backend or an exporter may know a faster way for, and a meaning in primitives
/// that holds everywhere else. Gradients are composites too; they have no pullback of their own, so that second
/// derivatives go through the meaning. Operands are float tensors of one element type; axes are counted from the end.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Composites

open System

// ---- how a composite is written -------------------------------------------------------------------------------------

let private make name attrs outputs (decompose: Tensor[] -> Tensor[]) (vjp: CompositeVjp voption) leadingFree =
    Composite(name, 1, attrs, outputs, decompose, vjp, leadingFree, false)

/// A composite without a pullback of its own.
let private plain name attrs outputs decompose leadingFree = make name attrs outputs decompose ValueNone leadingFree

let private call1 (c: Composite) (xs: Tensor[]) : Tensor = (Lax.call c xs)[0]

/// The shape rule of an elementwise composite.
let private likeFirst (avals: Aval[]) = [| avals[0] |]

/// The pullback of an operation with one result; it is only asked for where that result has a cotangent.
let private pullback (f: Tensor[] -> Tensor[] -> Tensor -> Tensor[]) =
    ValueSome(CompositeVjp(fun inputs outputs cotangents -> f inputs outputs cotangents[0]))

let private lastAxes (rank: int) (count: int) = Dims.own (Array.init count (fun i -> rank - count + i))

let private leadingAxes (rank: int) (kept: int) = Dims.range (rank - kept)

/// Adds cotangents of which either may be absent.
let private plus (a: Tensor) (b: Tensor) : Tensor =
    if isNull a then b
    elif isNull b then a
    else Lax.add a b

/// `x` without its last axes, put back beside a tensor that has them.
let private alongLast (shape: Dims) (x: Tensor) : Tensor = Lax.broadcastInDim shape (Dims.range x.Rank) x

let private meanKeep (axes: Dims) (x: Tensor) : Tensor =
    let mutable n = 1

    for a in axes do
        n <- n * x.Shape[a]

    Lax.scale (1.0 / float n) (Lax.reduceKeep ReduceOp.Sum axes x)

// ---- activations ----------------------------------------------------------------------------------------------------

let private reluOp =
    make
        "relu"
        []
        likeFirst
        (fun xs -> [| Lax.max xs[0] (Lax.zerosLike xs[0]) |])
        // The result says as much as the operand, which can be forgotten then.
        (pullback (fun _ ys g ->
            let zero = Lax.zerosLike g
            [| Lax.select (Lax.gt ys[0] zero) g zero |]))
        true

/// max(x, 0); the derivative at 0 is 0.
let relu (x: Tensor) : Tensor = call1 reluOp [| x |]

let private sqrt2OverPi = Math.Sqrt(2.0 / Math.PI)

/// The inner argument of the tanh form and its derivative.
let private geluInner (x: Tensor) =
    let cube = Lax.mul x (Lax.square x)
    Lax.scale sqrt2OverPi (Lax.add x (Lax.scale 0.044715 cube))

let private geluMeaning approximate (x: Tensor) =
    if approximate then
        Lax.mul (Lax.scale 0.5 x) (Lax.shift 1.0 (Lax.tanh (geluInner x)))
    else
        // erfc keeps the left tail, where 1 + erf would round to zero.
        Lax.mul (Lax.scale 0.5 x) (Lax.erfc (Lax.scale -(Math.Sqrt 0.5) x))

let private geluSlope approximate (x: Tensor) =
    if approximate then
        let t = Lax.tanh (geluInner x)
        let inner = Lax.scale sqrt2OverPi (Lax.shift 1.0 (Lax.scale (3.0 * 0.044715) (Lax.square x)))
        let rise = Lax.mul (Lax.scale 0.5 x) (Lax.sub (Lax.onesLike t) (Lax.square t))
        Lax.add (Lax.scale 0.5 (Lax.shift 1.0 t)) (Lax.mul rise inner)
    else
        let density = Lax.scale (1.0 / Math.Sqrt(2.0 * Math.PI)) (Lax.exp (Lax.scale -0.5 (Lax.square x)))
        Lax.add (Lax.scale 0.5 (Lax.erfc (Lax.scale -(Math.Sqrt 0.5) x))) (Lax.mul x density)

let private geluGradOp approximate =
    plain
        "gelu_grad"
        [ "approximate", Attr.Bool approximate ]
        likeFirst
        (fun xs -> [| Lax.mul xs[1] (geluSlope approximate xs[0]) |])
        true

let private geluOp approximate =
    let grad = geluGradOp approximate

    make
        "gelu"
        [ "approximate", Attr.Bool approximate ]
        likeFirst
        (fun xs -> [| geluMeaning approximate xs[0] |])
        (pullback (fun xs _ g -> Lax.call grad [| xs[0]; g |]))
        true

let private geluTanh, private geluErf = geluOp true, geluOp false

/// x Φ(x), Φ the normal distribution function; `approximate`: its tanh form.
let gelu (approximate: bool) (x: Tensor) : Tensor = call1 (if approximate then geluTanh else geluErf) [| x |]

let private siluGradOp =
    plain
        "silu_grad"
        []
        likeFirst
        (fun xs ->
            let x, g = xs[0], xs[1]
            let s = Lax.logistic x
            let slope = Lax.mul s (Lax.shift 1.0 (Lax.mul x (Lax.sub (Lax.onesLike s) s)))
            [| Lax.mul g slope |])
        true

let private siluOp =
    make
        "silu"
        []
        likeFirst
        (fun xs -> [| Lax.mul xs[0] (Lax.logistic xs[0]) |])
        (pullback (fun xs _ g -> Lax.call siluGradOp [| xs[0]; g |]))
        true

/// x / (1 + exp(-x)).
let silu (x: Tensor) : Tensor = call1 siluOp [| x |]

// ---- softmax --------------------------------------------------------------------------------------------------------

let private axisOf (axis: int) (x: Tensor) = Dims.own [| x.Rank + axis |]

/// `x` with its largest element along the axis subtracted; the shift has no influence on a softmax and so no gradient.
let private centred (axes: Dims) (x: Tensor) = Lax.sub x (Lax.stopGradient (Lax.reduceKeep ReduceOp.Max axes x))

let private softmaxMeaning (axes: Dims) (x: Tensor) =
    let e = Lax.exp (centred axes x)
    Lax.div e (Lax.reduceKeep ReduceOp.Sum axes e)

let private softmaxGradOp axis =
    plain
        "softmax_grad"
        [ "axis", Attr.Int axis ]
        likeFirst
        (fun xs ->
            let y, g = xs[0], xs[1]
            let inner = Lax.reduceKeep ReduceOp.Sum (axisOf axis y) (Lax.mul g y)
            [| Lax.mul y (Lax.sub g inner) |])
        true

/// exp(x) normalised to sum 1 along an axis (negative).
let softmax (axis: int) (x: Tensor) : Tensor =
    let op =
        make
            "softmax"
            [ "axis", Attr.Int axis ]
            likeFirst
            (fun xs -> [| softmaxMeaning (axisOf axis xs[0]) xs[0] |])
            (pullback (fun _ ys g -> Lax.call (softmaxGradOp axis) [| ys[0]; g |]))
            true

    call1 op [| x |]

let private logSoftmaxGradOp axis =
    plain
        "log_softmax_grad"
        [ "axis", Attr.Int axis ]
        likeFirst
        (fun xs ->
            let y, g = xs[0], xs[1]
            [| Lax.sub g (Lax.mul (Lax.exp y) (Lax.reduceKeep ReduceOp.Sum (axisOf axis y) g)) |])
        true

/// The logarithm of the softmax along an axis (negative).
let logSoftmax (axis: int) (x: Tensor) : Tensor =
    let op =
        make
            "log_softmax"
            [ "axis", Attr.Int axis ]
            likeFirst
            (fun xs ->
                let axes = axisOf axis xs[0]
                let c = centred axes xs[0]
                [| Lax.sub c (Lax.log (Lax.reduceKeep ReduceOp.Sum axes (Lax.exp c))) |])
            (pullback (fun _ ys g -> Lax.call (logSoftmaxGradOp axis) [| ys[0]; g |]))
            true

    call1 op [| x |]

// ---- normalisation --------------------------------------------------------------------------------------------------

let private layerNormGradOp (count: int) =
    plain
        "layer_norm_grad"
        [ "axes", Attr.Int count ]
        // Operands: g, x, mean, rstd, gamma.
        (fun a -> [| a[1]; a[4]; a[4] |])
        (fun xs ->
            let g, x, mean, rstd, gamma = xs[0], xs[1], xs[2], xs[3], xs[4]
            let axes, leading = lastAxes x.Rank count, leadingAxes x.Rank count
            let rstd = alongLast x.Shape rstd
            let normal = Lax.mul (Lax.sub x (alongLast x.Shape mean)) rstd
            let gy = Lax.mul g gamma
            let inner = Lax.add (meanKeep axes gy) (Lax.mul normal (meanKeep axes (Lax.mul gy normal)))
            let gx = Lax.mul rstd (Lax.sub gy inner)
            [| gx; Lax.sum leading (Lax.mul g normal); Lax.sum leading g |])
        false

/// What flows to x from the cotangents of its mean and of 1 / its standard deviation over the last axes.
let private momentsPullback (count: int) (x: Tensor) (mean: Tensor) (rstd: Tensor) (gMean: Tensor) (gRstd: Tensor) =
    let n = lastAxes x.Rank count |> Seq.fold (fun n a -> n * x.Shape[a]) 1

    let ofMean =
        if isNull gMean then
            null
        else
            alongLast x.Shape (Lax.scale (1.0 / float n) gMean)

    let ofRstd =
        if isNull gRstd then
            null
        else
            let slope = Lax.mul gRstd (Lax.scale (-1.0 / float n) (Lax.mul rstd (Lax.square rstd)))
            Lax.mul (alongLast x.Shape slope) (Lax.sub x (alongLast x.Shape mean))

    plus ofMean ofRstd

/// (x, gamma, beta) with `count` trailing normalised axes to (y, mean, rstd): y = (x - mean) rstd gamma + beta, where
/// rstd = 1 / √(variance + epsilon); gamma and beta have the shape of the normalised axes, mean and rstd that of the
/// rest.
let layerNorm (count: int) (epsilon: float) (x: Tensor) (gamma: Tensor) (beta: Tensor) =
    let outputs (a: Aval[]) =
        let stat = Aval.withShape (Dims.sub 0 (a[0].Rank - count) a[0].Shape) a[0]
        [| a[0]; stat; stat |]

    let meaning (xs: Tensor[]) =
        let x = xs[0]
        let axes = lastAxes x.Rank count
        let mean = meanKeep axes x
        let d = Lax.sub x mean
        let rstd = Lax.rsqrt (Lax.shift epsilon (meanKeep axes (Lax.square d)))
        let stat = Dims.sub 0 (x.Rank - count) x.Shape
        let y = Lax.add (Lax.mul (Lax.mul d rstd) xs[1]) xs[2]
        [| y; Lax.reshape stat mean; Lax.reshape stat rstd |]

    let vjp =
        CompositeVjp(fun xs ys gs ->
            let x, gamma, mean, rstd = xs[0], xs[1], ys[1], ys[2]

            let main =
                if isNull gs[0] then
                    [| null; null; null |]
                else
                    Lax.call (layerNormGradOp count) [| gs[0]; x; mean; rstd; gamma |]

            [| plus main[0] (momentsPullback count x mean rstd gs[1] gs[2]); main[1]; main[2] |])

    let attrs = [ "axes", Attr.Int count; "epsilon", Attr.Float epsilon ]
    let r = Lax.call (make "layer_norm" attrs outputs meaning (ValueSome vjp) false) [| x; gamma; beta |]
    struct (r[0], r[1], r[2])

let private batchNormGradOp (epsilon: float) =
    plain
        "batch_norm_train_grad"
        [ "epsilon", Attr.Float epsilon ]
        // Operands: g, x, mean, variance, gamma.
        (fun a -> [| a[1]; a[4]; a[4] |])
        (fun xs ->
            let g, x, mean, variance, gamma = xs[0], xs[1], xs[2], xs[3], xs[4]
            let axes = leadingAxes x.Rank 1
            let rstd = Lax.rsqrt (Lax.shift epsilon variance)
            let normal = Lax.mul (Lax.sub x mean) rstd
            let gBeta, gGamma = Lax.sum axes g, Lax.sum axes (Lax.mul g normal)
            let n = float (x.Size / (max 1 x.Shape[x.Rank - 1]))
            let inner = Lax.scale (1.0 / n) (Lax.add gBeta (Lax.mul normal gGamma))
            [| Lax.mul (Lax.mul gamma rstd) (Lax.sub g inner); gGamma; gBeta |])
        false

/// (x […, C], gamma, beta) to (y, mean [C], biased variance [C]) over all axes but the last.
let batchNormTrain (epsilon: float) (x: Tensor) (gamma: Tensor) (beta: Tensor) =
    let meaning (xs: Tensor[]) =
        let x = xs[0]
        let axes = leadingAxes x.Rank 1
        let mean = meanKeep axes x
        let d = Lax.sub x mean
        let variance = meanKeep axes (Lax.square d)
        let y = Lax.add (Lax.mul d (Lax.mul (Lax.rsqrt (Lax.shift epsilon variance)) xs[1])) xs[2]
        [| y; Lax.reshape xs[1].Shape mean; Lax.reshape xs[1].Shape variance |]

    let vjp =
        CompositeVjp(fun xs ys gs ->
            let x, gamma, mean, variance = xs[0], xs[1], ys[1], ys[2]
            let n = float (x.Size / (max 1 x.Shape[x.Rank - 1]))

            let main =
                if isNull gs[0] then
                    [| null; null; null |]
                else
                    Lax.call (batchNormGradOp epsilon) [| gs[0]; x; mean; variance; gamma |]

            let ofMean =
                if isNull gs[1] then
                    null
                else
                    Lax.broadcastTo x.Shape (Lax.scale (1.0 / n) gs[1])

            let ofVariance =
                if isNull gs[2] then
                    null
                else
                    Lax.mul (Lax.scale (2.0 / n) gs[2]) (Lax.sub x mean)

            [| plus main[0] (plus ofMean ofVariance); main[1]; main[2] |])

    let outputs (a: Aval[]) = [| a[0]; a[1]; a[1] |]
    let op = make "batch_norm_train" [ "epsilon", Attr.Float epsilon ] outputs meaning (ValueSome vjp) false
    let r = Lax.call op [| x; gamma; beta |]
    struct (r[0], r[1], r[2])

/// (x - mean) / √(variance + epsilon) · gamma + beta, where everything but x […, C] has shape [C].
let batchNormInference (epsilon: float) (x: Tensor) (gamma: Tensor) (beta: Tensor) (mean: Tensor) (variance: Tensor) =
    let meaning (xs: Tensor[]) =
        let slope = Lax.mul (Lax.rsqrt (Lax.shift epsilon xs[4])) xs[1]
        [| Lax.add (Lax.mul (Lax.sub xs[0] xs[3]) slope) xs[2] |]

    let op = plain "batch_norm_inference" [ "epsilon", Attr.Float epsilon ] likeFirst meaning false
    call1 op [| x; gamma; beta; mean; variance |]
