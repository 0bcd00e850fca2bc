/// Matrix factorizations and solvers over the last two axes. Everything is computed in double precision; batches are
/// split over the cores.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Linalg

#nowarn "9"

open System
open System.Numerics
open Keras.FSharp
open Microsoft.FSharp.NativeInterop

/// The kernels for elements 'F; `single` says whether memory holds single precision.
[<AbstractClass; Sealed>]
type private Kernels<'F, 'O when 'F: unmanaged and 'F: equality and 'O: struct and 'O :> IField<'F>> =

    /// This thread's working memory of n elements.
    static member private Work(n: int) : nativeptr<'F> =
        Scratch.Get(Scratch.First, int64 n * int64 sizeof<'F>) |> NativePtr.ofNativeInt

    static member private Read(single: bool, from: nativeint, target: nativeptr<'F>, n: int) =
        'O.Read(single, from, NativePtr.toNativeInt target, n)

    static member private Write(single: bool, from: nativeptr<'F>, target: nativeint, n: int) =
        'O.Write(single, NativePtr.toNativeInt from, target, n)

    /// The transpose of rows × columns elements.
    static member private Transpose(from: nativeptr<'F>, rows: int, columns: int, target: nativeptr<'F>) =
        for i in 0 .. rows - 1 do
            for j in 0 .. columns - 1 do
                NativePtr.set target (j * rows + i) (NativePtr.get from (i * columns + j))

    static member private Conjugate(a: nativeptr<'F>, n: int) =
        for i in 0 .. n - 1 do
            NativePtr.set a i ('O.Conj(NativePtr.get a i))

    static member private Svd
        (single: bool, m: int, n: int, full: bool, from: nativeint, u: nativeint, s: float[], vh: nativeint)
        =
        // Of a where it is tall, else of its conjugate transpose: U and V change places.
        let tall = m >= n
        let count, length = min m n, max m n
        let whole = if full then length else count

        let work =
            Kernels<'F, 'O>.Work(whole * length + m * n + count * count + 2 * length * length + 2 * length)

        let w = work
        let a = NativePtr.add w (whole * length)
        let v = NativePtr.add a (m * n)
        let rest = NativePtr.add v (count * count)
        Kernels<'F, 'O>.Read(single, from, a, m * n)

        if tall then
            Kernels<'F, 'O>.Transpose(a, m, n, w)
        else
            // The columns of a* are the conjugated rows of a.
            for i in 0 .. m * n - 1 do
                NativePtr.set w i ('O.Conj(NativePtr.get a i))

        Spectral<'F, 'O>.Svd(w, count, length, whole, s, v, rest)
        // a = W S V*, or a* = W S V* and so a = V S W*.
        let left, leftCount, right, rightCount = if tall then w, whole, v, count else v, count, w, whole

        let leftLength, rightLength = m, n
        Kernels<'F, 'O>.Transpose(left, leftCount, leftLength, rest)
        Kernels<'F, 'O>.Write(single, rest, u, leftCount * leftLength)
        Kernels<'F, 'O>.Conjugate(right, rightCount * rightLength)
        Kernels<'F, 'O>.Write(single, right, vh, rightCount * rightLength)

    /// The work for one matrix: addresses of its operands and results.
    static member Prepare
        (op: LinalgOp, single: bool, inputs: Aval[], outputs: Aval[])
        : nativeint[] -> nativeint[] -> unit =
        let r = inputs[0].Rank
        let m, n = inputs[0].Shape[r - 2], inputs[0].Shape[r - 1]
        let k = min m n

        let writeReal (values: float[]) (target: nativeint) =
            for i in 0 .. values.Length - 1 do
                if single then
                    NativePtr.set (NativePtr.ofNativeInt<float32> target) i (float32 values[i])
                else
                    NativePtr.set (NativePtr.ofNativeInt<float> target) i values[i]

        match op with
        | LinalgOp.Cholesky ->
            fun ins outs ->
                let a = Kernels<'F, 'O>.Work(n * n)
                Kernels<'F, 'O>.Read(single, ins[0], a, n * n)
                Factor<'F, 'O>.Cholesky(a, n)
                Kernels<'F, 'O>.Write(single, a, outs[0], n * n)
        | LinalgOp.TriangularSolve(left, lower, transpose, unit) ->
            let rows, columns = inputs[1].Shape[r - 2], inputs[1].Shape[r - 1]

            fun ins outs ->
                let a = Kernels<'F, 'O>.Work(2 * n * n + rows * columns)
                let t = NativePtr.add a (n * n)
                let b = NativePtr.add t (n * n)
                Kernels<'F, 'O>.Read(single, ins[0], a, n * n)
                Kernels<'F, 'O>.Read(single, ins[1], b, rows * columns)

                if transpose then
                    Kernels<'F, 'O>.Transpose(a, n, n, t)

                let a = if transpose then t else a
                let lower = lower <> transpose

                if left then
                    Factor<'F, 'O>.SolveLeft(a, n, b, columns, lower, unit)
                else
                    Factor<'F, 'O>.SolveRight(a, n, b, rows, lower, unit)

                Kernels<'F, 'O>.Write(single, b, outs[0], rows * columns)
        | LinalgOp.Lu ->
            fun ins outs ->
                let a = Kernels<'F, 'O>.Work(m * n)
                Kernels<'F, 'O>.Read(single, ins[0], a, m * n)
                Factor<'F, 'O>.Lu(a, m, n, NativePtr.ofNativeInt outs[1], NativePtr.ofNativeInt outs[2])
                Kernels<'F, 'O>.Write(single, a, outs[0], m * n)
        | LinalgOp.Qr full ->
            let columns = if full then m else k

            fun ins outs ->
                let a = Kernels<'F, 'O>.Work(m * n + m * columns + k + max m n)
                let q = NativePtr.add a (m * n)
                let tau = NativePtr.add q (m * columns)
                let work = NativePtr.add tau k
                Kernels<'F, 'O>.Read(single, ins[0], a, m * n)
                Factor<'F, 'O>.Qr(a, m, n, tau, work)
                Factor<'F, 'O>.FormQ(a, m, n, tau, q, columns, work)

                for i in 0 .. columns - 1 do
                    Vec<'F, 'O>.Clear(NativePtr.add a (i * n), min i n)

                Kernels<'F, 'O>.Write(single, q, outs[0], m * columns)
                Kernels<'F, 'O>.Write(single, a, outs[1], columns * n)
        | LinalgOp.Svd full ->
            fun ins outs ->
                let s = Array.zeroCreate<float> k
                Kernels<'F, 'O>.Svd(single, m, n, full, ins[0], outs[0], s, outs[2])
                writeReal s outs[1]
        | LinalgOp.Eigh ->
            fun ins outs ->
                let a = Kernels<'F, 'O>.Work(3 * n * n + 4 * n)
                let v = NativePtr.add a (n * n)
                let w = Array.zeroCreate<float> n
                Kernels<'F, 'O>.Read(single, ins[0], a, n * n)
                Spectral<'F, 'O>.Eigh(a, n, w, v, NativePtr.add v (n * n))
                writeReal w outs[0]
                Kernels<'F, 'O>.Write(single, v, outs[1], n * n)
        | LinalgOp.Eig ->
            let outputSingle = outputs[0].DType = DType.Complex64

            let write (values: Complex[]) (target: nativeint) =
                for i in 0 .. values.Length - 1 do
                    if outputSingle then
                        NativePtr.set (NativePtr.ofNativeInt<Complex64> target) i (Complex64.OfComplex values[i])
                    else
                        NativePtr.set (NativePtr.ofNativeInt<Complex> target) i values[i]

            fun ins outs ->
                let a = Kernels<'F, 'O>.Work(n * n)
                Kernels<'F, 'O>.Read(single, ins[0], a, n * n)
                let values = Array.init (n * n) (fun i -> 'O.ToComplex(NativePtr.get a i))
                let struct (w, v) = Schur.eig values n (typeof<'F> = typeof<float>)
                write w outs[0]
                write v outs[1]

/// Prepares a factorization or a solver.
let rec prepare (op: LinalgOp) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let dtype = inputs[0].DType

    if Narrow.isNarrow dtype then
        Narrow.wrap (prepare op) inputs outputs
    else
        let one =
            match dtype with
            | DType.Float32
            | DType.Float64 -> Kernels<float, RealField>.Prepare(op, (dtype = DType.Float32), inputs, outputs)
            | DType.Complex64
            | DType.Complex128 -> Kernels<Complex, ComplexField>.Prepare(op, (dtype = DType.Complex64), inputs, outputs)
            | _ -> Fail.unsupported "linalg" $"{DType.name dtype} is not possible here" "Convert to float32 first."

        let r = inputs[0].Rank
        let batch = (Dims.sub 0 (r - 2) inputs[0].Shape).Size

        let strides (avals: Aval[]) = avals |> Array.map (fun a -> if batch = 0L then 0L else a.ByteSize / batch)

        let ins, outs = strides inputs, strides outputs
        let n = int64 inputs[0].Shape[r - 1]
        let grain = max 1L (20_000L / (1L + n * n * n))

        Kernel(fun given results ->
            Parallel.run
                batch
                grain
                (Action<_, _>(fun from until ->
                    for i in from .. until - 1L do
                        let at (addresses: nativeint[]) (strides: int64[]) =
                            Array.map2 (fun (p: nativeint) s -> p + nativeint (i * s)) addresses strides

                        one (at given ins) (at results outs))))
