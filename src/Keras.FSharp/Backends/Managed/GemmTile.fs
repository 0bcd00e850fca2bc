/// The innermost loops of matrix products: a tile of the result held in registers.
namespace Keras.FSharp.Backends

#nowarn "3535"

open System.Runtime.CompilerServices

/// Tiles for vectors 'V of elements 'T. The left operand is packed in panels of as many rows as the tile has, column by
/// column; the right one in panels of two vectors, row by row. Strides are counted in bytes.
[<AbstractClass; Sealed>]
type internal GemmTile<'T, 'V, 'O when 'T: unmanaged and 'O: struct and 'O :> IVector<'T, 'V>> =
    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    static member private Put(v: 'V, at: nativeint, accumulate: bool) =
        if accumulate then 'O.Store('O.Add(v, 'O.Load at), at) else 'O.Store(v, at)

    /// A tile of 6 rows and two vectors of columns: c (+)= a b, over k packed columns of a and rows of b.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member Rows6(k: int, a: nativeint, b: nativeint, c: nativeint, ldc: nativeint, accumulate: bool) =
        let size = nativeint sizeof<'T>
        let vector = size * nativeint 'O.Count
        let mutable c0a = 'O.Zero
        let mutable c0b = 'O.Zero
        let mutable c1a = 'O.Zero
        let mutable c1b = 'O.Zero
        let mutable c2a = 'O.Zero
        let mutable c2b = 'O.Zero
        let mutable c3a = 'O.Zero
        let mutable c3b = 'O.Zero
        let mutable c4a = 'O.Zero
        let mutable c4b = 'O.Zero
        let mutable c5a = 'O.Zero
        let mutable c5b = 'O.Zero
        let mutable p = a
        let mutable q = b

        for _ in 1..k do
            let va = 'O.Load q
            let vb = 'O.Load(q + vector)
            let x = 'O.Splat(p)
            c0a <- 'O.Fma(x, va, c0a)
            c0b <- 'O.Fma(x, vb, c0b)
            let x = 'O.Splat(p + size)
            c1a <- 'O.Fma(x, va, c1a)
            c1b <- 'O.Fma(x, vb, c1b)
            let x = 'O.Splat(p + 2n * size)
            c2a <- 'O.Fma(x, va, c2a)
            c2b <- 'O.Fma(x, vb, c2b)
            let x = 'O.Splat(p + 3n * size)
            c3a <- 'O.Fma(x, va, c3a)
            c3b <- 'O.Fma(x, vb, c3b)
            let x = 'O.Splat(p + 4n * size)
            c4a <- 'O.Fma(x, va, c4a)
            c4b <- 'O.Fma(x, vb, c4b)
            let x = 'O.Splat(p + 5n * size)
            c5a <- 'O.Fma(x, va, c5a)
            c5b <- 'O.Fma(x, vb, c5b)
            p <- p + 6n * size
            q <- q + 2n * vector

        let mutable r = c
        GemmTile<'T, 'V, 'O>.Put(c0a, r, accumulate)
        GemmTile<'T, 'V, 'O>.Put(c0b, r + vector, accumulate)
        r <- r + ldc
        GemmTile<'T, 'V, 'O>.Put(c1a, r, accumulate)
        GemmTile<'T, 'V, 'O>.Put(c1b, r + vector, accumulate)
        r <- r + ldc
        GemmTile<'T, 'V, 'O>.Put(c2a, r, accumulate)
        GemmTile<'T, 'V, 'O>.Put(c2b, r + vector, accumulate)
        r <- r + ldc
        GemmTile<'T, 'V, 'O>.Put(c3a, r, accumulate)
        GemmTile<'T, 'V, 'O>.Put(c3b, r + vector, accumulate)
        r <- r + ldc
        GemmTile<'T, 'V, 'O>.Put(c4a, r, accumulate)
        GemmTile<'T, 'V, 'O>.Put(c4b, r + vector, accumulate)
        r <- r + ldc
        GemmTile<'T, 'V, 'O>.Put(c5a, r, accumulate)
        GemmTile<'T, 'V, 'O>.Put(c5b, r + vector, accumulate)

    /// A tile of 12 rows and two vectors of columns: c (+)= a b, over k packed columns of a and rows of b.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member Rows12(k: int, a: nativeint, b: nativeint, c: nativeint, ldc: nativeint, accumulate: bool) =
        let size = nativeint sizeof<'T>
        let vector = size * nativeint 'O.Count
        let mutable c0a = 'O.Zero
        let mutable c0b = 'O.Zero
        let mutable c1a = 'O.Zero
        let mutable c1b = 'O.Zero
        let mutable c2a = 'O.Zero
        let mutable c2b = 'O.Zero
        let mutable c3a = 'O.Zero
        let mutable c3b = 'O.Zero
        let mutable c4a = 'O.Zero
        let mutable c4b = 'O.Zero
        let mutable c5a = 'O.Zero
        let mutable c5b = 'O.Zero
        let mutable c6a = 'O.Zero
        let mutable c6b = 'O.Zero
        let mutable c7a = 'O.Zero
        let mutable c7b = 'O.Zero
        let mutable c8a = 'O.Zero
        let mutable c8b = 'O.Zero
        let mutable c9a = 'O.Zero
        let mutable c9b = 'O.Zero
        let mutable c10a = 'O.Zero
        let mutable c10b = 'O.Zero
        let mutable c11a = 'O.Zero
        let mutable c11b = 'O.Zero
        let mutable p = a
        let mutable q = b

        for _ in 1..k do
            let va = 'O.Load q
            let vb = 'O.Load(q + vector)
            let x = 'O.Splat(p)
            c0a <- 'O.Fma(x, va, c0a)
            c0b <- 'O.Fma(x, vb, c0b)
            let x = 'O.Splat(p + size)
            c1a <- 'O.Fma(x, va, c1a)
            c1b <- 'O.Fma(x, vb, c1b)
            let x = 'O.Splat(p + 2n * size)
            c2a <- 'O.Fma(x, va, c2a)
            c2b <- 'O.Fma(x, vb, c2b)
            let x = 'O.Splat(p + 3n * size)
            c3a <- 'O.Fma(x, va, c3a)
            c3b <- 'O.Fma(x, vb, c3b)
            let x = 'O.Splat(p + 4n * size)
            c4a <- 'O.Fma(x, va, c4a)
            c4b <- 'O.Fma(x, vb, c4b)
            let x = 'O.Splat(p + 5n * size)
            c5a <- 'O.Fma(x, va, c5a)
            c5b <- 'O.Fma(x, vb, c5b)
            let x = 'O.Splat(p + 6n * size)
            c6a <- 'O.Fma(x, va, c6a)
            c6b <- 'O.Fma(x, vb, c6b)
            let x = 'O.Splat(p + 7n * size)
            c7a <- 'O.Fma(x, va, c7a)
            c7b <- 'O.Fma(x, vb, c7b)
            let x = 'O.Splat(p + 8n * size)
            c8a <- 'O.Fma(x, va, c8a)
            c8b <- 'O.Fma(x, vb, c8b)
            let x = 'O.Splat(p + 9n * size)
            c9a <- 'O.Fma(x, va, c9a)
            c9b <- 'O.Fma(x, vb, c9b)
            let x = 'O.Splat(p + 10n * size)
            c10a <- 'O.Fma(x, va, c10a)
            c10b <- 'O.Fma(x, vb, c10b)
            let x = 'O.Splat(p + 11n * size)
            c11a <- 'O.Fma(x, va, c11a)
            c11b <- 'O.Fma(x, vb, c11b)
            p <- p + 12n * size
            q <- q + 2n * vector

        let mutable r = c
        GemmTile<'T, 'V, 'O>.Put(c0a, r, accumulate)
        GemmTile<'T, 'V, 'O>.Put(c0b, r + vector, accumulate)
        r <- r + ldc
        GemmTile<'T, 'V, 'O>.Put(c1a, r, accumulate)
        GemmTile<'T, 'V, 'O>.Put(c1b, r + vector, accumulate)
        r <- r + ldc
        GemmTile<'T, 'V, 'O>.Put(c2a, r, accumulate)
        GemmTile<'T, 'V, 'O>.Put(c2b, r + vector, accumulate)
        r <- r + ldc
        GemmTile<'T, 'V, 'O>.Put(c3a, r, accumulate)
        GemmTile<'T, 'V, 'O>.Put(c3b, r + vector, accumulate)
        r <- r + ldc
        GemmTile<'T, 'V, 'O>.Put(c4a, r, accumulate)
        GemmTile<'T, 'V, 'O>.Put(c4b, r + vector, accumulate)
        r <- r + ldc
        GemmTile<'T, 'V, 'O>.Put(c5a, r, accumulate)
        GemmTile<'T, 'V, 'O>.Put(c5b, r + vector, accumulate)
        r <- r + ldc
        GemmTile<'T, 'V, 'O>.Put(c6a, r, accumulate)
        GemmTile<'T, 'V, 'O>.Put(c6b, r + vector, accumulate)
        r <- r + ldc
        GemmTile<'T, 'V, 'O>.Put(c7a, r, accumulate)
        GemmTile<'T, 'V, 'O>.Put(c7b, r + vector, accumulate)
        r <- r + ldc
        GemmTile<'T, 'V, 'O>.Put(c8a, r, accumulate)
        GemmTile<'T, 'V, 'O>.Put(c8b, r + vector, accumulate)
        r <- r + ldc
        GemmTile<'T, 'V, 'O>.Put(c9a, r, accumulate)
        GemmTile<'T, 'V, 'O>.Put(c9b, r + vector, accumulate)
        r <- r + ldc
        GemmTile<'T, 'V, 'O>.Put(c10a, r, accumulate)
        GemmTile<'T, 'V, 'O>.Put(c10b, r + vector, accumulate)
        r <- r + ldc
        GemmTile<'T, 'V, 'O>.Put(c11a, r, accumulate)
        GemmTile<'T, 'V, 'O>.Put(c11b, r + vector, accumulate)
