/// keras.ops.nn: windows of images as columns, and back.
namespace Keras.FSharp

/// `unfold` and `fold`, which are transposes of each other. Reached as members of `Ops`.
[<AbstractClass>]
type NnPatches internal () =
    inherit Nn()

    /// Kernel, dilation, padding and stride as pairs, and the number of windows on both axes.
    static member private geometry
        (
            op: string,
            height: int,
            width: int,
            kernelSize: int seq,
            dilation: int seq option,
            padding: int seq option,
            stride: int seq option
        ) =
        let pair what (given: int seq) = Spatial.sizes op what 2 given
        let kernel = pair "kernelSize" kernelSize
        let dilation = pair "dilation" (defaultArg dilation [ 1 ])
        let stride = pair "stride" (defaultArg stride [ 1 ])

        let padding =
            match Seq.toArray (defaultArg padding [ 0 ]) with
            | [| p |] -> Dims.own [| p; p |]
            | many -> Dims.own many

        let count n i = ShapeRules.windowCount n kernel[i] stride[i] padding[i] padding[i] dilation[i]
        struct (kernel, dilation, padding, stride, count height 0, count width 1)

    /// The windows of x [n, c, h, w] as columns: [n, c · kernel cells, windows]. Keras: `keras.ops.unfold`.
    static member unfold
        (x: Tensor, kernelSize: int seq, ?dilation: int seq, ?padding: int seq, ?stride: int seq)
        : Tensor =
        let op = "ops.unfold"

        if x.Rank <> 4 then
            Fail.value op $"the input has shape {x.Shape}" "Batch, channels, height and width are needed."

        let n, c = x.Shape[0], x.Shape[1]

        let struct (kernel, dilation, padding, stride, rows, columns) =
            NnPatches.geometry (op, x.Shape[2], x.Shape[3], kernelSize, dilation, padding, stride)

        let around = Dims.own [| 0; 0; padding[0]; padding[1] |]
        let padded = Lax.padZero around around (Dims.own [| 0; 0; 0; 0 |]) x

        // One strided slice per cell of the kernel: that cell of every window.
        let cell i j =
            let y, z = i * dilation[0], j * dilation[1]

            Lax.slice
                (Dims.own [| 0; 0; y; z |])
                (Dims.own [| n; c; y + (rows - 1) * stride[0] + 1; z + (columns - 1) * stride[1] + 1 |])
                (Dims.own [| 1; 1; stride[0]; stride[1] |])
                padded
            |> Lax.reshape (Dims.own [| n; c; 1; rows * columns |])

        [|
            for i in 0 .. kernel[0] - 1 do
                for j in 0 .. kernel[1] - 1 -> cell i j
        |]
        |> Lax.concat 2
        |> Lax.reshape (Dims.own [| n; c * kernel[0] * kernel[1]; rows * columns |])

    /// Adds columns [n, c · kernel cells, windows] up to images [n, c, h, w] of `outputSize`.
    /// Keras: `keras.ops.fold`.
    static member fold
        (x: Tensor, outputSize: int seq, kernelSize: int seq, ?dilation: int seq, ?padding: int seq, ?stride: int seq)
        : Tensor =
        let op = "ops.fold"
        let size = Spatial.sizes op "outputSize" 2 outputSize

        let struct (kernel, dilation, padding, stride, rows, columns) =
            NnPatches.geometry (op, size[0], size[1], kernelSize, dilation, padding, stride)

        let cells = kernel[0] * kernel[1]

        if x.Rank <> 3 || x.Shape[1] % cells <> 0 || x.Shape[2] <> rows * columns then
            Fail.value
                op
                $"the input has shape {x.Shape}"
                $"Needed are [batch, a multiple of {cells}, {rows * columns}] for {rows} by {columns} windows."

        let n, c = x.Shape[0], x.Shape[1] / cells
        let height, width = size[0] + 2 * padding[0], size[1] + 2 * padding[1]
        let parts = Lax.reshape (Dims.own [| n; c; cells; rows; columns |]) x

        // Each cell of the kernel spread to where its windows have it.
        let spread i j =
            let k = i * kernel[1] + j
            let y, z = i * dilation[0], j * dilation[1]
            let part = Lax.reshape (Dims.own [| n; c; rows; columns |]) (Lax.sliceAxis 2 k (k + 1) parts)
            let after (total: int) first count step = total - first - (count - 1) * step - 1

            Lax.padZero
                (Dims.own [| 0; 0; y; z |])
                (Dims.own [| 0; 0; after height y rows stride[0]; after width z columns stride[1] |])
                (Dims.own [| 0; 0; stride[0] - 1; stride[1] - 1 |])
                part

        let total =
            [|
                for i in 0 .. kernel[0] - 1 do
                    for j in 0 .. kernel[1] - 1 -> spread i j
            |]
            |> Array.reduce Lax.add

        Lax.slice
            (Dims.own [| 0; 0; padding[0]; padding[1] |])
            (Dims.own [| n; c; padding[0] + size[0]; padding[1] + size[1] |])
            (Dims.own [| 1; 1; 1; 1 |])
            total
