/// Transformations of functions: nested in any order, on structures, with captured tensors, and their refusals.
module Keras.FSharp.Tests.TransformTests

open System
open Expecto
open FsCheck
open Keras.FSharp
open Keras.FSharp.Backends
open Keras.FSharp.Tests.SampleKinds

let internal managed: IBackend = ManagedBackend.Instance

/// A test on the managed backend.
let internal onManaged (name: string) (f: unit -> unit) : Test = testCase name (fun () -> Backends.Using(managed, f))

let internal vector (xs: float list) : Tensor = Tensor.vector xs
let internal number (x: float) : Tensor = Tensor.scalar x

let internal near (what: string) (expected: Tensor) (actual: Tensor) =
    let d = distance expected actual

    if not (d <= 1e-9) then
        failtest $"{what}: expected {expected.Aval}\n{expected}\ngot {actual.Aval}\n{actual}"

/// Tensor by tensor of two values of one form.
let internal nearAll (what: string) (expected: 'a) (actual: 'a) =
    let e, a = Structure.tensors expected, Structure.tensors actual
    Expect.equal (Structure.paths actual) (Structure.paths expected) what
    Array.iter2 (near what) e a

let internal message (f: unit -> 'a) : string =
    try
        f () |> ignore
        failtest "an error is expected"
    with KerasException _ as e ->
        e.Message

let internal says (parts: string list) (f: unit -> 'a) =
    let text = message f

    for part in parts do
        Expect.stringContains text part "message"

// ---- nesting --------------------------------------------------------------------------------------------------------

/// Functions of a vector of three to such a vector.
type private Step = Tensor -> Tensor

let private half (x: Tensor) = x * 0.5
let private positive (x: Tensor) = Lax.gt (Lax.sumAll x) (number 0.1)

/// Transformations of such functions, each with the same thing written without it. Gradients and forward derivatives
/// stand for themselves: the laws of the primitives check them.
let private steps: (string * (Step -> Step) * (Step -> Step)) list =
    let gradient (f: Step) : Step = grad (fun x -> Lax.sumAll (f x))
    let tangent (f: Step) : Step = fun x -> snd (jvp f x (vector [ 1.0; -0.5; 0.25 ]))
    let pulled (f: Step) : Step = fun x -> snd (vjp f x) (half x)

    [
        "grad", gradient, gradient
        "jvp", tangent, tangent
        "vjp", pulled, pulled
        "vmap",
        (fun f x ->
            let all = vmap (fun (k: Tensor) -> f (x * k)) (vector [ 1.0; 0.5 ])
            Lax.sum (dims [ 0 ]) all),
        (fun f x -> f x + f (x * 0.5))
        "vmap over axis 1",
        (fun f x ->
            let both = Lax.broadcastInDim (dims [ 3; 2 ]) (dims [ 0 ]) x * vector [ 1.0; 0.5 ]
            Lax.sum (dims [ 1 ]) (vmapAxes (fun _ -> Some 1) -1 f both)),
        (fun f x -> f x + f (x * 0.5))
        "jit", jit, id
        "checkpoint", checkpoint, id
        "customVjp", (fun f -> customVjp f (fun x _ ct -> snd (vjp f x) ct)), id
        "scan",
        (fun f x ->
            let last, all = scan (fun c (k: Tensor) -> half (f c) + k, c * k) x (vector [ 0.25; 0.5 ])
            last + Lax.sum (dims [ 0 ]) all),
        (fun f x ->
            let one = half (f x) + 0.25
            half (f one) + 0.5 + (x * 0.25 + one * 0.5))
        "scan of captured",
        (fun f x -> snd (scan (fun () (k: Tensor) -> (), f (x * k)) () (vector [ 0.25; 0.5 ])) |> Lax.sum (dims [ 0 ])),
        (fun f x -> f (x * 0.25) + f (x * 0.5))
        "cond",
        (fun f x -> cond (positive x) f (fun x -> f x * 2.0 + x) x),
        (fun f x -> Lax.select (Lax.broadcastTo x.Shape (positive x)) (f x) (f x * 2.0 + x))
        "cond of captured",
        (fun f x -> cond (positive x) (fun () -> f x) (fun () -> Lax.sin x) ()),
        (fun f x -> Lax.select (Lax.broadcastTo x.Shape (positive x)) (f x) (Lax.sin x))
        "foriLoop",
        (fun f x -> foriLoop 2 (fun i s -> half (f s) * (1.0 + i)) x),
        (fun f x -> half (f (half (f x))) * 2.0)
        "whileLoop",
        (fun f x ->
            let more (i: Tensor, _: Tensor) = Lax.lt i (Lax.scalarInt DType.Int32 2L)
            whileLoop more (fun (i, s) -> i + 1, half (f s)) (Lax.scalarInt DType.Int32 0L, x) |> snd),
        (fun f x -> half (f (half (f x))))
        "associativeScan",
        (fun f x ->
            let rows = Lax.concat 0 [| for k in 1..3 -> Lax.reshape (dims [ 1; 3 ]) (f (x * (0.3 * float k))) |]
            Lax.sliceAxis 0 2 3 (associativeScan (fun a b -> Lax.mul a b) rows) |> Lax.reshape (dims [ 3 ])),
        (fun f x -> f (x * 0.3) * f (x * 0.6) * f (x * (0.3 * 3.0)))
    ]

let private start: Step = fun x -> Lax.sin x * Lax.sumAll (x * x) + x * 0.3
let private point () = vector [ 0.3; -0.2; 0.4 ]

let private nested (words: (string * (Step -> Step) * (Step -> Step)) list) =
    let name = words |> List.map (fun (n, _, _) -> n) |> String.concat " of "
    let transformed = List.foldBack (fun (_, t, _) f -> t f) words start
    let plain = List.foldBack (fun (_, _, t) f -> t f) words start

    // The predicate of the conds is true here, and false there.
    for x in [ point (); -(point ()) ] do
        let actual =
            try
                transformed x
            with KerasException _ as e ->
                failtest $"{name}: {e.Message}\n{e.StackTrace}"

        near name (plain x) actual

let private nesting =
    testList "nesting" [
        onManaged "every pair"
        <| fun () ->
            for a in steps do
                for b in steps do
                    nested [ a; b ]

        LawTests.seeds 120 "three and four at once" (fun seed ->
            let r = Random seed
            nested (List.init (r.Next(3, 5)) (fun _ -> steps[r.Next steps.Length])))

        onManaged "vmap of vmap over different axes"
        <| fun () ->
            let a = Tensor.ofArray [ 2; 3 ] [| 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 |]
            let b = Tensor.ofArray [ 3; 4 ] (Array.init 12 (fun i -> float i * 0.5))
            let dot (x: Tensor, y: Tensor) = Lax.sumAll (Lax.mul x y)

            let axis n (path: string) =
                if path = ".Item1" then
                    (if n = 0 then Some 0 else None)
                else
                    (if n = 0 then None else Some 1)

            let product = vmapAxes (axis 0) 0 (vmapAxes (axis 1) 0 dot) (a, b)
            near "matrix product" (Lax.matmul a b) product
            let flipped = vmapAxes (axis 1) 0 (vmapAxes (axis 0) 0 dot) (a, b)
            near "its transpose" (Lax.swapLast (Lax.matmul a b)) flipped
            let outer = vmapAxes (axis 0) 1 (vmapAxes (axis 1) 0 dot) (a, b)
            near "mapped axis last" (Lax.swapLast (Lax.matmul a b)) outer

        onManaged "gradients per example"
        <| fun () ->
            let w = vector [ 0.5; -1.0 ]
            let loss (w: Tensor) (x: Tensor) = Lax.square (Lax.sumAll (Lax.mul w x))
            let xs = Tensor.ofArray [ 3; 2 ] [| 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 |]
            let each = jit (vmap (fun x -> grad (fun w -> loss w x) w)) xs
            Expect.equal each.Shape (dims [ 3; 2 ]) "shape"
            let total = grad (fun w -> Lax.sumAll (vmap (loss w) xs)) w
            near "sum of the gradients" total (Lax.sum (dims [ 0 ]) each)

        onManaged "a perturbation is not confused with another"
        <| fun () ->
            let d f x = snd (jvp f x (number 1.0))
            // d/dx (x · d/dy (x + y)) = 1 everywhere.
            near "forward" (number 1.0) (d (fun x -> x * d (fun y -> x + y) (number 1.0)) (number 3.0))
            near "reverse" (number 1.0) (grad (fun (x: Tensor) -> x * grad (fun y -> x + y) (number 1.0)) (number 3.0))
            near "mixed" (number 1.0) (d (fun x -> x * grad (fun y -> x + y) (number 1.0)) (number 3.0))
    ]

// ---- structures -----------------------------------------------------------------------------------------------------

type private Dense = { Weight: Tensor; Bias: Tensor option; Units: int }

let private structures =
    testList "structures" [
        onManaged "gradients have the form of the argument"
        <| fun () ->
            let two = number 2.0

            let check (x: 'a) =
                nearAll
                    "2x"
                    (Structure.map (fun t -> t * 2.0) x)
                    (grad
                        (fun v -> Structure.tensors v |> Array.map (Lax.square >> Lax.sumAll) |> Array.reduce Lax.add)
                        x)

            check two
            check (two, vector [ 1.0; 3.0 ])
            check struct (two, number 5.0)
            check { Weight = vector [ 1.0; 2.0 ]; Bias = Some two; Units = 3 }
            check { Weight = vector [ 1.0; 2.0 ]; Bias = None; Units = 3 }
            check {| A = two; B = {| C = number 7.0 |} |}
            check [ two; number 4.0 ]
            check [| [ two ]; []; [ number 4.0 ] |]
            check (Map [ "a", two; "b", number 1.5 ])
            check (Some two)
            check (Branch [| "layer", Branch [| "kernel", Leaf two; "bias", Leaf(number 0.5) |] |])

        onManaged "what does not matter has zero gradient"
        <| fun () ->
            let g = grad (fun (x: Tensor, _: Tensor) -> x) (number 1.0, vector [ 1.0; 2.0 ])
            nearAll "gradient" (number 1.0, vector [ 0.0; 0.0 ]) g
            near "a constant" (number 0.0) (grad (fun _ -> number 4.0) (number 1.0))

        onManaged "auxiliary results"
        <| fun () ->
            let f (x: Tensor) = Lax.sumAll (x * x), {| Twice = x * 2.0; Count = 3; Argument = x |}
            let (y, aux), g = valueAndGradAux f (vector [ 1.0; 2.0 ])
            near "value" (number 5.0) y
            near "gradient" (vector [ 2.0; 4.0 ]) g
            near "aux" (vector [ 2.0; 4.0 ]) aux.Twice
            near "the argument itself" (vector [ 1.0; 2.0 ]) aux.Argument
            Expect.equal aux.Count 3 "static"
            let (_, aux), _ = jit (valueAndGradAux f) (vector [ 1.0; 2.0 ])
            near "aux in jit" (vector [ 2.0; 4.0 ]) aux.Twice

        onManaged "forms change from argument to result"
        <| fun () ->
            let f (x: Tensor, k: int) = Map [ "sum", Lax.sumAll x; "all", x * float k ], Some [ x ]
            let expected = f (vector [ 1.0; 2.0 ], 3)
            nearAll "jit" expected (jit f (vector [ 1.0; 2.0 ], 3))
            nearAll "checkpoint" expected (checkpoint f (vector [ 1.0; 2.0 ], 3))
            let y, dy = jvp (fun x -> f (x, 3)) (vector [ 1.0; 2.0 ]) (vector [ 1.0; 0.0 ])
            nearAll "value" expected y
            nearAll "linear, so its own derivative" (f (vector [ 1.0; 0.0 ], 3)) dy
            let y, back = vjp (fun x -> f (x, 3)) (vector [ 1.0; 2.0 ])
            near "pullback" (vector [ 13.0; 23.0 ]) (back y)
            let mapped = vmap (fun x -> f (x, 3)) (Tensor.ofArray [ 2; 2 ] [| 1.0; 2.0; 3.0; 4.0 |])
            near "vmap" (vector [ 3.0; 7.0 ]) ((fst mapped)["sum"])

        onManaged "axes are chosen by path"
        <| fun () ->
            let f (d: Dense, x: Tensor) = Lax.sumAll (d.Weight * x)
            let d = { Weight = vector [ 1.0; 2.0 ]; Bias = None; Units = 1 }
            let xs = Tensor.ofArray [ 2; 3 ] [| 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 |]
            let y = vmapAxes (fun path -> if path = ".Item2" then Some -1 else None) 0 f (d, xs)
            near "columns" (vector [ 9.0; 12.0; 15.0 ]) y

            let same =
                vmapAxes
                    (fun path -> if path = ".Item2" then Some 1 else None)
                    0
                    (fun (d: Dense, _) -> d.Weight)
                    (d, xs)

            Expect.equal same.Shape (dims [ 3; 2 ]) "a result that was not mapped is repeated"
    ]

// ---- functions with rules of their own ------------------------------------------------------------------------------

/// The identity, whose gradient is three times what it should be.
let private tripled (x: Tensor) : Tensor = customVjp id (fun _ _ ct -> ct * 3.0) x

let private custom =
    testList "custom" [
        onManaged "the pullback given is the one used"
        <| fun () ->
            let f (x: Tensor) = Lax.sumAll (tripled x * x)
            let expected = vector [ 4.0; 8.0 ]
            near "grad" expected (grad f (vector [ 1.0; 2.0 ]))
            near "jit of grad" expected (jit (grad f) (vector [ 1.0; 2.0 ]))
            near "grad of jit" expected (grad (jit f) (vector [ 1.0; 2.0 ]))
            let xs = Tensor.ofArray [ 2; 1 ] [| 1.0; 2.0 |]
            near "vmap of grad" (Tensor.ofArray [ 2; 1 ] [| 4.0; 8.0 |]) (vmap (grad f) xs)
            near "grad of vmap" (Tensor.ofArray [ 2; 1 ] [| 4.0; 8.0 |]) (grad (fun x -> Lax.sumAll (vmap f x)) xs)

            near
                "jvp"
                (vector [ 4.0; 0.0 ])
                (snd (jvp (fun x -> tripled x * x) (vector [ 1.0; 2.0 ]) (vector [ 1.0; 0.0 ])))

        onManaged "in the body of a scan, in a branch, in checkpoint"
        <| fun () ->
            let steps (x: Tensor) = fst (scan (fun c (k: Tensor) -> tripled c * k, ()) x (vector [ 2.0; 0.5 ]))
            near "scan" (number 9.0) (grad steps (number 1.0))
            near "jit of scan" (number 9.0) (jit (grad steps) (number 1.0))
            near "cond" (number 3.0) (grad (fun x -> cond (Lax.gt x (number 0.0)) tripled id x) (number 1.0))
            near "checkpoint" (number 3.0) (grad (checkpoint tripled) (number 1.0))
            let f (x: Tensor) = tripled x * x
            near "second derivative" (number 6.0) (grad (grad f) (number 1.0))

        onManaged "several arguments and results"
        <| fun () ->
            let product =
                customVjp (fun (a: Tensor, b: Tensor) -> {| P = a * b; S = a + b |}) (fun (a, b) _ ct ->
                    ct.P * b + ct.S, ct.P * a + ct.S)

            let f (a, b) = let r = product (a, b) in r.P * 2.0
            nearAll "one result used" (number 10.0, number 6.0) (grad f (number 3.0, number 5.0))

        onManaged "the function captures a tensor that is differentiated"
        <| fun () ->
            // What was captured gets no gradient from a rule that does not know it, and nothing escapes.
            let f (x: Tensor) = customVjp (fun y -> y * x) (fun _ _ ct -> ct * 7.0) (number 2.0 * x) |> Lax.sumAll
            near "grad" (number 14.0) (grad f (number 3.0))
            near "jit" (number 14.0) (jit (grad f) (number 3.0))

        onManaged "stopGradient"
        <| fun () ->
            near "grad" (number 3.0) (grad (fun x -> stopGradient x * x) (number 3.0))
            let f (x, y) = let struct (x, y) = stopGradient struct (x, y) in x * y
            nearAll "pair" (number 0.0, number 0.0) (grad f (number 3.0, number 4.0))

        onManaged "checkpoint computes again instead of keeping"
        <| fun () ->
            let f (x: Tensor) = Lax.sin (Lax.exp (Lax.sin x))
            let both (y: Tensor, g: Tensor) = y + g
            let scalar = Aval.make DType.Float64 Dims.Empty
            let compiled g = Passes.run managed (Stage.trace "test" (fun xs -> [| g (Array.head xs) |]) [| scalar |])
            let exps g = (compiled g).Eqns |> Array.filter (fun e -> e.Prim = Prim.Unary UnaryOp.Exp) |> Array.length
            Expect.equal (exps (valueAndGrad f >> both)) 1 "kept"
            Expect.equal (exps (valueAndGrad (checkpoint f) >> both)) 2 "computed again"
            near "same gradient" (grad f (number 0.4)) (jit (grad (checkpoint f)) (number 0.4))
            let captured (x: Tensor) = checkpoint (fun y -> Lax.sin (y * x)) (x * 2.0)
            near "captured" (grad (fun x -> Lax.sin (x * 2.0 * x)) (number 0.4)) (grad captured (number 0.4))
    ]

// ---- refusals -------------------------------------------------------------------------------------------------------

let private refusals =
    testList "refusals" [
        onManaged "reading a value inside a transformation"
        <| fun () ->
            says [ "inside grad has no value yet"; "cond or whileLoop" ] (fun () ->
                grad (fun x -> number (Tensor.toFloat x)) (number 1.0))

            says [ "inside jit has no value yet" ] (fun () ->
                jit (fun (x: Tensor) -> number (Tensor.toFloat x)) (number 1.0))

            says [ "inside vmap has no value yet" ] (fun () ->
                vmap (fun (x: Tensor) -> number (Tensor.toFloat x)) (vector [ 1.0 ]))

            says [ "inside jvp has no value yet" ] (fun () ->
                jvp (fun (x: Tensor) -> number (Tensor.toFloat x)) (number 1.0) (number 1.0))

            says [ "inside scan has no value yet" ] (fun () ->
                scan (fun (c: Tensor) (x: Tensor) -> number (Tensor.toFloat x), ()) (number 0.0) (vector [ 1.0 ]))

        onManaged "a tracer prints"
        <| fun () ->
            let mutable text = ""

            let f (x: Tensor) =
                text <- string x
                x

            grad f (number 1.0) |> ignore
            Expect.stringContains text "float64" "element type"

        onManaged "a tensor that escaped is reported"
        <| fun () ->
            let mutable kept = number 0.0

            let leak (x: Tensor) =
                kept <- x * 2.0
                x

            for name, run in
                [
                    "grad", (fun () -> grad leak (number 1.0) |> ignore)
                    "jvp", (fun () -> jvp leak (number 1.0) (number 1.0) |> ignore)
                    "vmap", (fun () -> vmap leak (vector [ 1.0 ]) |> ignore)
                    "jit", (fun () -> jit leak (number 1.0) |> ignore)
                    "scan", (fun () -> scan (fun c x -> leak c, x) (number 1.0) (vector [ 1.0 ]) |> ignore)
                    "checkpoint", (fun () -> checkpoint leak (number 1.0) |> ignore)
                ] do
                run ()
                let text = $"of a {name} that has already returned"
                says [ text ] (fun () -> kept + 1.0)
                says [ text ] (fun () -> Tensor.toFloat kept)
                // Returned by another transformation, untouched.
                says [ text ] (fun () -> jit (fun (_: Tensor) -> kept) (number 1.0))
                says [ text ] (fun () -> grad (fun (_: Tensor) -> kept) (number 1.0))
                says [ text ] (fun () -> jvp (fun (_: Tensor) -> kept) (number 1.0) (number 1.0))
                says [ text ] (fun () -> vmap (fun (_: Tensor) -> kept) (vector [ 1.0 ]))
                says [ text ] (fun () -> valueAndGradAux (fun (x: Tensor) -> x, kept) (number 1.0))

        onManaged "arguments and results that have no gradient"
        <| fun () ->
            says [ "argument at .Item2 is int32[]"; "only floats" ] (fun () ->
                grad (fun (x: Tensor, _: Tensor) -> x) (number 1.0, Tensor.scalar 3))

            says [ "returned float64[2], expected a float scalar"; "use vjp" ] (fun () -> grad id (vector [ 1.0; 2.0 ]))

            says [ "returned int32[], expected a float scalar" ] (fun () ->
                grad (fun _ -> Tensor.scalar 1) (number 1.0))

            says [ "a cotangent is float64[], the result is float64[2]" ] (fun () ->
                snd (vjp id (vector [ 1.0; 2.0 ])) (number 1.0))

            says [ "a tangent is float64[], the argument is float64[2]" ] (fun () ->
                jvp id (vector [ 1.0; 2.0 ]) (number 1.0))

            says [ "tangent" ] (fun () -> jvp List.head [ number 1.0; number 2.0 ] [ number 1.0 ])

        onManaged "mapped axes that do not agree"
        <| fun () ->
            says [ "different sizes"; ".Item1: 2"; ".Item2: 3" ] (fun () ->
                vmap (fun (a: Tensor, b: Tensor) -> a + b) (vector [ 1.0; 2.0 ], vector [ 1.0; 2.0; 3.0 ]))

            says [ "there is no axis 0" ] (fun () -> vmap id (number 1.0))
            says [ "no tensor of the argument is mapped" ] (fun () -> vmapAxes (fun _ -> None) 0 id (vector [ 1.0 ]))

        onManaged "a scalar has no axis along which its bytes could stand, mapped or not"
        <| fun () ->
            let bytes (x: Tensor) = Ops.view (x, DType.UInt8)
            says [ "bitcast"; "a scalar of type int32" ] (fun () -> bytes (Tensor.scalar 5))
            says [ "bitcast"; "a scalar of type int32" ] (fun () -> vmap bytes (Tensor.vector [ 1; 2 ]))

        onManaged "an error inside leaves nothing behind"
        <| fun () ->
            for run in
                [
                    (fun () -> jit (fun (_: Tensor) -> failwith "mine") (number 1.0): Tensor)
                    (fun () -> grad (fun (_: Tensor) -> failwith "mine") (number 1.0))
                    (fun () ->
                        fst (scan (fun (_: Tensor) (_: Tensor) -> failwith "mine") (number 1.0) (vector [ 1.0 ])))
                ] do
                Expect.throwsC (run >> ignore) (fun e -> Expect.equal e.Message "mine" "the user's own error")
                near "creation works" (number 2.0) (Lax.scalar DType.Float64 2.0)
    ]

[<Tests>]
let tests = testList "transform" [ nesting; structures; custom; refusals ]
