/// keras.ops.numpy: products of tensors.
namespace Keras.FSharp

open System

/// Contractions of tensors whose axes are named by letters.
[<RequireQualifiedAccess>]
module internal Einsum =
    let private refuse (subscripts: string) (reason: string) : 'a =
        Fail.value
            "ops.einsum"
            $"'{subscripts}': {reason}"
            "Write 'ij,jk->ik': one letter per axis, '...' for any axes."

    /// A tensor whose axes have names.
    type private Named = { Labels: char[]; Value: Tensor }

    /// Keeps, of two axes of one name, the diagonal.
    let rec private distinct (subscripts: string) (t: Named) : Named =
        match t.Labels |> Array.countBy id |> Array.tryFind (fun (_, n) -> n > 1) with
        | None -> t
        | Some(label, _) ->
            let i = Array.findIndex ((=) label) t.Labels
            let j = Array.findIndexBack ((=) label) t.Labels
            let n = t.Value.Shape[i]

            if t.Value.Shape[j] <> n then
                refuse subscripts $"'{label}' stands for sizes {n} and {t.Value.Shape[j]}"

            let x = Lax.transpose (Axis.toEnd t.Value.Rank (Dims.own [| i; j |])) t.Value
            let head = Dims.sub 0 (x.Rank - 2) x.Shape
            let flat = Lax.reshape (Dims.append head (Dims.own [| n * n |])) x

            // In row-major order the diagonal is every (n + 1)-th element.
            let picked =
                Lax.slice
                    (Dims.own (Array.zeroCreate flat.Rank))
                    flat.Shape
                    (Dims.own (Array.init flat.Rank (fun k -> if k = flat.Rank - 1 then n + 1 else 1)))
                    flat

            let labels = t.Labels |> Array.indexed |> Array.filter (fun (k, _) -> k <> i && k <> j) |> Array.map snd
            distinct subscripts { Labels = Array.append labels [| label |]; Value = picked }

    /// Sums over the axes whose names are not wanted.
    let private restrict (wanted: char -> bool) (t: Named) : Named =
        let axes =
            Dims.own [|
                for i in 0 .. t.Labels.Length - 1 do
                    if not (wanted t.Labels[i]) then
                        i
            |]

        {
            Labels = Array.filter wanted t.Labels
            Value = Lax.sum axes t.Value
        }

    /// Axes of size 1 that meet a larger size of the same name are broadcast; dropping them leaves that to the other
    /// side.
    let private squeezeUnits (sizes: Map<char, int>) (t: Named) : Named =
        let unit i = t.Value.Shape[i] = 1 && sizes[t.Labels[i]] <> 1

        let axes =
            Dims.own [|
                for i in 0 .. t.Labels.Length - 1 do
                    if unit i then
                        i
            |]

        let labels = t.Labels |> Array.indexed |> Array.filter (fun (i, _) -> not (unit i)) |> Array.map snd

        {
            Labels = labels
            Value = Lax.reshape (Dims.without axes t.Value.Shape) t.Value
        }

    let private contract (wanted: char -> bool) (a: Named) (b: Named) : Named =
        let both label = Array.contains label b.Labels
        let a = restrict (fun l -> wanted l || both l) a
        let b = restrict (fun l -> wanted l || Array.contains l a.Labels) b
        let shared = a.Labels |> Array.filter (fun l -> Array.contains l b.Labels)
        let batch, summed = Array.partition wanted shared

        let axes (t: Named) (labels: char[]) =
            labels |> Array.map (fun l -> Array.findIndex ((=) l) t.Labels) |> Dims.own

        let free (t: Named) = t.Labels |> Array.filter (fun l -> not (Array.contains l shared))

        let d = {
            LhsContract = axes a summed
            RhsContract = axes b summed
            LhsBatch = axes a batch
            RhsBatch = axes b batch
        }

        {
            Labels = Array.concat [ batch; free a; free b ]
            Value = Lax.dot d a.Value b.Value
        }

    /// Letters for the axes that an ellipsis stands for, counted from the end; they lie outside of all alphabets.
    let private ellipsis (count: int) = Array.init count (fun i -> char (0xE000 + count - 1 - i))

    let private parse (subscripts: string) (xs: Tensor[]) =
        let text = subscripts.Replace(" ", "")
        let parts = text.Split("->")

        if parts.Length > 2 then
            refuse subscripts "there is more than one '->'"

        let terms = parts[0].Split(',')

        if terms.Length <> xs.Length then
            refuse subscripts $"it names {terms.Length} operands, {xs.Length} are given"

        let letters (term: string) (dots: int) =
            match term.IndexOf "..." with
            | -1 -> term.ToCharArray()
            | at ->
                Array.concat [
                    term.Substring(0, at).ToCharArray()
                    ellipsis dots
                    term.Substring(at + 3).ToCharArray()
                ]

        let dotsOf (term: string) (x: Tensor) = if term.Contains "..." then x.Rank - (term.Length - 3) else 0

        let operands =
            Array.map2
                (fun (term: string) (x: Tensor) ->
                    let dots = dotsOf term x
                    let labels = if dots < 0 then [||] else letters term dots

                    if dots < 0 || labels.Length <> x.Rank then
                        refuse subscripts $"'{term}' does not fit a tensor of shape {x.Shape}"

                    if labels |> Array.exists (fun l -> not (Char.IsLetter l || l >= '\uE000')) then
                        refuse subscripts $"'{term}' holds something that is not a letter"

                    { Labels = labels; Value = x })
                terms
                xs

        let dots = Array.map2 dotsOf terms xs |> Array.max

        let output =
            if parts.Length = 2 then
                letters parts[1] dots
            else
                let counts = operands |> Array.collect (fun t -> t.Labels) |> Array.countBy id
                let once = counts |> Array.filter (fun (l, n) -> n = 1 && l < '\uE000') |> Array.map fst |> Array.sort
                Array.append (ellipsis dots) once

        struct (operands, output)

    let private sizesOf (subscripts: string) (operands: Named[]) =
        operands
        |> Array.fold
            (fun sizes t ->
                Array.zip t.Labels t.Value.Shape.Items
                |> Array.fold
                    (fun (sizes: Map<char, int>) (label, n) ->
                        match sizes.TryFind label with
                        | Some known when known <> n && known <> 1 && n <> 1 ->
                            refuse subscripts $"'{label}' stands for sizes {known} and {n}"
                        | Some known -> sizes.Add(label, max known n)
                        | None -> sizes.Add(label, n))
                    sizes)
            Map.empty

    /// The contraction; operands have one element type, which is a number's.
    let run (subscripts: string) (xs: Tensor[]) : Tensor =
        let struct (operands, output) = parse subscripts xs
        let sizes = sizesOf subscripts operands

        for l in output do
            if not (sizes.ContainsKey l) then
                refuse subscripts $"'{l}' stands in the result but in no operand"

        if (Array.distinct output).Length < output.Length then
            refuse subscripts "a letter stands twice in the result"

        let operands = operands |> Array.map (distinct subscripts >> squeezeUnits sizes)

        let rec fold (acc: Named) (rest: Named list) =
            let wanted l =
                Array.contains l output
                || rest |> List.skip (min 1 rest.Length) |> List.exists (fun t -> Array.contains l t.Labels)

            match rest with
            | [] -> restrict wanted acc
            | next :: others -> fold (contract wanted acc next) others

        let r = fold operands[0] (Array.toList operands[1..])
        // What is left of the result's axes: a permutation, and broadcasts where every operand had size 1 or none.
        let present = output |> Array.filter (fun l -> Array.contains l r.Labels)
        let perm = present |> Array.map (fun l -> Array.findIndex ((=) l) r.Labels) |> Dims.own
        let places = present |> Array.map (fun l -> Array.findIndex ((=) l) output) |> Dims.own
        let shape = output |> Array.map (fun l -> sizes[l]) |> Dims.own
        Lax.transpose perm r.Value |> Lax.broadcastInDim shape places

/// Products of tensors. Reached as members of `Ops`.
[<AbstractClass>]
type NumpyMatrix internal () =
    inherit NumpyShape()

    /// Runs a contraction in the type at which the operands meet; bools are counted as int32 and are truth again after.
    static member private contract(rule: DType -> DType, xs: Tensor[], f: Tensor[] -> Tensor) : Tensor =
        let d = rule (Types.common (xs |> Seq.map Operand.Tensor))

        if d = DType.Bool then
            Types.truth (f (Array.map (Lax.convert DType.Int32) xs))
        else
            f (Array.map (Lax.convert d) xs)

    /// Sums of products of bytes need more room than a byte has.
    static member private roomy(xs: Tensor[]) : Tensor[] =
        if xs |> Array.forall (fun x -> x.DType = DType.Int8) then
            Array.map (Lax.convert DType.Int32) xs
        else
            xs

    static member private dotAxes(a: Tensor, b: Tensor, axesA: Dims, axesB: Dims) : Tensor =
        let d = {
            LhsContract = axesA
            RhsContract = axesB
            LhsBatch = Dims.Empty
            RhsBatch = Dims.Empty
        }

        Lax.dot d a b

    static member private mismatch(op: string, a: Tensor, b: Tensor) : 'a =
        Fail.value
            op
            $"shapes {a.Shape} and {b.Shape} do not fit"
            "The last axis of x1 and the last but one of x2 must agree."

    static member private product(a: Tensor, b: Tensor) : Tensor =
        if a.Rank = 0 || b.Rank = 0 then
            Fail.value
                "ops.matmul"
                $"got shapes {a.Shape} and {b.Shape}; scalars have no axis to contract"
                "Use multiply."

        let inner = if b.Rank = 1 then 0 else b.Rank - 2

        if a.Shape[a.Rank - 1] <> b.Shape[inner] then
            NumpyMatrix.mismatch ("ops.matmul", a, b)

        if b.Rank <= 2 then
            NumpyMatrix.dotAxes (a, b, Dims.own [| a.Rank - 1 |], Dims.own [| inner |])
        elif a.Rank = 1 then
            NumpyMatrix.dotAxes (a, b, Dims.own [| 0 |], Dims.own [| inner |])
        else
            let head (x: Tensor) = Dims.sub 0 (x.Rank - 2) x.Shape
            let tail (x: Tensor) = Dims.sub (x.Rank - 2) x.Rank x.Shape
            let batch = Lax.broadcastShapes "ops.matmul" (head a) (head b)
            Lax.matmul (Lax.broadcastTo (Dims.append batch (tail a)) a) (Lax.broadcastTo (Dims.append batch (tail b)) b)

    /// The matrix product of the last two axes, broadcast over the others; vectors are rows or columns. At most 32 bits
    /// wide; of int8 int32. Keras: `keras.ops.matmul`.
    static member matmul(x1: Tensor, x2: Tensor) : Tensor =
        let xs = NumpyMatrix.roomy [| x1; x2 |]
        NumpyMatrix.contract (Types.narrow, xs, (fun xs -> NumpyMatrix.product (xs[0], xs[1])))

    /// Contracts the last axis of x1 with the last but one of x2; scalars multiply. At most 32 bits wide.
    /// Keras: `keras.ops.dot`.
    static member dot(x1: Tensor, x2: Tensor) : Tensor =
        let f (xs: Tensor[]) =
            let a, b = xs[0], xs[1]

            if a.Rank = 0 || b.Rank = 0 then
                Lax.mul a b
            else
                let inner = max 0 (b.Rank - 2)

                if a.Shape[a.Rank - 1] <> b.Shape[inner] then
                    NumpyMatrix.mismatch ("ops.dot", a, b)

                NumpyMatrix.dotAxes (a, b, Dims.own [| a.Rank - 1 |], Dims.own [| inner |])

        NumpyMatrix.contract (Types.narrow, [| x1; x2 |], f)

    /// Contracts the listed axes of x1 with those of x2. Keras: `keras.ops.tensordot`.
    static member tensordot(x1: Tensor, x2: Tensor, axes1: int seq, axes2: int seq) : Tensor =
        let a = Axis.many "ops.tensordot" x1.Rank axes1
        let b = Axis.many "ops.tensordot" x2.Rank axes2

        if a.Rank <> b.Rank || Seq.exists2 (fun i j -> x1.Shape[i] <> x2.Shape[j]) a b then
            Fail.value "ops.tensordot" $"axes {a} of shape {x1.Shape} do not fit axes {b} of shape {x2.Shape}" ""

        NumpyMatrix.contract (Types.narrow, [| x1; x2 |], (fun xs -> NumpyMatrix.dotAxes (xs[0], xs[1], a, b)))

    /// Contracts the last `axes` axes of x1 with the first ones of x2. Keras: `keras.ops.tensordot`.
    static member tensordot(x1: Tensor, x2: Tensor, ?axes: int) : Tensor =
        let n = defaultArg axes 2

        if n < 0 || n > x1.Rank || n > x2.Rank then
            Fail.value "ops.tensordot" $"cannot contract {n} axes of shapes {x1.Shape} and {x2.Shape}" ""

        NumpyMatrix.tensordot (x1, x2, [ x1.Rank - n .. x1.Rank - 1 ], [ 0 .. n - 1 ])

    /// Einstein's summation: axes are named by letters, those that the result does not name are summed over; '...'
    /// stands for any further axes. Keras: `keras.ops.einsum`.
    static member einsum(subscripts: string, [<ParamArray>] operands: Tensor[]) : Tensor =
        NumpyMatrix.contract (id, NumpyMatrix.roomy operands, Einsum.run subscripts)

    /// Contracts the last axes of both; scalars multiply. Keras: `keras.ops.inner`.
    static member inner(x1: Tensor, x2: Tensor) : Tensor =
        let f (xs: Tensor[]) =
            let a, b = xs[0], xs[1]

            if a.Rank = 0 || b.Rank = 0 then
                Lax.mul a b
            else
                NumpyMatrix.dotAxes (a, b, Dims.own [| a.Rank - 1 |], Dims.own [| b.Rank - 1 |])

        NumpyMatrix.contract (Types.narrow, [| x1; x2 |], f)

    /// All products of an element of x1 and one of x2, both flattened: [size1, size2]. Keras: `keras.ops.outer`.
    static member outer(x1: Operand, x2: Operand) : Tensor =
        let a, b = x1.AsTensor, x2.AsTensor
        NumpyBinary.multiply (Lax.reshape (Dims.own [| a.Size; 1 |]) a, Lax.reshape (Dims.own [| 1; b.Size |]) b)

    /// The sum of the products of the flattened tensors, the first conjugated. Keras: `keras.ops.vdot`.
    static member vdot(x1: Tensor, x2: Tensor) : Tensor =
        NumpyMatrix.dot (Lax.conj (NumpyShape.ravel x1), NumpyShape.ravel x2)

    /// The Kronecker product. Keras: `keras.ops.kron`.
    static member kron(x1: Tensor, x2: Tensor) : Tensor =
        let rank = max x1.Rank x2.Rank
        let ones n = Dims.own (Array.create n 1)
        let a, b = Dims.append (ones (rank - x1.Rank)) x1.Shape, Dims.append (ones (rank - x2.Rank)) x2.Shape
        let spread (d: Dims) first = Dims.own (Array.init (2 * rank) (fun i -> if i % 2 = first then d[i / 2] else 1))
        let product = NumpyBinary.multiply (Lax.reshape (spread a 0) x1, Lax.reshape (spread b 1) x2)
        Lax.reshape (Dims.own (Array.init rank (fun i -> a[i] * b[i]))) product

    /// The cross product of vectors of 3 (or 2) along an axis. Keras: `keras.ops.cross`.
    static member cross(x1: Tensor, x2: Tensor, ?axisa: int, ?axisb: int, ?axisc: int, ?axis: int) : Tensor =
        let place given = defaultArg axis (defaultArg given -1)
        let struct (a, b) = NumpyBinary.Meet(id, x1, x2)
        let last (x: Tensor) given = Axis.move (Axis.one "ops.cross" x.Rank (place given)) (x.Rank - 1) x
        let a, b = last a axisa, last b axisb
        let n, m = a.Shape[a.Rank - 1], b.Shape[b.Rank - 1]

        if n < 2 || n > 3 || m < 2 || m > 3 then
            Fail.value "ops.cross" $"the vectors have {n} and {m} elements" "They must have 2 or 3."

        let part (x: Tensor) i =
            if i < x.Shape[x.Rank - 1] then
                Some(Lax.reshape (Dims.removeAt (x.Rank - 1) x.Shape) (Lax.sliceAxis (x.Rank - 1) i (i + 1) x))
            else
                None

        let times i j =
            match part a i, part b j with
            | Some x, Some y -> Some(Lax.mul x y)
            | _ -> None

        let minus i j =
            match times i j, times j i with
            | Some x, Some y -> Lax.sub x y
            | Some x, None -> x
            | None, Some y -> Lax.neg y
            | None, None -> Lax.zerosLike (Lax.mul (part a 0).Value (part b 0).Value)

        if n = 2 && m = 2 then
            minus 0 1
        else
            let parts = [| minus 1 2; minus 2 0; minus 0 1 |]
            let joined = NumpyShape.stack (parts, -1)
            Axis.move (joined.Rank - 1) (Axis.one "ops.cross" joined.Rank (place axisc)) joined

    /// The elements on the `offset`-th diagonal of two axes; they become the last axis. Keras: `keras.ops.diagonal`.
    static member diagonal(x: Tensor, ?offset: int, ?axis1: int, ?axis2: int) : Tensor =
        let a = Axis.one "ops.diagonal" x.Rank (defaultArg axis1 0)
        let b = Axis.one "ops.diagonal" x.Rank (defaultArg axis2 1)
        let offset = defaultArg offset 0
        let y = Lax.transpose (Axis.toEnd x.Rank (Dims.own [| a; b |])) x
        let rows, columns = y.Shape[y.Rank - 2], y.Shape[y.Rank - 1]
        let count = max 0 (min (rows + min 0 offset) (columns - max 0 offset))
        let first = if offset >= 0 then offset else -offset * columns
        let head = Dims.sub 0 (y.Rank - 2) y.Shape
        let flat = Lax.reshape (Dims.append head (Dims.own [| rows * columns |])) y
        let last = flat.Rank - 1
        // In row-major order the diagonal is every (columns + 1)-th element.
        let limit = if count = 0 then first else first + (count - 1) * (columns + 1) + 1
        let first = min first (rows * columns)

        Lax.slice
            (Dims.own (Array.init flat.Rank (fun i -> if i = last then first else 0)))
            (Dims.set last (max first (min limit (rows * columns))) flat.Shape)
            (Dims.own (Array.init flat.Rank (fun i -> if i = last then columns + 1 else 1)))
            flat

    /// The sum of a diagonal; small integers as in `sum`. Keras: `keras.ops.trace`.
    static member trace(x: Tensor, ?offset: int, ?axis1: int, ?axis2: int) : Tensor =
        let d = NumpyMatrix.diagonal (x, ?offset = offset, ?axis1 = axis1, ?axis2 = axis2)
        NumpyReduce.sum (d, [ -1 ])

    /// Of a vector the matrix with it on the `k`-th diagonal, of a matrix its `k`-th diagonal. Keras: `keras.ops.diag`.
    static member diag(x: Tensor, ?k: int) : Tensor =
        let k = defaultArg k 0

        match x.Rank with
        | 2 -> NumpyMatrix.diagonal (x, k)
        | 1 ->
            let n = x.Size + abs k
            let low = Dims.own [| max 0 -k |]
            let high = Dims.own [| max 0 k |]
            let column = Lax.padZero low high (Dims.own [| 0 |]) x
            let spread = Lax.broadcastInDim (Dims.own [| n; n |]) (Dims.own [| 0 |]) column
            let on = NumpyCreation.eye (n, k = k, dtype = DType.Bool)
            Lax.select on spread (Lax.zerosLike spread)
        | r -> Fail.value "ops.diag" $"got a tensor of rank {r}" "A vector or a matrix is needed."

    /// The matrix with the flattened tensor on its `k`-th diagonal. Keras: `keras.ops.diagflat`.
    static member diagflat(x: Tensor, ?k: int) : Tensor = NumpyMatrix.diag (NumpyShape.ravel x, ?k = k)

    static member private triangle(op: string, x: Tensor, keep: Tensor -> Tensor -> Tensor, k: int) : Tensor =
        if x.Rank < 2 then
            Fail.value op $"got a tensor of shape {x.Shape}" "At least two axes are needed."

        let row, column = Lax.iota x.Shape DType.Int32 (x.Rank - 2), Lax.iota x.Shape DType.Int32 (x.Rank - 1)
        let shifted = Lax.add row (Lax.scalarInt DType.Int32 (int64 k))
        Lax.select (keep column shifted) x (Lax.zerosLike x)

    /// The lower triangle of the last two axes, up to the `k`-th diagonal; the rest is 0. Keras: `keras.ops.tril`.
    static member tril(x: Tensor, ?k: int) : Tensor = NumpyMatrix.triangle ("ops.tril", x, Lax.le, defaultArg k 0)

    /// The upper triangle of the last two axes, from the `k`-th diagonal; the rest is 0. Keras: `keras.ops.triu`.
    static member triu(x: Tensor, ?k: int) : Tensor = NumpyMatrix.triangle ("ops.triu", x, Lax.ge, defaultArg k 0)

    /// Columns of powers of a vector, `n` of them, falling unless `increasing`. Keras: `keras.ops.vander`.
    static member vander(x: Tensor, ?n: int, ?increasing: bool) : Tensor =
        let n = defaultArg n x.Size
        let exponents = Lax.iota (Dims.own [| x.Size; n |]) x.DType 1

        let exponents =
            if defaultArg increasing false then
                exponents
            else
                Lax.reverse (Dims.own [| 1 |]) exponents

        Lax.pow (Lax.broadcastInDim exponents.Shape (Dims.own [| 0 |]) x) exponents

    /// Pearson's correlations of the rows of x, a float. Keras: `keras.ops.corrcoef`.
    static member corrcoef(x: Tensor) : Tensor =
        let y = Types.toFloating x
        let rows = if y.Rank < 2 then Lax.reshape (Dims.own [| 1; y.Size |]) y else y
        let n = float rows.Shape[1]
        let mean = Lax.scale (1.0 / n) (Lax.reduceKeep ReduceOp.Sum (Dims.own [| 1 |]) rows)
        let d = Lax.sub rows mean
        let c = Lax.matmul d (Lax.conj (Lax.swapLast d))
        let deviation = Lax.sqrt (NumpyMatrix.diagonal (NumpyUnary.real c))
        let scale = Lax.convert c.DType (Lax.mul (Axis.along 2 0 deviation) (Axis.along 2 1 deviation))
        let r = Lax.div c scale
        if x.Rank < 2 then Lax.reshape Dims.Empty r else r

    /// The cross-correlation of two vectors; modes "valid", "same", "full". Keras: `keras.ops.correlate`.
    static member correlate(x1: Tensor, x2: Tensor, ?mode: string) : Tensor =
        let d = Types.commonFloat [ Operand.Tensor x1; Operand.Tensor x2 ]
        let long, short = if x1.Size >= x2.Size then x1, x2 else x2, x1
        let n, k = long.Size, short.Size

        let low, high =
            match defaultArg mode "valid" with
            | "valid" -> 0, 0
            | "full" -> k - 1, k - 1
            | "same" -> k / 2, (k - 1) / 2
            | other -> Fail.value "ops.correlate" $"got mode '{other}'" "Known are 'valid', 'same', 'full'."

        let conv = {
            Kind = ConvKind.Forward
            Stride = Dims.own [| 1 |]
            PadLow = Dims.own [| low |]
            PadHigh = Dims.own [| high |]
            Dilation = Dims.own [| 1 |]
            Groups = 1
            InputSpatial = Dims.own [| n |]
            KernelSpatial = Dims.own [| k |]
        }

        let a = Lax.reshape (Dims.own [| 1; n; 1 |]) (Lax.convert d long)
        let b = Lax.reshape (Dims.own [| k; 1; 1 |]) (Lax.convert d (Lax.conj short))
        let r = Lax.conv conv a b
        let r = Lax.reshape (Dims.own [| r.Size |]) r
        // The longer one is the one that is slid over; the order of the operands says in which direction.
        if x1.Size >= x2.Size then r else Lax.reverse (Dims.own [| 0 |]) r
