/// What a derivative rule is, and the longer rules: indexed access, reductions, factorizations.
namespace Keras.FSharp

open System

/// What the derivative of a primitive is. Cotangents and partial derivatives are asked for per operand, so that nothing
/// is computed for operands that do not matter.
[<RequireQualifiedAccess; NoComparison; NoEquality>]
type internal Derivative =
    /// No gradient flows.
    | Zero
    /// Elementwise: operand, operands, result to ∂result/∂operand; null for none.
    | Pointwise of (int -> Tensor[] -> Tensor -> Tensor)
    /// Linear in the operands marked true, taken together; operand, operands, cotangent to the operand's cotangent.
    | Linear of bool[] * (int -> Tensor[] -> Tensor -> Tensor)
    /// Linear in each of two operands separately; the same function.
    | Bilinear of (int -> Tensor[] -> Tensor -> Tensor)
    /// Which operands matter, operands, results, cotangents (null: zero) to the operands' cotangents (null: zero).
    | Pullback of (bool[] -> Tensor[] -> Tensor[] -> Tensor[] -> Tensor[])
    /// Cond, while and scan: differentiated by transforming their bodies.
    | Control

/// Derivatives of scatters and sorts.
[<RequireQualifiedAccess>]
module internal IndexRules =
    /// Indices clamped into range, as a gather reads them.
    let clamped (n: int) (indices: Tensor) : Tensor =
        let at (i: int) = Lax.scalarInt indices.DType (int64 i)
        Lax.clamp (at 0) (at (n - 1)) indices

    /// What the updates of a scatter see of `g` (of x's shape): zero where the index is out of range.
    let private seen (batch: int) (x: Tensor) (indices: Tensor) (g: Tensor) : Tensor =
        let n = x.Shape[batch]
        let at (i: int) = Lax.scalarInt indices.DType (int64 i)
        let inside = Lax.logicalAnd (Lax.ge indices (at 0)) (Lax.lt indices (at n))
        let values = Lax.gather batch (clamped n indices) g
        let axes = Dims.range indices.Rank
        Lax.select (Lax.broadcastInDim values.Shape axes inside) values (Lax.zerosLike values)

    /// True for the updates of a scatter that were not overwritten by a later one.
    let private survives (batch: int) (x: Tensor) (indices: Tensor) (updates: Tensor) : Tensor =
        let flat = Dims.own [| updates.Size |]
        let number = Lax.reshape updates.Shape (Lax.iota flat DType.Int32 0)
        let none = Lax.full x.Shape DType.Int32 (Scalar.Int -1L)
        let last = Lax.scatter ScatterOp.Set batch indices number none
        Lax.eq (Lax.gather batch (clamped x.Shape[batch] indices) last) number

    let scatter (op: ScatterOp) (batch: int) : Derivative =
        let pull (f: bool[] -> Tensor -> Tensor -> Tensor -> Tensor -> Tensor -> struct (Tensor * Tensor)) =
            Derivative.Pullback(fun needs xs ys gs ->
                let struct (gx, gu) = f needs xs[0] xs[1] xs[2] ys[0] gs[0]
                [| gx; null; gu |])

        match op with
        | ScatterOp.Add ->
            Derivative.Linear([| true; false; true |], fun i xs g -> if i = 0 then g else seen batch xs[0] xs[1] g)
        | ScatterOp.Set ->
            pull (fun needs x i u _ g ->
                let gx = if needs[0] then Lax.scatter ScatterOp.Set batch i (Lax.zerosLike u) g else null

                let gu =
                    if needs[2] then
                        Lax.select (survives batch x i u) (seen batch x i g) (Lax.zerosLike u)
                    else
                        null

                struct (gx, gu))
        | ScatterOp.Mul ->
            pull (fun needs x i u y g ->
                let gx = if needs[0] then Lax.scatter ScatterOp.Mul batch i u g else null

                let gu =
                    if needs[2] then
                        // Where an update is zero the product of the others cannot be had by dividing; then it is
                        // taken to be the only one at its place.
                        let zero = Lax.eq u (Lax.zerosLike u)
                        let safe = Lax.select zero (Lax.onesLike u) u
                        let others = Lax.div (seen batch x i (Lax.mul g y)) safe
                        Lax.select zero (seen batch x i (Lax.mul g x)) others
                    else
                        null

                struct (gx, gu))
        | _ ->
            // Max and Min: the gradient is shared by all that equal the result.
            pull (fun _ x i u y g ->
                let winsX = Lax.convert x.DType (Lax.eq x y)
                let winsU = Lax.convert u.DType (Lax.eq u (seen batch x i y))
                let count = Lax.scatter ScatterOp.Add batch i winsU winsX
                let share = Lax.div g (Lax.max count (Lax.onesLike count))
                struct (Lax.mul winsX share, Lax.mul winsU (seen batch x i share)))

    let sort (axis: int) (keys: int) : Derivative =
        Derivative.Pullback(fun needs xs _ gs ->
            let position = Lax.iota xs[0].Shape DType.Int32 axis
            let sorted = Lax.sort axis keys (Array.append xs [| position |])
            // Sorting the cotangents by where each element came from puts them back.
            let from = sorted[xs.Length]

            Array.init xs.Length (fun i ->
                if isNull gs[i] || not needs[i] then
                    null
                else
                    (Lax.sort axis 1 [| from; gs[i] |])[1]))

/// Derivatives of reductions and cumulative operations.
[<RequireQualifiedAccess>]
module internal ReduceRules =
    let private back (axes: Dims) (shape: Dims) (y: Tensor) : Tensor =
        Lax.broadcastInDim shape (Dims.complement shape.Rank axes) y

    /// `x` moved by `by` places along an axis toward the end (or the beginning); `fill` comes in.
    let private shifted (axis: int) (by: int) (fill: float) (towardEnd: bool) (x: Tensor) : Tensor =
        let n = x.Shape[axis]
        let value = Lax.scalar x.DType fill
        let only (k: int) = Dims.own (Array.init x.Rank (fun i -> if i = axis then k else 0))
        let none = only 0

        if by >= n then
            Lax.fullLike x fill
        elif towardEnd then
            Lax.pad (only by) none none value (Lax.sliceAxis axis 0 (n - by) x)
        else
            Lax.pad none (only by) none value (Lax.sliceAxis axis by n x)

    /// The products of all elements before (or after) each along an axis.
    let private exclusiveProduct (axis: int) (reverse: bool) (x: Tensor) : Tensor =
        Lax.cumulative ReduceOp.Prod axis reverse (shifted axis 1 1.0 (not reverse) x)

    /// The gradient of a product over one axis: each element's is the product of all the others, zeros included.
    let private prodGradient (axis: int) (x: Tensor) (g: Tensor) : Tensor =
        Lax.mul g (Lax.mul (exclusiveProduct axis false x) (exclusiveProduct axis true x))

    let reduce (op: ReduceOp) (axes: Dims) : Derivative =
        match op with
        | ReduceOp.Sum -> Derivative.Linear([| true |], (fun _ xs g -> back axes xs[0].Shape g))
        | ReduceOp.Prod ->
            Derivative.Pullback(fun _ xs _ gs ->
                // The reduced axes are moved to the end and joined, so that one axis is multiplied over.
                let x = xs[0]
                let kept = Dims.complement x.Rank axes
                let perm = Dims.append kept axes
                let moved = Lax.transpose perm x
                let outer = Dims.map (fun i -> x.Shape[i]) kept
                let n = axes |> Seq.fold (fun acc a -> acc * x.Shape[a]) 1
                let joined = Lax.reshape (Dims.append outer (Dims.own [| n |])) moved
                let g = Lax.broadcastInDim joined.Shape (Dims.range outer.Rank) gs[0]
                let gradient = prodGradient outer.Rank joined g
                [| Lax.transpose (Dims.invert perm) (Lax.reshape moved.Shape gradient) |])
        | ReduceOp.Max
        | ReduceOp.Min ->
            // Shared by all elements that equal the extremum.
            Derivative.Pullback(fun _ xs ys gs ->
                let x = xs[0]
                let wins = Lax.convert x.DType (Lax.eq x (back axes x.Shape ys[0]))
                let share = Lax.div gs[0] (Lax.sum axes wins)
                [| Lax.mul wins (back axes x.Shape share) |])
        | _ -> Derivative.Zero

    /// S with Sᵢ = gᵢ + xᵢ₊₁ Sᵢ₊₁ (or the mirror image), in log n doubling steps.
    let private recurrence (axis: int) (towardEnd: bool) (x: Tensor) (g: Tensor) : Tensor =
        let mutable a = shifted axis 1 0.0 towardEnd x
        let mutable s = g
        let mutable step = 1

        while step < x.Shape[axis] do
            s <- Lax.add s (Lax.mul a (shifted axis step 0.0 towardEnd s))
            a <- Lax.mul a (shifted axis step 0.0 towardEnd a)
            step <- step * 2

        s

    let cumulative (op: ReduceOp) (axis: int) (reverse: bool) : Derivative =
        match op with
        | ReduceOp.Sum -> Derivative.Linear([| true |], (fun _ _ g -> Lax.cumulative ReduceOp.Sum axis (not reverse) g))
        | ReduceOp.Prod ->
            Derivative.Pullback(fun _ xs _ gs ->
                let before = exclusiveProduct axis reverse xs[0]
                [| Lax.mul before (recurrence axis reverse xs[0] gs[0]) |])
        | ReduceOp.Max
        | ReduceOp.Min ->
            Derivative.Pullback(fun _ xs ys gs ->
                // Each result takes the element where the extremum was reached first.
                let x, y = xs[0], ys[0]
                let n = x.Shape[axis]
                let position = Lax.iota x.Shape DType.Int32 axis

                let previous =
                    let extreme = if op = ReduceOp.Max then Double.NegativeInfinity else Double.PositiveInfinity
                    shifted axis 1 extreme (not reverse) y

                let fresh = Lax.logicalAnd (Lax.eq x y) (Lax.ne y previous)
                let start = Lax.full x.Shape DType.Int32 (Scalar.Int(if reverse then int64 (n - 1) else 0L))
                let marked = Lax.select fresh position start
                let order = if reverse then ReduceOp.Min else ReduceOp.Max
                let source = Lax.cumulative order axis reverse marked

                let perm = Dims.append (Dims.complement x.Rank (Dims.own [| axis |])) (Dims.own [| axis |])

                let move = Lax.transpose perm
                let gx = Lax.scatter ScatterOp.Add (x.Rank - 1) (move source) (move gs[0]) (Lax.zerosLike (move x))
                [| Lax.transpose (Dims.invert perm) gx |])
        | _ -> Derivative.Zero

/// Derivatives of Fourier transforms and factorizations (real matrices).
[<RequireQualifiedAccess>]
module internal LinalgRules =
    let fftTranspose (kind: FftKind) (lengths: Dims) (g: Tensor) : Tensor =
        let k = lengths.Rank
        let last = lengths[k - 1]

        match kind with
        | FftKind.Rfft ->
            let padding = Dims.own (Array.init g.Rank (fun i -> if i = g.Rank - 1 then last - g.Shape[i] else 0))

            let none = Dims.map (fun _ -> 0) padding
            Lax.real (Lax.fft FftKind.Fft lengths (Lax.padZero none padding none g))
        | FftKind.Irfft ->
            let spectrum = Lax.fft FftKind.Rfft lengths g
            let m = last / 2 + 1
            let index = Lax.iota (Dims.own [| m |]) DType.Int32 0
            let edge (i: int) = Lax.eq index (Lax.scalarInt DType.Int32 (int64 i))

            // The inner frequencies stand for two each.
            let single = if last % 2 = 0 then Lax.logicalOr (edge 0) (edge (m - 1)) else edge 0
            let ones = Lax.full (Dims.own [| m |]) g.DType (Scalar.Int 1L)
            let weight = Lax.select single ones (Lax.scale 2.0 ones)
            let scaled = Lax.scale (1.0 / float lengths.Size) weight
            Lax.conj (Lax.mul spectrum (Lax.broadcastTo spectrum.Shape (Lax.convert spectrum.DType scaled)))
        | _ -> Lax.fft kind lengths g

    let private t = Lax.swapLast
    let private (@@) a b = Lax.matmul a b

    /// 1 where the row index compares so with the column index, else 0.
    let private mask (op: CompareOp) (a: Tensor) : Tensor =
        let r = a.Rank
        let shape = Dims.own [| a.Shape[r - 2]; a.Shape[r - 1] |]
        let rows, columns = Lax.iota shape DType.Int32 0, Lax.iota shape DType.Int32 1
        Lax.broadcastTo a.Shape (Lax.convert a.DType (Lax.compare op rows columns))

    let private lower a = Lax.mul a (mask CompareOp.Ge a)
    let private strictLower a = Lax.mul a (mask CompareOp.Gt a)
    let private upper a = Lax.mul a (mask CompareOp.Le a)

    let private solve (left: bool) (isLower: bool) (transposed: bool) (unitDiagonal: bool) a b =
        (Lax.linalg (LinalgOp.TriangularSolve(left, isLower, transposed, unitDiagonal)) [| a; b |])[0]

    /// A row (or column) vector of the last axis against matrices.
    let private columns (s: Tensor) = Lax.reshape (Dims.insert (s.Rank - 1) 1 s.Shape) s
    let private rows (s: Tensor) = Lax.reshape (Dims.insert s.Rank 1 s.Shape) s

    let private cholesky (l: Tensor) (g: Tensor) =
        let inner = lower (t l @@ g)
        let phi = Lax.sub inner (Lax.scale 0.5 (Lax.mul inner (mask CompareOp.Eq inner)))
        // l⁻ᵀ phi l⁻¹, made symmetric.
        let s = solve true true true false l (t (solve true true true false l (t phi)))
        Lax.scale 0.5 (Lax.add s (t s))

    let private triangular left isLower transposed unitDiagonal (needs: bool[]) (a: Tensor) (x: Tensor) (g: Tensor) =
        let gb = solve left isLower (not transposed) unitDiagonal a g

        let ga =
            if needs[0] then
                let full =
                    match left, transposed with
                    | true, false -> gb @@ t x
                    | true, true -> x @@ t gb
                    | false, false -> t x @@ gb
                    | false, true -> t gb @@ x

                let part = if isLower then lower full else upper full

                let part =
                    if unitDiagonal then
                        Lax.sub part (Lax.mul part (mask CompareOp.Eq part))
                    else
                        part

                Lax.neg part
            else
                null

        [| ga; gb |]

    let private lu (packed: Tensor) (permutation: Tensor) (g: Tensor) =
        let n = packed.Shape[packed.Rank - 1]

        if packed.Shape[packed.Rank - 2] <> n then
            Fail.unsupported "lu_factor" "the derivative is known for square matrices" "Factor a square matrix."

        let eye = mask CompareOp.Eq packed
        let l = Lax.add (strictLower packed) eye
        let u = upper packed
        let inner = Lax.add (strictLower (t l @@ strictLower g)) (upper (upper g @@ t u))
        // l⁻ᵀ inner u⁻ᵀ, and the rows put back where they came from.
        let moved = solve true true true true packed (t (solve true false false false packed (t inner)))
        let batch = packed.Rank - 2
        Lax.scatter ScatterOp.Set batch permutation moved (Lax.zerosLike moved)

    let private qrTall (q: Tensor) (r: Tensor) (gq: Tensor) (gr: Tensor) =
        let m = Lax.sub (r @@ t gr) (t gq @@ q)
        let symmetric = Lax.add (lower m) (t (strictLower m))
        let right = Lax.add gq (q @@ symmetric)
        // right r⁻ᵀ
        t (solve true false false false r (t right))

    let private qr (full: bool) (a: Tensor) (q: Tensor) (r: Tensor) (gq: Tensor) (gr: Tensor) =
        let m, n = a.Shape[a.Rank - 2], a.Shape[a.Rank - 1]
        let gq = if isNull gq then Lax.zerosLike q else gq
        let gr = if isNull gr then Lax.zerosLike r else gr

        if m = n || (m > n && not full) then
            qrTall q r gq gr
        elif m > n then
            Fail.unsupported
                "qr"
                "the derivative of mode 'complete' is not unique for tall matrices"
                "Use mode 'reduced'."
        else
            let axis = a.Rank - 1
            let left x = Lax.sliceAxis axis 0 m x
            let right x = Lax.sliceAxis axis m n x
            let gu, gv = left gr, right gr
            let gx = qrTall q (left r) (Lax.add gq (right a @@ t gv)) gu
            Lax.concat axis [| gx; q @@ gv |]

    /// 1 / (sⱼ² - sᵢ²) off the diagonal (`square` says whether to square first), zero on it and where values coincide.
    let private gaps (square: bool) (s: Tensor) =
        let s = if square then Lax.square s else s
        let shape = Dims.append s.Shape (Dims.own [| s.Shape[s.Rank - 1] |])
        let difference = Lax.sub (Lax.broadcastTo shape (columns s)) (Lax.broadcastTo shape (rows s))
        let zero = Lax.eq difference (Lax.zerosLike difference)
        let safe = Lax.select zero (Lax.onesLike difference) difference
        Lax.select zero (Lax.zerosLike difference) (Lax.reciprocal safe)

    let private orZero (like: Tensor) (g: Tensor) = if isNull g then Lax.zerosLike like else g

    let private svd (full: bool) (u: Tensor) (s: Tensor) (vh: Tensor) (gu: Tensor) (gs: Tensor) (gv: Tensor) =
        let m, n, k = u.Shape[u.Rank - 2], vh.Shape[vh.Rank - 1], s.Shape[s.Rank - 1]

        if full && m <> n && not (isNull gu && isNull gv) then
            Fail.unsupported
                "svd"
                "the derivative of the full factors is not unique for matrices that are not square"
                "Use full_matrices = false."

        // Without gradients of the factors the full ones are cut to the reduced ones.
        let u = Lax.sliceAxis (u.Rank - 1) 0 k u
        let vh = Lax.sliceAxis (vh.Rank - 2) 0 k vh

        let gu, gs, v =
            orZero u (if isNull gu then null else Lax.sliceAxis (gu.Rank - 1) 0 k gu), orZero s gs, t vh

        let gv = orZero v (if isNull gv then null else t (Lax.sliceAxis (gv.Rank - 2) 0 k gv))
        let f = gaps true s
        let diagonal = Lax.mul (mask CompareOp.Eq f) (Lax.broadcastTo f.Shape (columns gs))
        let su = Lax.mul f (Lax.sub (t u @@ gu) (t gu @@ u))
        let sv = Lax.mul f (Lax.sub (t v @@ gv) (t gv @@ v))
        let inner = Lax.add diagonal (Lax.add (Lax.mul su (columns s)) (Lax.mul (rows s) sv))
        let core = u @@ inner @@ vh

        let beyondU =
            if m > k then
                let part = Lax.div gu (columns s)
                (Lax.sub part (u @@ (t u @@ part))) @@ vh
            else
                Lax.zerosLike core

        let beyondV =
            if n > k then
                let part = Lax.div gv (columns s)
                u @@ t (Lax.sub part (v @@ (t v @@ part)))
            else
                Lax.zerosLike core

        Lax.add core (Lax.add beyondU beyondV)

    let private eigh (v: Tensor) (w: Tensor) (gw: Tensor) (gv: Tensor) =
        let gw, gv = orZero w gw, orZero v gv
        let f = gaps false w
        let diagonal = Lax.mul (mask CompareOp.Eq f) (Lax.broadcastTo f.Shape (columns gw))
        let inner = Lax.add diagonal (Lax.mul f (t v @@ gv))
        let s = v @@ inner @@ t v
        Lax.scale 0.5 (Lax.add s (t s))

    let private realOnly (x: Tensor) =
        if DType.isComplex x.DType then
            Fail.unsupported
                "linalg"
                $"the derivative of a factorization of {x.Aval} is not known here"
                "Factorizations are differentiable for real matrices."

    let rule (op: LinalgOp) : Derivative =
        let pull f =
            Derivative.Pullback(fun needs (xs: Tensor[]) ys gs ->
                realOnly xs[0]
                f needs xs ys gs)

        match op with
        | LinalgOp.Cholesky -> pull (fun _ _ ys gs -> [| cholesky ys[0] gs[0] |])
        | LinalgOp.TriangularSolve(left, isLower, transposed, unitDiagonal) ->
            pull (fun needs xs ys gs -> triangular left isLower transposed unitDiagonal needs xs[0] ys[0] gs[0])
        | LinalgOp.Lu -> pull (fun _ _ ys gs -> [| (if isNull gs[0] then null else lu ys[0] ys[2] gs[0]) |])
        | LinalgOp.Qr full -> pull (fun _ xs ys gs -> [| qr full xs[0] ys[0] ys[1] gs[0] gs[1] |])
        | LinalgOp.Svd full -> pull (fun _ _ ys gs -> [| svd full ys[0] ys[1] ys[2] gs[0] gs[1] gs[2] |])
        | LinalgOp.Eigh -> pull (fun _ _ ys gs -> [| eigh ys[1] ys[0] gs[0] gs[1] |])
        | LinalgOp.Eig ->
            Derivative.Pullback(fun _ _ _ _ ->
                Fail.unsupported
                    "eig"
                    "the eigenvalues of a general matrix have no derivative here"
                    "Use eigh for symmetric matrices.")
