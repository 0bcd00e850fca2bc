/// Products of a few rows with a matrix, without packing: bound by the speed of memory, so the matrix is read once.
namespace Keras.FSharp.Backends

#nowarn "3535"

open System.Runtime.CompilerServices

/// Where a matrix lies: the address of its first element and the strides of its rows and columns in bytes.
[<Struct>]
type internal MatrixView = {
    Data: nativeint
    Row: nativeint
    Column: nativeint
} with

    /// The view that starts `i` rows and `j` columns further.
    member v.At(i: int, j: int) = {
        Data = v.Data + nativeint i * v.Row + nativeint j * v.Column
        Row = v.Row
        Column = v.Column
    }

    /// Rows and columns exchanged.
    member v.Transposed = { Data = v.Data; Row = v.Column; Column = v.Row }

/// Loops in vectors 'V; what is left over is done in single elements by 'S.
[<AbstractClass; Sealed>]
type internal GemmThin<'T, 'V, 'O, 'S
    when 'T: unmanaged and 'O: struct and 'O :> IVector<'T, 'V> and 'S: struct and 'S :> IVector<'T, 'T>> =

    /// y (+)= x0 b0 + … + x3 b3 over columns [from, until), b's rows `row` bytes apart, x's elements `step` apart.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member private AddRows
        (count: int, x: nativeint, step: nativeint, b: nativeint, row: nativeint, y: nativeint, bytes: nativeint)
        =
        let size = nativeint sizeof<'T>
        let vector = size * nativeint 'O.Count
        let mutable j = 0n

        if count = 4 then
            let x0, x1 = 'O.Splat x, 'O.Splat(x + step)
            let x2, x3 = 'O.Splat(x + 2n * step), 'O.Splat(x + 3n * step)
            let b1 = b + row
            let b2 = b1 + row
            let b3 = b2 + row

            while j + vector <= bytes do
                let s = 'O.Fma(x0, 'O.Load(b + j), 'O.Load(y + j))
                let t = 'O.Mul(x1, 'O.Load(b1 + j))
                let s = 'O.Fma(x2, 'O.Load(b2 + j), s)
                let t = 'O.Fma(x3, 'O.Load(b3 + j), t)
                'O.Store('O.Add(s, t), y + j)
                j <- j + vector

            while j < bytes do
                let s = 'S.Fma('S.Load x, 'S.Load(b + j), 'S.Load(y + j))
                let t = 'S.Mul('S.Load(x + step), 'S.Load(b1 + j))
                let s = 'S.Fma('S.Load(x + 2n * step), 'S.Load(b2 + j), s)
                let t = 'S.Fma('S.Load(x + 3n * step), 'S.Load(b3 + j), t)
                'S.Store('S.Add(s, t), y + j)
                j <- j + size
        else
            for l in 0 .. count - 1 do
                let b = b + nativeint l * row
                let at = x + nativeint l * step
                let x0 = 'O.Splat at
                j <- 0n

                while j + vector <= bytes do
                    'O.Store('O.Fma(x0, 'O.Load(b + j), 'O.Load(y + j)), y + j)
                    j <- j + vector

                while j < bytes do
                    'S.Store('S.Fma('S.Load at, 'S.Load(b + j), 'S.Load(y + j)), y + j)
                    j <- j + size

    /// c = a b where b's rows are contiguous.
    static member Rows(m: int, n: int, k: int, a: MatrixView, b: MatrixView, c: nativeint, ldc: nativeint) =
        let size = nativeint sizeof<'T>
        // So many columns that four pieces of rows and one of the result stay in the first-level cache.
        let chunk = 1024

        for i in 0 .. m - 1 do
            Unsafe.InitBlockUnaligned((c + nativeint i * ldc).ToPointer(), 0uy, uint32 (nativeint n * size))

        let mutable j = 0

        while j < n do
            let bytes = nativeint (min chunk (n - j)) * size
            let mutable l = 0

            while l < k do
                let depth = min 4 (k - l)

                for i in 0 .. m - 1 do
                    GemmThin<'T, 'V, 'O, 'S>
                        .AddRows(
                            depth,
                            a.At(i, l).Data,
                            a.Column,
                            b.At(l, j).Data,
                            b.Row,
                            c + nativeint i * ldc + nativeint j * size,
                            bytes
                        )

                l <- l + depth

            j <- j + chunk

    /// c[i] = a · b_i for `count` ≤ 4 contiguous b_i of `bytes` bytes, `line` bytes apart.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member private Dots
        (count: int, a: nativeint, b: nativeint, line: nativeint, bytes: nativeint, c: nativeint)
        =
        let size = nativeint sizeof<'T>
        let vector = size * nativeint 'O.Count
        // Absent lines repeat the first one.
        let b1 = if count > 1 then b + line else b
        let b2 = if count > 2 then b + 2n * line else b
        let b3 = if count > 3 then b + 3n * line else b
        let mutable s0 = 'O.Zero
        let mutable s1 = 'O.Zero
        let mutable s2 = 'O.Zero
        let mutable s3 = 'O.Zero
        let mutable j = 0n

        while j + vector <= bytes do
            let x = 'O.Load(a + j)
            s0 <- 'O.Fma(x, 'O.Load(b + j), s0)
            s1 <- 'O.Fma(x, 'O.Load(b1 + j), s1)
            s2 <- 'O.Fma(x, 'O.Load(b2 + j), s2)
            s3 <- 'O.Fma(x, 'O.Load(b3 + j), s3)
            j <- j + vector

        let mutable r0 = 'O.Sum s0
        let mutable r1 = 'O.Sum s1
        let mutable r2 = 'O.Sum s2
        let mutable r3 = 'O.Sum s3

        while j < bytes do
            let x = 'S.Load(a + j)
            r0 <- 'S.Fma(x, 'S.Load(b + j), r0)
            r1 <- 'S.Fma(x, 'S.Load(b1 + j), r1)
            r2 <- 'S.Fma(x, 'S.Load(b2 + j), r2)
            r3 <- 'S.Fma(x, 'S.Load(b3 + j), r3)
            j <- j + size

        'S.Store(r0, c)

        if count > 1 then
            'S.Store(r1, c + size)

        if count > 2 then
            'S.Store(r2, c + 2n * size)

        if count > 3 then
            'S.Store(r3, c + 3n * size)

    /// c = a b where b's columns and a's rows are contiguous.
    static member Columns(m: int, n: int, k: int, a: MatrixView, b: MatrixView, c: nativeint, ldc: nativeint) =
        let size = nativeint sizeof<'T>
        let bytes = nativeint k * size

        for j in 0..4 .. n - 1 do
            for i in 0 .. m - 1 do
                GemmThin<'T, 'V, 'O, 'S>
                    .Dots(
                        min 4 (n - j),
                        a.At(i, 0).Data,
                        b.At(0, j).Data,
                        b.Column,
                        bytes,
                        c + nativeint i * ldc + nativeint j * size
                    )
