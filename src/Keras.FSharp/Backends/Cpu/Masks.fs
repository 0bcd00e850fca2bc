/// Bools in memory are bytes; in vectors they are masks. Generated code calls these to go from one to the other.
namespace Keras.FSharp.Backends.Cpu

#nowarn "9"

open System.Runtime.CompilerServices
open System.Runtime.Intrinsics
open System.Runtime.Intrinsics.X86
open FSharp.NativeInterop

/// Loads and stores of masks, per width of vector and lane. The names are put together by `Emit`.
[<AbstractClass; Sealed>]
type internal Masks private () =
    static let one = 0x0101010101010101UL

    // Bit i of `bits` becomes byte i of the eight at the address.
    static let spread (bits: uint32) (count: int) (p: nativeint) =
        if count = 8 && Bmi2.X64.IsSupported then
            NativePtr.write (NativePtr.ofNativeInt<uint64> p) (Bmi2.X64.ParallelBitDeposit(uint64 bits, one))
        else
            for i in 0 .. count - 1 do
                NativePtr.set (NativePtr.ofNativeInt<byte> p) i (byte ((bits >>> i) &&& 1u))

    static let at (p: nativeint) i = NativePtr.get (NativePtr.ofNativeInt<byte> p) i

    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    static member Load512I32(p: nativeint) : Vector512<int> =
        let bytes = Vector128.Load(NativePtr.ofNativeInt<byte> p)
        let wide = Avx512F.ConvertToVector512Int32 bytes
        Vector512.OnesComplement(Vector512.Equals(wide, Vector512<int>.Zero))

    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    static member Load256I32(p: nativeint) : Vector256<int> =
        let wide = Avx2.ConvertToVector256Int32(NativePtr.ofNativeInt<byte> p)
        Vector256.OnesComplement(Vector256.Equals(wide, Vector256<int>.Zero))

    static member Load128I32(p: nativeint) : Vector128<int> =
        let wide = Vector128.Create(int (at p 0), int (at p 1), int (at p 2), int (at p 3))
        Vector128.OnesComplement(Vector128.Equals(wide, Vector128<int>.Zero))

    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    static member Load512I64(p: nativeint) : Vector512<int64> =
        let bytes = Vector128.CreateScalar(NativePtr.read (NativePtr.ofNativeInt<uint64> p)).AsByte()

        Vector512.OnesComplement(Vector512.Equals(Avx512F.ConvertToVector512Int64 bytes, Vector512<int64>.Zero))

    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    static member Load256I64(p: nativeint) : Vector256<int64> =
        let wide = Avx2.ConvertToVector256Int64(NativePtr.ofNativeInt<byte> p)
        Vector256.OnesComplement(Vector256.Equals(wide, Vector256<int64>.Zero))

    static member Load128I64(p: nativeint) : Vector128<int64> =
        let wide = Vector128.Create(int64 (at p 0), int64 (at p 1))
        Vector128.OnesComplement(Vector128.Equals(wide, Vector128<int64>.Zero))

    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    static member Store512I32(mask: Vector512<int>, p: nativeint) : unit =
        let bytes = Avx512F.ConvertToVector128Byte mask
        Vector128.Store(Vector128.BitwiseAnd(bytes, Vector128.Create 1uy), NativePtr.ofNativeInt<byte> p)

    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    static member Store256I32(mask: Vector256<int>, p: nativeint) : unit =
        spread (Vector256.ExtractMostSignificantBits mask) 8 p

    static member Store128I32(mask: Vector128<int>, p: nativeint) : unit =
        spread (Vector128.ExtractMostSignificantBits mask) 4 p

    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    static member Store512I64(mask: Vector512<int64>, p: nativeint) : unit =
        spread (uint32 (Vector512.ExtractMostSignificantBits mask)) 8 p

    static member Store256I64(mask: Vector256<int64>, p: nativeint) : unit =
        spread (Vector256.ExtractMostSignificantBits mask) 4 p

    static member Store128I64(mask: Vector128<int64>, p: nativeint) : unit =
        spread (Vector128.ExtractMostSignificantBits mask) 2 p
