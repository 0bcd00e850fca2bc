/// bfloat16 in memory is float32 in vectors. Generated code calls these to go from one to the other.
namespace Keras.FSharp.Backends.Cpu

#nowarn "9"

open System.Runtime.CompilerServices
open System.Runtime.Intrinsics
open System.Runtime.Intrinsics.X86
open FSharp.NativeInterop
open Keras.FSharp.Backends

/// Loads and stores of bfloat16, per width of vector. The names are put together by `Emit`. A bfloat16 is the upper half
/// of a float32; stores round to the nearest, halves to even, and NaN stays NaN.
[<AbstractClass; Sealed>]
type internal Halves private () =
    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    static member Load512(p: nativeint) : Vector512<float32> =
        let bits = Avx512F.ConvertToVector512UInt32(Vector256.Load(NativePtr.ofNativeInt<uint16> p))
        Vector512.ShiftLeft(bits, 16).AsSingle()

    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    static member Load256(p: nativeint) : Vector256<float32> =
        let bits = Avx2.ConvertToVector256Int32(NativePtr.ofNativeInt<uint16> p)
        Vector256.ShiftLeft(bits, 16).AsSingle()

    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    static member Load128(p: nativeint) : Vector128<float32> =
        let four = Vector128.CreateScalar(NativePtr.read (NativePtr.ofNativeInt<uint64> p)).AsUInt16()
        Vector128.ShiftLeft(Vector128.WidenLower four, 16).AsSingle()

    static member LoadOne(p: nativeint) : float32 =
        Precision.widenBFloat16 (NativePtr.read (NativePtr.ofNativeInt<uint16> p))

    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    static member Store512(x: Vector512<float32>, p: nativeint) : unit =
        let bits = x.AsUInt32()
        let upper = Vector512.ShiftRightLogical(bits, 16)
        let odd = Vector512.BitwiseAnd(upper, Vector512.Create 1u)

        let near =
            Vector512.ShiftRightLogical(Vector512.Add(bits, Vector512.Add(odd, Vector512.Create 0x7FFFu)), 16)

        let isNumber = Vector512.Equals(x, x).AsUInt32()
        let nan = Vector512.BitwiseOr(upper, Vector512.Create 0x40u)
        let rounded = Vector512.ConditionalSelect(isNumber, near, nan)
        Vector256.Store(Avx512F.ConvertToVector256UInt16 rounded, NativePtr.ofNativeInt<uint16> p)

    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    static member Store256(x: Vector256<float32>, p: nativeint) : unit =
        let bits = x.AsUInt32()
        let upper = Vector256.ShiftRightLogical(bits, 16)
        let odd = Vector256.BitwiseAnd(upper, Vector256.Create 1u)

        let near =
            Vector256.ShiftRightLogical(Vector256.Add(bits, Vector256.Add(odd, Vector256.Create 0x7FFFu)), 16)

        let isNumber = Vector256.Equals(x, x).AsUInt32()
        let nan = Vector256.BitwiseOr(upper, Vector256.Create 0x40u)
        let rounded = Vector256.ConditionalSelect(isNumber, near, nan)
        Vector128.Store(Vector128.Narrow(rounded.GetLower(), rounded.GetUpper()), NativePtr.ofNativeInt<uint16> p)

    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    static member Store128(x: Vector128<float32>, p: nativeint) : unit =
        let bits = x.AsUInt32()
        let upper = Vector128.ShiftRightLogical(bits, 16)
        let odd = Vector128.BitwiseAnd(upper, Vector128.Create 1u)

        let near =
            Vector128.ShiftRightLogical(Vector128.Add(bits, Vector128.Add(odd, Vector128.Create 0x7FFFu)), 16)

        let isNumber = Vector128.Equals(x, x).AsUInt32()
        let nan = Vector128.BitwiseOr(upper, Vector128.Create 0x40u)
        let rounded = Vector128.ConditionalSelect(isNumber, near, nan)
        let four = Vector128.Narrow(rounded, Vector128<uint32>.Zero).AsUInt64().ToScalar()
        NativePtr.write (NativePtr.ofNativeInt<uint64> p) four

    static member StoreOne(x: float32, p: nativeint) : unit =
        NativePtr.write (NativePtr.ofNativeInt<uint16> p) (Precision.narrowBFloat16 x)
