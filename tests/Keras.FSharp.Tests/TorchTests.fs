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
let private same (seed: int) (prim: Prim) (avals: Aval list) =
    let avals = List.toArray avals
    let r = Random seed
    let data = avals |> Array.map (bytesOf r)
    let outputs = Infer.outputs prim avals

    let run (backend: IBackend) =
        let inputs = Array.map2 (fun (a: Aval) bytes -> upload backend a bytes) avals data
        Array.map2 download (backend.Execute(prim, inputs, avals, outputs)) outputs

    let expected, actual = run plain, run (torch.Force())
    let what = Infer.name prim + " of " + String.Join(", ", avals)

    for i in 0 .. outputs.Length - 1 do
        near $"{what}, result {i}" (tolerance avals[0].DType) expected[i] actual[i]

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
    ]
