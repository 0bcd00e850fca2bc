/// Attention and its gradient on libtorch's flash kernels, which never hold the scores in memory. They read queries, keys
/// and values [B, T, N, H] as they lie; masks become what is added to the scores.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Torch.TorchAttention

open System
open System.Numerics
open Keras.FSharp
open Keras.FSharp.Backends
open Keras.FSharp.Backends.Cpu

/// What is known of an attention before it runs.
type private Setup = {
    DType: DType
    Scale: float
    Causal: bool
    /// The mask's type and shape.
    Mask: Aval voption
    /// Queries, results and their gradients; keys, values and theirs: (B, N, length, H).
    Q: View
    K: View
    /// The logarithms of the normalisers, (B, N, T).
    Lse: View
    Batch: int
    Heads: int
    Rows: int
    Columns: int
    Size: int
}

/// Added to a score, so low a number leaves nothing of it, and of a row without any allowed position equal weights.
let private lowest (d: DType) = -0.7 * (if d = DType.Float64 then Double.MaxValue else float Single.MaxValue)

/// The mask that libtorch adds to the scores, (B or 1, N or 1, T, S) and dense, in memory at `target`. Marks rows without
/// any allowed position and says whether there are any.
type private Masks<'T when 'T: unmanaged and 'T :> IFloatingPointIeee754<'T>> private () =
    static member Build(s: Setup, mask: Aval, source: nativeint, target: nativeint, isClosed: bool[]) : bool =
        let size = nativeint sizeof<'T>
        let low = 'T.CreateTruncating(lowest s.DType)
        let mutable any = false
        let isBool = (mask.DType = DType.Bool)

        for row in 0 .. isClosed.Length - 1 do
            let at = nativeint row * nativeint s.Columns
            // Row r of the scores sees columns 0 … r where it is causal.
            let visible = if s.Causal then min s.Columns (row % s.Rows + 1) else s.Columns
            let mutable isOpen = false

            for j in 0 .. s.Columns - 1 do
                let o = at + nativeint j

                let isVisible = j < visible && (not isBool || load<byte>(source + o) <> 0uy)

                let value =
                    if not isVisible then low
                    elif isBool then 'T.Zero
                    else load<'T>(source + o * size)

                isOpen <- isOpen || isVisible
                store (target + o * size) value

            isClosed[row] <- not isOpen
            any <- any || not isOpen

        any

    /// Calls `f` with the offset of each row [H] of (b, row, n) that sees nothing, and with b and n.
    static member private Closed(s: Setup, mask: Aval, isClosed: bool[], f: nativeint -> int -> int -> unit) =
        for b in 0 .. s.Batch - 1 do
            for n in 0 .. s.Heads - 1 do
                let plane = (if mask.Shape[0] = 1 then 0 else b) * mask.Shape[1] + (if mask.Shape[1] = 1 then 0 else n)

                for row in 0 .. s.Rows - 1 do
                    if isClosed[plane * s.Rows + row] then
                        f (nativeint (((b * s.Rows + row) * s.Heads + n) * s.Size * sizeof<'T>)) b n

    /// Makes the gradients of rows that see nothing zero: nothing flows through their scores.
    static member Silence(s: Setup, mask: Aval, isClosed: bool[], g: nativeint) : unit =
        Masks<'T>.Closed(s, mask, isClosed, fun o _ _ -> (span<'T> (g + o) s.Size).Clear())

    /// Adds to the gradient of the values what comes from such rows, which weigh all values alike.
    static member Spread(s: Setup, mask: Aval, isClosed: bool[], g: nativeint, gv: nativeint) : unit =
        let share = 'T.One / 'T.CreateTruncating s.Columns

        Masks<'T>
            .Closed(
                s,
                mask,
                isClosed,
                fun o b n ->
                    for j in 0 .. s.Columns - 1 do
                        let target =
                            span<'T> (gv + nativeint (((b * s.Columns + j) * s.Heads + n) * s.Size * sizeof<'T>)) s.Size

                        let row = span<'T> (g + o) s.Size

                        for h in 0 .. s.Size - 1 do
                            target[h] <- target[h] + share * row[h]
            )

/// How the mask is given to libtorch.
[<RequireQualifiedAccess>]
type private MaskUse =
    /// There is none but perhaps the causal one, which libtorch knows.
    | Absent
    /// Added as it is.
    | AsGiven of View
    /// Made anew from a mask of bools, or together with the causal one.
    | Built of Aval * View

let private maskUse (s: Setup) : MaskUse =
    match s.Mask with
    | ValueNone -> MaskUse.Absent
    | ValueSome m ->
        let sizes = [| int64 s.Batch; int64 s.Heads; int64 s.Rows; int64 s.Columns |]
        let dense = View.Shaped(s.DType, m.Shape |> Seq.map int64 |> Seq.toArray)
        // Axes of size 1 are repeated by a stride of 0.
        let strides = Array.init 4 (fun i -> if dense.Sizes[i] = 1L then 0L else dense.Strides[i])
        let view = View(s.DType, sizes, strides)

        if m.DType = DType.Bool || s.Causal then
            MaskUse.Built(m, view)
        else
            MaskUse.AsGiven view

/// Calls `f` with the mask's handle (zero: none), whether libtorch is to be causal itself, and the rows that see nothing.
let private withMask (s: Setup) (how: MaskUse) (mask: nativeint) (f: Handle -> bool -> bool[] voption -> unit) =
    match how with
    | MaskUse.Absent -> f 0n s.Causal ValueNone
    | MaskUse.AsGiven view ->
        use m = view.At mask
        f m.Handle false ValueNone
    | MaskUse.Built(aval, view) ->
        use memory = new Temporary(int64 aval.Size * int64 (DType.size s.DType))
        let isClosed = Array.zeroCreate (aval.Shape[0] * aval.Shape[1] * s.Rows)

        let any =
            if s.DType = DType.Float64 then
                Masks<float>.Build(s, aval, mask, memory.Pointer, isClosed)
            else
                Masks<float32>.Build(s, aval, mask, memory.Pointer, isClosed)

        use m = view.At memory.Pointer
        f m.Handle false (if any && aval.DType = DType.Bool then ValueSome isClosed else ValueNone)

/// libtorch's kernels take bfloat16 too; the masks that are made here are those of wide floats.
let private isServed (dtype: DType) (mask: Aval voption) =
    match dtype with
    | DType.Float32
    | DType.Float64 -> true
    | DType.BFloat16 -> mask.IsNone
    | _ -> false

let private setup (c: Composite) (q: Aval) (k: Aval) (v: Aval) (mask: Aval voption) : Setup voption =
    let dtype = q.DType
    let fits (a: Aval) = a.Rank = 4 && a.Size > 0 && a.DType = dtype

    let maskFits =
        match mask with
        | ValueNone -> true
        | ValueSome m ->
            m.Rank = 4
            && m.Shape[2] = q.Shape[1]
            && m.Shape[3] = k.Shape[1]
            && (m.DType = DType.Bool || m.DType = dtype)

    if
        not (isServed dtype mask)
        || not (fits q && fits k && fits v && maskFits)
        || not (k.Shape.Equals v.Shape)
        || q.Shape[2] <> k.Shape[2]
    then
        ValueNone
    else
        let swapped (a: Aval) = (View.Dense a).Permuted [| 0; 2; 1; 3 |]

        ValueSome {
            DType = dtype
            Scale = Attrs.float c "scale"
            Causal = Attrs.bool c "causal"
            Mask = mask
            Q = swapped q
            K = swapped k
            Lse =
                View.Shaped(
                    (if dtype = DType.BFloat16 then DType.Float32 else dtype),
                    [| int64 q.Shape[0]; int64 q.Shape[2]; int64 q.Shape[1] |]
                )
            Batch = q.Shape[0]
            Heads = q.Shape[2]
            Rows = q.Shape[1]
            Columns = k.Shape[1]
            Size = q.Shape[3]
        }

/// (q, k, v, mask) to (result, logsumexp).
let private forward (backend: IBackend) (s: Setup) : AllocatingKernel =
    let how = maskUse s

    AllocatingKernel(fun ins results ->
        use q = s.Q.At ins[0]
        use k = s.K.At ins[1]
        use v = s.K.At ins[2]

        withMask s how (if ins.Length > 3 then ins[3] else 0n) (fun mask causal _ ->
            let struct (y, lse) = Native.attention q.Handle k.Handle v.Handle mask causal s.Scale
            results[0] <- Blob.adopt backend s.Q y
            results[1] <- Blob.adopt backend s.Lse lse))

/// (gradient, q, k, v, result, logsumexp, mask) to the gradients of q, k and v.
let private backward (backend: IBackend) (s: Setup) : AllocatingKernel =
    let how = maskUse s

    let run (ins: nativeint[]) (g: nativeint) (mask: Handle) (causal: bool) (results: CpuBuffer[]) =
        use g = s.Q.At g
        use q = s.Q.At ins[1]
        use k = s.K.At ins[2]
        use v = s.K.At ins[3]
        use y = s.Q.At ins[4]
        use lse = s.Lse.At ins[5]

        let struct (gq, gk, gv) =
            Native.attentionBackward g.Handle q.Handle k.Handle v.Handle y.Handle lse.Handle mask causal s.Scale

        results[0] <- Blob.adopt backend s.Q gq
        results[1] <- Blob.adopt backend s.K gk
        results[2] <- Blob.adopt backend s.K gv

    /// Rows that see nothing give equal weights, but no gradient flows through their scores; libtorch knows nothing of
    /// that, so that they are taken out and their part added afterwards.
    let apart (m: Aval) (isClosed: bool[]) (ins: nativeint[]) (mask: Handle) (results: CpuBuffer[]) =
        use silenced = new Temporary(s.Q.Bytes)
        copy ins[0] silenced.Pointer s.Q.Bytes

        if s.DType = DType.Float64 then
            Masks<float>.Silence(s, m, isClosed, silenced.Pointer)
            run ins silenced.Pointer mask false results
            Masks<float>.Spread(s, m, isClosed, ins[0], results[2].Pointer)
        else
            Masks<float32>.Silence(s, m, isClosed, silenced.Pointer)
            run ins silenced.Pointer mask false results
            Masks<float32>.Spread(s, m, isClosed, ins[0], results[2].Pointer)

    AllocatingKernel(fun ins results ->
        withMask s how (if ins.Length > 6 then ins[6] else 0n) (fun mask causal closedRows ->
            match closedRows, s.Mask with
            | ValueSome isClosed, ValueSome m -> apart m isClosed ins mask results
            | _ -> run ins ins[0] mask causal results))

/// The gradients in bfloat16 from those in float32, for which libtorch's kernel is several times as fast.
let private backwardWidened (backend: IBackend) (s: Setup) (inputs: Aval[]) : AllocatingKernel =
    let inner = backward backend s
    let sizes = inputs |> Array.map (fun a -> a.Size)
    let isNarrow = inputs |> Array.map (fun a -> a.DType = DType.BFloat16)

    let offsets =
        Array.map2 (fun narrow n -> if narrow then 4L * int64 n else 0L) isNarrow sizes |> Array.scan (+) 0L

    AllocatingKernel(fun ins results ->
        use memory = new Temporary(Array.last offsets)
        let widened = memory.Pointer
        let wide = ins |> Array.mapi (fun i p -> if isNarrow[i] then widened + nativeint offsets[i] else p)

        for i in 0 .. ins.Length - 1 do
            if isNarrow[i] then
                Precision.toSingle DType.BFloat16 ins[i] wide[i] (nativeint sizes[i])

        let gradients: CpuBuffer[] = Array.zeroCreate results.Length
        inner.Invoke(wide, gradients)

        for k in 0 .. results.Length - 1 do
            // Gradients of queries, keys and values, which are operands 1 to 3.
            let n = sizes[k + 1]
            results[k] <- CpuBuffer.Allocate(backend, 2L * int64 n)
            Precision.ofSingle DType.BFloat16 gradients[k].Pointer results[k].Pointer (nativeint n)
            gradients[k].Release())

/// The kernel of a composite, or none: composites that are not attention, narrow floats, values of another size than
/// keys. A row whose added mask is minus infinity everywhere gives zeros.
let prepare (backend: IBackend) (c: Composite) (inputs: Aval[]) : Prepared voption =
    let maskAt i = if inputs.Length > i then ValueSome inputs[i] else ValueNone

    match c.Name with
    | "attention" ->
        setup c inputs[0] inputs[1] inputs[2] (maskAt 3)
        |> ValueOption.map (fun s -> Prepared.Allocating(forward backend s))
    | "attention_grad" when inputs[1].DType = DType.BFloat16 && inputs.Length = 6 ->
        let wide (a: Aval) = { a with DType = DType.Float32 }

        setup c (wide inputs[1]) (wide inputs[2]) (wide inputs[3]) ValueNone
        |> ValueOption.map (fun s -> Prepared.Allocating(backwardWidened backend s inputs))
    | "attention_grad" ->
        setup c inputs[1] inputs[2] inputs[3] (maskAt 6)
        |> ValueOption.map (fun s -> Prepared.Allocating(backward backend s))
    | _ -> ValueNone
