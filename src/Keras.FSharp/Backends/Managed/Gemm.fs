/// Matrix products of packed panels: what Dot and Conv share. An engine knows how to pack operands of one element type
/// and how to multiply packed blocks; it holds no state.
namespace Keras.FSharp.Backends

#nowarn "3535"

open System
open System.Runtime.CompilerServices
open System.Runtime.Intrinsics

/// Packs and multiplies blocks of matrices of one element type.
[<AbstractClass>]
type internal GemmEngine(rows: int, columns: int, size: int) =
    /// Rows of a tile: the left operand is packed in panels of as many.
    member _.Rows = rows
    /// Columns of a tile: the right operand is packed in panels of as many.
    member _.Columns = columns
    /// Bytes of an element.
    member _.Size = size
    /// How deep a block is at most, so that a panel of the left operand stays in the first-level cache.
    member _.Depth = 1280 / size
    /// How many rows a block has at most, so that a packed one stays in the second-level cache.
    member _.BlockRows = 240
    /// How many columns a block has at most.
    member _.BlockColumns = 1024
    /// `n` rounded up to whole panels of rows.
    member _.WholeRows(n: int) = (n + rows - 1) / rows * rows
    /// `n` rounded up to whole panels of columns.
    member _.WholeColumns(n: int) = (n + columns - 1) / columns * columns

    /// Packs m × k elements of the left operand; rows are filled up with zeros.
    abstract PackLeft: a: MatrixView * m: int * k: int * packed: nativeint -> unit
    /// Packs k × n elements of the right operand; columns are filled up with zeros.
    abstract PackRight: b: MatrixView * k: int * n: int * packed: nativeint -> unit

    /// c (+)= a b for packed blocks; c has rows of unit column stride, `ldc` bytes apart. Uses the slot `Tile`.
    abstract Block:
        m: int * n: int * k: int * a: nativeint * b: nativeint * c: nativeint * ldc: nativeint * accumulate: bool ->
            unit

    /// Writes the transpose of rows × columns elements, whose rows are `pitch` bytes apart, densely to `target`.
    abstract Transpose: rows: int * columns: int * from: nativeint * pitch: nativeint * target: nativeint -> unit
    /// Adds `count` elements to those at `target`.
    abstract AddTo: target: nativeint * from: nativeint * count: int -> unit
    /// target += a · b, element by element.
    abstract MulAdd: target: nativeint * a: nativeint * b: nativeint * count: int -> unit
    /// c = a b for a few rows, without packing; false where the strides do not allow it.
    abstract Thin: m: int * n: int * k: int * a: MatrixView * b: MatrixView * c: nativeint * ldc: nativeint -> bool

    /// c = a b in this thread. Uses the slots `PackA`, `PackB` and `Tile`.
    member e.Multiply(m: int, n: int, k: int, a: MatrixView, b: MatrixView, c: nativeint, ldc: nativeint) : unit =
        if m = 0 || n = 0 then
            ()
        elif m <= 4 && e.Thin(m, n, k, a, b, c, ldc) then
            ()
        elif n = 1 && ldc = nativeint size && e.Thin(1, m, k, b.Transposed, a.Transposed, c, nativeint m * ldc) then
            ()
        else
            // Equal steps, so that no block is a mere rest.
            let even (total: int) (most: int) (unit: int) =
                let blocks = max 1 ((total + most - 1) / most)
                (total + blocks * unit - 1) / (blocks * unit) * unit

            let depth = even k e.Depth 1
            let high = even m e.BlockRows rows
            let wide = even n e.BlockColumns columns
            let packedA = Scratch.Get(Scratch.PackA, int64 high * int64 depth * int64 size)
            let packedB = Scratch.Get(Scratch.PackB, int64 wide * int64 depth * int64 size)
            let mutable j = 0

            while j < n do
                let width = min wide (n - j)
                let mutable l = 0
                // At least once, so that a product over nothing gives zeros.
                while l < max k 1 do
                    let deep = min depth (k - l)
                    e.PackRight(b.At(l, j), deep, width, packedB)
                    let mutable i = 0

                    while i < m do
                        let height = min high (m - i)
                        e.PackLeft(a.At(i, l), height, deep, packedA)
                        let target = c + nativeint i * ldc + nativeint (j * size)
                        e.Block(height, width, deep, packedA, packedB, target, ldc, l > 0)
                        i <- i + high

                    l <- l + max depth 1

                j <- j + wide

/// The engine for elements 'T in vectors 'V, single elements by 'S.
[<Sealed>]
type internal GemmEngine<'T, 'V, 'O, 'S
    when 'T: unmanaged and 'O: struct and 'O :> IVector<'T, 'V> and 'S: struct and 'S :> IVector<'T, 'T>>(rows: int) =
    inherit GemmEngine(rows, 2 * 'O.Count, sizeof<'T>)

    /// Packs panels of `width` lines: a line is `line` bytes after the one before, its elements are `step` bytes apart;
    /// the elements at one position of all lines of a panel are stored together.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member private Pack
        (data: nativeint, line: nativeint, step: nativeint, lines: int, length: int, width: int, packed: nativeint)
        =
        let size = nativeint sizeof<'T>
        let vector = nativeint 'O.Count * size
        let stride = nativeint width * size
        let mutable first = 0
        let mutable target = packed

        while first < lines do
            let count = min width (lines - first)
            let source = data + nativeint first * line

            if count < width then
                Unsafe.InitBlockUnaligned(target.ToPointer(), 0uy, uint32 (nativeint length * stride))

            if line = size then
                // Lines are neighbours: what is stored together lies together.
                let bytes = nativeint count * size
                let mutable p = source
                let mutable q = target

                for _ in 1..length do
                    let mutable j = 0n

                    while j + vector <= bytes do
                        'O.Store('O.Load(p + j), q + j)
                        j <- j + vector

                    while j < bytes do
                        'S.Store('S.Load(p + j), q + j)
                        j <- j + size

                    p <- p + step
                    q <- q + stride
            else
                let mutable j = 0

                while j + 4 <= count do
                    let mutable p = source + nativeint j * line
                    let mutable q = target + nativeint j * size
                    let line2 = 2n * line
                    let line3 = 3n * line

                    for _ in 1..length do
                        'S.Store('S.Load p, q)
                        'S.Store('S.Load(p + line), q + size)
                        'S.Store('S.Load(p + line2), q + 2n * size)
                        'S.Store('S.Load(p + line3), q + 3n * size)
                        p <- p + step
                        q <- q + stride

                    j <- j + 4

                while j < count do
                    let mutable p = source + nativeint j * line
                    let mutable q = target + nativeint j * size

                    for _ in 1..length do
                        'S.Store('S.Load p, q)
                        p <- p + step
                        q <- q + stride

                    j <- j + 1

            target <- target + nativeint length * stride
            first <- first + width

    /// Copies a part of a tile to c, or adds it.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member private Merge
        (tile: nativeint, stride: nativeint, c: nativeint, ldc: nativeint, height: int, width: int, accumulate: bool)
        =
        let size = nativeint sizeof<'T>
        let vector = nativeint 'O.Count * size
        let bytes = nativeint width * size
        let mutable p = tile
        let mutable q = c

        for _ in 1..height do
            let mutable j = 0n

            while j + vector <= bytes do
                let v = 'O.Load(p + j)
                'O.Store((if accumulate then 'O.Add(v, 'O.Load(q + j)) else v), q + j)
                j <- j + vector

            while j < bytes do
                let v = 'S.Load(p + j)
                'S.Store((if accumulate then 'S.Add(v, 'S.Load(q + j)) else v), q + j)
                j <- j + size

            p <- p + stride
            q <- q + ldc

    override _.PackLeft(a, m, k, packed) = GemmEngine<'T, 'V, 'O, 'S>.Pack(a.Data, a.Row, a.Column, m, k, rows, packed)

    override e.PackRight(b, k, n, packed) =
        GemmEngine<'T, 'V, 'O, 'S>.Pack(b.Data, b.Column, b.Row, n, k, e.Columns, packed)

    override e.Block(m, n, k, a, b, c, ldc, accumulate) =
        let size = nativeint sizeof<'T>
        let columns = e.Columns
        let panelA = nativeint (rows * k) * size
        let panelB = nativeint (columns * k) * size
        let tile = Scratch.Get(Scratch.Tile, int64 (rows * columns) * int64 size)
        let tileRow = nativeint columns * size
        let mutable j = 0
        let mutable pb = b

        while j < n do
            let width = min columns (n - j)
            let mutable i = 0
            let mutable pa = a
            let mutable target = c + nativeint j * size

            while i < m do
                let height = min rows (m - i)
                let whole = height = rows && width = columns
                let at = if whole then target else tile
                let row = if whole then ldc else tileRow

                if rows = 12 then
                    GemmTile<'T, 'V, 'O>.Rows12(k, pa, pb, at, row, accumulate && whole)
                else
                    GemmTile<'T, 'V, 'O>.Rows6(k, pa, pb, at, row, accumulate && whole)

                if not whole then
                    GemmEngine<'T, 'V, 'O, 'S>.Merge(tile, tileRow, target, ldc, height, width, accumulate)

                i <- i + rows
                pa <- pa + panelA
                target <- target + nativeint rows * ldc

            j <- j + columns
            pb <- pb + panelB

    override _.Transpose(rows, columns, from, pitch, target) =
        let size = nativeint sizeof<'T>

        for i in 0 .. rows - 1 do
            let mutable p = from + nativeint i * pitch
            let mutable q = target + nativeint i * size

            for _ in 1..columns do
                'S.Store('S.Load p, q)
                p <- p + size
                q <- q + nativeint rows * size

    override _.AddTo(target, from, count) = GemmEngine<'T, 'V, 'O, 'S>.Merge(from, 0n, target, 0n, 1, count, true)

    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    override _.MulAdd(target, a, b, count) =
        let size = nativeint sizeof<'T>
        let vector = nativeint 'O.Count * size
        let bytes = nativeint count * size
        let mutable j = 0n

        while j + vector <= bytes do
            'O.Store('O.Fma('O.Load(a + j), 'O.Load(b + j), 'O.Load(target + j)), target + j)
            j <- j + vector

        while j < bytes do
            'S.Store('S.Fma('S.Load(a + j), 'S.Load(b + j), 'S.Load(target + j)), target + j)
            j <- j + size

    override _.Thin(m, n, k, a, b, c, ldc) =
        let size = nativeint sizeof<'T>

        if b.Column = size || n = 1 then
            GemmThin<'T, 'V, 'O, 'S>.Rows(m, n, k, a, b, c, ldc)
            true
        elif (b.Row = size || k = 1) && (a.Column = size || k = 1) then
            GemmThin<'T, 'V, 'O, 'S>.Columns(m, n, k, a, b, c, ldc)
            true
        else
            false

/// The engines of this machine.
[<RequireQualifiedAccess>]
module internal Gemm =
    /// For float32.
    let float32: GemmEngine =
        if Vector512.IsHardwareAccelerated then
            GemmEngine<float32, Vector512<float32>, F32x16, F32x1> 12
        elif Vector256.IsHardwareAccelerated then
            GemmEngine<float32, Vector256<float32>, F32x8, F32x1> 6
        else
            GemmEngine<float32, Vector128<float32>, F32x4, F32x1> 6

    /// For float64.
    let float64: GemmEngine =
        if Vector512.IsHardwareAccelerated then
            GemmEngine<float, Vector512<float>, F64x8, F64x1> 12
        elif Vector256.IsHardwareAccelerated then
            GemmEngine<float, Vector256<float>, F64x4, F64x1> 6
        else
            GemmEngine<float, Vector128<float>, F64x2, F64x1> 6

    /// Below this number of multiplications a product runs in one thread.
    let private small = 200_000L

    /// c = a b for every batch, on all cores: `offset` gives the byte offsets of a and b of a batch; results lie
    /// densely one after the other.
    let batched
        (e: GemmEngine)
        (batch: int)
        (m: int)
        (n: int)
        (k: int)
        (offsetA: int64[])
        (offsetB: int64[])
        (a: MatrixView)
        (b: MatrixView)
        (c: nativeint)
        : unit =
        let ldc = nativeint n * nativeint e.Size
        let work = int64 m * int64 n * int64 (max k 1)

        let one (i: int) (row: int) (column: int) (height: int) (width: int) =
            let a = { a with Data = a.Data + nativeint offsetA[i] }
            let b = { b with Data = b.Data + nativeint offsetB[i] }
            let c = c + nativeint i * nativeint m * ldc + nativeint row * ldc + nativeint column * nativeint e.Size
            e.Multiply(height, width, k, a.At(row, 0), b.At(0, column), c, ldc)

        let cores = Environment.ProcessorCount

        if batch >= 2 * cores || work * int64 batch <= small || cores = 1 then
            Parallel.run
                (int64 batch)
                (max 1L (small / max work 1L))
                (Action<_, _>(fun from until ->
                    for i in int from .. int until - 1 do
                        one i 0 0 m n))
        else
            // Pieces of one product, as square as whole panels allow.
            let mutable down = 1
            let mutable across = 1

            while down * across * batch < cores && (m / down >= 2 * e.Rows || n / across >= 2 * e.Columns) do
                if m / down * e.Columns >= n / across * e.Rows && m / down >= 2 * e.Rows then
                    down <- 2 * down
                elif n / across >= 2 * e.Columns then
                    across <- 2 * across
                else
                    down <- 2 * down

            let high = e.WholeRows((m + down - 1) / down)
            let wide = e.WholeColumns((n + across - 1) / across)

            Parallel.run
                (int64 (batch * down * across))
                1L
                (Action<_, _>(fun from until ->
                    for piece in int from .. int until - 1 do
                        let i = piece / (down * across)
                        let row = piece / across % down * high
                        let column = piece % across * wide

                        if row < m && column < n then
                            one i row column (min high (m - row)) (min wide (n - column))))
