/// Adam on tables of which a step touches few rows. The result is that of the dense update, to the bit: rows without a
/// gradient move on by what their moments hold, and only those that were never touched, whose moments are zero, are left
/// alone. What is saved is a gradient as large as the table, and for such rows all writing.
namespace Keras.FSharp.Backends.Cpu

#nowarn "3535"
#nowarn "3536"

open System
open System.Numerics
open System.Runtime.CompilerServices
open Keras.FSharp
open Keras.FSharp.Backends

/// What does not change from row to row. Addresses of tables; steps in bytes.
[<Struct; NoEquality; NoComparison>]
type internal RowTables = {
    /// Parameter, m and v.
    From: struct (nativeint * nativeint * nativeint)
    /// Where their new values go.
    To: struct (nativeint * nativeint * nativeint)
    /// Bytes of a row.
    Row: nativeint
    /// Per row: which of the gradients is its own, or -1; int32.
    Slots: nativeint
    Gradients: nativeint
    /// Rows without anything to do need not be written.
    CanSkip: bool
}

/// The loops over rows.
[<AbstractClass; Sealed>]
type internal RowLoops<'T, 'F when 'T: unmanaged and 'T :> IFloatingPointIeee754<'T> and 'F :> IFloatVector<'T>>
    private () =
    static let isZero (p: nativeint) (bytes: nativeint) =
        let step = nativeint Vector<byte>.Count
        let mutable zero = true
        let mutable i = 0n

        while zero && i < bytes do
            let v =
                if bytes - i >= step then
                    load<Vector<'T>>(p + i)
                else
                    loadPart<Vector<'T>> (p + i) (bytes - i)

            zero <- Vector.EqualsAll(v, Vector<'T>.Zero)
            i <- i + step

        zero

    /// Adam on rows from … upTo; see `UpdateLoops.Adam`.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member Adam
        (beta1: float, beta2: float, epsilon: float, alpha: 'T, decay: 'T, t: RowTables, from: int64, upTo: int64)
        : unit =
        let struct (p, m, v), struct (toP, toM, toV) = t.From, t.To
        let alpha, decay = Vector<'T>(alpha), Vector<'T>(decay)
        let rise1, rise2 = 'F.Constant(1.0 - beta1), 'F.Constant(1.0 - beta2)
        let epsilon = 'F.Constant epsilon
        let step = nativeint Vector<byte>.Count

        for row in from .. upTo - 1L do
            let start = nativeint row * t.Row
            let slot = load<int>(t.Slots + 4n * nativeint row)

            if slot >= 0 || not (t.CanSkip && isZero (m + start) t.Row && isZero (v + start) t.Row) then
                let gradient = t.Gradients + nativeint (max 0 slot) * t.Row
                let mutable i = 0n

                while i < t.Row do
                    let at, rest = start + i, t.Row - i
                    let isWhole = rest >= step

                    let grad =
                        if slot < 0 then Vector<'T>.Zero
                        elif isWhole then load<Vector<'T>>(gradient + i)
                        else loadPart<Vector<'T>> (gradient + i) rest

                    let p0 = if isWhole then load<Vector<'T>>(p + at) else loadPart (p + at) rest
                    let m0 = if isWhole then load<Vector<'T>>(m + at) else loadPart (m + at) rest
                    let v0 = if isWhole then load<Vector<'T>>(v + at) else loadPart (v + at) rest
                    let m1 = m0 + rise1 * (grad - m0)
                    let v1 = v0 + rise2 * (grad * grad - v0)
                    let p1 = p0 - p0 * decay - m1 * alpha / (Vector.SquareRoot v1 + epsilon)

                    if isWhole then
                        store (toP + at) p1
                        store (toM + at) m1
                        store (toV + at) v1
                    else
                        storePart (toP + at) p1 rest
                        storePart (toM + at) m1 rest
                        storePart (toV + at) v1 rest

                    i <- i + step

/// The kernel of the composite `adam_update_rows`: (param [n, …], indices, updates [indices…, …], m, v, alpha, decay) to
/// (param', m', v'). Indices out of range are dropped; those that are there twice add up, in order.
[<RequireQualifiedAccess>]
module internal RowUpdates =
    /// Its name.
    let name = "adam_update_rows"

    /// May the result be written over that operand?
    let isInPlace (operand: int) : bool = operand = 0 || operand = 3 || operand = 4

    // Bytes that are worth a thread.
    let private grain = 1L <<< 18

    /// Gives every row that is touched a slot, in order of appearance, and sums its updates there; the other rows get -1.
    let private collect<'T when 'T: unmanaged and 'T :> IFloatingPointIeee754<'T>>
        (n: int64)
        (count: int64)
        (row: nativeint)
        (index: nativeint -> int64 -> int64)
        (indices: nativeint)
        (updates: nativeint)
        (slots: nativeint)
        (gradients: nativeint)
        =
        (span<int> slots (int n)).Fill -1
        let width = int row / sizeof<'T>
        let mutable used = 0

        for i in 0L .. count - 1L do
            let r = index indices i

            if r >= 0L && r < n then
                let update = span<'T> (updates + nativeint i * row) width
                let at = slots + 4n * nativeint r

                if load<int> at < 0 then
                    store at used
                    used <- used + 1
                    let target = span<'T> (gradients + nativeint (load<int> at) * row) width

                    // As if added to zero.
                    for k in 0 .. width - 1 do
                        target[k] <- 'T.Zero + update[k]
                else
                    let target = span<'T> (gradients + nativeint (load<int> at) * row) width
                    Tensors.TensorPrimitives.Add(Span.op_Implicit target, Span.op_Implicit update, target)

    let private adam<'T, 'F when 'T: unmanaged and 'T :> IFloatingPointIeee754<'T> and 'F :> IFloatVector<'T>>
        (c: Composite)
        (param: Aval)
        (indices: Aval)
        : Kernel =
        let b1, b2, e = Attrs.float c "beta1", Attrs.float c "beta2", Attrs.float c "epsilon"
        let n, count = int64 param.Shape[0], indices.Shape.Size
        let row = nativeint (param.ByteSize / n)

        let index: nativeint -> int64 -> int64 =
            if indices.DType = DType.Int32 then
                fun p i -> int64 (load<int>(p + 4n * nativeint i))
            else
                fun p i -> load<int64>(p + 8n * nativeint i)

        Kernel(fun ins outs ->
            use slots = new Temporary(4L * n)
            use gradients = new Temporary(max 1L count * int64 row)
            collect<'T> n count row index ins[1] ins[2] slots.Pointer gradients.Pointer
            let alpha, decay = load<'T> ins[5], load<'T> ins[6]

            let tables = {
                From = struct (ins[0], ins[3], ins[4])
                To = struct (outs[0], outs[1], outs[2])
                Row = row
                Slots = slots.Pointer
                Gradients = gradients.Pointer
                CanSkip =
                    ins[0] = outs[0] && ins[3] = outs[1] && ins[4] = outs[2] && 'T.IsZero decay && 'T.IsFinite alpha
            }

            Parallel.run
                n
                (max 1L (grain / int64 row))
                (Action<int64, int64>(fun from upTo ->
                    RowLoops<'T, 'F>.Adam(b1, b2, e, alpha, decay, tables, from, upTo))))

    /// The kernel, or none: other composites, narrow floats, nothing to do.
    let prepare (c: Composite) (inputs: Aval[]) : Kernel voption =
        if c.Name <> name || inputs[0].Size = 0 then
            ValueNone
        else
            match inputs[0].DType with
            | DType.Float32 -> ValueSome(adam<float32, Float32Vector> c inputs[0] inputs[1])
            | DType.Float64 -> ValueSome(adam<float, Float64Vector> c inputs[0] inputs[1])
            | _ -> ValueNone
