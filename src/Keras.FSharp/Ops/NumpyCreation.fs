/// keras.ops.numpy: tensors out of nothing, or out of the shape of another.
namespace Keras.FSharp

open System
open Keras.FSharp.Backends

/// Tensors from shapes and numbers. Reached as members of `Ops`.
[<AbstractClass>]
type NumpyCreation internal () =
    /// `fillValue` in the given shape; `floatx` unless `dtype` names another type. Keras: `keras.ops.full`.
    static member full(shape: int seq, fillValue: Operand, ?dtype: DType) : Tensor =
        let d = defaultArg dtype Config.FloatX

        match fillValue with
        | Operand.Number(v, _) -> Lax.full (Dims.ofSeq shape) d v
        | Operand.Tensor x -> Lax.broadcastTo (Dims.ofSeq shape) (Lax.convert d x)

    /// Zeros; `floatx` unless `dtype` says otherwise. Keras: `keras.ops.zeros`.
    static member zeros(shape: int seq, ?dtype: DType) : Tensor =
        Lax.full (Dims.ofSeq shape) (defaultArg dtype Config.FloatX) (Scalar.Int 0L)

    /// Ones; `floatx` unless `dtype` says otherwise. Keras: `keras.ops.ones`.
    static member ones(shape: int seq, ?dtype: DType) : Tensor =
        Lax.full (Dims.ofSeq shape) (defaultArg dtype Config.FloatX) (Scalar.Int 1L)

    /// A tensor whose elements do not matter (here: zeros). Keras: `keras.ops.empty`.
    static member empty(shape: int seq, ?dtype: DType) : Tensor = NumpyCreation.zeros (shape, ?dtype = dtype)

    /// `fillValue` in the shape, and unless `dtype` is given the type, of `x`. Keras: `keras.ops.full_like`.
    static member fullLike(x: Tensor, fillValue: Operand, ?dtype: DType) : Tensor =
        NumpyCreation.full (x.Shape, fillValue, defaultArg dtype x.DType)

    /// Zeros like `x`. Keras: `keras.ops.zeros_like`.
    static member zerosLike(x: Tensor, ?dtype: DType) : Tensor =
        Lax.full x.Shape (defaultArg dtype x.DType) (Scalar.Int 0L)

    /// Ones like `x`. Keras: `keras.ops.ones_like`.
    static member onesLike(x: Tensor, ?dtype: DType) : Tensor =
        Lax.full x.Shape (defaultArg dtype x.DType) (Scalar.Int 1L)

    /// A tensor like `x` whose elements do not matter (here: zeros). Keras: `keras.ops.empty_like`.
    static member emptyLike(x: Tensor, ?dtype: DType) : Tensor = NumpyCreation.zerosLike (x, ?dtype = dtype)

    /// [n, m] with `true` (as ones) on and below the `k`-th diagonal. Keras: `keras.ops.tri`.
    static member tri(n: int, ?m: int, ?k: int, ?dtype: DType) : Tensor =
        let shape = Dims.own [| n; defaultArg m n |]
        let row = Lax.add (Lax.iota shape DType.Int32 0) (Lax.scalarInt DType.Int32 (int64 (defaultArg k 0)))
        Lax.convert (defaultArg dtype Config.FloatX) (Lax.ge row (Lax.iota shape DType.Int32 1))

    /// [n, m] with ones on the `k`-th diagonal. Keras: `keras.ops.eye`.
    static member eye(n: int, ?m: int, ?k: int, ?dtype: DType) : Tensor =
        let shape = Dims.own [| n; defaultArg m n |]
        let row = Lax.add (Lax.iota shape DType.Int32 0) (Lax.scalarInt DType.Int32 (int64 (defaultArg k 0)))
        Lax.convert (defaultArg dtype Config.FloatX) (Lax.eq row (Lax.iota shape DType.Int32 1))

    /// The identity matrix. Keras: `keras.ops.identity`.
    static member identity(n: int, ?dtype: DType) : Tensor = NumpyCreation.eye (n, ?dtype = dtype)

    /// The numbers from `start` (0 where `stop` is left out) up to, not including, `stop`. int32 if all arguments are
    /// integers, else `floatx`. Keras: `keras.ops.arange`.
    static member arange(start: Operand, ?stop: Operand, ?step: Operand, ?dtype: DType) : Tensor =
        let zero, one = Operand.op_Implicit 0, Operand.op_Implicit 1

        let first, last =
            match stop with
            | None -> zero, start
            | Some s -> start, s

        let step = defaultArg step one

        let number (o: Operand) =
            match o with
            | Operand.Number(v, _) -> v.ToFloat()
            | Operand.Tensor x -> (Host.readFloats "ops.arange" x)[0]

        let d =
            match dtype with
            | Some d -> d
            | None -> Types.common [ first; last; step ]

        if number step = 0.0 then
            Fail.value "ops.arange" "the step is 0" ""

        let steps = Math.Ceiling((number last - number first) / number step)

        if not (steps <= float Int32.MaxValue) then
            Fail.value
                "ops.arange"
                $"from {number first} to {number last} in steps of {number step} there are {steps} numbers"
                "There can be 2147483647 at most."

        let count = max 0 (int steps)
        // Integers are counted as integers; everything else in a type that can hold the intermediate values.
        let work = if d = DType.Bool then DType.Int32 else Types.wide d

        let scalar (o: Operand) =
            if DType.isDifferentiable work then
                Lax.scalar work (number o)
            else
                Lax.scalarInt work (int64 (number o))

        let i = Lax.iota (Dims.own [| count |]) work 0
        Lax.convert d (Lax.add (scalar first) (Lax.mul i (scalar step)))

    /// `num` numbers evenly spaced from `start` to `stop` (without it if `endpoint` is false), along a new axis.
    /// Floats. Keras: `keras.ops.linspace`.
    static member linspace
        (start: Operand, stop: Operand, ?num: int, ?endpoint: bool, ?dtype: DType, ?axis: int)
        : Tensor =
        let num, endpoint = defaultArg num 50, defaultArg endpoint true
        let d = defaultArg dtype (Types.commonFloat [ start; stop ])
        let work = if DType.isFloat d then Types.wide d else Config.FloatX
        let a, b = start.As work, stop.As work
        let shape = Lax.broadcastShapes "ops.linspace" a.Shape b.Shape
        let a, b = Lax.broadcastTo shape a, Lax.broadcastTo shape b
        let intervals = if endpoint then num - 1 else num
        let full = Dims.cons num shape
        let i = Lax.iota full work 0
        let lift = Lax.broadcastTo full
        let step = Lax.scale (1.0 / float (max 1 intervals)) (Lax.sub b a)
        let points = Lax.add (lift a) (Lax.mul i (lift step))
        // The last point is `stop` itself, not what rounding makes of it.
        let points =
            if endpoint && num > 1 then
                Lax.select (Lax.eq i (Lax.fullLike i (float (num - 1)))) (lift b) points
            else
                points

        Lax.convert d (Axis.move 0 (Axis.one "ops.linspace" full.Rank (defaultArg axis 0)) points)

    /// `base` to the power of evenly spaced numbers. Keras: `keras.ops.logspace`.
    static member logspace
        (start: Operand, stop: Operand, ?num: int, ?endpoint: bool, ?``base``: float, ?dtype: DType, ?axis: int)
        : Tensor =
        let exponents =
            NumpyCreation.linspace (
                start,
                stop,
                ?num = num,
                ?endpoint = endpoint,
                dtype = Types.commonFloat [ start; stop ],
                ?axis = axis
            )

        let raised = Lax.pow (Lax.fullLike exponents (defaultArg ``base`` 10.0)) exponents
        Lax.convert (defaultArg dtype raised.DType) raised

    /// Numbers in geometric progression from `start` to `stop`, both of one sign. Keras: `keras.ops.geomspace`.
    static member geomspace
        (start: Operand, stop: Operand, ?num: int, ?endpoint: bool, ?dtype: DType, ?axis: int)
        : Tensor =
        let d = Types.commonFloat [ start; stop ]
        let a, b = start.As d, stop.As d
        let log (x: Tensor) = Operand.Tensor(Lax.log (Lax.abs x))

        let exponents =
            NumpyCreation.linspace (log a, log b, ?num = num, ?endpoint = endpoint, dtype = d, ?axis = axis)

        let sign = Lax.sign a

        let sign =
            if sign.Rank = 0 then
                sign
            else
                Lax.reshape
                    (Dims.insert (Axis.one "ops.geomspace" exponents.Rank (defaultArg axis 0)) 1 sign.Shape)
                    sign

        let points = Lax.mul (Lax.exp exponents) sign
        Lax.convert (defaultArg dtype d) points

    /// A window of `n` points from a formula in the fraction 0 … 1.
    static member private window(n: int, f: Tensor -> Tensor) : Tensor =
        if n <= 1 then
            NumpyCreation.ones [ max 0 n ]
        else
            let i = Lax.iota (Dims.own [| n |]) Config.FloatX 0
            f (Lax.div i (Lax.fullLike i (float (n - 1))))

    /// Sums of cosines of the fraction, by coefficients.
    static member private cosines(n: int, coefficients: float list) : Tensor =
        NumpyCreation.window (
            n,
            fun t ->
                coefficients
                |> List.mapi (fun k c -> Lax.scale c (Lax.cos (Lax.scale (2.0 * Math.PI * float k) t)))
                |> List.reduce Lax.add
        )

    /// The triangular window of `n` points. Keras: `keras.ops.bartlett`.
    static member bartlett(n: int) : Tensor =
        NumpyCreation.window (n, fun t -> Lax.sub (Lax.onesLike t) (Lax.abs (Lax.shift -1.0 (Lax.scale 2.0 t))))

    /// The Blackman window of `n` points. Keras: `keras.ops.blackman`.
    static member blackman(n: int) : Tensor = NumpyCreation.cosines (n, [ 0.42; -0.5; 0.08 ])

    /// The Hamming window of `n` points. Keras: `keras.ops.hamming`.
    static member hamming(n: int) : Tensor = NumpyCreation.cosines (n, [ 0.54; -0.46 ])

    /// The Hann window of `n` points. Keras: `keras.ops.hanning`.
    static member hanning(n: int) : Tensor = NumpyCreation.cosines (n, [ 0.5; -0.5 ])

    /// The Kaiser window of `n` points. Keras: `keras.ops.kaiser`.
    static member kaiser(n: int, beta: float) : Tensor =
        let bessel (x: Tensor) = Lax.mul (Lax.besselI0e x) (Lax.exp (Lax.abs x))

        NumpyCreation.window (
            n,
            fun t ->
                let centred = Lax.shift -1.0 (Lax.scale 2.0 t)
                let inside = Lax.max (Lax.sub (Lax.onesLike t) (Lax.square centred)) (Lax.zerosLike t)
                Lax.div (bessel (Lax.scale beta (Lax.sqrt inside))) (bessel (Lax.fullLike t beta))
        )
