/// DiffSharp's vocabulary on the transformations: derivatives of functions of scalars, vectors and vector fields. Each has
/// a variant with a prime that also returns the value of the function.
[<RequireQualifiedAccess>]
module Keras.FSharp.Diff

let private vector (op: string) (x: Tensor) =
    if x.Rank <> 1 then
        Fail.value ("Diff." + op) $"the argument has shape {x.Shape}, expected a vector" "Flatten it first."

let private scalar (op: string) (x: Tensor) =
    if x.Rank <> 0 then
        Fail.value ("Diff." + op) $"the argument has shape {x.Shape}, expected a scalar" "Use jacobian for vectors."

/// The identity matrix of the size of a vector, whose rows are the unit vectors.
let private basis (x: Tensor) : Tensor =
    let n = x.Shape[0]
    let shape = Dims.own [| n; n |]
    Lax.convert x.DType (Lax.eq (Lax.iota shape DType.Int32 0) (Lax.iota shape DType.Int32 1))

/// Value and derivative of a function of a scalar.
let diff' (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
    scalar "diff" x
    jvp f x (Lax.onesLike x)

/// The derivative of a function of a scalar.
let diff f x = snd (diff' f x)

/// Value, and the n-th derivative of a function of a scalar.
let rec diffn' (n: int) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
    if n < 0 then
        Fail.value "Diff.diffn" $"the order is {n}, expected 0 or more" ""

    let rec nth n = if n = 0 then f else diff (nth (n - 1))
    f x, nth n x

/// The n-th derivative of a function of a scalar.
let diffn n f x = snd (diffn' n f x)

/// Value and second derivative of a function of a scalar.
let diff2' f x = diffn' 2 f x

/// The second derivative of a function of a scalar.
let diff2 f x = diffn 2 f x

/// Value and gradient of a function with a scalar result.
let grad' (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor = valueAndGrad f x

/// The gradient of a function with a scalar result.
let grad (f: Tensor -> Tensor) (x: Tensor) : Tensor = snd (valueAndGrad f x)

/// Value and derivative along `v` of a function with a scalar result.
let gradv' (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor = jvp f x v

/// The derivative along `v` of a function with a scalar result.
let gradv f x v = snd (gradv' f x v)

/// Value, and Jacobian times `v`.
let jacobianv' (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor = jvp f x v

/// The Jacobian times `v`.
let jacobianv f x v = snd (jacobianv' f x v)

/// Value, and the function from v to transposed Jacobian times v.
let jacobianTv'' (f: Tensor -> Tensor) (x: Tensor) : Tensor * (Tensor -> Tensor) = vjp f x

/// Value, and transposed Jacobian times `v`.
let jacobianTv' (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor =
    let y, back = vjp f x
    y, back v

/// The transposed Jacobian times `v`.
let jacobianTv f x v = snd (jacobianTv' f x v)

/// Value [m] and Jacobian [m, n] of a function from vectors [n] to vectors; by rows or by columns, whichever are fewer.
let jacobian' (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
    vector "jacobian" x
    let y, back = vjp f x
    vector "jacobian" y

    if y.Shape[0] <= x.Shape[0] then
        y, vmap back (basis y)
    else
        let columns = vmap (fun v -> snd (jvp f x v)) (basis x)
        y, Lax.swapLast columns

/// The Jacobian [m, n] of a function from vectors [n] to vectors [m].
let jacobian f x = snd (jacobian' f x)

/// Value, gradient [n] and Hessian [n, n] of a function of a vector with a scalar result.
let gradhessian' (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor * Tensor =
    vector "gradhessian" x
    let y, g = valueAndGrad f x
    let gradient = Transform.grad f
    y, g, vmap (fun v -> snd (jvp gradient x v)) (basis x)

/// Gradient [n] and Hessian [n, n] of a function of a vector with a scalar result.
let gradhessian f x =
    let _, g, h = gradhessian' f x
    g, h

/// Value and Hessian [n, n] of a function of a vector with a scalar result.
let hessian' f x =
    let y, _, h = gradhessian' f x
    y, h

/// The Hessian [n, n] of a function of a vector with a scalar result.
let hessian f x = snd (hessian' f x)

/// Value, derivative along `v`, and Hessian times `v`.
let gradhessianv' (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor * Tensor =
    let (y, g), (gv, hv) = jvp (valueAndGrad f) x v
    ignore g
    y, gv, hv

/// The derivative along `v`, and Hessian times `v`.
let gradhessianv f x v =
    let _, gv, hv = gradhessianv' f x v
    gv, hv

/// Value, and Hessian times `v`.
let hessianv' f x v =
    let y, _, hv = gradhessianv' f x v
    y, hv

/// The Hessian times `v`, without the Hessian.
let hessianv f x v = snd (hessianv' f x v)

let private traceOf (m: Tensor) : Tensor =
    let n = m.Shape[0]
    let shape = Dims.own [| n; n |]

    let diagonal =
        Lax.convert m.DType (Lax.eq (Lax.iota shape DType.Int32 0) (Lax.iota shape DType.Int32 1))

    Lax.sumAll (Lax.mul m diagonal)

/// Value and Laplacian (the trace of the Hessian) of a function of a vector with a scalar result.
let laplacian' (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
    let y, h = hessian' f x
    y, traceOf h

/// The Laplacian of a function of a vector with a scalar result.
let laplacian f x = snd (laplacian' f x)

let private field (op: string) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
    let y, j = jacobian' f x

    if j.Shape[0] <> j.Shape[1] then
        Fail.value ("Diff." + op) $"the field maps {x.Shape} to {y.Shape}" "Argument and result must have one size."

    y, j

let private curlOf (j: Tensor) : Tensor =
    if j.Shape[0] <> 3 then
        Fail.value "Diff.curl" $"the field has {j.Shape[0]} components, expected 3" ""

    let at r c = Lax.reshape (Dims.own [| 1 |]) (Lax.sliceAxis 1 c (c + 1) (Lax.sliceAxis 0 r (r + 1) j))

    Lax.concat 0 [| Lax.sub (at 2 1) (at 1 2); Lax.sub (at 0 2) (at 2 0); Lax.sub (at 1 0) (at 0 1) |]

/// Value and curl of a field of three dimensions.
let curl' f x =
    let y, j = field "curl" f x
    y, curlOf j

/// The curl of a field of three dimensions.
let curl f x = snd (curl' f x)

/// Value and divergence of a vector field.
let div' f x =
    let y, j = field "div" f x
    y, traceOf j

/// The divergence of a vector field.
let div f x = snd (div' f x)

/// Value, curl and divergence of a field of three dimensions.
let curldiv' f x =
    let y, j = field "curldiv" f x
    y, curlOf j, traceOf j

/// Curl and divergence of a field of three dimensions.
let curldiv f x =
    let _, c, d = curldiv' f x
    c, d
