/// Compiled functions: when they are compiled, what they return, what they give away.
module Keras.FSharp.Tests.JitTests

open System
open System.Threading.Tasks
open Expecto
open Keras.FSharp
open Keras.FSharp.Backends
open Keras.FSharp.Tests.TransformTests

let private made f = Jit("test", f, (fun _ -> false))

[<Tests>]
let tests =
    testList "jit" [
        onManaged "compiled once for each form"
        <| fun () ->
            let mutable captured = 0

            let f =
                made (fun (x: Tensor, k: int, o: Tensor option) ->
                    captured <- captured + 1
                    let y = x * float k

                    match o with
                    | Some b -> y + b
                    | None -> y)

            near "first" (number 6.0) (f.Invoke(number 2.0, 3, None))
            near "again" (number 15.0) (f.Invoke(number 5.0, 3, None))
            Expect.equal captured 1 "one capture"
            near "static value" (number 8.0) (f.Invoke(number 2.0, 4, None))
            near "form" (number 9.0) (f.Invoke(number 2.0, 4, Some(number 1.0)))
            near "shape" (vector [ 5.0; 9.0 ]) (f.Invoke(vector [ 1.0; 2.0 ], 4, Some(number 1.0)))
            Expect.equal captured 4 "four captures"
            near "the first form again" (number 21.0) (f.Invoke(number 7.0, 3, None))
            Expect.equal captured 4 "kept"
            let reasons = f.Reasons
            Expect.equal reasons.Length 4 "reasons"
            Expect.equal reasons[0] "first call" "first"
            Expect.stringContains reasons[1] "static" "static value"
            Expect.stringContains reasons[1] ".Item2 = 4" "which one, and what it is"
            Expect.stringContains reasons[1] ".Item2 = 3" "and what it was"
            Expect.stringContains reasons[2] ".Item3" "the option"
            Expect.stringContains reasons[3] ".Item1 changed from float64[] to float64[2]" "shape"

        onManaged "element types and backends are part of the key"
        <| fun () ->
            let f = made (fun (x: Tensor) -> x + x)
            f.Invoke(Tensor.scalar 1.0f) |> ignore
            f.Invoke(Tensor.scalar 1) |> ignore
            Expect.stringContains f.Reasons[1] "changed from float32[] to int32[]" "element type"

            for other in LawTests.others do
                Backends.Using(other, fun () -> near "there" (Tensor.scalar 4) (f.Invoke(Tensor.scalar 2)))
                Expect.stringContains f.Reasons[f.Reasons.Length - 1] $"from managed to {other.Name}" "backend"

        onManaged "results that are arguments, constants, or the same twice"
        <| fun () ->
            let constant = vector [ 7.0; 8.0 ]

            let f (x: Tensor, y: Tensor) =
                let s = x + y
                x, s, s, constant, Lax.full Dims.Empty DType.Float64 (Scalar.Float 2.0), y, x * 1.0

            let x, y = number 1.0, vector [ 2.0; 3.0 ]
            nearAll "eager" (f (x, y)) (jit f (x, y))
            nearAll "only constants" (number 2.0) (jit (fun (_: Tensor) -> number 2.0) x)
            nearAll "identity" y (jit id y)
            nearAll "nothing" [] (jit (fun (_: Tensor) -> ([]: Tensor list)) x)
            nearAll "no argument" (number 4.0) (jit (fun () -> number 2.0 * 2.0) ())

        onManaged "donated arguments are gone"
        <| fun () ->
            let update = jitDonating [ "Item1" ] (fun (p: Tensor, g: Tensor) -> p - g * 0.5)
            let p, g = vector [ 1.0; 2.0 ], vector [ 2.0; 2.0 ]
            let next = update.Invoke(p, g)
            near "result" (vector [ 0.0; 1.0 ]) next
            near "not donated" (vector [ 2.0; 2.0 ]) g
            says [ "donated" ] (fun () -> p + 1.0)
            says [ "donated" ] (fun () -> update.Invoke(p, g))
            says [ "donated" ] (fun () -> Tensor.toArray<float> p)
            near "goes on" (vector [ -1.0; 0.0 ]) (update.Invoke(next, g))

        onManaged "donation spares what is returned, passed twice, or captured"
        <| fun () ->
            let keep = jitDonating [ "" ] (fun (p: Tensor, q: Tensor) -> p, p + q)
            let p, q = vector [ 1.0; 2.0 ], vector [ 3.0; 4.0 ]
            let same, sum = keep.Invoke(p, q)
            near "returned as it is" (vector [ 1.0; 2.0 ]) same
            near "sum" (vector [ 4.0; 6.0 ]) sum
            let add = jitDonating [ "" ] (fun (p: Tensor, q: Tensor) -> p + q)
            let p = vector [ 1.0; 2.0 ]
            near "twice the same" (vector [ 2.0; 4.0 ]) (add.Invoke(p, p))

            near
                "distinct at the next call"
                (vector [ 4.0; 6.0 ])
                (add.Invoke(vector [ 1.0; 2.0 ], vector [ 3.0; 4.0 ]))

            let p = vector [ 1.0; 2.0 ]
            near "twice the same after that" (vector [ 2.0; 4.0 ]) (add.Invoke(p, p))

        onManaged "donation goes by path"
        <| fun () ->
            let f =
                jitDonating [ "Item1.Params" ] (fun (s: {| Params: Tensor list; Step: Tensor |}, g: Tensor) -> {|
                    Params = s.Params |> List.map (fun p -> p - g)
                    Step = s.Step + 1
                |})

            let p, s = vector [ 1.0; 2.0 ], Tensor.scalar 3
            let r = f.Invoke({| Params = [ p ]; Step = s |}, number 1.0)
            near "parameter" (vector [ 0.0; 1.0 ]) r.Params.Head
            near "step" (Tensor.scalar 4) r.Step
            near "step was not donated" (Tensor.scalar 3) s
            says [ "donated" ] (fun () -> p + 1.0)

        onManaged "captured tensors of an outer transformation"
        <| fun () ->
            let f (x: Tensor) = jit (fun (y: Tensor) -> y * x) (number 3.0)
            near "grad" (number 3.0) (grad f (number 2.0))
            near "jvp" (number 3.0) (snd (jvp f (number 2.0) (number 1.0)))
            near "vmap" (vector [ 3.0; 6.0 ]) (vmap f (vector [ 1.0; 2.0 ]))
            near "jit" (number 6.0) (jit f (number 2.0))

        onManaged "a failed capture is tried again"
        <| fun () ->
            let mutable fails = true
            let f = made (fun (x: Tensor) -> if fails then failwith "not yet" else x * 2.0)

            Expect.throwsC (fun () -> f.Invoke(number 1.0) |> ignore) (fun e ->
                Expect.equal e.Message "not yet" "its own error")

            fails <- false
            near "then it works" (number 2.0) (f.Invoke(number 1.0))

        onManaged "explained"
        <| fun () ->
            let f = made (fun (x: Tensor) -> Lax.sin x + 1.0)
            f.Prepare(number 1.0)
            Expect.equal f.Reasons.Length 1 "prepared"
            let text = f.Explain(number 1.0).Text
            Expect.stringContains text "test: 3 equations" "equations"
            Expect.stringContains text "1. first call" "reasons"
            f.Invoke(number 1.0) |> ignore
            Expect.equal f.Reasons.Length 1 "still one"

        onManaged "a function of jit explained: plan, drawing, and why it was compiled again"
        <| fun () ->
            let f = jit (fun (x: Tensor, n: int) -> Lax.sumAll (Lax.tanh (x * float n) + 1.0))
            let long = Tensor.ones [ 64; 64 ] DType.Float32
            f (long, 2) |> ignore
            f (long, 3) |> ignore
            let e = Jit.explain f (long, 3)
            Expect.equal e.Reasons.Length 2 "twice compiled"
            Expect.stringContains e.Text "a static value changed" "why"
            let report = e.Program.Value
            let step = Expect.wantSome (report.Steps |> Array.tryFind (fun s -> not s.Members.IsEmpty)) "a region"
            Expect.containsAll step.Members [ "tanh"; "reduce_sum(0, 1)" ] "what it replaces"
            Expect.isGreaterThanOrEqual step.Bytes (4L * 64L * 64L) "bytes"
            Expect.isGreaterThanOrEqual step.Flops (3.0 * 64.0 * 64.0) "operations"
            let svg = System.Xml.Linq.XDocument.Parse e.Svg
            let texts = svg.Descendants() |> Seq.filter (fun x -> x.Name.LocalName = "text") |> Seq.length
            Expect.isGreaterThanOrEqual texts (report.Steps.Length + 5) "a row per step below the heads"

        onManaged "what stays unfused says why"
        <| fun () ->
            let c = Tensor.zeros [ 512 ] DType.Complex64
            let report = (Jit.explain (fun (x: Tensor) -> Lax.add (Lax.mul x x) x) c).Program.Value
            Expect.all report.Steps (fun s -> s.Alone.Contains "complex64") "complex numbers have no generated loop"

        onManaged "pieces of the arena never overlap"
        <| fun () ->
            let x = Tensor.ones [ 32; 32 ] DType.Float32
            let f (x: Tensor) = Lax.sort 1 1 [| Lax.cumulative ReduceOp.Sum 0 false (Lax.sort 0 1 [| x |]).[0] |]
            let report = (Jit.explain (fun x -> (f x)[0] + x) x).Program.Value
            Expect.isNonEmpty report.Blocks "intermediate results"

            for b in report.Blocks do
                Expect.isLessThanOrEqual (b.Offset + b.Bytes) report.ArenaBytes "inside"

        onManaged "profiled: a line per step, a table, a trace"
        <| fun () ->
            let x = Tensor.ones [ 64; 64 ] DType.Float32
            let f = jitDonating [ "" ] (fun (x: Tensor) -> Lax.exp (Lax.sort 1 1 [| x |]).[0])
            let p = f.Profile(x, 3)
            let again = Profile.run (fun (x: Tensor) -> Lax.exp x) x
            Expect.equal p.Lines.Length p.Program.Steps.Length "lines"
            Expect.equal again.Runs.Length 20 "runs"
            Expect.floatClose Accuracy.medium (p.Lines |> Array.sumBy (fun l -> l.Share)) 1.0 "shares"
            Expect.isGreaterThan p.Milliseconds 0.0 "time"
            Expect.stringContains p.Table "sort" "the table names steps"
            use trace = System.Text.Json.JsonDocument.Parse p.ChromeTrace
            let events = trace.RootElement.GetProperty "traceEvents"
            Expect.equal (events.GetArrayLength()) p.Program.Steps.Length "an event per step"
            Expect.equal (events[0].GetProperty("ph").GetString()) "X" "complete events"
            Expect.equal (Tensor.toFloat (Lax.sumAll x)) 4096.0 "the argument was not taken"

        onManaged "called from many threads"
        <| fun () ->
            let mutable captured = 0

            let f =
                made (fun (x: Tensor) ->
                    captured <- captured + 1
                    Lax.sin x * 2.0)

            Parallel.For(
                0,
                64,
                fun i ->
                    Backends.Using(
                        managed,
                        fun () -> near "value" (number (2.0 * sin (float i))) (f.Invoke(number (float i)))
                    )
            )
            |> ignore

            Expect.equal captured 1 "one capture"

        onManaged "creation inside belongs to the program, creation outside does not"
        <| fun () ->
            let f (x: Tensor) =
                let ones = Lax.full x.Shape x.DType (Scalar.Float 1.0)
                Expect.isTrue ones.IsTraced "inside"
                x + ones

            near "value" (vector [ 2.0; 3.0 ]) (jit f (vector [ 1.0; 2.0 ]))
            Expect.isFalse (Lax.full Dims.Empty DType.Float64 (Scalar.Float 1.0)).IsTraced "outside"
    ]
