/// The public transformations of pure functions. Arguments and results are any F# values that hold tensors: tuples,
/// records, lists, maps, trees.
namespace Keras.FSharp

open System
open System.Runtime.CompilerServices

/// Transformations of pure functions of tensors; they nest in any order. Opened with the namespace, so that `grad f`
/// reads as in JAX.
[<AutoOpen>]
module Transform =
    let private checkFloat (op: string) (xs: Tensor[]) (form: Structure) =
        for i in 0 .. xs.Length - 1 do
            if not (DType.isDifferentiable xs[i].DType) then
                Fail.wrongType
                    op
                    $"the argument at {form.Paths[i]} is {xs[i].Aval}; only floats and complex numbers have derivatives"
                    "Pass it through a closure or as another argument of the function."

    let private scalarLoss (op: string) (y: Tensor) =
        if y.Rank <> 0 || not (DType.isFloat y.DType) then
            Fail.value
                op
                $"the function returned {y.Aval}, expected a float scalar"
                "Reduce the result with a sum or a mean, or use vjp."

    let private orZeros (xs: Tensor[]) (gs: Tensor[]) =
        Array.map2 (fun (x: Tensor) g -> if isNull g then Lax.zerosLike x else g) xs gs

    /// The value of `f`, what it returns beside it, and the gradient of the value with respect to the argument.
    /// `f` returns (scalar, auxiliary). Source: `jax.value_and_grad` with `has_aux`.
    let valueAndGradAux (f: 'a -> Tensor * 'aux) (x: 'a) : (Tensor * 'aux) * 'a =
        let struct (leaves, form) = Structure.flattenAs "argument" x
        checkFloat "grad" leaves form
        let mutable auxForm = form

        let struct (ys, aux, pullback) =
            Tape.vjpAux
                (fun xs ->
                    let y, aux = f (Structure.unflatten<'a> form xs)
                    let struct (auxLeaves, kept) = Structure.flattenAs "auxiliary result" aux
                    auxForm <- kept
                    struct ([| y |], auxLeaves))
                leaves

        scalarLoss "grad" ys[0]
        let gs = pullback [| Lax.onesLike ys[0] |]
        (ys[0], Structure.unflatten<'aux> auxForm aux), Structure.unflatten<'a> form (orZeros leaves gs)

    /// The value of `f` and its gradient with respect to the argument. Source: `jax.value_and_grad`.
    let valueAndGrad (f: 'a -> Tensor) (x: 'a) : Tensor * 'a =
        let (y, ()), g = valueAndGradAux (fun x -> f x, ()) x
        y, g

    /// The gradient of a function with a scalar result. Source: `jax.grad`.
    let grad (f: 'a -> Tensor) (x: 'a) : 'a = snd (valueAndGrad f x)

    /// The value of `f`, and the function from a cotangent of the result to the cotangent of the argument.
    /// Source: `jax.vjp`.
    let vjp (f: 'a -> 'b) (x: 'a) : 'b * ('b -> 'a) =
        let struct (leaves, form) = Structure.flattenAs "argument" x
        checkFloat "vjp" leaves form
        let mutable resultForm = form

        let struct (ys, pullback) =
            Tape.vjp
                (fun xs ->
                    let struct (outs, kept) = Structure.flattenAs "result" (f (Structure.unflatten<'a> form xs))
                    resultForm <- kept
                    outs)
                leaves

        let back (cotangent: 'b) : 'a =
            let cts = Structure.tensors cotangent

            if cts.Length <> ys.Length then
                Fail.value "vjp" $"got {cts.Length} cotangents for {ys.Length} results" "Pass one for each."

            Array.iter2
                (fun (y: Tensor) (ct: Tensor) ->
                    if not (y.Aval.Equals ct.Aval) then
                        Fail.value "vjp" $"a cotangent is {ct.Aval}, the result is {y.Aval}" "They must agree.")
                ys
                cts

            Structure.unflatten<'a> form (orZeros leaves (pullback cts))

        Structure.unflatten<'b> resultForm ys, back

    /// The value of `f` at `x` and its derivative along `tangent`. Source: `jax.jvp`.
    let jvp (f: 'a -> 'b) (x: 'a) (tangent: 'a) : 'b * 'b =
        let struct (leaves, form) = Structure.flattenAs "argument" x
        let tangents = Structure.tensors tangent
        checkFloat "jvp" leaves form

        if tangents.Length <> leaves.Length then
            Fail.value "jvp" $"got {tangents.Length} tangents for {leaves.Length} arguments" "Pass one for each."

        Array.iter2
            (fun (x: Tensor) (t: Tensor) ->
                if not (x.Aval.Equals t.Aval) then
                    Fail.value "jvp" $"a tangent is {t.Aval}, the argument is {x.Aval}" "They must agree.")
            leaves
            tangents

        let mutable resultForm = form

        let struct (ys, ds, _) =
            ForwardTrace.Jvp(
                (fun xs ->
                    let struct (outs, kept) = Structure.flattenAs "result" (f (Structure.unflatten<'a> form xs))
                    resultForm <- kept
                    struct (outs, [||])),
                leaves,
                tangents
            )

        Structure.unflatten<'b> resultForm ys, Structure.unflatten<'b> resultForm (orZeros ys ds)

    let private moveAxis (from: int) (target: int) (x: Tensor) : Tensor =
        if from = target then
            x
        else
            Lax.transpose (Dims.insert target from (Dims.removeAt from (Dims.range x.Rank))) x

    let private axisOf (what: string) (rank: int) (axis: int) =
        let a = if axis < 0 then axis + rank else axis

        if a < 0 || a >= rank then
            Fail.value
                "vmap"
                $"{what} has rank {rank}, there is no axis {axis}"
                "Choose an axis of every mapped tensor."

        a

    /// Maps `f` over an axis of every tensor of the argument for which `inAxes` (path to axis; None: the same for all)
    /// names one; results have the mapped axis at `outAxis`. Source: `jax.vmap`.
    let vmapAxes (inAxes: string -> int option) (outAxis: int) (f: 'a -> 'b) (x: 'a) : 'b =
        let struct (leaves, form) = Structure.flattenAs "argument" x
        let paths = form.Paths
        let axes = paths |> Array.map inAxes

        let moved =
            Array.map3
                (fun path (x: Tensor) axis ->
                    match axis with
                    | Some a -> moveAxis (axisOf $"the argument at {path}" x.Rank a) 0 x
                    | None -> x)
                paths
                leaves
                axes

        let sizes =
            Array.map2 (fun (x: Tensor) (a: int option) -> if a.IsSome then Some x.Shape[0] else None) moved axes
            |> Array.choose id
            |> Array.distinct

        match sizes with
        | [| size |] ->
            let mutable resultForm = form

            let ys =
                BatchTrace.Map(
                    size,
                    axes |> Array.map Option.isSome,
                    (fun xs ->
                        let struct (outs, kept) = Structure.flattenAs "result" (f (Structure.unflatten<'a> form xs))
                        resultForm <- kept
                        outs),
                    moved
                )

            ys
            |> Array.map (fun y -> moveAxis 0 (axisOf "a result" y.Rank outAxis) y)
            |> Structure.unflatten<'b> resultForm
        | [||] -> Fail.value "vmap" "no tensor of the argument is mapped over" "Name an axis for at least one."
        | _ ->
            let listed =
                Array.map3
                    (fun path (x: Tensor) (a: int option) -> if a.IsSome then $"{path}: {x.Shape[0]}" else "")
                    paths
                    moved
                    axes
                |> Array.filter (fun s -> s <> "")

            Fail.value
                "vmap"
                ("the mapped axes have different sizes: " + String.Join(", ", listed))
                "They must have one size."

    /// Maps `f` over axis 0 of every tensor of the argument. Source: `jax.vmap`.
    let vmap (f: 'a -> 'b) (x: 'a) : 'b = vmapAxes (fun _ -> Some 0) 0 f x

    // What `jit` returned, with what is behind it; an entry goes when its function does.
    let private compiledFunctions = ConditionalWeakTable<obj, obj>()

    /// What is behind a function that `jit` made.
    let internal compiledOf (f: 'a -> 'b) : Jit<'a, 'b> voption =
        match compiledFunctions.TryGetValue(nonNull (box f)) with
        | true, (:? Jit<'a, 'b> as j) -> ValueSome j
        | _ -> ValueNone

    /// A function compiled at first use for each form of its argument. The result behaves as `f`, provided that `f` is
    /// pure. Source: `jax.jit`.
    let jit (f: 'a -> 'b) : 'a -> 'b =
        let compiled = Jit<'a, 'b>("jit", f, (fun _ -> false))
        let call = fun (x: 'a) -> compiled.Invoke x
        compiledFunctions.Add(nonNull (box call), compiled)
        call

    /// As `jit`, with arguments whose memory the program may reuse for its results: those whose path begins with one of
    /// the given items (`"Item1"` is the first of a tuple). They must not be used after the call. Source: `donate_argnums`.
    let jitDonating (paths: string list) (f: 'a -> 'b) : Jit<'a, 'b> =
        let isDonated (path: string) =
            let path = path.TrimStart('.')

            paths
            |> List.exists (fun p -> p = "" || path = p || path.StartsWith(p + ".") || path.StartsWith(p + "["))

        Jit<'a, 'b>("jit", f, isDonated)

    /// The identity, through which no gradient flows. Source: `jax.lax.stop_gradient`.
    let stopGradient (x: 'a) : 'a = Structure.map Lax.stopGradient x

    let private lift (name: string) (f: 'a -> 'b) (form: Structure) : (Tensor[] -> Tensor[]) * (unit -> Structure) =
        let mutable resultForm = ValueNone

        let flat xs =
            let struct (outs, kept) = Structure.flattenAs name (f (Structure.unflatten<'a> form xs))
            resultForm <- ValueSome kept
            outs

        flat, (fun () -> ValueOption.get resultForm)

    /// Branches on flat lists, which must return values of one form.
    let private liftBranches (op: string) (branches: ('a -> 'b)[]) (form: Structure) =
        let mutable common = ValueNone

        let flat f xs =
            let struct (outs, kept) = Structure.flattenAs "result" (f (Structure.unflatten<'a> form xs))

            match common with
            | ValueSome(s: Structure) when not (s.Equals kept) ->
                Fail.value
                    op
                    $"the branches return values of different forms: {s} and {kept}"
                    "Return one form from all."
            | _ -> common <- ValueSome kept

            outs

        Array.map flat branches, (fun () -> ValueOption.get common)

    /// `f`, whose intermediate values are not kept for the backward pass but computed again. Source: `jax.checkpoint`.
    let checkpoint (f: 'a -> 'b) (x: 'a) : 'b =
        let struct (leaves, form) = Structure.flattenAs "argument" x
        let flat, resultForm = lift "result" f form
        let ys = Control.checkpoint flat leaves
        Structure.unflatten<'b> (resultForm ()) ys

    /// `f` with a derivative of its own: `pullback x y ct` is the cotangent of the argument, of its form.
    /// Source: `jax.custom_vjp`, `keras.ops.custom_gradient`.
    let customVjp (f: 'a -> 'b) (pullback: 'a -> 'b -> 'b -> 'a) (x: 'a) : 'b =
        let struct (leaves, form) = Structure.flattenAs "argument" x
        let flat, resultForm = lift "result" f form

        let back (xs: Tensor[]) (ys: Tensor[]) (cts: Tensor[]) =
            let result = Structure.unflatten<'b>(resultForm ())
            Structure.tensors (pullback (Structure.unflatten<'a> form xs) (result ys) (result cts))

        let ys = Control.customVjp flat back leaves
        Structure.unflatten<'b> (resultForm ()) ys

    /// A loop along axis 0 of `xs`: `f carry x -> carry, y`; the last carry and the stacked ys. Source: `jax.lax.scan`.
    let scan (f: 'c -> 'x -> 'c * 'y) (init: 'c) (xs: 'x) : 'c * 'y =
        let struct (carry, carryForm) = Structure.flattenAs "carry" init
        let struct (sequences, sequenceForm) = Structure.flattenAs "sequence" xs

        if sequences.Length = 0 then
            Fail.value "scan" "there is no sequence to loop over" "Use foriLoop for a number of steps."

        if sequences[0].Rank = 0 then
            Fail.value "scan" "a scalar is no sequence" "Steps lie on axis 0."

        let mutable yForm = ValueNone

        let flat (c: Tensor[]) (x: Tensor[]) =
            let c, y = f (Structure.unflatten<'c> carryForm c) (Structure.unflatten<'x> sequenceForm x)
            let struct (ys, kept) = Structure.flattenAs "result" y
            yForm <- ValueSome kept
            struct (Structure.tensors c, ys)

        let struct (last, ys) = Control.scan flat carry sequences sequences[0].Shape[0] false
        Structure.unflatten<'c> carryForm last, Structure.unflatten<'y> (ValueOption.get yForm) ys

    /// `count` steps of `f index state`, differentiable. Source: `jax.lax.fori_loop` with known bounds.
    let foriLoop (count: int) (f: Tensor -> 's -> 's) (init: 's) : 's =
        let index = Lax.iota (Dims.own [| count |]) DType.Int32 0
        fst (scan (fun state i -> f i state, ()) init index)

    /// `ifTrue x` or `ifFalse x` by a scalar predicate; only one of them is run. Source: `jax.lax.cond`.
    let cond (predicate: Tensor) (ifTrue: 'a -> 'b) (ifFalse: 'a -> 'b) (x: 'a) : 'b =
        let struct (leaves, form) = Structure.flattenAs "argument" x
        let lifted, resultForm = liftBranches "cond" [| ifTrue; ifFalse |] form
        let ys = Control.cond predicate lifted[0] lifted[1] leaves
        Structure.unflatten<'b> (resultForm ()) ys

    /// The branch at a scalar index (clamped) applied to `x`; only that one is run. Source: `jax.lax.switch`.
    let switch (index: Tensor) (branches: ('a -> 'b) list) (x: 'a) : 'b =
        let struct (leaves, form) = Structure.flattenAs "argument" x

        if branches.IsEmpty then
            Fail.value "switch" "there are no branches" "Pass one at least."

        let lifted, resultForm = liftBranches "switch" (List.toArray branches) form
        let ys = Control.switch (Lax.convert DType.Int32 index) lifted leaves
        Structure.unflatten<'b> (resultForm ()) ys

    /// Applies `body` as long as `condition` gives true. A gradient computes the state before each step again from the
    /// beginning, so that its time grows with the square of the number of steps; `scan` and `foriLoop` store the states
    /// instead. Source: `jax.lax.while_loop`.
    let whileLoop (condition: 's -> Tensor) (body: 's -> 's) (init: 's) : 's =
        let struct (leaves, form) = Structure.flattenAs "state" init
        let of' = Structure.unflatten<'s> form

        Control.whileLoop (of' >> condition) (of' >> body >> Structure.tensors) leaves
        |> Structure.unflatten<'s> form

    /// All prefixes along axis 0 combined by an associative function. Source: `jax.lax.associative_scan`.
    let associativeScan (f: 'a -> 'a -> 'a) (xs: 'a) : 'a =
        let struct (leaves, form) = Structure.flattenAs "argument" xs
        let of' = Structure.unflatten<'a> form

        Control.associativeScan (fun a b -> Structure.tensors (f (of' a) (of' b))) leaves
        |> Structure.unflatten<'a> form
