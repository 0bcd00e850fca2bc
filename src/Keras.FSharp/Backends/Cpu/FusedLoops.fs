/// Elementwise composites in one pass over memory, for both CPU backends: activations and their gradients, and the
/// updates of optimizers. Results may lie where operands lie.
namespace Keras.FSharp.Backends.Cpu

#nowarn "3535"
#nowarn "3536"

open System
open System.Numerics
open System.Runtime.CompilerServices
open Keras.FSharp
open Keras.FSharp.Backends

[<Struct>]
type internal ReluV<'T> =
    interface IVector1<'T> with
        static member Of x = Vector.Max(x, Vector<'T>.Zero)

[<Struct>]
type internal SiluV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = x / (Vector<'T>.One + 'F.Exp(Vector.Negate x))

[<Struct>]
type internal SiluGradV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector2<'T> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of(x, g) =
            let one = Vector<'T>.One
            let s = one / (one + 'F.Exp(Vector.Negate x))
            g * s * (one + x * (one - s))

/// The tanh form: x · logistic(2 √(2/π) (x + 0.044715 x³)).
[<AbstractClass; Sealed>]
type internal GeluTanh<'T, 'F when 'F :> IFloatVector<'T>> private () =
    static member Slope = 2.0 * Math.Sqrt(2.0 / Math.PI)

    static member inline Share(x: Vector<'T>) : Vector<'T> =
        let inner = x * ('F.Constant GeluTanh<'T, 'F>.Slope)
        let inner = inner + inner * x * x * 'F.Constant 0.044715
        Vector<'T>.One / (Vector<'T>.One + 'F.Exp(Vector.Negate inner))

[<Struct>]
type internal GeluTanhV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = x * GeluTanh<'T, 'F>.Share x

[<Struct>]
type internal GeluTanhGradV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector2<'T> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of(x, g) =
            let one = Vector<'T>.One
            let s = GeluTanh<'T, 'F>.Share x
            let slope = 'F.Constant GeluTanh<'T, 'F>.Slope
            let rise = slope + slope * 'F.Constant(3.0 * 0.044715) * x * x
            g * (s + x * s * (one - s) * rise)

/// The normal distribution function in float32, to 2e-7 of its value: erfc(z) = t P(t) exp(-z²) with t = 1 / (1 + z/2)
/// and a polynomial that interpolates on 1/6 … 1.
[<AbstractClass; Sealed>]
type internal NormalDistribution private () =
    static member inline private C(x: float) = Vector<float32>(float32 x)

    /// Φ(x), given exp(-x²/2).
    static member inline Of(x: Vector<float32>, bell: Vector<float32>) : Vector<float32> =
        let inline c (x: float) = NormalDistribution.C x
        let t = Vector<float32>.One / (Vector<float32>.One + Vector.Abs x * c (0.5 * Math.Sqrt 0.5))
        let inline line (b: float) (a: float) = Vector.MultiplyAddEstimate(t, c b, c a)
        let t2 = t * t
        let t4 = t2 * t2

        let low =
            Vector.MultiplyAddEstimate(
                t2,
                line 0.2048536552239142 0.24257289292933942,
                line 0.28244504197242687 0.28208267366639705
            )

        let high =
            Vector.MultiplyAddEstimate(
                t2,
                line 0.2877683096576411 -0.4938636490418655,
                line 0.2856977106098689 -0.031841757619264575
            )

        let p =
            Vector.MultiplyAddEstimate(t4, Vector.MultiplyAddEstimate(t4, c -0.05971491899062271, high), low)

        let tail = t * p * bell * c 0.5
        Vector.ConditionalSelect(Vector.LessThan(x, Vector<float32>.Zero), tail, Vector<float32>.One - tail)

    static member inline Bell(x: Vector<float32>) : Vector<float32> = Vector.Exp(x * x * NormalDistribution.C -0.5)

[<Struct>]
type internal GeluErfV =
    interface IVector1<float32> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = x * NormalDistribution.Of(x, NormalDistribution.Bell x)

[<Struct>]
type internal GeluErfGradV =
    interface IVector2<float32> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of(x, g) =
            let bell = NormalDistribution.Bell x
            let density = bell * Vector<float32>(float32 (1.0 / Math.Sqrt(2.0 * Math.PI)))
            g * (NormalDistribution.Of(x, bell) + x * density)

/// Loops of the optimizers' updates; `n` elements from `from` on, `from` and sizes in bytes.
[<AbstractClass; Sealed>]
type internal UpdateLoops<'T, 'F when 'T: unmanaged and 'T :> IFloatingPointIeee754<'T> and 'F :> IFloatVector<'T>>
    private () =

    /// (param, grad, m, v, alpha, decay) to (param', m', v').
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member Adam
        (
            beta1: float,
            beta2: float,
            epsilon: float,
            ins: nativeint[],
            outs: nativeint[],
            from: nativeint,
            upTo: nativeint
        ) : unit =
        let p, g, m, v = ins[0], ins[1], ins[2], ins[3]
        let toP, toM, toV = outs[0], outs[1], outs[2]
        let alpha, decay = Vector<'T>(load<'T> ins[4]), Vector<'T>(load<'T> ins[5])
        let rise1, rise2 = 'F.Constant(1.0 - beta1), 'F.Constant(1.0 - beta2)
        let epsilon = 'F.Constant epsilon
        let step = nativeint Vector<byte>.Count
        let mutable i = from

        while i < upTo do
            let rest = upTo - i

            if rest >= step then
                let grad, m0, v0, p0 = load<Vector<'T>>(g + i), load<Vector<'T>>(m + i), load (v + i), load (p + i)
                let m1 = m0 + rise1 * (grad - m0)
                let v1 = v0 + rise2 * (grad * grad - v0)
                store (toP + i) (p0 - p0 * decay - m1 * alpha / (Vector.SquareRoot v1 + epsilon))
                store (toM + i) m1
                store (toV + i) v1
            else
                let part a = loadPart<Vector<'T>> (a + i) rest
                let grad, m0, v0, p0 = part g, part m, part v, part p
                let m1 = m0 + rise1 * (grad - m0)
                let v1 = v0 + rise2 * (grad * grad - v0)
                storePart (toP + i) (p0 - p0 * decay - m1 * alpha / (Vector.SquareRoot v1 + epsilon)) rest
                storePart (toM + i) m1 rest
                storePart (toV + i) v1 rest

            i <- i + step

    /// (param, grad, velocity, rate) to (param', velocity').
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member Momentum
        (momentum: float, nesterov: bool, ins: nativeint[], outs: nativeint[], from: nativeint, upTo: nativeint)
        : unit =
        let p, g, v = ins[0], ins[1], ins[2]
        let toP, toV = outs[0], outs[1]
        let rate = Vector<'T>(load<'T> ins[3])
        let momentum = 'F.Constant momentum
        let step = nativeint Vector<byte>.Count
        let mutable i = from

        while i < upTo do
            let rest = upTo - i

            if rest >= step then
                let move = load<Vector<'T>>(g + i) * rate
                let p0: Vector<'T> = load (p + i)
                let v1 = momentum * load (v + i) - move
                store (toP + i) (p0 + (if nesterov then momentum * v1 - move else v1))
                store (toV + i) v1
            else
                let part a = loadPart<Vector<'T>> (a + i) rest
                let move = part g * rate
                let p0 = part p
                let v1 = momentum * part v - move
                storePart (toP + i) (p0 + (if nesterov then momentum * v1 - move else v1)) rest
                storePart (toV + i) v1 rest

            i <- i + step

/// Reads the attributes of composites.
[<RequireQualifiedAccess>]
module internal Attrs =
    let private wrong (c: Composite) (key: string) : 'a =
        Fail.runtime c.Name $"the attribute {key} is missing or of another kind" "This is an error in the library."

    let private find (c: Composite) (key: string) : Attr voption =
        match c.Attrs |> List.tryFind (fun (k, _) -> k = key) with
        | Some(_, a) -> ValueSome a
        | None -> ValueNone

    let int (c: Composite) (key: string) : int =
        match find c key with
        | ValueSome(Attr.Int i) -> i
        | _ -> wrong c key

    let float (c: Composite) (key: string) : float =
        match find c key with
        | ValueSome(Attr.Float f) -> f
        | _ -> wrong c key

    let bool (c: Composite) (key: string) : bool =
        match find c key with
        | ValueSome(Attr.Bool b) -> b
        | _ -> wrong c key

    let text (c: Composite) (key: string) : string =
        match find c key with
        | ValueSome(Attr.Text t) -> t
        | _ -> wrong c key

/// Kernels for elementwise composites.
[<RequireQualifiedAccess>]
module internal FusedLoops =
    // How many elements are worth a thread.
    let private cheap = 65536L
    let private medium = 16384L

    let private one<'T, 'Op when 'T: unmanaged and 'Op :> IVector1<'T>> () =
        Loop1(fun x y n -> Loops.Vector1<'T, 'Op>(x, y, n))

    let private two<'T, 'Op when 'T: unmanaged and 'Op :> IVector2<'T>> () =
        Loop2(fun a b y n -> Loops.Vector2<'T, 'Op>(a, b, y, n))

    /// A loop for the element type, in float32 for the narrow floats.
    let private unary
        (a: Aval)
        (grain: int64)
        (single: unit -> Loop1)
        (double: unit -> Loop1 voption)
        : Kernel voption =
        let kernel loop = ValueSome(Elements.kernel1 loop grain a a)

        match a.DType with
        | DType.Float32 -> kernel (single ())
        | DType.Float64 -> double () |> ValueOption.bind kernel
        | DType.BFloat16
        | DType.Float16 -> kernel (Precision.loop1 a.DType 0 (single ()))
        | _ -> ValueNone

    let private binary
        (a: Aval)
        (grain: int64)
        (single: unit -> Loop2)
        (double: unit -> Loop2 voption)
        : Kernel voption =
        let kernel loop = ValueSome(Elements.kernel2 loop grain a a)

        match a.DType with
        | DType.Float32 -> kernel (single ())
        | DType.Float64 -> double () |> ValueOption.bind kernel
        | DType.BFloat16
        | DType.Float16 -> kernel (Precision.loop2 a.DType 0 (single ()))
        | _ -> ValueNone

    /// Splits an update over the cores; `update` gets byte offsets.
    let private updating (a: Aval) (update: nativeint[] -> nativeint[] -> nativeint -> nativeint -> unit) : Kernel =
        let size = nativeint (DType.size a.DType)
        let n = a.Shape.Size

        Kernel(fun ins outs ->
            if n <= cheap then
                update ins outs 0n (nativeint n * size)
            else
                let body =
                    Action<_, _>(fun from upTo ->
                        update ins outs (nativeint<int64> from * size) (nativeint<int64> upTo * size))

                Parallel.run n cheap body)

    let private adam (c: Composite) (a: Aval) : Kernel voption =
        let b1, b2, e = Attrs.float c "beta1", Attrs.float c "beta2", Attrs.float c "epsilon"

        match a.DType with
        | DType.Float32 ->
            ValueSome(updating a (fun i o f t -> UpdateLoops<float32, Float32Vector>.Adam(b1, b2, e, i, o, f, t)))
        | DType.Float64 ->
            ValueSome(updating a (fun i o f t -> UpdateLoops<float, Float64Vector>.Adam(b1, b2, e, i, o, f, t)))
        | _ -> ValueNone

    let private momentum (c: Composite) (a: Aval) : Kernel voption =
        let m, nesterov = Attrs.float c "momentum", Attrs.bool c "nesterov"

        match a.DType with
        | DType.Float32 ->
            ValueSome(updating a (fun i o f t -> UpdateLoops<float32, Float32Vector>.Momentum(m, nesterov, i, o, f, t)))
        | DType.Float64 ->
            ValueSome(updating a (fun i o f t -> UpdateLoops<float, Float64Vector>.Momentum(m, nesterov, i, o, f, t)))
        | _ -> ValueNone

    /// True for composites whose kernels here may write results over operands of the same size.
    let isElementwise (c: Composite) : bool =
        match c.Name with
        | "relu"
        | "gelu"
        | "gelu_grad"
        | "silu"
        | "silu_grad"
        | "adam_update"
        | "sgd_momentum_update" -> true
        | _ -> false

    /// The kernel for a composite on these operands, or none.
    let prepare (c: Composite) (inputs: Aval[]) : Kernel voption =
        let a = inputs[0]

        match c.Name with
        | "relu" -> unary a cheap one<float32, ReluV<float32>> (fun () -> ValueSome(one<float, ReluV<float>>()))
        | "silu" ->
            unary a medium one<float32, SiluV<float32, Float32Vector>> (fun () ->
                ValueSome(one<float, SiluV<float, Float64Vector>>()))
        | "silu_grad" ->
            binary a medium two<float32, SiluGradV<float32, Float32Vector>> (fun () ->
                ValueSome(two<float, SiluGradV<float, Float64Vector>>()))
        | "gelu" when Attrs.bool c "approximate" ->
            unary a medium one<float32, GeluTanhV<float32, Float32Vector>> (fun () ->
                ValueSome(one<float, GeluTanhV<float, Float64Vector>>()))
        | "gelu_grad" when Attrs.bool c "approximate" ->
            binary a medium two<float32, GeluTanhGradV<float32, Float32Vector>> (fun () ->
                ValueSome(two<float, GeluTanhGradV<float, Float64Vector>>()))
        // The polynomial is good for float32 only; float64 follows the meaning.
        | "gelu" -> unary a medium one<float32, GeluErfV> (fun () -> ValueNone)
        | "gelu_grad" -> binary a medium two<float32, GeluErfGradV> (fun () -> ValueNone)
        | "adam_update" -> adam c a
        | "sgd_momentum_update" -> momentum c a
        | _ -> ValueNone
