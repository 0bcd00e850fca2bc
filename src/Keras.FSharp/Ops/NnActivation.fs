/// keras.ops.nn: activation functions. Floats keep their type; integers and bools become `floatx` unless said
/// otherwise.
namespace Keras.FSharp

open System

/// Activation functions. Reached as members of `Ops`.
[<AbstractClass>]
type NnActivation internal () =
    inherit NumpyIndex()

    static member private positive(x: Tensor) : Tensor = Lax.gt x (Lax.zerosLike x)

    static member private above(x: Tensor, limit: float) : Tensor = Lax.gt x (Lax.fullLike x limit)

    /// |x| at most the limit. False for NaN, which so is not replaced.
    static member private within(x: Tensor, limit: float) : Tensor = Lax.le (Lax.abs x) (Lax.fullLike x limit)

    /// Bools are no numbers; integers may stay what they are.
    static member private number(x: Tensor) : Tensor = if DType.isInteger x.DType then x else Types.toFloating x

    /// x limited to an interval; outside of it no gradient flows.
    static member private limited(low: float, high: float, x: Tensor) : Tensor =
        Lax.min (Lax.max x (Lax.fullLike x low)) (Lax.fullLike x high)

    /// max(x, 0); integers stay integers. Keras: `keras.ops.relu`.
    static member relu(x: Tensor) : Tensor =
        if DType.isFloat x.DType then Composites.relu x else Lax.max x (Lax.zerosLike x)

    /// min(max(x, 0), 6); integers stay integers. Keras: `keras.ops.relu6`.
    static member relu6(x: Tensor) : Tensor = NnActivation.limited (0.0, 6.0, NnActivation.number x)

    /// 1 / (1 + exp(-x)). Keras: `keras.ops.sigmoid`.
    static member sigmoid(x: Tensor) : Tensor = Lax.logistic (Types.toFloating x)

    /// 0 below -1, 1 above 1, straight between. Keras: `keras.ops.sparse_sigmoid`.
    static member sparseSigmoid(x: Tensor) : Tensor =
        Lax.scale 0.5 (Lax.shift 1.0 (NnActivation.limited (-1.0, 1.0, Types.toFloating x)))

    /// log(1 + exp(x)) without overflow. Keras: `keras.ops.softplus`.
    static member softplus(x: Tensor) : Tensor =
        let x = Types.toFloating x
        Lax.add (Lax.max x (Lax.zerosLike x)) (Lax.log1p (Lax.exp (Lax.neg (Lax.abs x))))

    /// log(sigmoid(x)) without overflow. Keras: `keras.ops.log_sigmoid`.
    static member logSigmoid(x: Tensor) : Tensor = Lax.neg (NnActivation.softplus (Lax.neg (Types.toFloating x)))

    /// x / (1 + |x|). Keras: `keras.ops.softsign`.
    static member softsign(x: Tensor) : Tensor =
        let x = Types.toFloating x
        Lax.div x (Lax.shift 1.0 (Lax.abs x))

    /// x · sigmoid(x). Keras: `keras.ops.silu`, `keras.ops.swish`.
    static member silu(x: Tensor) : Tensor = Composites.silu (Types.toFloating x)

    /// x · sigmoid(x). Keras: `keras.ops.swish`.
    static member swish(x: Tensor) : Tensor = NnActivation.silu x

    /// min(max(x + 3, 0), 6) / 6. Keras: `keras.ops.hard_sigmoid`.
    static member hardSigmoid(x: Tensor) : Tensor =
        Lax.scale (1.0 / 6.0) (NnActivation.relu6 (Lax.shift 3.0 (Types.toFloating x)))

    /// x · hardSigmoid(x). Keras: `keras.ops.hard_silu`, `keras.ops.hard_swish`.
    static member hardSilu(x: Tensor) : Tensor = Lax.mul (Types.toFloating x) (NnActivation.hardSigmoid x)

    /// x · hardSigmoid(x). Keras: `keras.ops.hard_swish`.
    static member hardSwish(x: Tensor) : Tensor = NnActivation.hardSilu x

    /// x limited to [-1, 1]; integers stay integers. Keras: `keras.ops.hard_tanh`.
    static member hardTanh(x: Tensor) : Tensor = NnActivation.limited (-1.0, 1.0, NnActivation.number x)

    /// x - tanh(x). Keras: `keras.ops.tanh_shrink`.
    static member tanhShrink(x: Tensor) : Tensor =
        let x = Types.toFloating x
        Lax.sub x (Lax.tanh x)

    /// x moved towards 0 by the threshold, 0 within it. Keras: `keras.ops.soft_shrink`.
    static member softShrink(x: Tensor, ?threshold: float) : Tensor =
        let x, t = Types.toFloating x, defaultArg threshold 0.5
        let moved = Lax.sub x (Lax.scale t (Lax.sign x))
        Lax.select (NnActivation.within (x, t)) (Lax.zerosLike x) moved

    /// x where |x| exceeds the threshold, else 0. Keras: `keras.ops.hard_shrink`.
    static member hardShrink(x: Tensor, ?threshold: float) : Tensor =
        let x = Types.toFloating x
        Lax.select (NnActivation.within (x, defaultArg threshold 0.5)) (Lax.zerosLike x) x

    /// x where it exceeds the threshold, else `defaultValue`; integers stay integers. Keras: `keras.ops.threshold`.
    static member threshold(x: Tensor, threshold: float, defaultValue: float) : Tensor =
        Lax.select (NnActivation.above (x, threshold)) x (Lax.fullLike x defaultValue)

    /// α (exp(x / slope) - 1) for x below 0, and nothing above, where the exponential could overflow.
    static member private below(alpha: float, slope: float, x: Tensor) : Tensor =
        let negative = Lax.select (NnActivation.positive x) (Lax.zerosLike x) x
        Lax.scale alpha (Lax.expm1 (Lax.scale (1.0 / slope) negative))

    /// x above 0, α (exp(x) - 1) below. Keras: `keras.ops.elu`.
    static member elu(x: Tensor, ?alpha: float) : Tensor =
        let x = Types.toFloating x
        Lax.select (NnActivation.positive x) x (NnActivation.below (defaultArg alpha 1.0, 1.0, x))

    /// x above 0, α (exp(x / α) - 1) below. Keras: `keras.ops.celu`.
    static member celu(x: Tensor, ?alpha: float) : Tensor =
        let x, alpha = Types.toFloating x, defaultArg alpha 1.0
        Lax.select (NnActivation.positive x) x (NnActivation.below (alpha, alpha, x))

    /// The elu whose scale and α keep mean and variance. Keras: `keras.ops.selu`.
    static member selu(x: Tensor) : Tensor = Lax.scale 1.0507009873554805 (NnActivation.elu (x, 1.6732632423543772))

    /// x above 0, `negativeSlope` · x below. Keras: `keras.ops.leaky_relu`.
    static member leakyRelu(x: Tensor, ?negativeSlope: float) : Tensor =
        let x = Types.toFloating x
        Lax.select (NnActivation.positive x) x (Lax.scale (defaultArg negativeSlope 0.2) x)

    /// x Φ(x), Φ the normal distribution function; by default its tanh form (`keras.activations.gelu` has the exact one
    /// by default). Keras: `keras.ops.gelu`.
    static member gelu(x: Tensor, ?approximate: bool) : Tensor =
        Composites.gelu (defaultArg approximate true) (Types.toFloating x)

    /// (x + √(x² + b)) / 2. Keras: `keras.ops.squareplus`.
    static member squareplus(x: Tensor, ?b: float) : Tensor =
        let x = Types.toFloating x
        Lax.scale 0.5 (Lax.add x (Lax.sqrt (Lax.shift (defaultArg b 4.0) (Lax.square x))))

    /// 0 below -1, x above 1, (x + 1)² / 4 between. Keras: `keras.ops.sparse_plus`.
    static member sparsePlus(x: Tensor) : Tensor =
        let x = Types.toFloating x
        let curve = Lax.scale 0.25 (Lax.square (Lax.shift 1.0 x))
        let low = Lax.le x (Lax.fullLike x -1.0)
        let high = Lax.ge x (Lax.onesLike x)
        Lax.select low (Lax.zerosLike x) (Lax.select high x curve)

    /// x · tanh(softplus(x)). Keras: `keras.activations.mish`.
    static member mish(x: Tensor) : Tensor =
        let x = Types.toFloating x
        Lax.mul x (Lax.tanh (NnActivation.softplus x))

    /// The first half along an axis times the sigmoid of the second. Keras: `keras.ops.glu`.
    static member glu(x: Tensor, ?axis: int) : Tensor =
        let x = Types.toFloating x
        let axis = Axis.one "ops.glu" x.Rank (defaultArg axis -1)
        let n = x.Shape[axis]

        if n % 2 <> 0 then
            Fail.value "ops.glu" $"axis {axis} of a tensor of shape {x.Shape} has no halves" "Its size must be even."

        Lax.mul (Lax.sliceAxis axis 0 (n / 2) x) (Lax.logistic (Lax.sliceAxis axis (n / 2) n x))

    /// Runs `f` on the listed axes as one, which is the last.
    static member private asLast(op: string, x: Tensor, axes: int seq, f: Tensor -> Tensor) : Tensor =
        let axes = Axis.many op x.Rank axes
        let perm = Axis.toEnd x.Rank axes
        let moved = Lax.transpose perm x
        let kept = Dims.sub 0 (x.Rank - axes.Rank) moved.Shape
        let joined = axes |> Seq.fold (fun n a -> n * x.Shape[a]) 1
        let y = f (Lax.reshape (Dims.append kept (Dims.own [| joined |])) moved)
        Lax.transpose (Dims.invert perm) (Lax.reshape moved.Shape y)

    /// exp(x) divided by its sum along an axis. Keras: `keras.ops.softmax`.
    static member softmax(x: Tensor, ?axis: int) : Tensor =
        let axis = Axis.one "ops.softmax" x.Rank (defaultArg axis -1)
        Composites.softmax (axis - x.Rank) (Types.toFloating x)

    /// exp(x) divided by its sum over several axes. Keras: `keras.ops.softmax`.
    static member softmax(x: Tensor, axis: int seq) : Tensor =
        NnActivation.asLast ("ops.softmax", Types.toFloating x, axis, Composites.softmax -1)

    /// The logarithm of the softmax. Keras: `keras.ops.log_softmax`.
    static member logSoftmax(x: Tensor, ?axis: int) : Tensor =
        let axis = Axis.one "ops.log_softmax" x.Rank (defaultArg axis -1)
        Composites.logSoftmax (axis - x.Rank) (Types.toFloating x)

    /// The logarithm of the softmax over several axes. Keras: `keras.ops.log_softmax`.
    static member logSoftmax(x: Tensor, axis: int seq) : Tensor =
        NnActivation.asLast ("ops.log_softmax", Types.toFloating x, axis, Composites.logSoftmax -1)

    /// A softmax with zeros. As in Keras the threshold comes from the sum of the prefix sums of the support, so that
    /// results need not sum to 1 where more than one element is above it. Keras: `keras.ops.sparsemax`.
    static member sparsemax(x: Tensor, ?axis: int) : Tensor =
        let f (x: Tensor) =
            let last = x.Rank - 1
            let axes = Dims.own [| last |]
            let falling = NumpyIndex.sort (x, last) |> Lax.reverse axes
            let sums = Lax.cumulative ReduceOp.Sum last false falling
            let rank = Lax.shift 1.0 (Lax.iota x.Shape x.DType last)
            // The support: as many of the largest as stay above the threshold that they themselves imply.
            let inside = Lax.gt (Lax.shift 1.0 (Lax.mul rank falling)) sums
            let count = Lax.reduceKeep ReduceOp.Sum axes (Lax.convert x.DType inside)
            let total = Lax.reduceKeep ReduceOp.Sum axes (Lax.select inside sums (Lax.zerosLike sums))
            let tau = Lax.div (Lax.shift -1.0 total) count
            let rest = Lax.sub x tau
            Lax.max rest (Lax.zerosLike rest)

        NnActivation.asLast ("ops.sparsemax", Types.toFloating x, [ defaultArg axis -1 ], f)
