/// Fused regions: the inlined functions against double precision, and fused graphs against the same equations run one
/// by one.
module Keras.FSharp.Tests.FusionTests

#nowarn "9"

open System
open Expecto
open FSharp.NativeInterop
open Keras.FSharp
open Keras.FSharp.Backends
open Keras.FSharp.Backends.Cpu
open Keras.FSharp.Tests.SlowKernels

/// One operand and one result, float32.
let private formula (build: Formulas -> int -> int) : Formula =
    let f = Formulas Lane.F32
    let x = f.Node(Op.Load 0, Lane.F32, false)
    let y = build f x

    {
        Nodes = f.Nodes.ToArray()
        Operands = [| struct (DType.Float32, true) |]
        Results = [| struct (y, DType.Float32, Fold.Store) |]
    }

let private kernelOf (n: int) (formula: Formula) (body: RegionBody) : Kernel =
    RegionKernel.make {
        Code = body
        Nodes = formula.Nodes.Length
        Sizes = [| int64 n |]
        Steps = [| [| 1L |]; [| 1L |] |]
        Widths = [| 4; 4 |]
        Folds = [| ValueNone |]
    }

/// A kernel of one operand and one result of n float32.
let private single (n: int) (build: Formulas -> int -> int) : Kernel =
    let f = formula build
    kernelOf n f (Emit.body f)

/// Distance in units in the last place of float32 between a result and the exact value.
let private ulps (actual: float32) (exact: float) : float =
    let rounded = float32 exact

    if Single.IsNaN rounded || Single.IsNaN actual then
        if Single.IsNaN rounded && Single.IsNaN actual then 0.0 else infinity
    elif Single.IsInfinity rounded || Single.IsInfinity actual then
        if rounded = actual then
            0.0
        // The largest numbers and infinity are neighbours.
        elif abs exact > 3.4028234e38 && abs actual >= 3.402823e38f && sign (float actual) = sign exact then
            1.0
        else
            infinity
    else
        let unit = float (MathF.BitIncrement(abs rounded)) - float (abs rounded)
        abs (float actual - exact) / (if Double.IsInfinity unit then float (abs rounded) * 6e-8 else unit)

let private functions = [
    "exp", RegionMath.exp, UnaryOp.Exp
    "expm1", RegionMath.expm1, UnaryOp.Expm1
    "log", RegionMath.log, UnaryOp.Log
    "log1p", RegionMath.log1p, UnaryOp.Log1p
    "tanh", RegionMath.tanh, UnaryOp.Tanh
    "logistic", RegionMath.logistic, UnaryOp.Logistic
    "erf", RegionMath.erf, UnaryOp.Erf
]

/// Every stride-th bit pattern of float32, as many as fill blocks of n.
let private sweep (n: int) (stride: int) (each: float32[] -> unit) =
    let block = Array.zeroCreate<float32> n
    let mutable bits = 0L

    while bits < 0x100000000L do
        for i in 0 .. n - 1 do
            block[i] <- BitConverter.UInt32BitsToSingle(uint32 (min (bits + int64 i * int64 stride) 0xffffffffL))

        each block
        bits <- bits + int64 n * int64 stride

let private special = [|
    0.0f
    -0.0f
    infinityf
    -infinityf
    nanf
    1.0f
    -1.0f
    1e-45f
    -1e-45f
    3.4028235e38f
    -3.4028235e38f
    88.72f
    88.73f
    -87.3f
    -87.4f
    -103.9f
    -104.1f
    0.625f
    0.62499994f
    0.92f
    4.0f
    17.0f
    0.70710677f
    1.4142135f
|]

/// A random graph, fused, against its equations one by one.
let private sameAsOneByOne (seed: int) (size: uint8) =
    let g = Graphs.random seed (int size)
    let flags = Graphs.donated seed g
    let r = Random seed

    let data =
        g.Inputs |> Array.map (fun v -> Array.init g.Avals[v].Size (fun _ -> 4.0 * r.NextDouble() - 2.0))

    let inputs () = data |> Array.map (buffer DType.Float32)
    let expected = interpret prepare g (inputs ())
    use p = CpuProgram.Compile({ provider with Fuse = true }, Plan.make g flags)

    for _ in 1..2 do
        let results = p.Run(inputs () |> Array.map (fun b -> b :> Buffer))

        for i in 0 .. results.Length - 1 do
            let a = g.Avals[g.Outputs[i]]
            let x, y = values a results[i], values a expected[i]

            for k in 0 .. x.Length - 1 do
                if abs (x[k] - y[k]) > 2e-5 * (1.0 + abs y[k]) then
                    failtest $"result {i}, element {k}: {x[k]} instead of {y[k]}"

[<Tests>]
let tests =
    testList "fusion" [
        for name, build, op in functions do
            testCase $"{name} is within 2 units in the last place"
            <| fun () ->
                let n = 4099
                let kernel = single n build
                let x, y = buffer DType.Float32 (Seq.replicate n 0.0), buffer DType.Float32 (Seq.replicate n 0.0)
                let mutable worst = 0.0
                let mutable at = 0.0f

                let check (values: float32[]) =
                    values.CopyTo(Span<float32>(x.Pointer.ToPointer(), n))
                    kernel.Invoke([| x.Pointer |], [| y.Pointer |])
                    let ys = Span<float32>(y.Pointer.ToPointer(), n)

                    for i in 0 .. values.Length - 1 do
                        let e = ulps ys[i] (unary op (float values[i]))

                        if e > worst then
                            worst <- e
                            at <- values[i]

                sweep n 1999 check
                check special

                for i in 0 .. special.Length - 1 do
                    let y = Span<float32>(y.Pointer.ToPointer(), n)[i]

                    if special[i] = 0.0f && op <> UnaryOp.Exp && op <> UnaryOp.Log && op <> UnaryOp.Logistic then
                        Expect.equal (MathF.CopySign(1.0f, y)) (MathF.CopySign(1.0f, special[i])) "signed zero"

                Expect.isLessThanOrEqual worst 2.0 $"worst at {at:G9}"

        testPropertyWithConfig
            { FsCheckConfig.defaultConfig with maxTest = 200 }
            "a fused graph gives what its equations give one by one"
            sameAsOneByOne

        testSequenced (
            testCase "so it does where no code can be generated, with the same bits elementwise"
            <| fun () ->
                try
                    AppContext.SetSwitch(Interpret.switch, true)

                    for seed in 1..60 do
                        sameAsOneByOne seed (uint8 (seed * 3))
                finally
                    AppContext.SetSwitch(Interpret.switch, false)

                for name, build, _ in functions do
                    let n = 1009
                    let f = formula build
                    let code, tiles = Emit.body f, Interpret.body f
                    let r = Random 9
                    let xs = Array.init n (fun _ -> 20.0 * r.NextDouble() - 10.0)
                    let x = buffer DType.Float32 xs

                    let run body =
                        let y = buffer DType.Float32 (Seq.replicate n 0.0)
                        (kernelOf n f body).Invoke([| x.Pointer |], [| y.Pointer |])
                        Span<int>(y.Pointer.ToPointer(), n).ToArray()

                    Expect.equal (run tiles) (run code) name
        )

        testCase "reductions of every set of axes, small and divided over the cores"
        <| fun () ->
            let large = [ [ 90001 ]; [ 3; 30001 ]; [ 30001; 3 ]; [ 301; 203 ]; [ 5; 41; 333 ]; [ 41; 6; 165 ] ]

            for shape in [ 7 ] :: [ 4; 5 ] :: large do
                let rank = shape.Length

                for mask in 1 .. (1 <<< rank) - 1 do
                    let axes =
                        Dims.ofSeq [
                            for a in 0 .. rank - 1 do
                                if mask >>> a &&& 1 = 1 then
                                    a
                        ]

                    let b = Graphs.Builder()
                    let x = b.Input(DType.Float32, Array.ofList shape)
                    let row = b.Input(DType.Float32, List.last shape)
                    let wide = b.One(Prim.Broadcast(Dims.ofSeq shape, Dims.ofSeq [ rank - 1 ]), row)
                    let y = b.Binary(BinaryOp.Add, b.Unary(UnaryOp.Tanh, x), wide)
                    let sum = b.One(Prim.Reduce(ReduceOp.Sum, axes), y)
                    let most = b.One(Prim.Reduce(ReduceOp.Max, axes), y)
                    let all = Dims.range rank
                    let least = b.One(Prim.Reduce(ReduceOp.Min, all), y)
                    let g = b.Graph(sum, y, most, least)
                    let r = Random 1
                    let data = g.Inputs |> Array.map (fun v -> Array.init g.Avals[v].Size (fun _ -> r.NextDouble()))
                    let inputs = data |> Array.map (buffer DType.Float32)
                    use p = CpuProgram.Compile({ provider with Fuse = true }, Plan.make g [| false; false |])
                    Expect.stringContains (ProgramReport.text (p.Report())) "1 steps" "everything is one loop"
                    let expected = interpret prepare g inputs
                    let results = p.Run(inputs |> Array.map (fun b -> b :> Buffer))

                    for i in 0 .. results.Length - 1 do
                        let a = g.Avals[g.Outputs[i]]
                        let x, y = values a results[i], values a expected[i]

                        for k in 0 .. x.Length - 1 do
                            if not (abs (x[k] - y[k]) <= 2e-6 * (10.0 + abs y[k])) then
                                failtest $"{shape} over {axes}: result {i}, element {k}: {x[k]} instead of {y[k]}"

        testCase "reductions that come later in the program are made where their operand is computed"
        <| fun () ->
            let shape = [| 64; 48 |]
            let b = Graphs.Builder()
            let x = b.Input(DType.Float32, shape)
            let z = b.Input(DType.Float32, shape)
            let y = b.Unary(UnaryOp.Tanh, x)
            // An update of a part needs y in memory and closes its region.
            let part = b.Input(DType.Float32, [| 2; 3 |])
            let starts = b.One(Prim.Full(Aval.make DType.Int32 (Dims.ofSeq [ 2 ]), Scalar.Int 5L))
            let updated = b.One(Prim.DynamicUpdate, y, part, starts)
            let sum = b.One(Prim.Reduce(ReduceOp.Sum, Dims.ofSeq [ 0 ]), y)
            let weighted = b.One(Prim.Reduce(ReduceOp.Sum, Dims.ofSeq [ 0 ]), b.Binary(BinaryOp.Mul, y, z))
            // z is reduced from memory, and its largest element with it.
            let rows = b.One(Prim.Reduce(ReduceOp.Sum, Dims.ofSeq [ 1 ]), z)
            let most = b.One(Prim.Reduce(ReduceOp.Max, Dims.ofSeq [ 0; 1 ]), z)
            let g = b.Graph(updated, y, sum, weighted, rows, most)
            let r = Random 3
            let data = g.Inputs |> Array.map (fun v -> Array.init g.Avals[v].Size (fun _ -> r.NextDouble() - 0.5))
            let inputs = data |> Array.map (buffer DType.Float32)
            use p = CpuProgram.Compile({ provider with Fuse = true }, Plan.make g [| false; false; false |])
            Expect.stringContains (ProgramReport.text (p.Report())) "3 steps" "tanh with both sums, the update, z's own"
            let expected = interpret prepare g inputs
            let results = p.Run(inputs |> Array.map (fun b -> b :> Buffer))

            for i in 0 .. results.Length - 1 do
                let a = g.Avals[g.Outputs[i]]
                let x, y = values a results[i], values a expected[i]

                for k in 0 .. x.Length - 1 do
                    if not (abs (x[k] - y[k]) <= 1e-5 * (1.0 + abs y[k])) then
                        failtest $"result {i}, element {k}: {x[k]} instead of {y[k]}"

        testCase "what is cheap is computed again instead of being stored, but not for those who read memory"
        <| fun () ->
            for isRead in [ false; true ] do
                let shape = [| 64; 48 |]
                let b = Graphs.Builder()
                let x, row = b.Input(DType.Float32, shape), b.Input(DType.Float32, 48)
                let wide (v: int) = b.One(Prim.Broadcast(Dims.ofSeq shape, Dims.ofSeq [ 1 ]), v)
                let columns (v: int) = b.One(Prim.Reduce(ReduceOp.Sum, Dims.ofSeq [ 0 ]), v)
                // A sum of squares, and the same distances scaled by it: a normalization.
                let distance = b.Binary(BinaryOp.Sub, x, wide row)
                let squares = columns (b.Binary(BinaryOp.Mul, distance, distance))
                let y = b.Binary(BinaryOp.Mul, distance, wide (b.Unary(UnaryOp.Rsqrt, squares)))

                let g =
                    if isRead then
                        let corner = Aval.make DType.Int32 (Dims.ofSeq [ 2 ])
                        let starts = b.One(Prim.Full(corner, Scalar.Int 1L))
                        let part = b.Input(DType.Float32, [| 1; 1 |])
                        let updated = b.One(Prim.DynamicUpdate, distance, part, starts)
                        b.Graph(updated, y)
                    else
                        b.Graph(y)

                let r = Random 4
                let data = g.Inputs |> Array.map (fun v -> Array.init g.Avals[v].Size (fun _ -> r.NextDouble()))
                let inputs = data |> Array.map (buffer DType.Float32)

                let plan = g.Inputs |> Array.map (fun _ -> false) |> Plan.make g
                use p = CpuProgram.Compile({ provider with Fuse = true }, plan)

                let written (s: ProgramStep) =
                    let results = (s.Types.Split "->")[1]
                    (results.Split "float32[64,48]").Length - 1

                let stored = p.Report().Steps |> Array.sumBy written

                Expect.equal stored (if isRead then 3 else 1) "how often something of the size of x is written"
                let expected = interpret prepare g inputs
                let results = p.Run(inputs |> Array.map (fun b -> b :> Buffer))

                for i in 0 .. results.Length - 1 do
                    let a = g.Avals[g.Outputs[i]]
                    let x, y = values a results[i], values a expected[i]

                    for k in 0 .. x.Length - 1 do
                        if not (abs (x[k] - y[k]) <= 1e-5 * (1.0 + abs y[k])) then
                            failtest $"result {i}, element {k}: {x[k]} instead of {y[k]}"

        testCase "the activations inside regions are as accurate as float32 is"
        <| fun () ->
            let phi x = 0.5 * Special.erfc (-x / sqrt 2.0)
            let bell x = exp (-0.5 * x * x) / sqrt (2.0 * Math.PI)
            let share x = 1.0 / (1.0 + exp (-2.0 * sqrt (2.0 / Math.PI) * (x + 0.044715 * x * x * x)))
            let slope x = 2.0 * sqrt (2.0 / Math.PI) * (1.0 + 3.0 * 0.044715 * x * x)
            let logistic x = 1.0 / (1.0 + exp -x)

            let each = [
                "gelu", RegionMath.gelu, (fun x -> x * phi x)
                "gelu's gradient", (fun f x -> RegionMath.geluGrad f x (f.Const 1.0)), (fun x -> phi x + x * bell x)
                "gelu by tanh", RegionMath.geluTanh, (fun x -> x * share x)
                "its gradient",
                (fun f x -> RegionMath.geluTanhGrad f x (f.Const 1.0)),
                (fun x -> share x + x * share x * (1.0 - share x) * slope x)
                "silu", RegionMath.silu, (fun x -> x * logistic x)
                "silu's gradient",
                (fun f x -> RegionMath.siluGrad f x (f.Const 1.0)),
                (fun x -> logistic x * (1.0 + x * (1.0 - logistic x)))
            ]

            for name, build, exact in each do
                let n = 20001
                let kernel = single n build
                let xs = Array.init n (fun i -> float (float32 (float (i - 10000) * 1e-3)))
                let x, y = buffer DType.Float32 xs, buffer DType.Float32 (Seq.replicate n 0.0)
                kernel.Invoke([| x.Pointer |], [| y.Pointer |])
                let ys = Span<float32>(y.Pointer.ToPointer(), n)

                for i in 0 .. n - 1 do
                    let e = exact xs[i]

                    // Gradients cross zero, where only the absolute error can be small.
                    // The cube inside the tanh form is rounded before it becomes an exponent.
                    let relative = if name = "gelu by tanh" then 2e-5 else 1e-6
                    let allowed = if name.EndsWith "gradient" then 8e-7 else relative * abs e + 1e-37

                    if not (abs (float ys[i] - e) <= allowed) then
                        failtest $"{name} of {xs[i]}: {ys[i]} instead of {e}"

        testCase "bools, integers and doubles"
        <| fun () ->
            let n = 1003
            let r = Random 2

            for d in [ DType.Float32; DType.Float64; DType.Int32 ] do
                let b = Graphs.Builder()
                let x, y = b.Input(d, n), b.Input(d, n)
                let m = b.Input(DType.Bool, n)
                let lt, eq = b.One(Prim.Compare CompareOp.Lt, x, y), b.One(Prim.Compare CompareOp.Eq, x, y)
                let c = b.Binary(BinaryOp.Or, b.Binary(BinaryOp.And, lt, m), b.Unary(UnaryOp.Not, eq))
                let low = b.One(Prim.Full(b.Aval x, Scalar.Int -2L))
                let z = b.Binary(BinaryOp.Mul, b.One(Prim.Clamp, low, x, y), b.One(Prim.Convert d, m))
                let s = b.One(Prim.Select, c, z, b.Binary(BinaryOp.Sub, x, y))
                let same = b.One(Prim.Compare CompareOp.Ne, m, c)
                let g = b.Graph(c, z, s, same, b.One(Prim.Convert DType.Bool, s))

                let inputs = [|
                    buffer d (Array.init n (fun _ -> float (r.Next(-4, 5))))
                    buffer d (Array.init n (fun _ -> float (r.Next(-4, 5))))
                    buffer DType.Bool (Array.init n (fun _ -> float (r.Next 2)))
                |]

                use p = CpuProgram.Compile({ provider with Fuse = true }, Plan.make g [| false; false; false |])
                Expect.stringContains (ProgramReport.text (p.Report())) "1 steps" "everything is one loop"
                let expected = interpret prepare g inputs
                let results = p.Run(inputs |> Array.map (fun b -> b :> Buffer))

                for i in 0 .. results.Length - 1 do
                    let a = g.Avals[g.Outputs[i]]
                    Expect.equal (values a results[i]) (values a expected[i]) $"{d}, result {i}"
    ]
