/// keras.ops.numpy: elementwise functions of two operands, which are promoted and broadcast to each other.
namespace Keras.FSharp

open System
open Keras.FSharp.Backends

/// Elementwise functions of two operands. Reached as members of `Ops`.
[<AbstractClass>]
type NumpyBinary internal () =
    inherit NumpyUnary()

    /// Both operands as tensors of the element type that `rule` makes of the type at which they meet.
    static member internal Meet(rule: DType -> DType, x1: Operand, x2: Operand) : struct (Tensor * Tensor) =
        let d = rule (Types.common [ x1; x2 ])
        struct (x1.As d, x2.As d)

    static member private at(rule: DType -> DType, f: Tensor -> Tensor -> Tensor, x1: Operand, x2: Operand) : Tensor =
        let struct (a, b) = NumpyBinary.Meet(rule, x1, x2)
        f a b

    static member private same(f: Tensor -> Tensor -> Tensor, x1: Operand, x2: Operand) : Tensor =
        NumpyBinary.at (id, f, x1, x2)

    static member private floating(f: Tensor -> Tensor -> Tensor, x1: Operand, x2: Operand) : Tensor =
        let d = Types.commonFloat [ x1; x2 ]
        f (x1.As d) (x2.As d)

    static member private truth(f: Tensor -> Tensor -> Tensor, x1: Operand, x2: Operand) : Tensor =
        f (Types.truth x1.AsTensor) (Types.truth x2.AsTensor)

    /// x1 + x2; of bools their or. Keras: `keras.ops.add`.
    static member add(x1: Operand, x2: Operand) : Tensor =
        NumpyBinary.same ((fun a b -> if a.DType = DType.Bool then Lax.logicalOr a b else Lax.add a b), x1, x2)

    /// x1 - x2. Keras: `keras.ops.subtract`.
    static member subtract(x1: Operand, x2: Operand) : Tensor = NumpyBinary.same (Lax.sub, x1, x2)

    /// x1 · x2; of bools their and. Keras: `keras.ops.multiply`.
    static member multiply(x1: Operand, x2: Operand) : Tensor =
        NumpyBinary.same ((fun a b -> if a.DType = DType.Bool then Lax.logicalAnd a b else Lax.mul a b), x1, x2)

    /// x1 / x2, a float. Keras: `keras.ops.divide`.
    static member divide(x1: Operand, x2: Operand) : Tensor = NumpyBinary.floating (Lax.div, x1, x2)

    /// x1 / x2, a float. Keras: `keras.ops.true_divide`.
    static member trueDivide(x1: Operand, x2: Operand) : Tensor = NumpyBinary.divide (x1, x2)

    /// x1 / x2, and 0 where x2 is 0; a float. Keras: `keras.ops.divide_no_nan`.
    static member divideNoNan(x1: Operand, x2: Operand) : Tensor =
        let f (a: Tensor) (b: Tensor) =
            let shape = Lax.broadcastShapes "ops.divide_no_nan" a.Shape b.Shape
            let a, b = Lax.broadcastTo shape a, Lax.broadcastTo shape b
            let zero = Lax.eq b (Lax.zerosLike b)
            Lax.select zero (Lax.zerosLike a) (Lax.div a (Lax.select zero (Lax.onesLike b) b))

        NumpyBinary.floating (f, x1, x2)

    /// True where a remainder must be moved to the side of the divisor.
    static member private opposite(r: Tensor, b: Tensor) : Tensor =
        let zero = Lax.zerosLike r
        Lax.logicalAnd (Lax.ne r zero) (Lax.ne (Lax.lt r zero) (Lax.lt b zero))

    static member private flooredMod(a: Tensor, b: Tensor) : Tensor =
        let shape = Lax.broadcastShapes "ops.mod" a.Shape b.Shape
        let b = Lax.broadcastTo shape b
        let r = Lax.rem (Lax.broadcastTo shape a) b
        Lax.select (NumpyBinary.opposite (r, b)) (Lax.add r b) r

    static member private noBool(d: DType) : DType = if d = DType.Bool then DType.Int32 else d

    /// The remainder, with the sign of x2, as Python's `%`; of bools int32. Keras: `keras.ops.mod`.
    static member ``mod``(x1: Operand, x2: Operand) : Tensor =
        NumpyBinary.at (NumpyBinary.noBool, (fun a b -> NumpyBinary.flooredMod (a, b)), x1, x2)

    /// The remainder, with the sign of x1, as in C; of bools int32. Keras: `keras.ops.fmod`.
    static member fmod(x1: Operand, x2: Operand) : Tensor = NumpyBinary.at (NumpyBinary.noBool, Lax.rem, x1, x2)

    /// The largest integer not above x1 / x2, as Python's `//`. Keras: `keras.ops.floor_divide`.
    static member floorDivide(x1: Operand, x2: Operand) : Tensor =
        let f (a: Tensor) (b: Tensor) =
            let shape = Lax.broadcastShapes "ops.floor_divide" a.Shape b.Shape
            let a, b = Lax.broadcastTo shape a, Lax.broadcastTo shape b
            let r = Lax.rem a b

            if DType.isFloat a.DType then
                let away = NumpyBinary.opposite (r, b)
                let exact = Lax.round (Lax.div (Lax.sub a r) b)
                let q = Lax.select away (Lax.shift -1.0 exact) exact
                Lax.select (Lax.eq b (Lax.zerosLike b)) (Lax.div a b) q
            else
                let q = Lax.div a b
                Lax.select (NumpyBinary.opposite (r, b)) (Lax.sub q (Lax.onesLike q)) q

        NumpyBinary.at (NumpyBinary.noBool, f, x1, x2)

    /// x1 to the power of x2. Keras: `keras.ops.power`.
    static member power(x1: Operand, x2: Operand) : Tensor = NumpyBinary.same (Lax.pow, x1, x2)

    /// The larger; NaN wins. At most 32 bits wide. Keras: `keras.ops.maximum`.
    static member maximum(x1: Operand, x2: Operand) : Tensor = NumpyBinary.at (Types.narrow, Lax.max, x1, x2)

    /// The smaller; NaN wins. At most 32 bits wide. Keras: `keras.ops.minimum`.
    static member minimum(x1: Operand, x2: Operand) : Tensor = NumpyBinary.at (Types.narrow, Lax.min, x1, x2)

    /// One of two operands, and where it is NaN the other.
    static member private ignoringNaN(f: Tensor -> Tensor -> Tensor, x1: Operand, x2: Operand) : Tensor =
        let g (a: Tensor) (b: Tensor) =
            if DType.isFloat a.DType then
                Lax.select (Lax.ne a a) b (Lax.select (Lax.ne b b) a (f a b))
            else
                f a b

        NumpyBinary.same (g, x1, x2)

    /// The larger; NaN is ignored where the other is a number. Keras: `keras.ops.fmax`.
    static member fmax(x1: Operand, x2: Operand) : Tensor = NumpyBinary.ignoringNaN (Lax.max, x1, x2)

    /// The smaller; NaN is ignored where the other is a number. Keras: `keras.ops.fmin`.
    static member fmin(x1: Operand, x2: Operand) : Tensor = NumpyBinary.ignoringNaN (Lax.min, x1, x2)

    /// A few operations take Python's own floats for `floatx`, so that half precision widens beside them.
    static member private firmFloat(x1: Operand, x2: Operand) : DType =
        let firm (o: Operand) =
            match o with
            | Operand.Number(v, Promotion.Kind.WeakFloat) -> Operand.Number(v, Promotion.Kind.Strong Config.FloatX)
            | o -> o

        Types.narrow (Types.commonFloat [ firm x1; firm x2 ])

    /// The angle of the point (x2, x1), a float of at most 32 bits. Keras: `keras.ops.arctan2`.
    static member arctan2(x1: Operand, x2: Operand) : Tensor =
        let d = NumpyBinary.firmFloat (x1, x2)
        Lax.atan2 (x1.As d) (x2.As d)

    /// √(x1² + x2²) without overflow, a float. Keras: `keras.ops.hypot`.
    static member hypot(x1: Operand, x2: Operand) : Tensor =
        let f (a: Tensor) (b: Tensor) =
            let a, b = Lax.abs a, Lax.abs b
            let high, low = Lax.max a b, Lax.min a b
            let zero = Lax.eq high (Lax.zerosLike high)
            let ratio = Lax.div low (Lax.select zero (Lax.onesLike high) high)
            let length = Lax.mul high (Lax.sqrt (Lax.shift 1.0 (Lax.square ratio)))
            let endless = Lax.eq high (Lax.fullLike high infinity)
            Lax.select endless high length

        NumpyBinary.floating (f, x1, x2)

    static member private logSum(unit: float, x1: Operand, x2: Operand) : Tensor =
        let d = NumpyBinary.firmFloat (x1, x2)
        let a, b = x1.As d, x2.As d
        let high = Lax.max a b
        let away = Lax.scale -unit (Lax.abs (Lax.sub a b))
        let sum = Lax.add high (Lax.scale (1.0 / unit) (Lax.log1p (Lax.exp away)))
        // Two equal infinities have no difference.
        let settled = Lax.eq a b |> fun same -> Lax.logicalAnd same (Lax.logicalNot (Lax.isFinite high))
        Lax.select settled high sum

    /// log(exp(x1) + exp(x2)), a float of at most 32 bits. Keras: `keras.ops.logaddexp`.
    static member logaddexp(x1: Operand, x2: Operand) : Tensor = NumpyBinary.logSum (1.0, x1, x2)

    /// log2(2^x1 + 2^x2), a float of at most 32 bits. Keras: `keras.ops.logaddexp2`.
    static member logaddexp2(x1: Operand, x2: Operand) : Tensor = NumpyBinary.logSum (Math.Log 2.0, x1, x2)

    /// The next float after x1 towards x2. Keras: `keras.ops.nextafter`.
    static member nextafter(x1: Operand, x2: Operand) : Tensor = NumpyBinary.floating (Lax.nextAfter, x1, x2)

    /// 0 where x1 < 0, 1 where x1 > 0, x2 at 0; a float. Keras: `keras.ops.heaviside`.
    static member heaviside(x1: Operand, x2: Operand) : Tensor =
        let f (a: Tensor) (b: Tensor) =
            let shape = Lax.broadcastShapes "ops.heaviside" a.Shape b.Shape
            let a, b = Lax.broadcastTo shape a, Lax.broadcastTo shape b
            let zero = Lax.zerosLike a
            let step = Lax.select (Lax.gt a zero) (Lax.onesLike a) zero
            Lax.select (Lax.eq a zero) b (Lax.select (Lax.ne a a) a step)

        NumpyBinary.floating (f, x1, x2)

    /// x1 · 2^x2, a float. Keras: `keras.ops.ldexp`.
    static member ldexp(x1: Operand, x2: Operand) : Tensor =
        let f (a: Tensor) (b: Tensor) = Lax.mul a (Lax.pow (Lax.fullLike b 2.0) b)

        NumpyBinary.floating (f, x1, x2)

    /// Bitwise and; of bools the logical one. Keras: `keras.ops.bitwise_and`.
    static member bitwiseAnd(x: Operand, y: Operand) : Tensor = NumpyBinary.same (Lax.logicalAnd, x, y)

    /// Bitwise or; of bools the logical one. Keras: `keras.ops.bitwise_or`.
    static member bitwiseOr(x: Operand, y: Operand) : Tensor = NumpyBinary.same (Lax.logicalOr, x, y)

    /// Bitwise exclusive or; of bools the logical one. Keras: `keras.ops.bitwise_xor`.
    static member bitwiseXor(x: Operand, y: Operand) : Tensor = NumpyBinary.same (Lax.logicalXor, x, y)

    /// x shifted to the left by y bits. Keras: `keras.ops.bitwise_left_shift`, `keras.ops.left_shift`.
    static member bitwiseLeftShift(x: Operand, y: Operand) : Tensor = NumpyBinary.same (Lax.shiftLeft, x, y)

    /// x shifted to the left by y bits. Keras: `keras.ops.left_shift`.
    static member leftShift(x: Operand, y: Operand) : Tensor = NumpyBinary.bitwiseLeftShift (x, y)

    /// x shifted to the right by y bits; signed integers keep their sign. Keras: `keras.ops.bitwise_right_shift`.
    static member bitwiseRightShift(x: Operand, y: Operand) : Tensor =
        let f (a: Tensor) b =
            if DType.isUnsigned a.DType then
                Lax.shiftRightLogical a b
            else
                Lax.shiftRightArithmetic a b

        NumpyBinary.same (f, x, y)

    /// x shifted to the right by y bits. Keras: `keras.ops.right_shift`.
    static member rightShift(x: Operand, y: Operand) : Tensor = NumpyBinary.bitwiseRightShift (x, y)

    /// x1 = x2, elementwise, bool. Keras: `keras.ops.equal`.
    static member equal(x1: Operand, x2: Operand) : Tensor = NumpyBinary.same (Lax.eq, x1, x2)

    /// x1 ≠ x2, elementwise, bool. Keras: `keras.ops.not_equal`.
    static member notEqual(x1: Operand, x2: Operand) : Tensor = NumpyBinary.same (Lax.ne, x1, x2)

    /// x1 > x2, elementwise, bool. Keras: `keras.ops.greater`.
    static member greater(x1: Operand, x2: Operand) : Tensor = NumpyBinary.same (Lax.gt, x1, x2)

    /// x1 ≥ x2, elementwise, bool. Keras: `keras.ops.greater_equal`.
    static member greaterEqual(x1: Operand, x2: Operand) : Tensor = NumpyBinary.same (Lax.ge, x1, x2)

    /// x1 < x2, elementwise, bool. Keras: `keras.ops.less`.
    static member less(x1: Operand, x2: Operand) : Tensor = NumpyBinary.same (Lax.lt, x1, x2)

    /// x1 ≤ x2, elementwise, bool. Keras: `keras.ops.less_equal`.
    static member lessEqual(x1: Operand, x2: Operand) : Tensor = NumpyBinary.same (Lax.le, x1, x2)

    /// And, of truth values. Keras: `keras.ops.logical_and`.
    static member logicalAnd(x1: Operand, x2: Operand) : Tensor = NumpyBinary.truth (Lax.logicalAnd, x1, x2)

    /// Or, of truth values. Keras: `keras.ops.logical_or`.
    static member logicalOr(x1: Operand, x2: Operand) : Tensor = NumpyBinary.truth (Lax.logicalOr, x1, x2)

    /// Exclusive or, of truth values. Keras: `keras.ops.logical_xor`.
    static member logicalXor(x1: Operand, x2: Operand) : Tensor = NumpyBinary.truth (Lax.logicalXor, x1, x2)

    /// |x1 - x2| ≤ atol + rtol |x2|, elementwise, bool; infinities must be equal. Keras: `keras.ops.isclose`.
    static member isclose(x1: Operand, x2: Operand, ?rtol: float, ?atol: float, ?equalNan: bool) : Tensor =
        let f (a: Tensor) (b: Tensor) =
            let near =
                Lax.le
                    (Lax.abs (Lax.sub a b))
                    (Lax.shift (defaultArg atol 1e-8) (Lax.scale (defaultArg rtol 1e-5) (Lax.abs b)))

            let close = Lax.logicalOr (Lax.logicalAnd near (Lax.isFinite b)) (Lax.eq a b)

            if defaultArg equalNan false then
                Lax.logicalOr close (Lax.logicalAnd (Lax.ne a a) (Lax.ne b b))
            else
                close

        NumpyBinary.floating (f, x1, x2)

    /// True if all elements are close. Keras: `keras.ops.allclose`.
    static member allclose(x1: Operand, x2: Operand, ?rtol: float, ?atol: float, ?equalNan: bool) : Tensor =
        let close = NumpyBinary.isclose (x1, x2, ?rtol = rtol, ?atol = atol, ?equalNan = equalNan)
        Lax.reduce ReduceOp.And (Dims.range close.Rank) close

    /// Where `condition` is true x1, else x2, all broadcast to each other. Keras: `keras.ops.where`.
    static member where(condition: Tensor, x1: Operand, x2: Operand) : Tensor =
        let struct (a, b) = NumpyBinary.Meet(id, x1, x2)
        Lax.select (Types.truth condition) a b

    /// The element of the first choice whose condition is true, else `defaultValue`. Keras: `keras.ops.select`.
    static member select(conditions: Tensor seq, choices: Operand seq, ?defaultValue: Operand) : Tensor =
        let otherwise = defaultArg defaultValue (Operand.op_Implicit 0)
        let d = Types.common (Seq.append choices [ otherwise ])

        Seq.zip conditions choices
        |> Seq.rev
        |> Seq.fold (fun (rest: Tensor) (c, x) -> Lax.select (Types.truth c) (x.As d) rest) (otherwise.As d)

    /// Limits to [xMin, xMax]; bools become int32. Keras: `keras.ops.clip`.
    static member clip(x: Tensor, xMin: Operand, xMax: Operand) : Tensor =
        let d = NumpyBinary.noBool (Types.common [ Operand.Tensor x; xMin; xMax ])
        let low, high = xMin.As d, xMax.As d
        let bounds = Lax.broadcastShapes "ops.clip" low.Shape high.Shape
        let x = Lax.broadcastTo (Lax.broadcastShapes "ops.clip" x.Shape bounds) (Lax.convert d x)
        Lax.clamp low high x
