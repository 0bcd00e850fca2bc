/// The inner loops of strided copies: rows, fills, strided elements, and transposition in blocks. They know only the size
/// of an element.
namespace Keras.FSharp.Backends

open System
open System.Runtime.CompilerServices
open System.Runtime.Intrinsics
open System.Runtime.Intrinsics.X86
open Microsoft.FSharp.NativeInterop

/// Copies of planes of elements; all strides are in bytes.
[<AbstractClass; Sealed>]
type internal Tiles private () =
    /// Rows and columns of a block that is transposed at once.
    static member Block = 64

    /// `rows` rows of `columns` elements, any strides.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member Plane<'T when 'T: unmanaged>
        (
            source: nativeint,
            target: nativeint,
            rows: int,
            sourceRow: nativeint,
            targetRow: nativeint,
            columns: int,
            sourceStep: nativeint,
            targetStep: nativeint
        ) : unit =
        let mutable s = source
        let mutable t = target

        for _ in 1..rows do
            let mutable p = s
            let mutable q = t

            for _ in 1..columns do
                store q (load<'T> p)
                p <- p + sourceStep
                q <- q + targetStep

            s <- s + sourceRow
            t <- t + targetRow

    /// `rows` rows, each filled with the one element at its source.
    static member Fill<'T when 'T: unmanaged>
        (source: nativeint, target: nativeint, rows: int, sourceRow: nativeint, targetRow: nativeint, columns: int)
        : unit =
        for i in 0 .. rows - 1 do
            (span<'T> (target + nativeint i * targetRow) columns).Fill(load<'T>(source + nativeint i * sourceRow))

    static member private Eight
        (source: nativeint, sourceStep: nativeint, target: nativeint, targetRow: nativeint)
        : unit =
        let inline row i = load<Vector256<float32>>(source + nativeint<int> i * sourceStep)

        let a0, a1, a2, a3 = row 0, row 1, row 2, row 3
        let a4, a5, a6, a7 = row 4, row 5, row 6, row 7
        let b0, b1 = Avx.UnpackLow(a0, a1), Avx.UnpackHigh(a0, a1)
        let b2, b3 = Avx.UnpackLow(a2, a3), Avx.UnpackHigh(a2, a3)
        let b4, b5 = Avx.UnpackLow(a4, a5), Avx.UnpackHigh(a4, a5)
        let b6, b7 = Avx.UnpackLow(a6, a7), Avx.UnpackHigh(a6, a7)
        let c0, c1 = Avx.Shuffle(b0, b2, 0x44uy), Avx.Shuffle(b0, b2, 0xEEuy)
        let c2, c3 = Avx.Shuffle(b1, b3, 0x44uy), Avx.Shuffle(b1, b3, 0xEEuy)
        let c4, c5 = Avx.Shuffle(b4, b6, 0x44uy), Avx.Shuffle(b4, b6, 0xEEuy)
        let c6, c7 = Avx.Shuffle(b5, b7, 0x44uy), Avx.Shuffle(b5, b7, 0xEEuy)

        let inline put i (v: Vector256<float32>) = store (target + nativeint<int> i * targetRow) v

        put 0 (Avx.Permute2x128(c0, c4, 0x20uy))
        put 1 (Avx.Permute2x128(c1, c5, 0x20uy))
        put 2 (Avx.Permute2x128(c2, c6, 0x20uy))
        put 3 (Avx.Permute2x128(c3, c7, 0x20uy))
        put 4 (Avx.Permute2x128(c0, c4, 0x31uy))
        put 5 (Avx.Permute2x128(c1, c5, 0x31uy))
        put 6 (Avx.Permute2x128(c2, c6, 0x31uy))
        put 7 (Avx.Permute2x128(c3, c7, 0x31uy))

    static member private Four
        (source: nativeint, sourceStep: nativeint, target: nativeint, targetRow: nativeint)
        : unit =
        let inline row i = load<Vector256<float>>(source + nativeint<int> i * sourceStep)

        let a0, a1, a2, a3 = row 0, row 1, row 2, row 3
        let b0, b1 = Avx.UnpackLow(a0, a1), Avx.UnpackHigh(a0, a1)
        let b2, b3 = Avx.UnpackLow(a2, a3), Avx.UnpackHigh(a2, a3)

        let inline put i (v: Vector256<float>) = store (target + nativeint<int> i * targetRow) v

        put 0 (Avx.Permute2x128(b0, b2, 0x20uy))
        put 1 (Avx.Permute2x128(b1, b3, 0x20uy))
        put 2 (Avx.Permute2x128(b0, b2, 0x31uy))
        put 3 (Avx.Permute2x128(b1, b3, 0x31uy))

    /// A block of any size, one element after the other.
    static member inline private Rest<'T when 'T: unmanaged>
        (source: nativeint, target: nativeint, rows: int, columns: int, sourceStep: nativeint, targetRow: nativeint)
        : unit =
        let size = nativeint sizeof<'T>

        for i in 0 .. rows - 1 do
            for j in 0 .. columns - 1 do
                store
                    (target + nativeint i * targetRow + nativeint j * size)
                    (load<'T>(source + nativeint j * sourceStep + nativeint i * size))

    /// target[r, c] = source[c, r]: elements of the source are adjacent along r, those of the target along c.
    /// `sourceStep` is the distance of columns c in the source, `targetRow` that of rows r in the target. Whole blocks
    /// are turned in a buffer, so that memory is read and written in runs of several cache lines: where strides are
    /// powers of two, neighbours of a column fall on the same few lines of the cache.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member Transpose<'T when 'T: unmanaged>
        (source: nativeint, target: nativeint, rows: int, columns: int, sourceStep: nativeint, targetRow: nativeint)
        : unit =
        let size = nativeint sizeof<'T>
        let block = Tiles.Block
        let hasVectors = Avx.IsSupported && (sizeof<'T> = 4 || sizeof<'T> = 8)
        let part = if sizeof<'T> = 4 then 8 else 4
        let pitch = nativeint block * size
        let buffer = NativePtr.toNativeInt (NativePtr.stackalloc<byte>(Tiles.Block * Tiles.Block * 8))
        let mutable c = 0

        while c < columns do
            let cs = min block (columns - c)
            let mutable r = 0

            while r < rows do
                let rs = min block (rows - r)
                let s = source + nativeint c * sourceStep + nativeint r * size
                let t = target + nativeint r * targetRow + nativeint c * size

                if hasVectors && cs = block && rs = block then
                    let mutable j = 0

                    while j < block do
                        let mutable i = 0

                        while i < block do
                            let p = s + nativeint j * sourceStep + nativeint i * size
                            let q = buffer + nativeint i * pitch + nativeint j * size

                            if sizeof<'T> = 4 then
                                Tiles.Eight(p, sourceStep, q, pitch)
                            else
                                Tiles.Four(p, sourceStep, q, pitch)

                            i <- i + part

                        j <- j + part

                    for i in 0 .. block - 1 do
                        copy (buffer + nativeint i * pitch) (t + nativeint i * targetRow) (int64 pitch)
                elif hasVectors then
                    let wholeRows, wholeColumns = rs - rs % part, cs - cs % part
                    let mutable j = 0

                    while j < wholeColumns do
                        let mutable i = 0

                        while i < wholeRows do
                            let p = s + nativeint j * sourceStep + nativeint i * size
                            let q = t + nativeint i * targetRow + nativeint j * size

                            if sizeof<'T> = 4 then
                                Tiles.Eight(p, sourceStep, q, targetRow)
                            else
                                Tiles.Four(p, sourceStep, q, targetRow)

                            i <- i + part

                        j <- j + part

                    let down = nativeint wholeRows
                    let right = nativeint wholeColumns

                    Tiles.Rest<'T>(
                        s + right * sourceStep,
                        t + right * size,
                        wholeRows,
                        cs - wholeColumns,
                        sourceStep,
                        targetRow
                    )

                    Tiles.Rest<'T>(s + down * size, t + down * targetRow, rs - wholeRows, cs, sourceStep, targetRow)
                else
                    Tiles.Rest<'T>(s, t, rs, cs, sourceStep, targetRow)

                r <- r + rs

            c <- c + cs

/// Chooses a loop by the size of an element.
[<AbstractClass; Sealed>]
type internal TilesOf private () =
    /// See `Tiles.Plane`.
    static member Plane(size, source, target, rows, sourceRow, targetRow, columns, sourceStep, targetStep) : unit =
        match size with
        | 1 -> Tiles.Plane<byte>(source, target, rows, sourceRow, targetRow, columns, sourceStep, targetStep)
        | 2 -> Tiles.Plane<uint16>(source, target, rows, sourceRow, targetRow, columns, sourceStep, targetStep)
        | 4 -> Tiles.Plane<uint32>(source, target, rows, sourceRow, targetRow, columns, sourceStep, targetStep)
        | 8 -> Tiles.Plane<uint64>(source, target, rows, sourceRow, targetRow, columns, sourceStep, targetStep)
        | _ -> Tiles.Plane<UInt128>(source, target, rows, sourceRow, targetRow, columns, sourceStep, targetStep)

    /// See `Tiles.Fill`.
    static member Fill(size, source, target, rows, sourceRow, targetRow, columns) : unit =
        match size with
        | 1 -> Tiles.Fill<byte>(source, target, rows, sourceRow, targetRow, columns)
        | 2 -> Tiles.Fill<uint16>(source, target, rows, sourceRow, targetRow, columns)
        | 4 -> Tiles.Fill<uint32>(source, target, rows, sourceRow, targetRow, columns)
        | 8 -> Tiles.Fill<uint64>(source, target, rows, sourceRow, targetRow, columns)
        | _ -> Tiles.Fill<UInt128>(source, target, rows, sourceRow, targetRow, columns)

    /// See `Tiles.Transpose`.
    static member Transpose(size, source, target, rows, columns, sourceStep, targetRow) : unit =
        match size with
        | 1 -> Tiles.Transpose<byte>(source, target, rows, columns, sourceStep, targetRow)
        | 2 -> Tiles.Transpose<uint16>(source, target, rows, columns, sourceStep, targetRow)
        | 4 -> Tiles.Transpose<uint32>(source, target, rows, columns, sourceStep, targetRow)
        | 8 -> Tiles.Transpose<uint64>(source, target, rows, columns, sourceStep, targetRow)
        | _ -> Tiles.Transpose<UInt128>(source, target, rows, columns, sourceStep, targetRow)
