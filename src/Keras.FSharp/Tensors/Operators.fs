/// What the operators of `Tensor` mean: Keras's dtype rules in front of `Lax`. Created by `Tensor.fs` at first use.
namespace Keras.FSharp

open Keras.FSharp.Backends

/// Element types meet, then the operation of that type is taken.
[<RequireQualifiedAccess>]
module internal Arithmetic =
    let private kindOf (s: Scalar) =
        match s with
        | Scalar.Int _ -> Promotion.Kind.WeakInt
        | Scalar.Float _ -> Promotion.Kind.WeakFloat
        | Scalar.Complex _ -> Promotion.Kind.WeakComplex

    /// The type in which `op` is computed for operands of these kinds.
    let resultType (op: BinaryOp) (a: Promotion.Kind) (b: Promotion.Kind) : DType =
        let k = Promotion.join a b

        let k =
            match op with
            | BinaryOp.Div -> Promotion.join k Promotion.Kind.WeakFloat
            | BinaryOp.Rem
            | BinaryOp.Pow when k = Promotion.Kind.Strong DType.Bool -> Promotion.Kind.WeakInt
            | _ -> k

        Promotion.resolve Config.FloatX k

    /// Python's remainder: the sign of the divisor.
    let modulo (x: Tensor) (y: Tensor) : Tensor =
        let r = Lax.rem x y

        if DType.isUnsigned r.DType then
            r
        else
            let zero = Lax.zerosLike r
            let y = Lax.broadcastTo r.Shape y
            let signsDiffer = Lax.ne (Lax.lt r zero) (Lax.lt y zero)
            Lax.select (Lax.logicalAnd (Lax.ne r zero) signsDiffer) (Lax.add r y) r

    let private apply (op: BinaryOp) (x: Tensor) (y: Tensor) : Tensor =
        match op, x.DType with
        | BinaryOp.Add, DType.Bool -> Lax.logicalOr x y
        | BinaryOp.Mul, DType.Bool -> Lax.logicalAnd x y
        | BinaryOp.Rem, _ -> modulo x y
        | _ -> Lax.binary op x y

    let binary (op: BinaryOp) (x: Tensor) (y: Tensor) : Tensor =
        let d =
            if x.DType = y.DType && DType.isDifferentiable x.DType then
                x.DType
            else
                resultType op (Promotion.Kind.Strong x.DType) (Promotion.Kind.Strong y.DType)

        apply op (Lax.convert d x) (Lax.convert d y)

    let private bounds (d: DType) : struct (bigint * bigint) =
        let bits = 8 * DType.size d

        if DType.isUnsigned d then
            struct (0I, pown 2I bits - 1I)
        else
            struct (-(pown 2I (bits - 1)), pown 2I (bits - 1) - 1I)

    /// The plain number in the type in which it meets `x`, in the shape of `x`.
    let private weak (op: BinaryOp) (x: Tensor) (s: Scalar) : Tensor =
        let d = resultType op (Promotion.Kind.Strong x.DType) (kindOf s)

        match s with
        | Scalar.Int i when DType.isInteger d ->
            let struct (low, high) = bounds d

            if bigint i < low || bigint i > high then
                Fail.value
                    ((string op).ToLowerInvariant())
                    $"{i} does not fit the other operand's type {DType.name d}"
                    "Convert the tensor to a wider type first."
        | _ -> ()

        Lax.full x.Shape d s

    let right (op: BinaryOp) (x: Tensor) (y: Scalar) : Tensor =
        let y = weak op x y
        apply op (Lax.convert y.DType x) y

    let left (op: BinaryOp) (x: Scalar) (y: Tensor) : Tensor =
        let x = weak op y x
        apply op x (Lax.convert x.DType y)

    let unary (op: UnaryOp) (x: Tensor) : Tensor =
        match op with
        | UnaryOp.Neg -> Lax.unary op x
        | UnaryOp.Abs when x.DType = DType.Bool || DType.isUnsigned x.DType -> x
        | UnaryOp.Abs -> Lax.unary op x
        | UnaryOp.Round when not (DType.isDifferentiable x.DType) -> x
        | _ when DType.isDifferentiable x.DType -> Lax.unary op x
        | _ -> Lax.unary op (Lax.convert Config.FloatX x)

/// The members of `Tensor`.
[<Sealed>]
type internal TensorOperators() =
    inherit Operators()
    override _.Unary(op, x) = Arithmetic.unary op x
    override _.Binary(op, x, y) = Arithmetic.binary op x y
    override _.Right(op, x, y) = Arithmetic.right op x y
    override _.Left(op, x, y) = Arithmetic.left op x y

    override _.At(x, indices) = Indexing.get [ for i in indices -> Idx.At i ] x

    override _.Rows(x, rows) = Indexing.get [ Idx.Take rows ] x
    override _.Slice(x, arguments) = Indexing.slice arguments x
    override _.Print x = Printing.print x
