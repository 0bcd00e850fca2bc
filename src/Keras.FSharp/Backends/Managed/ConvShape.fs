/// The geometry of a convolution, brought to three spatial axes, and the gathering of the elements that meet the
/// kernel.
namespace Keras.FSharp.Backends

open System
open System.Runtime.CompilerServices
open Keras.FSharp

/// A convolution with three spatial axes: x [batch, X…, Channels], w [Kernel…, Channels / Groups, Filters],
/// y [batch, Y…, Filters].
type internal ConvShape = {
    Batch: int
    X: int[]
    Kernel: int[]
    Y: int[]
    Stride: int[]
    Low: int[]
    Dilation: int[]
    Channels: int
    Filters: int
    Groups: int
} with

    /// Kernel positions.
    member s.Taps = s.Kernel[0] * s.Kernel[1] * s.Kernel[2]
    /// Positions of x.
    member s.XCount = s.X[0] * s.X[1] * s.X[2]
    /// Positions of y.
    member s.YCount = s.Y[0] * s.Y[1] * s.Y[2]

/// Which elements of a source meet which taps: for row coordinate r and tap t of an axis, the source's coordinate is
/// r · Scale + Offset[t]; outside of the source lie zeros. An axis' offsets ascend.
type internal Taps = {
    Source: int[]
    Rows: int[]
    Scale: int[]
    Offset: int[][]
} with

    /// The number of taps.
    member t.Count = t.Offset[0].Length * t.Offset[1].Length * t.Offset[2].Length
    /// The number of rows of one image.
    member t.RowCount = t.Rows[0] * t.Rows[1] * t.Rows[2]

/// Makes geometries and gathers.
[<RequireQualifiedAccess>]
module internal ConvShape =
    /// The geometry of a convolution with these operands.
    let make (d: ConvDims) (inputs: Aval[]) (output: Aval) : ConvShape =
        let n = d.Stride.Rank

        if n > 3 then
            Fail.unsupported "conv" $"{n} spatial axes were given; 1 to 3 are possible" ""

        let x, w, y =
            match d.Kind with
            | ConvKind.Forward -> inputs[0], inputs[1], output
            | ConvKind.InputGrad -> output, inputs[1], inputs[0]
            | _ -> inputs[0], output, inputs[1]

        let axes first (shape: Dims) = Array.append (Array.create (3 - n) 1) (Array.init n (fun i -> shape[first + i]))

        let attribute fill (a: Dims) = Array.append (Array.create (3 - n) fill) (a.ToArray())

        {
            Batch = x.Shape[0]
            X = axes 1 x.Shape
            Kernel = axes 0 w.Shape
            Y = axes 1 y.Shape
            Stride = attribute 1 d.Stride
            Low = attribute 0 d.PadLow
            Dilation = attribute 1 d.Dilation
            Channels = x.Shape[n + 1]
            Filters = w.Shape[n + 1]
            Groups = d.Groups
        }

    /// For every position of y the elements of x that meet the kernel.
    let forward (s: ConvShape) : Taps = {
        Source = s.X
        Rows = s.Y
        Scale = s.Stride
        Offset = Array.init 3 (fun a -> Array.init s.Kernel[a] (fun t -> t * s.Dilation[a] - s.Low[a]))
    }

    let private copy (from: nativeint) (target: nativeint) (bytes: nativeint) =
        if bytes >= 64n then
            Unsafe.CopyBlockUnaligned(target.ToPointer(), from.ToPointer(), uint32 bytes)
        else
            let mutable i = 0n

            while i < bytes do
                Unsafe.CopyBlockUnaligned((target + i).ToPointer(), (from + i).ToPointer(), 4u)
                i <- i + 4n

    let private zero (target: nativeint) (bytes: nativeint) =
        if bytes > 0n then
            Unsafe.InitBlockUnaligned(target.ToPointer(), 0uy, uint32 bytes)

    /// Writes rows [row, row + rows) and columns [first, first + count) of the gathered matrix, whose rows are
    /// positions (batch, then Rows) and whose columns are (taps, channels of a group). `size` bytes make an element, a
    /// multiple of 4; a position of the source has `pitch` bytes, of which the group's `channels` elements start at
    /// `source`.
    let gather
        (t: Taps)
        (size: int)
        (source: nativeint)
        (pitch: nativeint)
        (channels: int)
        (row: int)
        (rows: int)
        (first: int)
        (count: int)
        (target: nativeint)
        : unit =
        let size = nativeint size
        let group = nativeint channels * size
        let o0, o1, o2 = t.Offset[0], t.Offset[1], t.Offset[2]
        let run = o2.Length * channels

        if run > 0 && count > 0 && rows > 0 then
            let last = first + count
            let s0, s1, s2 = t.Source[0], t.Source[1], t.Source[2]
            let mutable neighbours = group = pitch

            for i in 1 .. o2.Length - 1 do
                neighbours <- neighbours && o2[i] = o2[i - 1] + 1

            let runFirst = first / run
            let runLast = (last - 1) / run
            let mutable r2 = row % t.Rows[2]
            let mutable r1 = row / t.Rows[2] % t.Rows[1]
            let mutable r0 = row / (t.Rows[2] * t.Rows[1]) % t.Rows[0]
            let mutable image = row / t.RowCount
            let mutable out = target

            for _ in 1..rows do
                let at2 = r2 * t.Scale[2]

                for q in runFirst..runLast do
                    let from = max first (q * run) - q * run
                    let until = min last ((q + 1) * run) - q * run
                    let i0 = r0 * t.Scale[0] + o0[q / o1.Length]
                    let i1 = r1 * t.Scale[1] + o1[q % o1.Length]
                    let bytes = nativeint (until - from) * size

                    if i0 < 0 || i0 >= s0 || i1 < 0 || i1 >= s1 then
                        zero out bytes
                    else
                        let line = source + nativeint ((image * s0 + i0) * s1 + i1) * nativeint s2 * pitch

                        if neighbours then
                            let start = at2 + o2[0]
                            // Elements of the run before and behind the line.
                            let low = min until (max from (-start * channels))
                            let high = max low (min until ((s2 - start) * channels))
                            zero out (nativeint (low - from) * size)

                            copy
                                (line + nativeint start * pitch + nativeint low * size)
                                (out + nativeint (low - from) * size)
                                (nativeint (high - low) * size)

                            zero (out + nativeint (high - from) * size) (nativeint (until - high) * size)
                        else
                            let mutable i = from

                            while i < until do
                                let tap = i / channels
                                let stop = min until ((tap + 1) * channels)
                                let i2 = at2 + o2[tap]
                                let place = out + nativeint (i - from) * size
                                let bytes = nativeint (stop - i) * size

                                if i2 < 0 || i2 >= s2 then
                                    zero place bytes
                                else
                                    let inside = nativeint (i - tap * channels) * size
                                    copy (line + nativeint i2 * pitch + inside) place bytes

                                i <- stop

                    out <- out + bytes

                r2 <- r2 + 1

                if r2 = t.Rows[2] then
                    r2 <- 0
                    r1 <- r1 + 1

                    if r1 = t.Rows[1] then
                        r1 <- 0
                        r0 <- r0 + 1

                        if r0 = t.Rows[0] then
                            r0 <- 0
                            image <- image + 1

    /// Visits every meeting of a position of y with a tap inside x, for images [from, until):
    /// (position of x, tap, position of y), counted over all images.
    let meet (s: ConvShape) (from: int) (until: int) (visit: Action<int, int, int>) : unit =
        for image in from .. until - 1 do
            let mutable y = image * s.YCount

            for y0 in 0 .. s.Y[0] - 1 do
                for y1 in 0 .. s.Y[1] - 1 do
                    for y2 in 0 .. s.Y[2] - 1 do
                        for k0 in 0 .. s.Kernel[0] - 1 do
                            let x0 = y0 * s.Stride[0] + k0 * s.Dilation[0] - s.Low[0]

                            if x0 >= 0 && x0 < s.X[0] then
                                for k1 in 0 .. s.Kernel[1] - 1 do
                                    let x1 = y1 * s.Stride[1] + k1 * s.Dilation[1] - s.Low[1]

                                    if x1 >= 0 && x1 < s.X[1] then
                                        let line = ((image * s.X[0] + x0) * s.X[1] + x1) * s.X[2]
                                        let taps = (k0 * s.Kernel[1] + k1) * s.Kernel[2]

                                        for k2 in 0 .. s.Kernel[2] - 1 do
                                            let x2 = y2 * s.Stride[2] + k2 * s.Dilation[2] - s.Low[2]

                                            if x2 >= 0 && x2 < s.X[2] then
                                                visit.Invoke(line + x2, taps + k2, y)

                        y <- y + 1
