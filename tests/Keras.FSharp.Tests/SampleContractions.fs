/// The rows of the table of samples for contractions, windows, Fourier transforms and linear algebra.
module internal Keras.FSharp.Tests.SampleContractions

open System
open Keras.FSharp
open Keras.FSharp.Tests.SampleKinds

// ---- contractions and windows ---------------------------------------------------------------------------------------

let private dot (r: Random) : Case =
    let batch, contract = shape r (r.Next 3), shape r (r.Next 3)

    // Axes of either operand in any order: kinds are drawn, then placed.
    let operand (free: int list) =
        let sizes = batch @ contract @ free
        let place = permutation r sizes.Length
        let result = Array.zeroCreate sizes.Length
        sizes |> List.iteri (fun i n -> result[place[i]] <- n)
        let b, c = batch.Length, contract.Length
        List.ofArray result, dims place[.. b - 1], dims place[b .. b + c - 1]

    let left, lb, lc = operand (shape r (r.Next 3))
    let right, rb, rc = operand (shape r (r.Next 3))

    {
        Prim = Prim.Dot { LhsContract = lc; RhsContract = rc; LhsBatch = lb; RhsBatch = rb }
        Operands = [ plain left; plain right ]
    }

let private conv (kind: ConvKind) (r: Random) : Case =
    let n = r.Next(1, 4)
    let many f = Array.init n (fun _ -> f ()) |> dims

    let kernel, stride, dilation =
        many (fun () -> r.Next(1, 4)), many (fun () -> r.Next(1, 3)), many (fun () -> r.Next(1, 3))

    let low, high = many (fun () -> r.Next 2), many (fun () -> r.Next 2)
    let input = Array.init n (fun i -> (kernel[i] - 1) * dilation[i] + 1 + r.Next 3) |> dims

    let output =
        Array.init n (fun i -> ShapeRules.windowCount input[i] kernel[i] stride[i] low[i] high[i] dilation[i])

    let groups = r.Next(1, 3)
    let images, channels, filters = r.Next(1, 3), groups * r.Next(1, 3), groups * r.Next(1, 3)
    let x = plain (images :: List.ofSeq input @ [ channels ])
    let w = plain (List.ofSeq kernel @ [ channels / groups; filters ])
    let y = plain (images :: List.ofArray output @ [ filters ])

    let operands =
        match kind with
        | ConvKind.Forward -> [ x; w ]
        | ConvKind.InputGrad -> [ y; w ]
        | _ -> [ x; y ]

    {
        Prim =
            Prim.Conv {
                Kind = kind
                Stride = stride
                PadLow = low
                PadHigh = high
                Dilation = dilation
                Groups = groups
                InputSpatial = input
                KernelSpatial = kernel
            }
        Operands = operands
    }

let private window (op: WindowOp) (r: Random) : Case =
    let spatial = r.Next(1, 3)
    let ends (edge: int) f = dims [ edge; yield! List.init spatial (fun _ -> f ()); edge ]
    let window, stride = ends 1 (fun () -> r.Next(1, 4)), ends 1 (fun () -> r.Next(1, 3))
    let dilation = ends 1 (fun () -> r.Next(1, 3))
    let reach = Seq.map2 (fun w d -> (w - 1) * d + 1) window dilation |> Seq.toArray

    // Padding stays narrower than the window, so that no window lies in the padding alone.
    let pads () = dims (reach |> Array.map (fun n -> if n > 1 then r.Next 2 else 0))
    let low, high = pads (), pads ()

    let input =
        reach |> Array.mapi (fun i n -> if i = 0 || i = spatial + 1 then r.Next(1, 3) else n + r.Next 4)

    let d = {
        Op = op
        Size = window
        Stride = stride
        PadLow = low
        PadHigh = high
        Dilation = dilation
        InputShape = dims input
    }

    let x = List.ofArray input
    let y = List.ofSeq (ShapeRules.windowShape d)

    let operands =
        match op with
        | WindowOp.Sum -> [ plain x ]
        | WindowOp.Max -> [ main x distinct ]
        | WindowOp.SumGrad -> [ plain y ]
        | WindowOp.MaxGrad -> [ main x distinct; plain y ]
        | _ -> [ main x distinct; plain x ]

    { Prim = Prim.Window d; Operands = operands }

let contractions = [
    row "dot" (DType.Int32 :: floats @ complexes) 2 dot
    for kind in Enum.GetValues<ConvKind>() do
        {
            row $"conv {kind}" (wide @ [ DType.BFloat16 ]) 2 (conv kind) with
                Single = 1e-4
        }
    for op in Enum.GetValues<WindowOp>() do
        {
            row $"window {op}" wide 2 (window op) with
                Wrt = (if op = WindowOp.MaxGrad || op = WindowOp.MaxPick then [ 1 ] else [])
        }
]

// ---- Fourier transforms and factorizations --------------------------------------------------------------------------

let private fft (kind: FftKind) (r: Random) : Case =
    let batch, lengths = shape r (r.Next 2), List.init (r.Next(1, 3)) (fun _ -> r.Next(1, 7))
    let half = List.updateAt (lengths.Length - 1) (List.last lengths / 2 + 1) lengths

    let operand =
        match kind with
        | FftKind.Rfft -> plain (batch @ lengths)
        | FftKind.Irfft -> complexMain (batch @ half) (between -1.5 1.5)
        | _ -> complexMain (batch @ lengths) (between -1.5 1.5)

    { Prim = Prim.Fft(kind, dims lengths); Operands = [ operand ] }

/// Matrices with a diagonal that rises by more than the other elements can disturb.
let private dominant (rows: int) (columns: int) : Random -> int -> float[] =
    fun r n ->
        Array.init n (fun i ->
            let k = i % (rows * columns)
            let noise = 0.4 * (r.NextDouble() - 0.5)

            if k / columns = k % columns then
                noise + 2.0 + 1.5 * float (k / columns)
            else
                noise)

let private matrices (r: Random) rows columns =
    let batch = shape r (r.Next 2)
    batch, main (batch @ [ rows; columns ]) (dominant rows columns)

let private symmetric (xs: Tensor[]) = [| Lax.scale 0.5 (Lax.add xs[0] (Lax.swapLast xs[0])) |]
let private absolute (xs: Tensor[]) = xs |> Array.map Lax.abs

let private factorization name op (sides: Random -> int * int) = {
    row name wide 2 (fun r ->
        let rows, columns = sides r

        {
            Prim = Prim.Linalg op
            Operands = [ snd (matrices r rows columns) ]
        }) with
        Single = 2e-4
        Tolerance = 1e-4
}

let private square (r: Random) =
    let n = r.Next(1, 5)
    n, n

let private tall (r: Random) =
    let n = r.Next(1, 4)
    n + r.Next(1, 3), n

let private broad (r: Random) =
    let rows, columns = tall r
    columns, rows

let linear = [
    for kind in Enum.GetValues<FftKind>() do
        row $"{kind}" wide 2 (fft kind)
    {
        factorization "cholesky" LinalgOp.Cholesky square with
            Prepare = symmetric
    }
    for left in [ true; false ] do
        for lower in [ true; false ] do
            for transposed in [ true; false ] do
                for unitDiagonal in [ true; false ] do
                    let name = $"triangular_solve {left} {lower} {transposed} {unitDiagonal}"

                    {
                        row name wide 2 (fun r ->
                            let n, m = r.Next(1, 5), r.Next(1, 4)
                            let batch, a = matrices r n n

                            {
                                Prim = Prim.Linalg(LinalgOp.TriangularSolve(left, lower, transposed, unitDiagonal))
                                Operands = [ a; plain (batch @ (if left then [ n; m ] else [ m; n ])) ]
                            }) with
                            Single = 2e-4
                    }
    factorization "lu" LinalgOp.Lu square
    { factorization "lu, not square" LinalgOp.Lu tall with Order = 0 }
    {
        factorization "qr" (LinalgOp.Qr false) square with
            Invariant = absolute
    }
    {
        factorization "qr tall" (LinalgOp.Qr false) tall with
            Invariant = absolute
    }
    {
        factorization "qr wide" (LinalgOp.Qr true) broad with
            Invariant = absolute
    }
    {
        factorization "qr complete" (LinalgOp.Qr true) tall with
            Order = 0
            Invariant = (fun ys -> [| Lax.abs ys[1] |])
    }
    {
        factorization "svd" (LinalgOp.Svd true) square with
            Invariant = absolute
    }
    {
        factorization "svd tall" (LinalgOp.Svd false) tall with
            Invariant = absolute
    }
    {
        factorization "svd wide" (LinalgOp.Svd false) broad with
            Invariant = absolute
    }
    {
        factorization "svd full" (LinalgOp.Svd true) tall with
            Order = 0
            Invariant = (fun ys -> [| ys[1] |])
    }
    {
        factorization "eigh" LinalgOp.Eigh square with
            Prepare = symmetric
            Invariant = absolute
    }
    {
        factorization "eig" LinalgOp.Eig square with
            Order = 0
            Invariant = (fun ys -> Lax.sort (ys[0].Rank - 1) 1 [| Lax.real ys[0] |])
    }
]
