/// Enlarging one axis by a whole factor with interpolation: a product with a matrix of weights. The centres of the cells
/// are mapped to each other; beyond the ends the last cell goes on.
module internal Keras.FSharp.Upsample

open System

/// `weights` gives for the distance from a cell's left neighbour, in [0, 1), the weights of the cells from `first` on.
let private along (axis: int) (factor: int) (first: int) (weights: float -> float[]) (x: Tensor) : Tensor =
    let n = x.Shape[axis]
    let matrix = Array2D.zeroCreate<float32> n (n * factor)

    for j in 0 .. n * factor - 1 do
        let at = (float j + 0.5) / float factor - 0.5
        let left = Math.Floor at

        weights (at - left)
        |> Array.iteri (fun k w ->
            let i = Math.Clamp(int left + first + k, 0, n - 1)
            matrix[i, j] <- matrix[i, j] + float32 w)

    let m = Lax.convert x.DType (Tensor.ofMultiArray matrix)
    let y = Ops.matmul (Axis.move axis (x.Rank - 1) x, m)
    Axis.move (x.Rank - 1) axis y

/// Linear interpolation.
let linear (axis: int) (factor: int) (x: Tensor) : Tensor = along axis factor 0 (fun t -> [| 1.0 - t; t |]) x

/// Cubic convolution, with the slope -3/4 that Keras's torch backend has.
let cubic (axis: int) (factor: int) (x: Tensor) : Tensor =
    let a = -0.75
    let near t = ((a + 2.0) * t - (a + 3.0)) * t * t + 1.0
    let far t = ((a * t - 5.0 * a) * t + 8.0 * a) * t - 4.0 * a
    along axis factor -1 (fun t -> [| far (1.0 + t); near t; near (1.0 - t); far (2.0 - t) |]) x
