/// Factorizations, solvers and Fourier transforms on libtorch (LAPACK and MKL), for sizes where they are faster than the
/// managed ones. Those compute single precision in double; small operands are left to them.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Torch.TorchLinalg

open System
open Keras.FSharp
open Keras.FSharp.Backends
open TorchSharp

let private isServed (d: DType) =
    match d with
    | DType.Float32
    | DType.Float64
    | DType.Complex64
    | DType.Complex128 -> true
    | _ -> false

// ---- factorizations -------------------------------------------------------------------------------------------------

let private cholesky = Native.op "aten::linalg_cholesky_ex" ""
let private solveTriangular = Native.op "aten::linalg_solve_triangular" "out"
let private luFactor = Native.op "aten::linalg_lu_factor" ""
let private svd = Native.op "aten::_linalg_svd" ""
let private eig = Native.op "aten::linalg_eig" ""

/// Below this number of rows or columns the managed algorithms win.
let private smallest = 40

/// (a) to the lower factor; NaN where a is not positive definite.
let private choleskyOf (a: Aval) : Kernel =
    let view = View.Dense a
    let n = a.Shape[a.Rank - 1]
    let matrixBytes = int64 n * int64 n * int64 (DType.size a.DType)

    Kernel(fun ins outs ->
        use source = view.At ins[0]
        let stack = Array.zeroCreate 3
        stack[0] <- Arg.tensor source.Handle
        let struct (factor, info) = Native.call2 cholesky stack
        use info = new Lent(info)
        Blob.moveTo outs[0] view factor
        let failures = span<int> (Native.dataPtr info.Handle) (int (Native.count info.Handle))

        for i in 0 .. failures.Length - 1 do
            if failures[i] <> 0 then
                // All bits set is NaN in every float type.
                (span<byte> (outs[0] + nativeint (int64 i * matrixBytes)) (int matrixBytes)).Fill 255uy)

/// (a, b) to x.
let private triangular (left: bool) (lower: bool) (transpose: bool) (unit: bool) (a: Aval) (b: Aval) : Kernel =
    let r = a.Rank
    let dense, right = View.Dense a, View.Dense b

    let swap =
        Array.init r (fun i ->
            if i = r - 1 then r - 2
            elif i = r - 2 then r - 1
            else i)

    let matrix = if transpose then dense.Permuted swap else dense

    Kernel(fun ins outs ->
        use a = matrix.At ins[0]
        use b = right.At ins[1]
        use x = right.At outs[0]

        Native.callInto
            solveTriangular
            [|
                Arg.tensor a.Handle
                Arg.tensor b.Handle
                Arg.bool (lower = transpose)
                Arg.bool left
                Arg.bool unit
                Arg.tensor x.Handle
            |]
            1)

/// (a) to packed factors, interchanges counted from 0, and the permutation that they amount to.
let private lu (a: Aval) : Kernel =
    let view = View.Dense a
    let m, n = a.Shape[a.Rank - 2], a.Shape[a.Rank - 1]
    let k = min m n

    let pivotView =
        View.Shaped(DType.Int32, Array.append (Array.truncate (a.Rank - 2) view.Sizes) [| int64 k |])

    let batch = a.Size / (m * n)

    Kernel(fun ins outs ->
        use source = view.At ins[0]
        let struct (factors, pivots) = Native.call2 luFactor [| Arg.tensor source.Handle; Arg.bool true |]
        Blob.moveTo outs[0] view factors
        Blob.moveTo outs[1] pivotView pivots

        for i in 0 .. batch - 1 do
            let pivots = span<int> (outs[1] + nativeint (4 * i * k)) k
            let order = span<int> (outs[2] + nativeint (4 * i * m)) m

            for j in 0 .. m - 1 do
                order[j] <- j

            for j in 0 .. k - 1 do
                let p = pivots[j] - 1
                pivots[j] <- p
                let other = order[p]
                order[p] <- order[j]
                order[j] <- other)

/// Runs a function of TorchSharp and copies its results out.
let private through (x: Aval) (outputs: Aval[]) (f: torch.Tensor -> torch.Tensor[]) : Kernel =
    let source = View.Dense x
    let targets = outputs |> Array.map View.Dense

    Kernel(fun ins outs ->
        use x = Native.toTensor (Native.ofMemory ins[0] source.Sizes source.Strides 0L (TorchType.of' x.DType))
        let results = f x

        for i in 0 .. results.Length - 1 do
            Blob.moveTo outs[i] targets[i] (Native.ofTensor results[i]))

/// A kernel of an operation with these arguments after the operand.
let private calling (op: Op) (arguments: unit -> StableIValue[]) (x: Aval) (outputs: Aval[]) : Kernel =
    let source = View.Dense x
    let targets = outputs |> Array.map View.Dense

    Kernel(fun ins outs ->
        use x = source.At ins[0]
        let rest = arguments ()
        let stack = Array.zeroCreate (max (1 + rest.Length) targets.Length)
        stack[0] <- Arg.tensor x.Handle
        Array.blit rest 0 stack 1 rest.Length
        Native.callRaw op stack

        for i in 0 .. targets.Length - 1 do
            Blob.moveTo outs[i] targets[i] (nativeint stack[i]))

let private factorization (op: LinalgOp) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let a = inputs[0]

    match op with
    | LinalgOp.Cholesky -> choleskyOf a
    | LinalgOp.TriangularSolve(left, lower, transpose, unit) -> triangular left lower transpose unit a inputs[1]
    | LinalgOp.Lu -> lu a
    | LinalgOp.Qr full ->
        let mode = if full then torch.linalg.QRMode.Complete else torch.linalg.QRMode.Reduced

        through a outputs (fun x ->
            let struct (q, r) = torch.linalg.qr (x, mode)
            [| q; r |])
    | LinalgOp.Svd full -> calling svd (fun () -> [| Arg.bool full; Arg.bool true; Arg.none |]) a outputs
    | LinalgOp.Eigh ->
        through a outputs (fun x ->
            let struct (w, v) = torch.linalg.eigh (x, 'L')
            [| w; v |])
    | LinalgOp.Eig -> calling eig (fun () -> [||]) a outputs

/// The kernel of a factorization or solver, or none.
let prepare (op: LinalgOp) (inputs: Aval[]) (outputs: Aval[]) : Kernel voption =
    let a = inputs[0]
    let isEmpty = inputs |> Array.exists (fun x -> x.Size = 0)

    if isServed a.DType && not isEmpty && max a.Shape[a.Rank - 1] a.Shape[a.Rank - 2] >= smallest then
        ValueSome(factorization op inputs outputs)
    else
        ValueNone

// ---- Fourier transforms ---------------------------------------------------------------------------------------------

let private complexToComplex = Native.op "aten::_fft_c2c" ""
let private realToComplex = Native.op "aten::_fft_r2c" ""
let private complexToReal = Native.op "aten::_fft_c2r" ""

/// Transforms of fewer elements are left to the managed algorithm.
let private fewest = 4096

/// The kernel of a transform, or none.
let fft (kind: FftKind) (lengths: Dims) (inputs: Aval[]) (outputs: Aval[]) : Kernel voption =
    let x = inputs[0]

    if not (isServed x.DType) || x.Size < fewest || outputs[0].Size = 0 then
        ValueNone
    else
        let axes = Array.init lengths.Rank (fun i -> int64 (x.Rank - lengths.Rank + i))
        // libtorch's norms: 0 for none, 2 for the number of elements.
        let plain, divided = 0L, 2L

        match kind with
        | FftKind.Fft -> ValueSome(complexToComplex, (fun () -> [| Arg.ints axes; Arg.int plain; Arg.bool true |]))
        | FftKind.Ifft -> ValueSome(complexToComplex, (fun () -> [| Arg.ints axes; Arg.int divided; Arg.bool false |]))
        | FftKind.Rfft -> ValueSome(realToComplex, (fun () -> [| Arg.ints axes; Arg.int plain; Arg.bool true |]))
        | FftKind.Irfft ->
            let last = int64 lengths[lengths.Rank - 1]
            ValueSome(complexToReal, (fun () -> [| Arg.ints axes; Arg.int divided; Arg.int last |]))
        | _ -> ValueNone
        |> ValueOption.map (fun (op, arguments) -> calling op arguments x outputs)
