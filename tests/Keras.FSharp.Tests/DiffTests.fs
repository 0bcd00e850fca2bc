/// DiffSharp's vocabulary against closed forms.
module Keras.FSharp.Tests.DiffTests

open Expecto
open Keras.FSharp
open Keras.FSharp.Tests.TransformTests

let private matrix (xs: float list list) : Tensor = Tensor.ofSeq [ xs.Length; xs.Head.Length ] (List.concat xs)

let private at (x: Tensor) (i: int) : Tensor = x[i]
let private ofParts (xs: Tensor list) = Lax.concat 0 [| for x in xs -> Lax.reshape (Dims.ofSeq [ 1 ]) x |]

/// Rosenbrock's function and its derivatives.
let private rosenbrock (x: Tensor) =
    let a, b = at x 0, at x 1
    Lax.square (1.0 - a) + 100.0 * Lax.square (b - a * a)

let private rosenbrockGradient a b = vector [ -2.0 * (1.0 - a) - 400.0 * a * (b - a * a); 200.0 * (b - a * a) ]

let private rosenbrockHessian a b = matrix [ [ 2.0 - 400.0 * (b - 3.0 * a * a); -400.0 * a ]; [ -400.0 * a; 200.0 ] ]

/// (xy, sin y + z, xz²) of three numbers.
let private field (v: Tensor) =
    let x, y, z = at v 0, at v 1, at v 2
    ofParts [ x * y; Lax.sin y + z; x * z * z ]

let private fieldJacobian x y z = matrix [ [ y; x; 0.0 ]; [ 0.0; cos y; 1.0 ]; [ z * z; 0.0; 2.0 * x * z ] ]

[<Tests>]
let tests =
    testList "diff" [
        onManaged "functions of a scalar"
        <| fun () ->
            let f (x: Tensor) = x * x * x + Lax.sin x
            let x = 0.7
            let y, d = Diff.diff' f (number x)
            near "value" (number (x ** 3.0 + sin x)) y
            near "first" (number (3.0 * x * x + cos x)) d
            near "first" d (Diff.diff f (number x))
            near "second" (number (6.0 * x - sin x)) (Diff.diff2 f (number x))
            near "third" (number (6.0 - cos x)) (Diff.diffn 3 f (number x))
            near "none" y (Diff.diffn 0 f (number x))
            near "fifth" (number (cos x)) (snd (Diff.diffn' 5 f (number x)))
            says [ "Diff.diffn"; "-1" ] (fun () -> Diff.diffn -1 f (number x))
            says [ "Diff.diff"; "expected a scalar" ] (fun () -> Diff.diff id (vector [ 1.0 ]))

            near
                "a field along a line"
                (vector [ 2.0; 3.0 ])
                (Diff.diff (fun t -> ofParts [ t * 2.0; t * 3.0 ]) (number 1.0))

        onManaged "gradients and Hessians"
        <| fun () ->
            let a, b = 0.5, -0.3
            let x, v = vector [ a; b ], vector [ 0.2; 0.7 ]
            let y = number ((1.0 - a) ** 2.0 + 100.0 * (b - a * a) ** 2.0)
            let g, h = rosenbrockGradient a b, rosenbrockHessian a b
            let product = Lax.reshape v.Shape (Lax.matmul h (Lax.reshape (Dims.ofSeq [ 2; 1 ]) v))
            let slope = Lax.sumAll (Lax.mul g v)
            nearAll "grad'" (y, g) (Diff.grad' rosenbrock x)
            near "grad" g (Diff.grad rosenbrock x)
            nearAll "gradv'" (y, slope) (Diff.gradv' rosenbrock x v)
            near "gradv" slope (Diff.gradv rosenbrock x v)
            nearAll "gradhessian'" (y, g, h) (Diff.gradhessian' rosenbrock x)
            nearAll "gradhessian" (g, h) (Diff.gradhessian rosenbrock x)
            nearAll "hessian'" (y, h) (Diff.hessian' rosenbrock x)
            near "hessian" h (Diff.hessian rosenbrock x)
            nearAll "gradhessianv'" (y, slope, product) (Diff.gradhessianv' rosenbrock x v)
            nearAll "gradhessianv" (slope, product) (Diff.gradhessianv rosenbrock x v)
            nearAll "hessianv'" (y, product) (Diff.hessianv' rosenbrock x v)
            near "hessianv" product (Diff.hessianv rosenbrock x v)
            nearAll "laplacian'" (y, number (202.0 - 400.0 * (b - 3.0 * a * a))) (Diff.laplacian' rosenbrock x)
            near "laplacian" (number (202.0 - 400.0 * (b - 3.0 * a * a))) (Diff.laplacian rosenbrock x)
            near "compiled" h (jit (Diff.hessian rosenbrock) x)

        onManaged "fields"
        <| fun () ->
            let p = vector [ 0.5; 0.4; -0.3 ]
            let j = fieldJacobian 0.5 0.4 -0.3
            let v = vector [ 1.0; 2.0; 3.0 ]
            let times (m: Tensor) = Lax.reshape v.Shape (Lax.matmul m (Lax.reshape (Dims.ofSeq [ 3; 1 ]) v))
            let y = field p
            nearAll "jacobian'" (y, j) (Diff.jacobian' field p)
            near "jacobian" j (Diff.jacobian field p)
            nearAll "jacobianv'" (y, times j) (Diff.jacobianv' field p v)
            near "jacobianv" (times j) (Diff.jacobianv field p v)
            nearAll "jacobianTv'" (y, times (Lax.swapLast j)) (Diff.jacobianTv' field p v)
            near "jacobianTv" (times (Lax.swapLast j)) (Diff.jacobianTv field p v)
            let value, back = Diff.jacobianTv'' field p
            nearAll "jacobianTv''" (y, times (Lax.swapLast j)) (value, back v)
            // (∂₂f₃ - ∂₃f₂, ∂₃f₁ - ∂₁f₃, ∂₁f₂ - ∂₂f₁)
            let curl = vector [ 0.0 - 1.0; 0.0 - 0.09; 0.0 - 0.5 ]
            let div = number (0.4 + cos 0.4 + 2.0 * 0.5 * -0.3)
            nearAll "curl'" (y, curl) (Diff.curl' field p)
            near "curl" curl (Diff.curl field p)
            nearAll "div'" (y, div) (Diff.div' field p)
            near "div" div (Diff.div field p)
            nearAll "curldiv'" (y, curl, div) (Diff.curldiv' field p)
            nearAll "curldiv" (curl, div) (Diff.curldiv field p)

        onManaged "Jacobians of any shape, by rows and by columns"
        <| fun () ->
            let wide (x: Tensor) = ofParts [ Lax.sumAll (x * x) ]
            near "one row" (matrix [ [ 2.0; 4.0; 6.0 ] ]) (Diff.jacobian wide (vector [ 1.0; 2.0; 3.0 ]))
            let tall (x: Tensor) = ofParts [ at x 0; at x 0 * at x 0; Lax.exp (at x 0) ]
            near "one column" (matrix [ [ 1.0 ]; [ 4.0 ]; [ exp 2.0 ] ]) (Diff.jacobian tall (vector [ 2.0 ]))
            says [ "Diff.jacobian"; "expected a vector" ] (fun () -> Diff.jacobian id (number 1.0))
            says [ "Diff.curl"; "expected 3" ] (fun () -> Diff.curl id (vector [ 1.0; 2.0 ]))
            says [ "Diff.div"; "one size" ] (fun () -> Diff.div wide (vector [ 1.0; 2.0 ]))
    ]
