/// The torch backend against the managed one, primitive by primitive, and its composites against their meanings.
module Keras.FSharp.Tests.TorchTests

open System
open System.Runtime.InteropServices
open Expecto
open Keras.FSharp
open Keras.FSharp.Backends
open Keras.FSharp.Backends.Cpu

/// Composites have no kernels here, so that their meanings are executed.
let private plain: IBackend =
    CpuBackend(
        "plain",
        {
            Primitive = fun _ prim inputs outputs -> Prepared.Kernel(Kernels.prepare prim inputs outputs)
            Composite = fun _ _ _ _ -> ValueNone
        }
    )

let private torch: Lazy<IBackend> = lazy (Backends.Get "torch")

let private dims (xs: int list) = Dims.ofSeq xs

let private aval d (xs: int list) = Aval.make d (dims xs)

/// Elements between -1 and 1 as bytes of the element type.
let private bytesOf (r: Random) (a: Aval) : byte[] =
    let n = a.Size
    let next () = 2.0 * r.NextDouble() - 1.0

    match a.DType with
    | DType.Float32 -> MemoryMarshal.AsBytes(ReadOnlySpan(Array.init n (fun _ -> float32 (next ())))).ToArray()
    | DType.Float64 -> MemoryMarshal.AsBytes(ReadOnlySpan(Array.init n (fun _ -> next ()))).ToArray()
    | DType.BFloat16 ->
        let bits (x: float) = uint16 (BitConverter.SingleToUInt32Bits(float32 x) >>> 16)
        MemoryMarshal.AsBytes(ReadOnlySpan(Array.init n (fun _ -> bits (next ())))).ToArray()
    | DType.Complex64 -> MemoryMarshal.AsBytes(ReadOnlySpan(Array.init (2 * n) (fun _ -> float32 (next ())))).ToArray()
    | DType.Complex128 -> MemoryMarshal.AsBytes(ReadOnlySpan(Array.init (2 * n) (fun _ -> next ()))).ToArray()
    | DType.Bool -> Array.init n (fun _ -> if next () > 0.0 then 1uy else 0uy)
    | DType.Int32 -> MemoryMarshal.AsBytes(ReadOnlySpan(Array.init n (fun _ -> r.Next(-9, 9)))).ToArray()
    | d -> failtest $"no elements of {d} are made here"

/// Elements as doubles, complex numbers as pairs.
let private numbers (a: Aval) (bytes: byte[]) : float[] =
    let cast (f: 'T -> float) = MemoryMarshal.Cast<byte, 'T>(ReadOnlySpan bytes).ToArray() |> Array.map f

    match a.DType with
    | DType.Float32
    | DType.Complex64 -> cast (fun (x: float32) -> float x)
    | DType.Float64
    | DType.Complex128 -> cast (fun (x: float) -> x)
    | DType.BFloat16 -> cast (fun (x: uint16) -> float (BitConverter.UInt32BitsToSingle(uint32 x <<< 16)))
    | DType.Bool -> cast (fun (x: byte) -> float x)
    | DType.Int32 -> cast (fun (x: int) -> float x)
    | d -> failtest $"elements of {d} are not read here"

let private upload (backend: IBackend) (a: Aval) (bytes: byte[]) : Buffer =
    backend.Upload(ReadOnlySpan<byte>(bytes, 0, bytes.Length), a, backend.Devices[0])

let private download (b: Buffer) (a: Aval) : float[] =
    let bytes = Array.zeroCreate (int a.ByteSize)
    b.Backend.Download(b, a, Span bytes)
    numbers a bytes

let private near (what: string) (tolerance: float) (expected: float[]) (actual: float[]) =
    Expect.equal actual.Length expected.Length $"{what}: sizes"
    let scale = expected |> Array.fold (fun m x -> max m (abs x)) 1.0

    for i in 0 .. expected.Length - 1 do
        if not (abs (actual[i] - expected[i]) <= tolerance * scale) then
            failtest $"{what}: element {i} is {actual[i]}, expected {expected[i]} (largest {scale})"

let private tolerance (d: DType) =
    match d with
    | DType.Float64
    | DType.Complex128 -> 1e-12
    | DType.BFloat16 -> 1e-2
    | _ -> 1e-5

/// Executes on both backends and compares all results.
let private sameOn (data: byte[][]) (prim: Prim) (avals: Aval[]) =
    let outputs = Infer.outputs prim avals

    let run (backend: IBackend) =
        let inputs = Array.map2 (fun (a: Aval) bytes -> upload backend a bytes) avals data
        Array.map2 download (backend.Execute(prim, inputs, avals, outputs)) outputs

    let expected, actual = run plain, run (torch.Force())
    let what = Prims.name prim + " of " + String.Join(", ", avals)

    for i in 0 .. outputs.Length - 1 do
        near $"{what}, result {i}" (tolerance avals[0].DType) expected[i] actual[i]

/// As `sameOn`, with elements between -1 and 1.
let private same (seed: int) (prim: Prim) (avals: Aval list) =
    let r = Random seed
    sameOn (avals |> List.map (bytesOf r) |> List.toArray) prim (List.toArray avals)

let private dot batchL batchR contractL contractR =
    Prim.Dot {
        LhsContract = dims contractL
        RhsContract = dims contractR
        LhsBatch = dims batchL
        RhsBatch = dims batchR
    }

/// A product with axes in any order: which of the batch, free and contracted axes come where.
let private anyDot (seed: int) =
    let r = Random seed
    let sizes n = List.init n (fun _ -> r.Next(1, 5))
    let batch, contract = sizes (r.Next 3), sizes (r.Next 3)
    let free () = sizes (r.Next 3)

    let operand () =
        let own = free ()
        let all = batch @ contract @ own
        let order = [| 0 .. all.Length - 1 |]
        r.Shuffle order
        let places = List.init all.Length (fun i -> Array.IndexOf(order, i))
        let shape = order |> Array.map (fun i -> all[i]) |> List.ofArray
        shape, List.take batch.Length places, places |> List.skip batch.Length |> List.take contract.Length

    let a, batchA, contractA = operand ()
    let b, batchB, contractB = operand ()
    let d = [| DType.Float32; DType.Float64; DType.Complex64 |][r.Next 3]
    same seed (dot batchA batchB contractA contractB) [ aval d a; aval d b ]

/// A convolution of 1 to 3 axes with any stride, padding, dilation and groups, and both of its transposes.
let private anyConv (seed: int) =
    let r = Random seed
    let n = r.Next(1, 4)
    let each low high = List.init n (fun _ -> r.Next(low, high))
    let kernel, stride, dilation = each 1 4, each 1 4, each 1 3
    let padLow, padHigh = each -1 3, each -1 3
    let x = List.init n (fun i -> dilation[i] * (kernel[i] - 1) + 1 + 2 + r.Next 5)
    let groups = r.Next(1, 3)
    let channels, filters = groups * r.Next(1, 4), groups * r.Next(1, 4)
    let batch = r.Next(1, 3)
    let dtype = if r.Next 3 = 0 then DType.Float64 else DType.Float32

    let conv kind =
        Prim.Conv {
            Kind = kind
            Stride = dims stride
            PadLow = dims padLow
            PadHigh = dims padHigh
            Dilation = dims dilation
            Groups = groups
            InputSpatial = dims x
            KernelSpatial = dims kernel
        }

    let image = aval dtype (batch :: x @ [ channels ])
    let weights = aval dtype (kernel @ [ channels / groups; filters ])
    let y = (Infer.outputs (conv ConvKind.Forward) [| image; weights |])[0]
    same seed (conv ConvKind.Forward) [ image; weights ]
    same seed (conv ConvKind.InputGrad) [ y; weights ]
    same seed (conv ConvKind.KernelGrad) [ image; y ]

// ---- composites -----------------------------------------------------------------------------------------------------

let private tensor (backend: IBackend) (a: Aval) (bytes: byte[]) : Tensor =
    Tensor(a, Value.Concrete(upload backend a bytes))

let private values (x: Tensor) : float[] = download (Core.buffer "test" x) x.Aval

/// The results of a function of operands, and the gradients of operands by random cotangents of the first results.
let private resultsAndGradients (backend: IBackend) f (avals: Aval[]) (data: byte[][]) (results: int) (seed: int) =
    let operands = Array.map2 (tensor backend) avals data
    let isFloat (a: Aval) = DType.isFloat a.DType
    let floats = operands |> Array.filter (fun x -> isFloat x.Aval)

    let withOthers (xs: Tensor[]) =
        let mutable k = -1

        operands
        |> Array.map (fun x ->
            if isFloat x.Aval then
                k <- k + 1
                xs[k]
            else
                x)

    let ys, pull = Transform.vjp (fun (xs: Tensor[]) -> f (withOthers xs)) floats
    let r = Random(seed + 1)

    let cotangents =
        ys
        |> Array.mapi (fun i (y: Tensor) ->
            let bytes = bytesOf r y.Aval
            tensor backend y.Aval (if i < results then bytes else Array.zeroCreate bytes.Length))

    Array.append (Array.map values ys) (Array.map values (pull cotangents))

/// The backend's kernels for a composite and its gradient against what they mean. Only the first `results` results get
/// gradients.
let private means (what: string) (results: int) (f: Tensor[] -> Tensor[]) (avals: Aval list) =
    let avals = List.toArray avals
    let r = Random 7
    let data = avals |> Array.map (bytesOf r)

    for backend in [ torch.Force(); ManagedBackend.Instance ] do
        let expected = resultsAndGradients plain f avals data results 1
        let actual = resultsAndGradients backend f avals data results 1

        for i in 0 .. expected.Length - 1 do
            near $"{what} on {backend.Name}, value {i}" (5.0 * tolerance avals[0].DType) expected[i] actual[i]

let private one (f: Tensor -> Tensor) (xs: Tensor[]) = [| f xs[0] |]

let private attention causal (xs: Tensor[]) =
    let mask = if xs.Length > 3 then ValueSome xs[3] else ValueNone
    let struct (y, lse) = Attention.attend 0.3 causal xs[0] xs[1] xs[2] mask
    [| y; lse |]

let private attentionOperands d rows columns = [
    aval d [ 2; rows; 3; 8 ]
    aval d [ 2; columns; 3; 8 ]
    aval d [ 2; columns; 3; 8 ]
]

let private compositeTests =
    [ DType.Float32; DType.Float64 ]
    |> List.collect (fun d ->
        let test name results f avals = testCase $"{name} in {DType.name d}" (fun () -> means name results f avals)

        let three f (xs: Tensor[]) =
            let struct (a, b, c) = f xs
            [| a; b; c |]

        [
            test "relu" 1 (one Composites.relu) [ aval d [ 33; 7 ] ]
            test "silu" 1 (one Composites.silu) [ aval d [ 33; 7 ] ]
            test "gelu" 1 (one (Composites.gelu false)) [ aval d [ 33; 7 ] ]
            test "gelu by tanh" 1 (one (Composites.gelu true)) [ aval d [ 33; 7 ] ]
            test "softmax" 1 (one (Composites.softmax -1)) [ aval d [ 5; 17 ] ]
            test "softmax along another axis" 1 (one (Composites.softmax -2)) [ aval d [ 3; 5; 4 ] ]
            test "log softmax" 1 (one (Composites.logSoftmax -1)) [ aval d [ 5; 17 ] ]
            test "layer norm" 3 (three (fun xs -> Composites.layerNorm 1 1e-3 xs[0] xs[1] xs[2])) [
                aval d [ 4; 3; 9 ]
                aval d [ 9 ]
                aval d [ 9 ]
            ]
            test "layer norm of two axes" 1 (three (fun xs -> Composites.layerNorm 2 1e-5 xs[0] xs[1] xs[2])) [
                aval d [ 4; 3; 9 ]
                aval d [ 3; 9 ]
                aval d [ 3; 9 ]
            ]
            test "batch norm" 3 (three (fun xs -> Composites.batchNormTrain 1e-3 xs[0] xs[1] xs[2])) [
                aval d [ 4; 3; 5; 6 ]
                aval d [ 6 ]
                aval d [ 6 ]
            ]
            test "batch norm of one channel" 1 (three (fun xs -> Composites.batchNormTrain 1e-3 xs[0] xs[1] xs[2])) [
                aval d [ 40; 1 ]
                aval d [ 1 ]
                aval d [ 1 ]
            ]
            test
                "batch norm with given statistics"
                1
                (fun xs -> [| Composites.batchNormInference 1e-3 xs[0] xs[1] xs[2] xs[3] (Lax.square xs[4]) |])
                [ aval d [ 4; 3; 6 ]; aval d [ 6 ]; aval d [ 6 ]; aval d [ 6 ]; aval d [ 6 ] ]
            test "attention" 1 (attention false) (attentionOperands d 5 9)
            test "causal attention" 1 (attention true) (attentionOperands d 9 5)
            test "attention with a bias" 1 (attention false) (attentionOperands d 5 9 @ [ aval d [ 1; 3; 5; 9 ] ])
            test
                "causal attention with a bias"
                1
                (attention true)
                (attentionOperands d 5 9 @ [ aval d [ 2; 1; 5; 9 ] ])
            test
                "attention where allowed"
                1
                (attention false)
                (attentionOperands d 5 3 @ [ aval DType.Bool [ 2; 1; 5; 3 ] ])
            test
                "causal attention where allowed"
                1
                (attention true)
                (attentionOperands d 5 9 @ [ aval DType.Bool [ 1; 3; 5; 9 ] ])
        ])

/// The updates have no gradients; their second moments are not negative.
let private updateTests = [
    for d in [ DType.Float32; DType.Float64 ] do
        for n in [ 5; 200_001 ] do
            testCase $"updates of {n} parameters in {DType.name d}"
            <| fun () ->
                let r = Random 3
                let shapes = List.replicate 4 (aval d [ n ]) @ [ aval d []; aval d [] ]
                let data = shapes |> List.map (bytesOf r) |> List.toArray

                let run (backend: IBackend) =
                    let xs = Array.map2 (tensor backend) (List.toArray shapes) data

                    let struct (p, m, v) = Updates.adam 0.9 0.999 1e-7 xs[0] xs[1] xs[2] (Lax.square xs[3]) xs[4] xs[5]

                    let momentum nesterov =
                        let struct (p, v) = Updates.sgdMomentum 0.9 nesterov xs[0] xs[1] xs[2] xs[4]
                        [ p; v ]

                    [ p; m; v ] @ momentum false @ momentum true |> List.map values

                let expected = run plain

                for backend in [ torch.Force(); ManagedBackend.Instance ] do
                    List.iteri2
                        (fun i e a -> near $"update {i} on {backend.Name}" (tolerance d) e a)
                        expected
                        (run backend)
]

// ---- factorizations and transforms ----------------------------------------------------------------------------------

let private linalg op (xs: Tensor list) = Core.bind (Prim.Linalg op) (List.toArray xs)

/// a b of batches of matrices.
let private times (a: Tensor) (b: Tensor) =
    Lax.dot
        {
            LhsContract = dims [ 2 ]
            RhsContract = dims [ 1 ]
            LhsBatch = dims [ 0 ]
            RhsBatch = dims [ 0 ]
        }
        a
        b

let private matrices d rows columns =
    let a = aval d [ 2; rows; columns ]
    tensor (torch.Force()) a (bytesOf (Random 5) a)

/// Columns times numbers.
let private scaled (columns: Tensor) (by: Tensor) =
    Lax.mul columns (Lax.broadcastInDim columns.Shape (dims [ 0; 2 ]) by)

let private close what (d: DType) (expected: Tensor) (actual: Tensor) =
    near what (20.0 * tolerance d) (values expected) (values actual)

let private identity (like: Tensor) =
    let i = Lax.iota like.Shape DType.Int32 1
    let j = Lax.iota like.Shape DType.Int32 2
    Lax.convert like.DType (Lax.eq i j)

let private factorizationTests =
    [ DType.Float32; DType.Float64 ]
    |> List.collect (fun d ->
        let test name f = testCase $"{name} in {DType.name d}" (fun () -> Backends.Using(torch.Force(), f))

        [
            test "cholesky" (fun () ->
                let a = matrices d 50 50
                let positive = Lax.add (times a (Lax.swapLast a)) (identity a)
                let l = (linalg LinalgOp.Cholesky [ positive ])[0]
                close "l l'" d positive (times l (Lax.swapLast l))
                let none = (linalg LinalgOp.Cholesky [ Lax.neg positive ])[0]
                Expect.all (values none) Double.IsNaN "no factor")
            test "qr" (fun () ->
                for full in [ false; true ] do
                    for rows, columns in [ 60, 41; 41, 60 ] do
                        let a = matrices d rows columns
                        let qr = linalg (LinalgOp.Qr full) [ a ]
                        close "q r" d a (times qr[0] qr[1])
                        let square = times (Lax.swapLast qr[0]) qr[0]
                        close "q' q" d (identity square) square)
            test "svd" (fun () ->
                let a = matrices d 60 41
                let r = linalg (LinalgOp.Svd false) [ a ]
                close "u s v'" d a (times (scaled r[0] r[1]) r[2]))
            test "eigh" (fun () ->
                let a = matrices d 45 45
                let symmetric = Lax.add a (Lax.swapLast a)
                let r = linalg LinalgOp.Eigh [ symmetric ]
                close "v w v'" d symmetric (times (scaled r[1] r[0]) (Lax.swapLast r[1])))
            test "eig" (fun () ->
                let a = matrices d 45 45
                let r = linalg LinalgOp.Eig [ a ]
                close "v w = a v" d (times (Lax.convert r[1].DType a) r[1]) (scaled r[1] r[0]))
        ])

/// A triangular system whose solution does not grow: elements are divided by 40.
let private sameTamed (prim: Prim) (avals: Aval list) =
    let a, b = avals[0], avals[1]
    let managed = ManagedBackend.Instance
    let r = Random 4
    let x = tensor managed a (bytesOf r a)
    let small = Lax.div x (Lax.fullLike x 40.0)
    let bytes = Array.zeroCreate (int a.ByteSize)
    managed.Download(Core.buffer "test" small, a, Span bytes)
    sameOn [| bytes; bytesOf r b |] prim [| a; b |]

/// The inverse transform of a spectrum of real numbers.
let private sameBack (d: DType) (lengths: int list) =
    let managed = ManagedBackend.Instance
    let a = aval d (9 :: lengths)
    let x = tensor managed a (bytesOf (Random 4) a)
    let spectrum = (Core.bind (Prim.Fft(FftKind.Rfft, dims lengths)) [| x |])[0]
    let bytes = Array.zeroCreate (int spectrum.Aval.ByteSize)
    managed.Download(Core.buffer "test" spectrum, spectrum.Aval, Span bytes)
    sameOn [| bytes |] (Prim.Fft(FftKind.Irfft, dims lengths)) [| spectrum.Aval |]

let private sameAsManaged = [
    for d in [ DType.Float32; DType.Float64; DType.Complex64; DType.Complex128 ] do
        testCase $"lu and triangular systems in {DType.name d}"
        <| fun () ->
            same 2 (Prim.Linalg LinalgOp.Lu) [ aval d [ 2; 44; 40 ] ]
            same 2 (Prim.Linalg LinalgOp.Lu) [ aval d [ 40; 44 ] ]

            for left in [ true; false ] do
                for lower in [ true; false ] do
                    for transpose in [ true; false ] do
                        let b = if left then [ 2; 40; 3 ] else [ 2; 3; 40 ]

                        sameTamed (Prim.Linalg(LinalgOp.TriangularSolve(left, lower, transpose, true))) [
                            aval d [ 2; 40; 40 ]
                            aval d b
                        ]

        testCase $"fourier transforms of {DType.name d}"
        <| fun () ->
            for lengths in [ [ 1000 ]; [ 60; 90 ] ] do
                if DType.isComplex d then
                    same 3 (Prim.Fft(FftKind.Fft, dims lengths)) [ aval d (5 :: lengths) ]
                    same 3 (Prim.Fft(FftKind.Ifft, dims lengths)) [ aval d (5 :: lengths) ]
                else
                    same 3 (Prim.Fft(FftKind.Rfft, dims lengths)) [ aval d (5 :: lengths) ]
                    sameBack d lengths
]

// ---- compiled programs ----------------------------------------------------------------------------------------------

/// A convolution, a normalization and a product, with the gradients of all parameters.
let private network (backend: IBackend) (compile: bool) : float[][] =
    let operands = [
        aval DType.Float32 [ 4; 8; 8; 3 ]
        aval DType.Float32 [ 3; 3; 3; 5 ]
        aval DType.Float32 [ 5 ]
        aval DType.Float32 [ 5 ]
        aval DType.Float32 [ 320; 7 ]
    ]

    let r = Random 11
    let xs = operands |> List.map (fun a -> tensor backend a (bytesOf r a)) |> List.toArray

    let conv =
        Prim.Conv {
            Kind = ConvKind.Forward
            Stride = dims [ 1; 1 ]
            PadLow = dims [ 1; 1 ]
            PadHigh = dims [ 1; 1 ]
            Dilation = dims [ 1; 1 ]
            Groups = 1
            InputSpatial = dims [ 8; 8 ]
            KernelSpatial = dims [ 3; 3 ]
        }

    let loss (xs: Tensor[]) =
        let h = Core.bind1 conv [| xs[0]; xs[1] |]
        let struct (h, _, _) = Composites.batchNormTrain 1e-3 h xs[2] xs[3]
        let flat = Lax.reshape (dims [ 4; 320 ]) (Composites.gelu false h)
        let y = Composites.logSoftmax -1 (Lax.matmul flat xs[4])
        Lax.sumAll (Lax.square y)

    let f (xs: Tensor[]) = Transform.grad loss xs
    let run = if compile then Transform.jit f else f
    run xs |> ignore
    // The second run meets used memory.
    run xs |> Array.map values

let private programTests = [
    testCase "a compiled gradient on torch gives what the meaning gives eagerly"
    <| fun () ->
        let expected = network plain false
        let actual = network (torch.Force()) true
        Array.iteri2 (fun i e a -> near $"gradient {i}" 1e-4 e a) expected actual
]

[<Tests>]
let tests =
    testList "torch" [
        testProperty "any product of matrices" anyDot
        testCase "products in bfloat16 and integers"
        <| fun () ->
            for d in [ DType.BFloat16; DType.Int32; DType.Complex128 ] do
                same 1 (dot [] [] [ 1 ] [ 0 ]) [ aval d [ 7; 33 ]; aval d [ 33; 5 ] ]

        testCase "products without elements"
        <| fun () ->
            same 1 (dot [] [] [ 1 ] [ 0 ]) [ aval DType.Float32 [ 3; 0 ]; aval DType.Float32 [ 0; 4 ] ]
            same 1 (dot [] [] [ 1 ] [ 0 ]) [ aval DType.Float32 [ 0; 2 ]; aval DType.Float32 [ 2; 4 ] ]

        testProperty "any convolution and its transposes" anyConv
        testList "composites" compositeTests
        testList "updates" updateTests
        testList "factorizations" factorizationTests
        testList "as managed" sameAsManaged
        testList "compiled" programTests
    ]
