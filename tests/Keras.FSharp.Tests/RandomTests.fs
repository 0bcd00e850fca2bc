/// Random numbers: JAX's vectors, the values that JAX's documentation prints, and the moments of what is only equal in
/// distribution.
module Keras.FSharp.Tests.RandomTests

open System
open System.Text.Json
open Expecto
open Keras.FSharp

let private vectors =
    let read () =
        match Reflection.Assembly.GetExecutingAssembly().GetManifestResourceStream "random-vectors.json" with
        | null -> failwith "random-vectors.json is not part of the test program"
        | stream ->
            use stream = stream
            use document = JsonDocument.Parse stream
            [ for row in document.RootElement.EnumerateArray() -> row.Clone() ]

    lazy (read ())

let private flat (e: JsonElement) : JsonElement list =
    let rec go (e: JsonElement) =
        if e.ValueKind = JsonValueKind.Array then
            [
                for x in e.EnumerateArray() do
                    yield! go x
            ]
        else
            [ e ]

    go e

/// 64-bit values are written as texts.
let private word (e: JsonElement) : uint64 =
    match e.ValueKind with
    | JsonValueKind.String -> UInt64.Parse(nonNull (e.GetString()))
    | _ -> e.GetUInt64()

let private check (row: JsonElement) : unit =
    let get (name: string) = row.GetProperty name
    let out = flat (get "out")
    let int32Of (name: string) = (get name).GetInt32()
    let words () = out |> List.map word

    let key () =
        match flat (get "key") |> List.map word with
        | [ high; low ] -> Random.keyOfWords (uint32 high) (uint32 low)
        | _ -> failwith "a key has two words"

    let shape () = Dims.ofSeq (flat (get "shape") |> List.map (fun e -> e.GetInt32()))

    let dtype () =
        match row.TryGetProperty "dtype" with
        | true, name -> (DType.tryParse (nonNull (name.GetString()))).Value
        | _ -> DType.Float32

    let sameWords (x: Tensor) = Expect.equal (Tensor.toArrayAs<uint64> x |> List.ofArray) (words ()) "words"

    let sameInts (x: Tensor) =
        Expect.equal (Tensor.toArray<int> x |> List.ofArray) (out |> List.map (fun e -> e.GetInt32())) "integers"

    let sameFloats (x: Tensor) =
        let expected = out |> List.map (fun e -> e.GetDouble())
        let actual = Tensor.toArrayAs<float> x |> List.ofArray
        Expect.equal actual.Length expected.Length "count"

        match row.TryGetProperty "rtol" with
        | true, rtol ->
            for a, e in List.zip actual expected do
                Expect.isLessThanOrEqual (abs (a - e)) (rtol.GetDouble() * abs e) $"{a} against {e}"
        | _ -> Expect.equal actual expected "to the last bit"

    match (get "fn").GetString() with
    | "threefry2x32" ->
        let start = Tensor.ofSeq [ 2 ] (flat (get "count") |> List.map (fun e -> e.GetUInt32()))
        sameWords (Lax.randomBlock 1 start (key ()))
    | "key" -> sameWords (Random.key ((get "seed").GetInt64()))
    | "split" -> sameWords (Random.splitRows (int32Of "num") (key ()))
    | "fold_in" ->
        sameWords (Random.foldIn ((get "data").GetInt64()) (key ()))
        sameWords (Random.foldInTensor (Tensor.scalar (int32Of "data")) (key ()))
    | "bits" ->
        let unsigned =
            match int32Of "width" with
            | 8 -> DType.UInt8
            | 16 -> DType.UInt16
            | 32 -> DType.UInt32
            | _ -> DType.UInt64

        sameWords (Random.bits unsigned (shape ()) (key ()))
    | "uniform" ->
        sameFloats (Random.uniform (dtype ()) (shape ()) ((get "min").GetDouble()) ((get "max").GetDouble()) (key ()))
    | "normal" -> sameFloats (Random.normal (dtype ()) (shape ()) (key ()))
    | "truncated_normal" ->
        let low, high = (get "lower").GetDouble(), (get "upper").GetDouble()
        sameFloats (Random.truncatedNormal (dtype ()) (shape ()) low high (key ()))
    | "bernoulli" ->
        let x = Random.bernoulli ((get "p").GetDouble()) (shape ()) (key ())
        Expect.equal (Tensor.toArray<bool> x |> List.ofArray) (out |> List.map (fun e -> e.GetBoolean())) "bools"
    | "randint" ->
        sameInts (Random.randint DType.Int32 (shape ()) ((get "min").GetInt64()) ((get "max").GetInt64()) (key ()))
    | "permutation" -> sameInts (Random.permutation (int32Of "n") (key ()))
    | "gumbel" -> sameFloats (Random.gumbel (dtype ()) (shape ()) (key ()))
    | other -> failtest $"no test for {other}"

let private normal1 key = Tensor.toScalar<float32>(Random.normal DType.Float32 Dims.Empty key)

/// Some units in the last place of a float32.
let private near (expected: float) (actual: float32) =
    Expect.isLessThanOrEqual (abs (float actual - expected)) (4e-7 * abs expected) $"{actual} against {expected}"

let private moments (x: Tensor) =
    let data = Tensor.toArrayAs<float> x
    let mean = Array.average data
    mean, data |> Array.averageBy (fun v -> (v - mean) ** 2.0)

let private wide = Dims.ofSeq [ 200; 200 ]
let private narrow = Dims.ofSeq [ 100; 100 ]

/// Mean and variance of many numbers, within five standard errors or so.
let private hasMoments (what: string) (mean: float) (variance: float) (x: Tensor) =
    let m, v = moments x
    Expect.isLessThan (abs (m - mean)) (5.0 * sqrt (variance / float x.Size) + 1e-6) $"{what}: mean {m} against {mean}"

    Expect.isLessThan
        (abs (v - variance))
        (16.0 / sqrt (float x.Size) * variance + 1e-6)
        $"{what}: variance {v} against {variance}"

let private refuses (f: unit -> Tensor) = Expect.throws (fun () -> f () |> ignore) "refused"

[<Tests>]
let tests =
    testList "random" [
        testCase "JAX's vectors"
        <| fun () ->
            Expect.equal vectors.Value.Length 75 "rows"

            for row in vectors.Value do
                try
                    check row
                with e ->
                    failtest $"{row.GetRawText()}: {e.Message}"

        testCase "values that JAX's documentation prints"
        <| fun () ->
            let key = Random.key 42L
            near -0.028304616 (normal1 key)

            Array.iter2 near [| 0.07592554; 0.60576403; 0.4323065 |] (Random.splitN 3 key |> Array.map normal1)

            Array.iter2
                near
                [| -0.02830462; 0.46713185; 0.29570296 |]
                (Tensor.toArray<float32>(Random.normal DType.Float32 (Dims.ofSeq [ 3 ]) key))

            let mutable key = key

            for expected in [ 0.6057640314102173; -0.21089035272598267; -0.3948981463909149 ] do
                let next, sub = Random.split key
                key <- next
                near expected (normal1 sub)

        testCase "half precision: mantissas of ten and seven bits"
        <| fun () ->
            for dtype, steps in [ DType.Float16, 1024.0; DType.BFloat16, 128.0 ] do
                let x = Tensor.toArrayAs<float>(Random.uniform dtype (Dims.ofSeq [ 500 ]) 0.0 1.0 (Random.key 1L))
                Expect.all x (fun v -> v >= 0.0 && v < 1.0 && v * steps = floor (v * steps)) "on the grid"

        testCase "moments"
        <| fun () ->
            let key = Random.key 7L
            let f32 = DType.Float32
            hasMoments "uniform" 3.0 (16.0 / 12.0) (Random.uniform f32 wide 1.0 5.0 key)
            hasMoments "normal" 0.0 1.0 (Random.normal f32 wide key)
            hasMoments "float64" 0.0 1.0 (Random.normal DType.Float64 wide key)
            hasMoments "truncated" 0.0 0.7737 (Random.truncatedNormal f32 wide -2.0 2.0 key)
            hasMoments "exponential" 1.0 1.0 (Random.exponential f32 wide key)
            hasMoments "gumbel" 0.5772157 1.644934 (Random.gumbel f32 wide key)
            hasMoments "bernoulli" 0.3 0.21 (Random.bernoulli 0.3 wide key)
            hasMoments "randint" 4.5 8.25 (Random.randint DType.Int64 wide 0L 10L key)
            hasMoments "randint of a byte" 127.5 5461.25 (Random.randint DType.UInt8 wide 0L 256L key)

        testCase "gamma, beta and binomial"
        <| fun () ->
            let key = Random.key 11L
            let c (x: float) = Tensor.scalar (float32 x)

            for a in [ 0.1; 0.7; 1.0; 3.5; 100.0 ] do
                hasMoments $"gamma {a}" a a (RandomSamplers.gamma (c a) narrow key)

            for a, b in [ 0.5, 0.5; 2.0, 5.0; 0.05, 3.0 ] do
                let mean = a / (a + b)
                let variance = a * b / ((a + b) * (a + b) * (a + b + 1.0))
                hasMoments $"beta {a} {b}" mean variance (RandomSamplers.beta (c a) (c b) narrow key)

            for n, p in [ 1.0, 0.5; 10.0, 0.2; 10.0, 0.9; 100.0, 0.3; 1000.0, 0.99; 100000.0, 0.5; 5.0, 0.0; 5.0, 1.0 ] do
                hasMoments
                    $"binomial {n} {p}"
                    (n * p)
                    (n * p * (1.0 - p))
                    (RandomSamplers.binomial (c n) (c p) narrow key)

        testCase "categorical follows the logits"
        <| fun () ->
            let logits = tensor [ [ log 0.5; log 0.3; log 0.2 ] ]
            let x = Tensor.toArray<int>(Random.categoricalN 40000 logits (Random.key 3L))

            for k, p in List.indexed [ 0.5; 0.3; 0.2 ] do
                let share = float (x |> Array.filter ((=) k) |> Array.length) / 40000.0
                Expect.isLessThan (abs (share - p)) 0.015 $"class {k}"

            let y = Random.categorical (Tensor.get [ Idx.At 0 ] logits) (Random.key 3L)
            Expect.equal y.Rank 0 "one draw"

        testCase "shuffle keeps what is there, column by column"
        <| fun () ->
            let x = Tensor.ofSeq [ 50; 2 ] [ 0..99 ]
            let y = Tensor.toArray2D<int>(Random.shuffle 0 x (Random.key 5L))

            for column in 0..1 do
                let items = [ for i in 0..49 -> y[i, column] ]
                Expect.notEqual items [ for i in 0..49 -> 2 * i + column ] "order"
                Expect.equal (List.sort items) [ for i in 0..49 -> 2 * i + column ] "elements"

        testCase "seed generator: Keras's convention"
        <| fun () ->
            let g = SeedGenerator 1337
            let next (ordered: bool) = Tensor.toArray<uint32>(g.Next ordered)
            Expect.equal (next true) [| 1337u; 0u |] "first"
            Expect.equal (next true) [| 1337u; 1u |] "second"
            Expect.equal (next false) [| 1337u; 2u |] "third"
            Expect.equal (next true) [| 1338u * 5387u % 933199u; 3u * 5387u % 933199u |] "unordered step"
            Expect.isGreaterThan (SeedGenerator().Seed) 0 "a seed is drawn"

        testCase "the same numbers mapped over keys and compiled"
        <| fun () ->
            let shape = Dims.ofSeq [ 4; 2 ]

            let sample (key: Tensor) =
                let keys = Random.splitN 4 key
                let alpha = tensor [ 0.5; 3.0 ]

                [
                    Random.normal DType.Float32 shape keys[0]
                    Lax.convert DType.Float32 (Random.randint DType.Int32 shape -3L 9L keys[1])
                    Lax.convert DType.Float32 (Random.shuffle 0 (Lax.iota shape DType.Int32 0) keys[2])
                    RandomSamplers.gamma alpha shape keys[3]
                    Random.uniform DType.Float32 shape 0.0 1.0 (Random.foldInTensor (Tensor.scalar 3) key)
                ]
                |> List.map (Lax.reshape (Dims.cons 1 shape))
                |> List.toArray
                |> Lax.concat 0

            let rows = Random.splitRows 3 (Random.key 9L)
            let one = [| for i in 0..2 -> sample rows[i] |]
            let mapped = Transform.vmap sample rows
            let compiled = Transform.jit sample

            for i in 0..2 do
                let near (x: Tensor) what =
                    for a, b in Array.zip (Tensor.toArray<float32> one[i]) (Tensor.toArray<float32> x) do
                        Expect.isLessThanOrEqual (abs (a - b)) (1e-5f * abs a) what

                near mapped[i] "vmap"
                near (compiled rows[i]) "jit"

        testCase "gamma numbers can be differentiated"
        <| fun () ->
            let a = Tensor.scalar 2.5f

            let mean (a: Tensor) =
                RandomSamplers.gamma a wide (Random.key 2L) |> Lax.sumAll |> Lax.scale (1.0 / 40000.0)
            // The mean is a, but the choice of candidates depends on a as well, which no gradient sees.
            let g = Tensor.toFloat (Transform.grad mean a)
            Expect.isLessThan (abs (g - 1.0)) 0.1 $"{g}"

        testCase "refusals"
        <| fun () ->
            let key = Random.key 0L
            refuses (fun () -> Random.bits DType.Int32 wide key)
            refuses (fun () -> Random.uniform DType.Int32 wide 0.0 1.0 key)
            refuses (fun () -> Random.randint DType.Float32 wide 0L 5L key)
            refuses (fun () -> Random.normal DType.Float32 wide (tensor [ 1; 2 ]))
            refuses (fun () -> Random.splitRows 3 (Random.splitRows 3 key))
    ]
