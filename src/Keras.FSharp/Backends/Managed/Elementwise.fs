/// Elementwise primitives of one, two and three operands: which loop serves which operation on which element type.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Elementwise

#nowarn "3535"
#nowarn "3536"

open System
open System.Numerics
open Keras.FSharp

// How many elements are worth a thread: for loops that wait for memory, for vector polynomials, for scalar functions.
let private cheap = 65536L
let private medium = 16384L
let private costly = 2048L

let private missing (what: string) (d: DType) : 'a = Fail.unsupported what $"{DType.name d} has no kernel here" ""

let private vector1<'T, 'Op when 'T: unmanaged and 'Op :> IVector1<'T>> () = LoopsOf<'T, 'Op>.Vector1

let private vector2<'T, 'Op when 'T: unmanaged and 'Op :> IVector2<'T>> () = Loops2Of<'T, 'Op>.Vector2

let private scalar1<'T, 'R, 'Op when 'T: unmanaged and 'R: unmanaged and 'Op :> IScalar1<'T, 'R>> () =
    Loop1(fun x y n -> Loops.Scalar1<'T, 'R, 'Op>(x, y, n))

let private scalar2<'T, 'R, 'Op when 'T: unmanaged and 'R: unmanaged and 'Op :> IScalar2<'T, 'R>> () =
    Loop2(fun a b y n -> Loops.Scalar2<'T, 'R, 'Op>(a, b, y, n))

// Integers, and what all real types have in common.

let private numberUnary<'T when 'T: unmanaged> (op: UnaryOp) : Loop1 voption =
    match op with
    | UnaryOp.Neg -> ValueSome(vector1<'T, NegV<'T>>())
    | UnaryOp.Abs -> ValueSome(vector1<'T, AbsV<'T>>())
    | UnaryOp.Sign -> ValueSome(vector1<'T, SignV<'T>>())
    | UnaryOp.Not -> ValueSome(vector1<'T, NotV<'T>>())
    | _ -> ValueNone

let private numberBinary<'T when 'T: unmanaged> (op: BinaryOp) : Loop2 voption =
    match op with
    | BinaryOp.Add -> ValueSome(vector2<'T, AddV<'T>>())
    | BinaryOp.Sub -> ValueSome(vector2<'T, SubV<'T>>())
    | BinaryOp.Mul -> ValueSome(vector2<'T, MulV<'T>>())
    | BinaryOp.Max -> ValueSome(vector2<'T, MaxV<'T>>())
    | BinaryOp.Min -> ValueSome(vector2<'T, MinV<'T>>())
    | _ -> ValueNone

let private integerBinary<'T when 'T: unmanaged and 'T :> IBinaryInteger<'T>> (op: BinaryOp) : Loop2 voption =
    match op with
    | BinaryOp.Div -> ValueSome(scalar2<'T, 'T, DivI<'T>>())
    | BinaryOp.Rem -> ValueSome(scalar2<'T, 'T, RemI<'T>>())
    | BinaryOp.Pow -> ValueSome(scalar2<'T, 'T, PowI<'T>>())
    | BinaryOp.And -> ValueSome(vector2<'T, AndV<'T>>())
    | BinaryOp.Or -> ValueSome(vector2<'T, OrV<'T>>())
    | BinaryOp.Xor -> ValueSome(vector2<'T, XorV<'T>>())
    | BinaryOp.ShiftLeft -> ValueSome(scalar2<'T, 'T, ShiftLeftI<'T>>())
    | BinaryOp.ShiftRightArithmetic -> ValueSome(scalar2<'T, 'T, ShiftRightArithmeticI<'T>>())
    | BinaryOp.ShiftRightLogical -> ValueSome(scalar2<'T, 'T, ShiftRightLogicalI<'T>>())
    | _ -> numberBinary<'T> op

// float32 and float64. The scalar functions are those of the run time's C library.

let private floatUnary<'T, 'F when 'T: unmanaged and 'T :> IFloatingPointIeee754<'T> and 'F :> IFloatVector<'T>>
    (op: UnaryOp)
    : struct (Loop1 * int64) voption =
    let vector loop = ValueSome(struct (loop, medium))
    let each (f: 'T -> 'T) = ValueSome(struct (Loops.Func1<'T, 'T>(Func<_, _> f), costly))

    /// Through doubles.
    let special (f: float -> float) = each (fun x -> 'T.CreateTruncating(f (Double.CreateTruncating x)))

    match op with
    | UnaryOp.Floor -> vector (vector1<'T, FloorV<'T, 'F>>())
    | UnaryOp.Ceil -> vector (vector1<'T, CeilV<'T, 'F>>())
    | UnaryOp.Round -> vector (vector1<'T, RoundV<'T, 'F>>())
    | UnaryOp.Trunc -> vector (vector1<'T, TruncV<'T, 'F>>())
    | UnaryOp.Exp -> vector (vector1<'T, ExpV<'T, 'F>>())
    | UnaryOp.Expm1 -> vector (vector1<'T, Expm1V<'T, 'F>>())
    | UnaryOp.Log -> vector (vector1<'T, LogV<'T, 'F>>())
    | UnaryOp.Log1p -> vector (vector1<'T, Log1pV<'T, 'F>>())
    | UnaryOp.Sqrt -> vector (vector1<'T, SqrtV<'T>>())
    | UnaryOp.Rsqrt -> vector (vector1<'T, RsqrtV<'T>>())
    | UnaryOp.Sin -> vector (vector1<'T, SinV<'T, 'F>>())
    | UnaryOp.Cos -> vector (vector1<'T, CosV<'T, 'F>>())
    | UnaryOp.Tanh -> vector (vector1<'T, TanhV<'T, 'F>>())
    | UnaryOp.Logistic -> vector (vector1<'T, LogisticV<'T, 'F>>())
    | UnaryOp.Tan -> special Math.Tan
    | UnaryOp.Asin -> special Math.Asin
    | UnaryOp.Acos -> special Math.Acos
    | UnaryOp.Atan -> special Math.Atan
    | UnaryOp.Sinh -> special Math.Sinh
    | UnaryOp.Cosh -> special Math.Cosh
    | UnaryOp.Asinh -> special Math.Asinh
    | UnaryOp.Acosh -> special Math.Acosh
    | UnaryOp.Atanh -> special Math.Atanh
    | UnaryOp.Erf when typeof<'T> = typeof<float32> -> vector (vector1<float32, ErfV>())
    | UnaryOp.Erf -> special Special.erf
    | UnaryOp.Erfc -> special Special.erfc
    | UnaryOp.ErfInv -> special Special.erfInv
    | UnaryOp.Lgamma -> special Special.lgamma
    | UnaryOp.Digamma -> special Special.digamma
    | UnaryOp.BesselI0e -> special Special.besselI0e
    | UnaryOp.BesselI1e -> special Special.besselI1e
    | UnaryOp.IsFinite -> ValueSome(struct (scalar1<'T, bool, FiniteS<'T>>(), cheap))
    | _ ->
        match numberUnary<'T> op with
        | ValueSome loop -> ValueSome(struct (loop, cheap))
        | ValueNone -> ValueNone

let private floatBinary<'T when 'T: unmanaged and 'T :> IFloatingPointIeee754<'T>>
    (op: BinaryOp)
    : struct (Loop2 * int64) voption =
    let each (f: 'T -> 'T -> 'T) = ValueSome(struct (Loops.Func2<'T, 'T>(Func<_, _, _> f), costly))

    /// Through doubles.
    let special (f: float -> float -> float) =
        each (fun a b -> 'T.CreateTruncating(f (Double.CreateTruncating a) (Double.CreateTruncating b)))

    match op with
    | BinaryOp.Div -> ValueSome(struct (vector2<'T, DivV<'T>>(), cheap))
    | BinaryOp.Rem -> ValueSome(struct (scalar2<'T, 'T, RemF<'T>>(), costly))
    | BinaryOp.Pow -> each (fun a b -> 'T.Pow(a, b))
    | BinaryOp.Atan2 -> each (fun a b -> 'T.Atan2(a, b))
    | BinaryOp.Igamma -> special Special.igamma
    | BinaryOp.IgammaGradA -> special Special.igammaGradA
    | BinaryOp.Polygamma -> special Special.polygamma
    | _ ->
        match numberBinary<'T> op with
        | ValueSome loop -> ValueSome(struct (loop, cheap))
        | ValueNone -> ValueNone

/// The neighbour of a towards b, on bits: `sign` is the sign bit, `one` the smallest step.
let inline private neighbour
    ([<InlineIfLambda>] value: 'B -> float)
    (quiet: 'B)
    (sign: 'B)
    (one: 'B)
    (a: 'B)
    (b: 'B)
    : 'B =
    let x, y = value a, value b

    if Double.IsNaN x || Double.IsNaN y then quiet
    elif x = y then b
    elif x = 0.0 then (if y < 0.0 then sign ||| one else one)
    elif (x < y) = (x > 0.0) then a + one
    else a - one

let private nextAfter (d: DType) : Loop2 =
    match d with
    | DType.Float16 ->
        let value (b: uint16) = float (BitConverter.UInt16BitsToHalf b)
        Loops.Func2<uint16, uint16>(Func<_, _, _>(fun a b -> neighbour value 0x7E00us 0x8000us 1us a b))
    | DType.BFloat16 ->
        let value (b: uint16) = float (Precision.widenBFloat16 b)
        Loops.Func2<uint16, uint16>(Func<_, _, _>(fun a b -> neighbour value 0x7FC0us 0x8000us 1us a b))
    | DType.Float32 ->
        Loops.Func2<uint32, uint32>(
            Func<_, _, _>(fun a b ->
                neighbour (fun b -> float (BitConverter.UInt32BitsToSingle b)) 0x7FC00000u 0x80000000u 1u a b)
        )
    | _ ->
        Loops.Func2<uint64, uint64>(
            Func<_, _, _>(fun a b ->
                neighbour BitConverter.UInt64BitsToDouble 0x7FF8000000000000UL 0x8000000000000000UL 1UL a b)
        )

// Complex numbers.

let private complexUnary (op: UnaryOp) (d: DType) : Loop1 =
    let function' =
        match op with
        | UnaryOp.Neg -> ValueSome Complex.Negate
        | UnaryOp.Sign -> ValueSome ComplexMath.sign
        | UnaryOp.Exp -> ValueSome Complex.Exp
        | UnaryOp.Log -> ValueSome Complex.Log
        | UnaryOp.Sqrt -> ValueSome Complex.Sqrt
        | UnaryOp.Rsqrt -> ValueSome(fun x -> Complex.One / Complex.Sqrt x)
        | UnaryOp.Sin -> ValueSome Complex.Sin
        | UnaryOp.Cos -> ValueSome Complex.Cos
        | UnaryOp.Tanh -> ValueSome Complex.Tanh
        | UnaryOp.Logistic -> ValueSome ComplexMath.logistic
        | _ -> ValueNone

    let part (f: Complex -> float) =
        if d = DType.Complex64 then
            Loops.Func1<Complex64, float32>(Func<_, _>(fun (x: Complex64) -> float32 (f (x.ToComplex()))))
        else
            Loops.Func1<Complex, float>(Func<_, _> f)

    match function', op with
    | ValueSome f, _ when d = DType.Complex64 -> Loops.Func1<Complex64, Complex64>(ComplexMath.narrow1 f)
    | ValueSome f, _ -> Loops.Func1<Complex, Complex>(Func<_, _> f)
    | ValueNone, UnaryOp.Abs -> part Complex.Abs
    | ValueNone, UnaryOp.Real -> part _.Real
    | ValueNone, UnaryOp.Imag -> part _.Imaginary
    | ValueNone, _ -> missing $"{op}" d

let private complexBinary (op: BinaryOp) (d: DType) : Loop2 =
    let of' f =
        if d = DType.Complex64 then
            Loops.Func2<Complex64, Complex64>(ComplexMath.narrow2 f)
        else
            Loops.Func2<Complex, Complex>(Func<_, _, _> f)

    let ofParts (loop: Loop2) = Loop2(fun a b y n -> loop.Invoke(a, b, y, 2n * n))

    match op with
    | BinaryOp.Add when d = DType.Complex64 -> ofParts (vector2<float32, AddV<float32>>())
    | BinaryOp.Sub when d = DType.Complex64 -> ofParts (vector2<float32, SubV<float32>>())
    | BinaryOp.Add -> of' (fun a b -> a + b)
    | BinaryOp.Sub -> of' (fun a b -> a - b)
    | BinaryOp.Mul -> of' (fun a b -> a * b)
    | BinaryOp.Div -> of' (fun a b -> a / b)
    | BinaryOp.Pow -> of' (fun a b -> Complex.Pow(a, b))
    | _ -> missing $"{op}" d

// Choice by element type.

let private plain (grain: int64) (loop: 'L voption) : struct ('L * int64) voption =
    match loop with
    | ValueSome l -> ValueSome(struct (l, grain))
    | ValueNone -> ValueNone

let private unaryLoop (op: UnaryOp) (d: DType) : struct (Loop1 * int64) voption =
    match d with
    | DType.Bool when op = UnaryOp.Not -> ValueSome(struct (scalar1<bool, bool, NotS>(), cheap))
    | DType.UInt8 -> plain cheap (numberUnary<byte> op)
    | DType.UInt16 -> plain cheap (numberUnary<uint16> op)
    | DType.UInt32 -> plain cheap (numberUnary<uint32> op)
    | DType.UInt64 -> plain cheap (numberUnary<uint64> op)
    | DType.Int8 -> plain cheap (numberUnary<sbyte> op)
    | DType.Int16 -> plain cheap (numberUnary<int16> op)
    | DType.Int32 -> plain cheap (numberUnary<int> op)
    | DType.Int64 -> plain cheap (numberUnary<int64> op)
    | DType.Float32 -> floatUnary<float32, Float32Vector> op
    | DType.Float64 -> floatUnary<float, Float64Vector> op
    | DType.Complex64
    | DType.Complex128 -> ValueSome(struct (complexUnary op d, costly))
    | _ -> ValueNone

let private binaryLoop (op: BinaryOp) (d: DType) : struct (Loop2 * int64) voption =
    match d with
    | DType.Bool
    | DType.UInt8 -> plain cheap (integerBinary<byte> op)
    | DType.UInt16 -> plain cheap (integerBinary<uint16> op)
    | DType.UInt32 -> plain cheap (integerBinary<uint32> op)
    | DType.UInt64 -> plain cheap (integerBinary<uint64> op)
    | DType.Int8 -> plain cheap (integerBinary<sbyte> op)
    | DType.Int16 -> plain cheap (integerBinary<int16> op)
    | DType.Int32 -> plain cheap (integerBinary<int> op)
    | DType.Int64 -> plain cheap (integerBinary<int64> op)
    | DType.Float32 -> floatBinary<float32> op
    | DType.Float64 -> floatBinary<float> op
    | DType.Complex64
    | DType.Complex128 -> ValueSome(struct (complexBinary op d, costly))
    | _ -> ValueNone

/// The loop of an operation on two operands of a type that is computed as itself (no 16-bit floats).
let loop2 (op: BinaryOp) (d: DType) : Loop2 =
    match binaryLoop op d with
    | ValueSome(struct (loop, _)) -> loop
    | ValueNone -> missing $"{op}" d

/// One operand.
let unary (op: UnaryOp) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let x, y = inputs[0], outputs[0]

    let found =
        if Precision.isHalf x.DType then
            match unaryLoop op DType.Float32 with
            | ValueSome(struct (inner, grain)) ->
                let resultSize = if y.DType = x.DType then 0 else DType.size y.DType
                ValueSome(struct (Precision.loop1 x.DType resultSize inner, grain))
            | ValueNone -> ValueNone
        else
            unaryLoop op x.DType

    match found with
    | ValueSome(struct (loop, grain)) -> Elements.kernel1 loop grain x y
    | ValueNone -> missing $"{op}" x.DType

/// Two real operands to a complex result.
let private makeComplex (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let loop =
        if inputs[0].DType = DType.Float32 then
            Loops.Func2<float32, Complex64>(Func<_, _, _>(fun re im -> { Re = re; Im = im }))
        else
            Loops.Func2<float, Complex>(Func<_, _, _>(fun re im -> Complex(re, im)))

    Elements.kernel2 loop cheap inputs[0] outputs[0]

/// Two operands.
let binary (op: BinaryOp) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let x, y = inputs[0], outputs[0]

    if op = BinaryOp.Complex then
        makeComplex inputs outputs
    elif op = BinaryOp.NextAfter then
        Elements.kernel2 (nextAfter x.DType) costly x y
    else
        let found =
            if Precision.isHalf x.DType then
                match binaryLoop op DType.Float32 with
                | ValueSome(struct (inner, grain)) -> ValueSome(struct (Precision.loop2 x.DType 0 inner, grain))
                | ValueNone -> ValueNone
            else
                binaryLoop op x.DType

        match found with
        | ValueSome(struct (loop, grain)) -> Elements.kernel2 loop grain x y
        | ValueNone -> missing $"{op}" x.DType

let private swapped (loop: Loop2) = Loop2(fun a b y n -> loop.Invoke(b, a, y, n))

let private equality<'T when 'T: unmanaged and 'T :> IEqualityOperators<'T, 'T, bool>> (op: CompareOp) : Loop2 =
    match op with
    | CompareOp.Eq -> scalar2<'T, bool, EqualS<'T>>()
    | _ -> scalar2<'T, bool, NotEqualS<'T>>()

let private comparison<'T
    when 'T: unmanaged and 'T :> IComparisonOperators<'T, 'T, bool> and 'T :> IEqualityOperators<'T, 'T, bool>>
    (op: CompareOp)
    : Loop2 =
    match op with
    | CompareOp.Lt -> scalar2<'T, bool, LessS<'T>>()
    | CompareOp.Le -> scalar2<'T, bool, LessOrEqualS<'T>>()
    | CompareOp.Gt -> swapped (scalar2<'T, bool, LessS<'T>>())
    | CompareOp.Ge -> swapped (scalar2<'T, bool, LessOrEqualS<'T>>())
    | _ -> equality<'T> op

let rec private compareLoop (op: CompareOp) (d: DType) : Loop2 =
    match d with
    | DType.Bool
    | DType.UInt8 -> comparison<byte> op
    | DType.UInt16 -> comparison<uint16> op
    | DType.UInt32 -> comparison<uint32> op
    | DType.UInt64 -> comparison<uint64> op
    | DType.Int8 -> comparison<sbyte> op
    | DType.Int16 -> comparison<int16> op
    | DType.Int32 -> comparison<int> op
    | DType.Int64 -> comparison<int64> op
    | DType.Float32 -> comparison<float32> op
    | DType.Float64 -> comparison<float> op
    | DType.Complex64 ->
        let want = (op = CompareOp.Eq)

        Loops.Func2<Complex64, bool>(
            Func<_, _, _>(fun (a: Complex64) (b: Complex64) -> (a.Re = b.Re && a.Im = b.Im) = want)
        )
    | DType.Complex128 -> equality<Complex> op
    | d -> Precision.loop2 d 1 (compareLoop op DType.Float32)

/// A comparison.
let compare (op: CompareOp) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    Elements.kernel2 (compareLoop op inputs[0].DType) cheap inputs[0] outputs[0]

// Where a byte is 1 the mask has all bits set; no branch, since conditions are rarely predictable.
let inline private selectLoop<'T
    when 'T: unmanaged and 'T: (static member (^^^): 'T * 'T -> 'T) and 'T: (static member (&&&): 'T * 'T -> 'T)>
    ([<InlineIfLambda>] mask: byte -> 'T)
    : Loop3 =
    Loop3(fun c a b y n ->
        let size = nativeint sizeof<'T>

        for i in 0n .. n - 1n do
            let o = i * size
            let no = load<'T>(b + o)
            store (y + o) (no ^^^ ((no ^^^ load<'T>(a + o)) &&& mask (load<byte>(c + i)))))

/// (condition, where true, where false).
let select (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let loop =
        match DType.size outputs[0].DType with
        | 1 -> selectLoop<byte>(fun c -> 0uy - c)
        | 2 -> selectLoop<uint16>(fun c -> 0us - uint16 c)
        | 4 -> selectLoop<uint32>(fun c -> 0u - uint32 c)
        | 8 -> selectLoop<uint64>(fun c -> 0UL - uint64 c)
        | _ -> selectLoop<UInt128>(fun c -> if c = 0uy then UInt128.Zero else UInt128.MaxValue)

    Elements.kernel3 loop cheap inputs[0] outputs[0]

let private clampLoop<'T when 'T: unmanaged> () : Loop3 =
    Loop3(fun a b c y n -> Loops.Vector3<'T, ClampV<'T>>(a, b, c, y, n))

/// (low, x, high).
let rec clamp (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let loop =
        match inputs[1].DType with
        | DType.Bool
        | DType.UInt8 -> ValueSome(clampLoop<byte>())
        | DType.UInt16 -> ValueSome(clampLoop<uint16>())
        | DType.UInt32 -> ValueSome(clampLoop<uint32>())
        | DType.UInt64 -> ValueSome(clampLoop<uint64>())
        | DType.Int8 -> ValueSome(clampLoop<sbyte>())
        | DType.Int16 -> ValueSome(clampLoop<int16>())
        | DType.Int32 -> ValueSome(clampLoop<int>())
        | DType.Int64 -> ValueSome(clampLoop<int64>())
        | DType.Float32 -> ValueSome(clampLoop<float32>())
        | DType.Float64 -> ValueSome(clampLoop<float>())
        | _ -> ValueNone

    match loop with
    | ValueSome loop -> Elements.kernel3 loop cheap inputs[0] outputs[0]
    | ValueNone -> Precision.viaSingle clamp inputs outputs
