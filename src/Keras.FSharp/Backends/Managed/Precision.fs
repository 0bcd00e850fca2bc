/// float16 and bfloat16: both are computed in float32, a few thousand elements at a time for elementwise loops, whole
/// operands otherwise, and rounded once to nearest even.
namespace Keras.FSharp.Backends

open System
open System.Numerics
open System.Numerics.Tensors
open System.Runtime.CompilerServices
open Keras.FSharp

/// Conversions between float32 and the two 16-bit float types, and kernels for those made of float32 kernels.
[<RequireQualifiedAccess>]
module internal Precision =
    /// True for the types that are computed in float32.
    let isHalf (d: DType) : bool = d = DType.Float16 || d = DType.BFloat16

    /// float32 of the bits of a bfloat16.
    let inline widenBFloat16 (bits: uint16) : float32 = BitConverter.UInt32BitsToSingle(uint32 bits <<< 16)

    /// The bits of the nearest bfloat16, ties to even; NaN stays NaN.
    let inline narrowBFloat16 (x: float32) : uint16 =
        let bits = BitConverter.SingleToUInt32Bits x

        if Single.IsNaN x then
            uint16 (bits >>> 16) ||| 0x40us
        else
            uint16 ((bits + 0x7FFFu + ((bits >>> 16) &&& 1u)) >>> 16)

    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    let private widen (x: nativeint) (y: nativeint) (n: nativeint) =
        let step = nativeint Vector<uint16>.Count
        let bytes = nativeint Vector<byte>.Count
        let mutable i = 0n

        while i <= n - step do
            let mutable low = Vector<uint32>.Zero
            let mutable high = Vector<uint32>.Zero
            Vector.Widen(load<Vector<uint16>>(x + i * 2n), &low, &high)
            store (y + i * 4n) (Vector.ShiftLeft(low, 16))
            store (y + i * 4n + bytes) (Vector.ShiftLeft(high, 16))
            i <- i + step

        while i < n do
            store (y + i * 4n) (widenBFloat16 (load<uint16>(x + i * 2n)))
            i <- i + 1n

    let inline private roundBits (x: Vector<float32>) : Vector<uint32> =
        let bits = Vector.AsVectorUInt32 x
        let upper = Vector.ShiftRightLogical(bits, 16)
        let odd = Vector.BitwiseAnd(upper, Vector<uint32> 1u)
        let rounded = Vector.ShiftRightLogical(bits + Vector<uint32> 0x7FFFu + odd, 16)
        let isNumber = Vector.AsVectorUInt32(Vector.Equals(x, x))
        Vector.ConditionalSelect(isNumber, rounded, Vector.BitwiseOr(upper, Vector<uint32> 0x40u))

    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    let private narrow (x: nativeint) (y: nativeint) (n: nativeint) =
        let step = nativeint Vector<uint16>.Count
        let bytes = nativeint Vector<byte>.Count
        let mutable i = 0n

        while i <= n - step do
            let low = roundBits (load<Vector<float32>>(x + i * 4n))
            let high = roundBits (load<Vector<float32>>(x + i * 4n + bytes))
            store (y + i * 2n) (Vector.Narrow(low, high))
            i <- i + step

        while i < n do
            store (y + i * 2n) (narrowBFloat16 (load<float32>(x + i * 4n)))
            i <- i + 1n

    /// `n` elements of a 16-bit float type as float32.
    let toSingle (d: DType) (x: nativeint) (y: nativeint) (n: nativeint) : unit =
        if d = DType.BFloat16 then
            widen x y n
        else
            TensorPrimitives.ConvertToSingle(Span.op_Implicit (span<Half> x (int n)), span<float32> y (int n))

    /// `n` float32 elements rounded to a 16-bit float type.
    let ofSingle (d: DType) (x: nativeint) (y: nativeint) (n: nativeint) : unit =
        if d = DType.BFloat16 then
            narrow x y n
        else
            TensorPrimitives.ConvertToHalf(Span.op_Implicit (span<float32> x (int n)), span<Half> y (int n))

    // As many elements as fit the first-level cache several times over.
    let private tile = 1024n

    /// Runs `body count offset` for tiles of n elements.
    let inline private tiles (n: nativeint) ([<InlineIfLambda>] body: nativeint -> nativeint -> unit) =
        let mutable i = 0n

        while i < n do
            body (min tile (n - i)) i
            i <- i + tile

    let inline private room () =
        let p = NativeInterop.NativePtr.stackalloc<byte>(int tile * 4)
        NativeInterop.NativePtr.toNativeInt p

    /// A loop on 16-bit floats of one on float32. Where `resultSize` is 0 the result is of the same type, otherwise it is
    /// what the float32 loop writes, of that many bytes an element.
    let loop1 (d: DType) (resultSize: int) (inner: Loop1) : Loop1 =
        Loop1(fun x y n ->
            let a = room ()

            tiles n (fun count i ->
                toSingle d (x + i * 2n) a count

                if resultSize = 0 then
                    inner.Invoke(a, a, count)
                    ofSingle d a (y + i * 2n) count
                else
                    inner.Invoke(a, y + i * nativeint resultSize, count)))

    /// As `loop1`, of two operands.
    let loop2 (d: DType) (resultSize: int) (inner: Loop2) : Loop2 =
        Loop2(fun x z y n ->
            let a = room ()
            let b = room ()

            tiles n (fun count i ->
                toSingle d (x + i * 2n) a count
                toSingle d (z + i * 2n) b count

                if resultSize = 0 then
                    inner.Invoke(a, b, a, count)
                    ofSingle d a (y + i * 2n) count
                else
                    inner.Invoke(a, b, y + i * nativeint resultSize, count)))

    /// A kernel for operands of which some are 16-bit floats: their float32 images go through the kernel that `prepare`
    /// makes for float32, and results that are to be 16-bit floats are rounded.
    let viaSingle (prepare: Aval[] -> Aval[] -> Kernel) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
        let wide (a: Aval) = if isHalf a.DType then { a with DType = DType.Float32 } else a

        let inner = prepare (Array.map wide inputs) (Array.map wide outputs)

        Kernel(fun ins outs ->
            let rented = Collections.Generic.List<Temporary>()

            let room (a: Aval) =
                let s = new Temporary(a.Shape.Size * 4L)
                rented.Add s
                s.Pointer

            try
                let images =
                    Array.map2
                        (fun (a: Aval) p ->
                            if isHalf a.DType then
                                let image = room a
                                toSingle a.DType p image (nativeint a.Size)
                                image
                            else
                                p)
                        inputs
                        ins

                let results = Array.map2 (fun (a: Aval) p -> if isHalf a.DType then room a else p) outputs outs

                inner.Invoke(images, results)

                for i in 0 .. outputs.Length - 1 do
                    if isHalf outputs[i].DType then
                        ofSingle outputs[i].DType results[i] outs[i] (nativeint outputs[i].Size)
            finally
                for s in rented do
                    (s :> IDisposable).Dispose())
