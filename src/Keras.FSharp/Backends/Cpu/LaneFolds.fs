/// Lanes folded into one value, at the end of a row; called by generated code.
namespace Keras.FSharp.Backends.Cpu

open System.Runtime.Intrinsics
open Keras.FSharp

/// One method per width of vector. `op` is a `ReduceOp`: sum, product, maximum or minimum. `rest` is a value in lane 0
/// that is folded in.
[<AbstractClass; Sealed>]
type internal LaneFolds private () =
    static let join (op: int) (a: Vector128<'T>) (b: Vector128<'T>) : Vector128<'T> =
        match enum<ReduceOp> op with
        | ReduceOp.Sum -> Vector128.Add(a, b)
        | ReduceOp.Prod -> Vector128.Multiply(a, b)
        | ReduceOp.Max -> Vector128.Max(a, b)
        | _ -> Vector128.Min(a, b)

    static let join256 (op: int) (a: Vector256<'T>) (b: Vector256<'T>) : Vector256<'T> =
        match enum<ReduceOp> op with
        | ReduceOp.Sum -> Vector256.Add(a, b)
        | ReduceOp.Prod -> Vector256.Multiply(a, b)
        | ReduceOp.Max -> Vector256.Max(a, b)
        | _ -> Vector256.Min(a, b)

    static member Fold16<'T>(lanes: Vector128<'T>, rest: Vector128<'T>, op: int) : Vector128<'T> =
        let half = join op lanes (Vector128.Create(lanes.GetUpper(), lanes.GetLower()))

        let whole =
            if Vector128<'T>.Count = 4 then
                join op half (Vector128.CreateScalar(half.GetElement 1))
            else
                half

        join op whole rest

    static member Fold32<'T>(lanes: Vector256<'T>, rest: Vector128<'T>, op: int) : Vector128<'T> =
        LaneFolds.Fold16(join op (lanes.GetLower()) (lanes.GetUpper()), rest, op)

    static member Fold64<'T>(lanes: Vector512<'T>, rest: Vector128<'T>, op: int) : Vector128<'T> =
        LaneFolds.Fold32(join256 op (lanes.GetLower()) (lanes.GetUpper()), rest, op)
