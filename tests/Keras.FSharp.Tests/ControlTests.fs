/// Control flow against the same computation written out: values, derivatives in both modes, vmap, jit.
module Keras.FSharp.Tests.ControlTests

open Expecto
open Keras.FSharp
open Keras.FSharp.Tests.SampleKinds
open Keras.FSharp.Tests.TransformTests

/// That two functions of several tensors are the same under every transformation that both modes allow.
let private alike (what: string) (reverse: bool) (f: 'a -> 'b) (g: 'a -> 'b) (x: 'a) =
    nearAll what (g x) (f x)
    nearAll (what + ", jit") (g x) (jit f x)
    let r = System.Random 5

    let along (v: 'v) =
        Structure.map
            (fun t ->
                if t.Rank = 0 then
                    number (r.NextDouble())
                else
                    Tensor.ofSeq t.Shape (Seq.init t.Size (fun _ -> r.NextDouble())))
            v

    let t = along x
    nearAll (what + ", jvp") (snd (jvp g x t)) (snd (jvp f x t))
    nearAll (what + ", jit of jvp") (snd (jvp g x t)) (jit (fun (x, t) -> snd (jvp f x t)) (x, t))

    if reverse then
        let y, back = vjp g x
        let u = along y
        nearAll (what + ", vjp") (back u) ((snd (vjp f x)) u)
        nearAll (what + ", jit of vjp") (back u) (jit (fun (x, u) -> snd (vjp f x) u) (x, u))
        let twice h x = snd (jvp (fun x -> snd (vjp h x) u) x t)
        nearAll (what + ", second order") (twice g x) (twice f x)

    let batch =
        Structure.map
            (fun (t: Tensor) ->
                Lax.concat 0 [| Lax.reshape (Dims.cons 1 t.Shape) t; Lax.reshape (Dims.cons 1 t.Shape) (t * 0.5) |])
            x

    nearAll (what + ", vmap") (vmap g batch) (vmap f batch)

let private rows (xs: Tensor) = [ for i in 0 .. xs.Shape[0] - 1 -> xs[i] ]

let private scans =
    [ 0; 1; 4 ]
    |> List.map (fun n ->
        onManaged $"scan of {n} steps is the loop written out"
        <| fun () ->
            let xs = Tensor.ofSeq [ n; 2 ] (Seq.init (2 * n) (fun i -> 0.3 * float i - 0.5))

            let step (w: Tensor) (a: Tensor, b: Tensor) (x: Tensor) =
                let a = Lax.tanh (a * w + x)
                (a, b + Lax.sumAll (a * x)), {| A = a; Sum = Lax.sumAll a |}

            let looped (w: Tensor, start: Tensor, xs: Tensor) =
                let c, ys = scan (step w) (start, number 0.0) xs
                c, (if n = 0 then None else Some(ys.A, ys.Sum))

            let unrolled (w: Tensor, start: Tensor, xs: Tensor) =
                let c, ys =
                    List.mapFold (fun c x -> let c, y = step w c x in y, c) (start, number 0.0) (rows xs)
                    |> fun (ys, c) -> c, ys

                let stack (f: _ -> Tensor) =
                    Lax.concat 0 [| for y in ys -> Lax.reshape (Dims.cons 1 (f y).Shape) (f y) |]

                c, (if n = 0 then None else Some(stack (fun y -> y.A), stack (fun y -> y.Sum)))

            alike "scan" true looped unrolled (vector [ 0.5; -0.7 ], vector [ 0.1; 0.2 ], xs))

let private loops = [
    onManaged "foriLoop"
    <| fun () ->
        let f (w: Tensor, x: Tensor) = foriLoop 3 (fun i s -> Lax.sin (s * w) + i) x

        let g (w: Tensor, x: Tensor) = (x, [ 0.0; 1.0; 2.0 ]) ||> List.fold (fun s i -> Lax.sin (s * w) + i)

        alike "foriLoop" true f g (number 0.7, vector [ 0.3; 0.4 ])

    onManaged "a scan within a scan, with captured tensors of both levels"
    <| fun () ->
        let xs = vector [ 0.5; 1.5 ]

        let f (w: Tensor, x: Tensor) =
            fst (
                scan
                    (fun c (a: Tensor) -> fst (scan (fun d (b: Tensor) -> Lax.sin (d * a + b * w * c), ()) c xs), ())
                    x
                    xs
            )

        let g (w: Tensor, x: Tensor) =
            (x, [ 0.5; 1.5 ])
            ||> List.fold (fun c a -> (c, [ 0.5; 1.5 ]) ||> List.fold (fun d b -> Lax.sin (d * a + b * w * c)))

        alike "nested scan" true f g (number 0.7, number 0.3)

    onManaged "whileLoop, with captured tensors in condition and body"
    <| fun () ->
        let f (limit: Tensor, w: Tensor, x: Tensor) = whileLoop (fun s -> Lax.lt s limit) (fun s -> s * w + 0.5) x

        let g (limit: Tensor, w: Tensor, x: Tensor) =
            // Three steps for these arguments, and for the half of them.
            x |> (fun s -> s * w + 0.5) |> (fun s -> s * w + 0.5) |> (fun s -> s * w + 0.5)

        let at = number 2.0, number 1.2, number 0.3
        nearAll "value" (g at) (f at)
        let t = number 0.0, number 1.0, number 0.5
        near "jvp" (snd (jvp g at t)) (snd (jvp f at t))
        near "jit" (g at) (jit f at)
        nearAll "grad" (grad g at) (grad f at)
        nearAll "jit of grad" (grad g at) (jit (grad f) at)
        let twice f (limit, w, x) = grad (fun x -> grad (fun x -> f (limit, w, x)) x) x
        near "second derivative" (twice g at) (twice f at)
        let limit, w, _ = at
        let xs = vector [ 0.3; 1.9; 5.0 ]
        let each x = grad (fun x -> f (limit, w, x)) x
        near "vmap of grad" (vector [ 1.2 * 1.2 * 1.2; 1.2; 1.0 ]) (vmap each xs)

    onManaged "whileLoop under vmap: every example stops by itself"
    <| fun () ->
        let f (limit: Tensor, x: Tensor) =
            whileLoop
                (fun (i: Tensor, s: Tensor) -> Lax.lt s limit)
                (fun (i, s) -> i + 1, s * 2.0)
                (Lax.scalarInt DType.Int32 0L, x)

        let limits, xs = vector [ 1.0; 9.0; 100.0; 0.0 ], vector [ 1.0; 1.0; 3.0; 5.0 ]
        let counts, last = vmap f (limits, xs)
        Expect.equal (Tensor.toArray<int> counts) [| 0; 4; 6; 0 |] "steps"
        near "values" (vector [ 1.0; 16.0; 192.0; 5.0 ]) last
        let counts, _ = jit (vmap f) (limits, xs)
        Expect.equal (Tensor.toArray<int> counts) [| 0; 4; 6; 0 |] "steps, jit"
        let counts, _ = vmapAxes (fun p -> if p = ".Item1" then Some 0 else None) 0 f (limits, number 3.0)
        Expect.equal (Tensor.toArray<int> counts) [| 0; 2; 6; 0 |] "only the condition is mapped"

    onManaged "cond"
    <| fun () ->
        let f (w: Tensor, x: Tensor) =
            cond (Lax.gt x (number 0.0)) (fun y -> Lax.sin (y * w)) (fun y -> y * x) (x * 2.0)

        let g (w: Tensor, x: Tensor) = Lax.select (Lax.gt x (number 0.0)) (Lax.sin (x * 2.0 * w)) (x * 2.0 * x)

        alike "true" true f g (number 0.7, number 0.3)
        alike "false" true f g (number 0.7, number -0.3)
        let mixed = vector [ 0.4; -0.4; 0.2 ]
        near "mapped predicates" (vmap (fun x -> g (number 0.7, x)) mixed) (vmap (fun x -> f (number 0.7, x)) mixed)
        let total h = grad (fun x -> Lax.sumAll (vmap (fun x -> h (number 0.7, x)) x)) mixed
        near "their gradients" (total g) (total f)

    onManaged "cond takes numbers as truth, and refuses what is not a scalar"
    <| fun () ->
        near "one" (number 2.0) (cond (number 3.0) (fun x -> x * 2.0) id (number 1.0))
        near "zero" (number 1.0) (cond (Tensor.scalar 0) (fun x -> x * 2.0) id (number 1.0))
        says [ "cond"; "expected a scalar" ] (fun () -> cond (vector [ 1.0 ]) id id (number 1.0))

        says [ "branches return values of different forms" ] (fun () ->
            cond (Tensor.scalar true) (fun (x: Tensor) -> [ x ]) (fun x -> [ x; x ]) (number 1.0))

        says [ "cond"; "float64[2]" ] (fun () ->
            cond (Tensor.scalar true) id (fun _ -> vector [ 1.0; 2.0 ]) (number 1.0))

    onManaged "only the branch chosen is run"
    <| fun () ->
        let runs = ResizeArray<Prim>()
        Ambient.Inspect <- ValueSome(fun p _ _ -> lock runs (fun () -> runs.Add p))

        try
            cond (Tensor.scalar true) (fun x -> Lax.besselI0e x) (fun x -> Lax.besselI1e x) (number 1.0)
            |> ignore
        finally
            Ambient.Inspect <- ValueNone

        Expect.isTrue (runs.Contains(Prim.Unary UnaryOp.BesselI0e)) "taken"
        Expect.isFalse (runs.Contains(Prim.Unary UnaryOp.BesselI1e)) "not taken"

    onManaged "switch"
    <| fun () ->
        let branches (w: Tensor) : (Tensor -> Tensor) list = [ (fun x -> x * w); Lax.sin; (fun x -> Lax.exp (x * w)) ]

        for i, chosen in [ -1, 0; 0, 0; 1, 1; 2, 2; 7, 2 ] do
            let index = Tensor.scalar i

            alike
                $"branch {i}"
                true
                (fun (w, x) -> switch index (branches w) x)
                (fun (w, x) -> (branches w)[chosen] x)
                (number 0.6, number 0.4)

        let mapped =
            vmap (fun i -> switch i (branches (number 2.0)) (number 1.0)) (Tensor.vector [ 0; 1; 2; 9 ])

        near "mapped" (vector [ 2.0; sin 1.0; exp 2.0; exp 2.0 ]) mapped
        says [ "switch" ] (fun () -> switch (Tensor.scalar 0) ([]: (Tensor -> Tensor) list) (number 1.0))

    onManaged "associativeScan"
    <| fun () ->
        // Affine maps composed: associative, and not commutative.
        let compose (a: Tensor, b: Tensor) (c: Tensor, d: Tensor) = a * c, b * c + d

        for n in 0..9 do
            let a = Tensor.ofSeq [ n ] (Seq.init n (fun i -> 0.5 + 0.1 * float i))
            let b = Tensor.ofSeq [ n ] (Seq.init n (fun i -> 0.3 * float i - 1.0))

            let unrolled (a: Tensor, b: Tensor) =
                let items = List.zip (rows a) (rows b)

                let all =
                    match items with
                    | [] -> []
                    | first :: rest -> List.scan (fun p q -> compose p q) first rest

                let stack (f: _ -> Tensor) =
                    if n = 0 then
                        a
                    else
                        Lax.concat 0 [| for y in all -> Lax.reshape (dims [ 1 ]) (f y) |]

                stack fst, (if n = 0 then b else stack snd)

            alike $"{n} maps" true (fun (a, b) -> associativeScan compose (a, b)) unrolled (a, b)

        let bools = Tensor.vector [ true; true; false; true ]
        Expect.equal (Tensor.toArray<bool>(associativeScan Lax.logicalAnd bools)) [| true; true; false; false |] "bools"

    onManaged "refusals"
    <| fun () ->
        says [ "scan"; "carry after the body"; "float64[2]" ] (fun () ->
            scan (fun (_: Tensor) (x: Tensor) -> vector [ 1.0; 2.0 ], x) (number 1.0) (vector [ 1.0 ]))

        says [ "scan"; "axis 0 of every sequence must have length 1" ] (fun () ->
            scan (fun (c: Tensor) (x: Tensor, _: Tensor) -> c, x) (number 1.0) (vector [ 1.0 ], vector [ 1.0; 2.0 ]))

        says [ "scan"; "a scalar is no sequence" ] (fun () ->
            scan (fun (c: Tensor) (x: Tensor) -> c, x) (number 1.0) (number 1.0))

        says [ "while"; "one bool scalar" ] (fun () -> whileLoop id id (number 1.0))

        says [ "while"; "state after the body" ] (fun () ->
            whileLoop (fun s -> Lax.lt s (number 2.0)) (fun _ -> vector [ 1.0; 2.0 ]) (number 1.0))
]

/// Numbers of a shape, the same at each run.
let private numbers (seed: int) (shape: int list) =
    let r = System.Random seed
    Tensor.ofSeq (Dims.ofSeq shape) (Seq.init (List.fold (*) 1 shape) (fun _ -> r.NextDouble() - 0.5))

/// Loops with matrices, whose gradients are sums of products over the steps.
let private matrices = [
    test "a recurrent matrix" {
        let f step (w: Tensor, h: Tensor, xs: Tensor) = step (fun h x -> Lax.tanh (Lax.add x (Lax.matmul h w))) h xs

        let looped next (h: Tensor) (xs: Tensor) =
            scan
                (fun h x ->
                    let y = next h x
                    y, y)
                h
                xs

        let written next (h: Tensor) (xs: Tensor) =
            let mutable h = h

            let ys = [|
                for i in 0 .. xs.Shape[0] - 1 do
                    h <- next h (Lax.reshape (Dims.removeAt 0 xs.Shape) (Lax.sliceAxis 0 i (i + 1) xs))
                    Lax.reshape (Dims.cons 1 h.Shape) h
            |]

            h, Lax.concat 0 ys

        alike "recurrent" true (f looped) (f written) (numbers 1 [ 3; 3 ], numbers 2 [ 2; 3 ], numbers 3 [ 4; 2; 3 ])
    }

    test "a matrix from both sides, used twice, with a batch, and backwards" {
        let f step (a: Tensor, b: Tensor, h: Tensor, xs: Tensor) =
            let next (h: Tensor) (x: Tensor) =
                let left = Lax.matmul (Lax.swapLast a) h
                let right = Lax.matmul (Lax.matmul h b) (Lax.swapLast b)
                Lax.sin (Lax.add (Lax.mul x left) right)

            step next h xs

        let looped next (h: Tensor) (xs: Tensor) =
            let struct (last, ys) =
                Control.scan
                    (fun h x ->
                        let y = next h[0] x[0]
                        struct ([| y |], [| y |]))
                    [| h |]
                    [| xs |]
                    xs.Shape[0]
                    true

            last[0], ys[0]

        let written next (h: Tensor) (xs: Tensor) =
            let mutable h = h
            let ys = Array.zeroCreate xs.Shape[0]

            for i in xs.Shape[0] - 1 .. -1 .. 0 do
                h <- next h (Lax.reshape (Dims.removeAt 0 xs.Shape) (Lax.sliceAxis 0 i (i + 1) xs))
                ys[i] <- Lax.reshape (Dims.cons 1 h.Shape) h

            h, Lax.concat 0 ys

        let many = numbers 4 [ 2; 3; 3 ], numbers 5 [ 2; 3; 3 ], numbers 6 [ 2; 3; 3 ], numbers 7 [ 3; 2; 3; 3 ]
        alike "both sides" true (f looped) (f written) many
    }
]

[<Tests>]
let tests = testList "control flow" (scans @ loops @ matrices)
