/// Patterns of axes, distinct values, and CTC against the sum over all paths.
module Keras.FSharp.Tests.PatternTests

open System
open Expecto
open Keras.FSharp

let private arange (shape: int list) = Tensor.ofArray shape [| for i in 0 .. List.fold (*) 1 shape - 1 -> float i |]

let private numbers (x: Tensor) = Tensor.toArrayAs<float> x |> List.ofArray

let private refusal (parts: string list) (f: unit -> 'a) =
    try
        f () |> ignore
        failtest "an error is expected"
    with KerasException _ as e ->
        for part in parts do
            Expect.stringContains e.Message part "the error"

let patterns =
    testList "rearrange" [
        testCase "a pattern and the pattern turned round give the tensor back"
        <| fun () ->
            let x = arange [ 2; 4; 6; 3 ]

            for there, back, sizes in
                [
                    "a b c d -> d (c a) b", "d (c a) b -> a b c d", [ "a", 2 ]
                    "a (p q) ... -> q ... (a p)", "q ... (a p) -> a (p q) ...", [ "p", 2; "a", 2 ]
                    "a b c d -> a 1 b (c d) ()", "a 1 b (c d) () -> a b c d", [ "d", 3 ]
                ] do
                let own = sizes |> List.filter (fun (n, _) -> there.Contains "(p q)" && n = "p")
                let turned = Ops.rearrange (x, there, own)
                let again = Ops.rearrange (turned, back, sizes)
                Expect.equal again.Shape x.Shape $"{there}: shape"
                Expect.equal (numbers again) (numbers x) $"{there}: values"

        testCase "what does not fit is refused"
        <| fun () ->
            let x = arange [ 2; 6 ]
            let case parts (pattern: string) sizes = refusal parts (fun () -> Ops.rearrange (x, pattern, sizes))
            case [ "'a b'"; "->" ] "a b" []
            case [ "names 3 axes"; "(2, 6)" ] "a b c -> c b a" []
            case [ "same names" ] "a b -> a" []
            case [ "all but one" ] "a (b c) -> a b c" []
            case [ "axis 1"; "(2, 6)" ] "a (b c) -> a b c" [ "b", 4 ]
            case [ "no axis 'd'" ] "a b -> b a" [ "d", 4 ]
            case [ "twice" ] "a a -> a" []
            case [ "not closed" ] "a (b -> a b" []
    ]

let distinct =
    testList "unique" [
        testCase "values, positions and counts belong together"
        <| fun () ->
            let data = [| 3.0; nan; 1.0; 3.0; nan; -2.0; 1.0; 3.0 |]
            let u = Ops.uniqueAll (Tensor.ofArray [ 8 ] data)
            Expect.equal (numbers u.Values |> List.truncate 3) [ -2.0; 1.0; 3.0 ] "values"
            Expect.isTrue (Double.IsNaN(numbers u.Values |> List.last)) "NaN is the last"
            Expect.equal (numbers u.Indices) [ 5.0; 2.0; 0.0; 1.0 ] "the first of each"
            Expect.equal (numbers u.Counts) [ 1.0; 2.0; 3.0; 2.0 ] "counts"
            let again = Ops.take (u.Values, u.Inverse)
            Expect.sequenceEqual (numbers again |> List.map string) (data |> Seq.map string) "inverse"

        testCase "slices along an axis, and a size"
        <| fun () ->
            let x = Tensor.ofArray [ 2; 4 ] [| 1; 0; 1; 0; 5; 2; 5; 3 |]
            let u = Ops.uniqueAll (x, axis = 1)
            Expect.equal (numbers u.Values) [ 0.0; 0.0; 1.0; 2.0; 3.0; 5.0 ] "columns"
            Expect.equal (numbers u.Inverse) [ 2.0; 0.0; 2.0; 1.0 ] "which is which"
            let v = Tensor.vector [ 4; 2; 4 ]
            Expect.equal (numbers (Ops.unique (v, size = 4))) [ 2.0; 4.0; 2.0; 2.0 ] "filled with the smallest"
            Expect.equal (numbers (Ops.unique (v, size = 3, fillValue = -1.0))) [ 2.0; 4.0; -1.0 ] "filled as told"
            Expect.equal (numbers (Ops.unique (v, size = 1))) [ 2.0 ] "cut off"
    ]

/// The probability of a label sequence: the sum over all paths that become it when repetitions, then blanks are left out.
let private byPaths (p: float[][]) (target: int list) : float =
    let rec paths n =
        if n = 0 then
            [ [] ]
        else
            [
                for rest in paths (n - 1) do
                    for c in 0 .. p[0].Length - 1 -> c :: rest
            ]

    let collapsed (path: int list) =
        path
        |> List.mapi (fun i c -> if i > 0 && path[i - 1] = c then 0 else c)
        |> List.filter (fun c -> c <> 0)

    paths p.Length
    |> List.filter (fun path -> collapsed path = target)
    |> List.sumBy (fun path -> path |> List.mapi (fun t c -> p[t][c]) |> List.fold (*) 1.0)

let ctc =
    testList "ctc" [
        LawTests.seeds 40 "the sum over all paths" (fun seed ->
            let r = Random seed
            let steps, classes = r.Next(1, 6), r.Next(2, 4)
            let labels = r.Next(0, 4)
            let used = r.Next(1, steps + 1)
            let target = [| for _ in 1..3 -> r.Next(1, classes) |]

            let logits =
                Tensor.ofArray [ 1; steps; classes ] [| for _ in 1 .. steps * classes -> r.NextDouble() * 2.0 |]

            let p =
                Ops.softmax logits |> Tensor.toArrayAs<float> |> Array.chunkBySize classes |> Array.truncate used

            let expected = -(log (byPaths p (List.ofArray (Array.truncate labels target))))
            let one (n: int) = Tensor.ofArray [ 1 ] [| n |]

            let loss (x: Tensor) = Ops.ctcLoss (Tensor.ofArray [ 1; 3 ] target, x, one labels, one used)
            let actual = Tensor.toFloat (Tensor.reshape [] (loss logits))

            if Double.IsInfinity expected then
                Expect.equal actual expected "a target that does not fit"
            else
                Expect.floatClose Accuracy.high actual expected "the loss"
                // The gradient along a direction, by differences.
                let v = Tensor.ofArray [ 1; steps; classes ] [| for _ in 1 .. steps * classes -> r.NextDouble() |]
                let at (e: float) = Tensor.toFloat (Tensor.reshape [] (loss (logits + v * e)))
                let slope = Tensor.toFloat (Lax.sumAll (grad (fun x -> Lax.sumAll (loss x)) logits * v))
                Expect.isTrue (abs (slope - (at 1e-5 - at -1e-5) / 2e-5) < 1e-6) "the gradient")

        testCase "the likeliest labels, without repetitions and blanks"
        <| fun () ->
            let path = [ [ 1; 1; 0; 1; 2; 2 ]; [ 0; 2; 2; 2; 1; 1 ] ]

            let inputs =
                Tensor.ofArray [ 2; 6; 3 ] [|
                    for row in path do
                        for best in row do
                            for c in 0..2 -> if c = best then 2.0 else 0.5
                |]

            let lengths = Tensor.vector [ 6; 4 ]
            let merged, score = Ops.ctcDecode (inputs, lengths)
            Expect.equal merged.Shape (Dims.ofSeq [ 1; 2; 6 ]) "shape"
            let filled (labels: float list) = labels @ List.replicate (6 - labels.Length) -1.0
            Expect.equal (numbers merged) (filled [ 1.0; 1.0; 2.0 ] @ filled [ 2.0 ]) "repetitions merged"
            Expect.equal (numbers score) [ -12.0; -8.0 ] "scores"
            let all, _ = Ops.ctcDecode (inputs, lengths, mergeRepeated = false)
            let kept = filled [ 1.0; 1.0; 1.0; 2.0; 2.0 ] @ filled [ 2.0; 2.0; 2.0 ]
            Expect.equal (numbers all) kept "repetitions kept"
            let jitted, _ = jit (fun x -> Ops.ctcDecode (x, lengths)) inputs
            Expect.equal (numbers jitted) (numbers merged) "compiled"
            refusal [ "'beam_search'" ] (fun () -> Ops.ctcDecode (inputs, lengths, strategy = "beam_search"))
            refusal [ "'best'" ] (fun () -> Ops.ctcDecode (inputs, lengths, strategy = "best"))

        testCase "shapes that do not fit are refused"
        <| fun () ->
            refusal [ "ops.ctc_loss"; "(2, 3)"; "(1, 4, 3)" ] (fun () ->
                let lengths = Tensor.vector [ 1; 1 ]
                Ops.ctcLoss (Tensor.zeros [ 2; 3 ] DType.Int32, arange [ 1; 4; 3 ], lengths, lengths))

            refusal [ "losses.ctc"; "(2, 3)" ] (fun () -> Losses.ctc (arange [ 2; 3 ], arange [ 2; 3 ]))
    ]

[<Tests>]
let tests = testList "patterns and paths" [ patterns; distinct; ctc ]
