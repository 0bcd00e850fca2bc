/// Composite operations: their own pullbacks against the gradient of their meaning, their kernels against the
/// meaning on every backend that has one, their shape rules, vmap and jit.
module Keras.FSharp.Tests.CompositeTests

open System
open Expecto
open Keras.FSharp
open Keras.FSharp.Backends
open Keras.FSharp.Tests.SampleKinds
open Keras.FSharp.Tests.TransformTests

/// A function of `Composites`, `Attention` or `Updates`, and operands for it.
type private Sample = { Name: string; Operands: Operand list; Run: Tensor[] -> Tensor[] }

let private sample name operands run = { Name = name; Operands = operands; Run = run }
let private real (s: int list) = main s (between -1.5 1.5)
let private positive (s: int list) = main s (between 0.5 1.5)
let private three struct (a, b, c) : Tensor[] = [| a; b; c |]
let private two struct (a, b) : Tensor[] = [| a; b |]

let private attention name causal (mask: Operand list) =
    sample $"attend {name}" ([ real [ 2; 3; 2; 4 ]; real [ 2; 5; 2; 4 ]; real [ 2; 5; 2; 4 ] ] @ mask) (fun xs ->
        let mask = if xs.Length > 3 then ValueSome xs[3] else ValueNone
        two (Attention.attend 0.5 causal xs[0] xs[1] xs[2] mask))

let private samples = [
    sample "relu" [ main [ 3; 4 ] (apart 0.2 2.0) ] (fun xs -> [| Composites.relu xs[0] |])
    for approximate in [ true; false ] do
        sample $"gelu {approximate}" [ real [ 3; 4 ] ] (fun xs -> [| Composites.gelu approximate xs[0] |])
    sample "silu" [ real [ 3; 4 ] ] (fun xs -> [| Composites.silu xs[0] |])
    for axis in [ -1; -2 ] do
        sample $"softmax {axis}" [ real [ 3; 4 ] ] (fun xs -> [| Composites.softmax axis xs[0] |])
        sample $"logSoftmax {axis}" [ real [ 3; 4 ] ] (fun xs -> [| Composites.logSoftmax axis xs[0] |])
    sample "layerNorm" [ real [ 2; 3; 4 ]; positive [ 4 ]; real [ 4 ] ] (fun xs ->
        three (Composites.layerNorm 1 1e-3 xs[0] xs[1] xs[2]))
    sample "layerNorm over two axes" [ real [ 2; 3; 4 ]; positive [ 3; 4 ]; real [ 3; 4 ] ] (fun xs ->
        three (Composites.layerNorm 2 1e-3 xs[0] xs[1] xs[2]))
    sample "batchNormTrain" [ real [ 5; 3; 4 ]; positive [ 4 ]; real [ 4 ] ] (fun xs ->
        three (Composites.batchNormTrain 1e-3 xs[0] xs[1] xs[2]))
    sample "batchNormInference" [ real [ 5; 4 ]; positive [ 4 ]; real [ 4 ]; real [ 4 ]; positive [ 4 ] ] (fun xs -> [|
        Composites.batchNormInference 1e-3 xs[0] xs[1] xs[2] xs[3] xs[4]
    |])
    attention "plain" false []
    attention "causal" true []
    attention "masked" false [ fixedType DType.Bool [ 2; 1; 3; 5 ] (whole 0 2) ]
    attention "biased" true [ real [ 1; 2; 3; 5 ] ]
    sample
        "adam"
        [ real [ 3; 4 ]; real [ 3; 4 ]; real [ 3; 4 ]; positive [ 3; 4 ]; positive []; positive [] ]
        (fun xs -> three (Updates.adam 0.9 0.999 1e-7 xs[0] xs[1] xs[2] xs[3] xs[4] xs[5]))
    for nesterov in [ true; false ] do
        sample $"sgdMomentum {nesterov}" [ real [ 3; 4 ]; real [ 3; 4 ]; real [ 3; 4 ]; positive [] ] (fun xs ->
            two (Updates.sgdMomentum 0.9 nesterov xs[0] xs[1] xs[2] xs[3]))
]

let private draw (d: DType) (seed: int) (s: Sample) =
    let r = Random seed
    s.Operands |> List.map (tensorOf d r) |> List.toArray

let private bound (d: DType) = if d = DType.Float64 then 1e-9 else 3e-5

let private agree (what: string) (d: DType) (expected: Tensor[]) (actual: Tensor[]) =
    Expect.equal actual.Length expected.Length what

    Array.iteri2
        (fun i e a ->
            if not (distance e a <= bound d) then
                failtest $"{what}, result {i}, differs by {distance e a}: expected\n{e}\ngot\n{a}")
        expected
        actual

/// The composites that a sample is made of, with those of its gradient, and the operands of each as
/// they come: those of a gradient belong together.
let private calls (s: Sample) (xs: Tensor[]) : (Composite * Tensor[])[] =
    let floats (ts: Tensor[]) = ts |> Array.filter (fun t -> DType.isFloat t.DType)

    let f (given: Tensor[]) =
        let mutable next = -1

        s.Run(
            xs
            |> Array.map (fun x ->
                if DType.isFloat x.DType then
                    next <- next + 1
                    given[next]
                else
                    x)
        )

    let g =
        Stage.trace
            "composites"
            (fun given ->
                let ys, back = vjp f given
                Array.append ys (back (Array.map Lax.onesLike ys)))
            (floats xs |> Array.map (fun x -> x.Aval))

    // Only the first result of some has a cotangent where a gradient is a composite of its own.
    let first =
        Stage.trace
            "composites"
            (fun given ->
                let y, back = vjp (f >> Array.head) given
                back (Lax.onesLike y))
            (floats xs |> Array.map (fun x -> x.Aval))

    let found = ResizeArray<Composite * Tensor[]>()

    for g in [ g; first ] do
        let values: Tensor[] = Array.zeroCreate g.Avals.Length
        Array.iter2 (fun v x -> values[v] <- x) g.Inputs (floats xs)

        for struct (v, c) in g.Constants do
            values[v] <- c

        for e in g.Eqns do
            let operands = e.Inputs |> Array.map (fun v -> values[v])

            match e.Prim with
            | Prim.Call c -> found.Add((c, operands))
            | _ -> ()

            Array.iter2 (fun v y -> values[v] <- y) e.Outputs (Core.bind e.Prim operands)

    found.ToArray() |> Array.distinctBy fst

let private each (law: string) (check: DType -> Sample -> Tensor[] -> unit) =
    testList law [
        for s in samples do
            for d in wide do
                onManaged $"{s.Name} of {d}" (fun () ->
                    for seed in 1..3 do
                        check d s (draw d seed s))
    ]

/// The meaning of every composite in place of its own rules and kernels.
let private meaning (s: Sample) (xs: Tensor[]) : Tensor[] =
    let rec plain (p: Prim) (xs: Tensor[]) =
        match p with
        | Prim.Call c ->
            let g = Stage.trace c.Name c.Decompose (xs |> Array.map (fun x -> x.Aval))
            run g xs
        | _ -> Core.bind p xs

    and run (g: Graph) (xs: Tensor[]) : Tensor[] =
        let values: Tensor[] = Array.zeroCreate g.Avals.Length
        Array.iter2 (fun v x -> values[v] <- x) g.Inputs xs

        for struct (v, c) in g.Constants do
            values[v] <- c

        for e in g.Eqns do
            plain e.Prim (e.Inputs |> Array.map (fun v -> values[v]))
            |> Array.iter2 (fun v y -> values[v] <- y) e.Outputs

        g.Outputs |> Array.map (fun v -> values[v])

    run (Stage.trace "meaning" s.Run (xs |> Array.map (fun x -> x.Aval))) xs

let private byFloats (f: Tensor[] -> Tensor[]) (xs: Tensor[]) (given: Tensor[]) =
    let all = Array.copy xs

    let places = [|
        for i in 0 .. xs.Length - 1 do
            if DType.isFloat xs[i].DType then
                i
    |]

    Array.iter2 (fun i x -> all[i] <- x) places given
    f all

let private floats (xs: Tensor[]) = xs |> Array.filter (fun x -> DType.isFloat x.DType)

[<Tests>]
let tests =
    testList "composites" [
        each "own pullback is the gradient of the meaning" (fun d s xs ->
            let ys, back = vjp (byFloats s.Run xs) (floats xs)
            let zs, plain = vjp (byFloats (meaning s) xs) (floats xs)
            agree "value" d zs ys
            let r = Random 9

            let us =
                ys
                |> Array.map (fun y ->
                    tensorOf y.DType r { Shape = List.ofSeq y.Shape; Of = id; Values = between -1.0 1.0 })

            agree "all cotangents" d (plain us) (back us)
            // One result alone.
            for k in 0 .. ys.Length - 1 do
                let one f = vjp (fun given -> Array.item k (byFloats f xs given)) (floats xs)
                agree $"cotangent of result {k}" d (snd (one (meaning s)) us[k]) (snd (one s.Run) us[k]))

        each "forward mode" (fun d s xs ->
            let r = Random 9

            let vs =
                floats xs
                |> Array.map (fun x ->
                    tensorOf x.DType r { Shape = List.ofSeq x.Shape; Of = id; Values = between -1.0 1.0 })

            let along f = snd (jvp (byFloats f xs) (floats xs) vs)
            agree "jvp" d (along (meaning s)) (along s.Run))

        each "shape rules" (fun _ s xs ->
            for c, operands in calls s xs do
                let avals = operands |> Array.map (fun x -> x.Aval)
                Expect.equal (c.Outputs avals) (Stage.outputs c.Decompose avals) c.Name)

        each "jit and vmap" (fun d s xs ->
            let expected = s.Run xs
            agree "jit" d expected (jit s.Run xs)

            let twice =
                xs
                |> Array.map (fun x ->
                    Lax.concat 0 [| Lax.reshape (Dims.cons 1 x.Shape) x; Lax.reshape (Dims.cons 1 x.Shape) x |])

            let stacked =
                expected
                |> Array.map (fun y -> Lax.broadcastInDim (Dims.cons 2 y.Shape) (Dims.own [| 1 .. y.Rank |]) y)

            agree "vmap" d stacked (vmap s.Run twice))

        each "kernels give what the meaning gives" (fun d s xs ->
            for c, operands in calls s xs do
                let avals = operands |> Array.map (fun x -> x.Aval)

                for backend in managed :: LawTests.others do
                    Backends.Using(
                        backend,
                        fun () ->
                            if backend.HasKernel(c, avals) then
                                let expected = c.Decompose operands
                                let there = Array.map (Core.transfer backend) operands
                                let actual = Lax.call c there |> Array.map (Core.transfer managed)
                                agree $"{c.Name} on {backend.Name}" d expected actual
                    ))
    ]
