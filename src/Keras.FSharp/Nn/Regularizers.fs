/// Regularizers: penalties on the values of a variable or of a layer's output, added to the loss.
namespace Keras.FSharp

open System
open Keras.FSharp.Saving

/// A penalty (`keras.regularizers`): its record, and the function from a float tensor to a scalar of the same type.
[<NoEquality; NoComparison>]
type Regularizer = {
    /// As `L2`.
    Class: string
    /// The arguments in Keras's order.
    Config: (string * Json) list
    /// The penalty: a scalar.
    Apply: Tensor -> Tensor
} with

    /// The record of the regularizer.
    member r.Serialized = Serialized.make "keras.regularizers" r.Class r.Config

/// All of Keras's regularizers.
[<AbstractClass; Sealed>]
type Regularizers private () =
    static let factor (name: string) (argument: string) (value: float) =
        if not (Double.IsFinite value) || value < 0.0 then
            Fail.value $"regularizers.{name}" $"'{argument}' is {value}" "It must be finite and not negative."

    static let absolute (l1: float) (x: Tensor) = Lax.scale l1 (Lax.sumAll (Lax.abs x))

    static let squares (l2: float) (x: Tensor) = Lax.scale l2 (Lax.sumAll (Lax.square x))

    static let registry =
        lazy
            (Registry<Regularizer>(
                "regularizer",
                "keras.regularizers",
                false,
                (fun rewrite x -> { x with Config = rewrite x.Config }),
                [
                    "L1", [], (fun c -> Regularizers.L1(c.Float("l1", 0.01)))
                    "L2", [], (fun c -> Regularizers.L2(c.Float("l2", 0.01)))
                    "L1L2", [ "l1_l2" ], (fun c -> Regularizers.L1L2(c.Float("l1", 0.0), c.Float("l2", 0.0)))
                    "OrthogonalRegularizer",
                    [],
                    (fun c ->
                        Regularizers.Orthogonal(
                            c.Float("factor", 0.01),
                            c.OneOf("mode", [ "rows"; "columns" ], "rows")
                        ))
                ]
            ))

    /// l1 times the sum of the absolute values (`keras.regularizers.L1`). `l1` must be finite and not negative.
    static member L1(?l1: float) : Regularizer =
        let l1 = defaultArg l1 0.01
        factor "L1" "l1" l1

        {
            Class = "L1"
            // Keras keeps this factor as a float32.
            Config = [ "l1", Json.Float(float (float32 l1)) ]
            Apply = absolute l1
        }

    /// l2 times the sum of the squares (`keras.regularizers.L2`). `l2` must be finite and not negative.
    static member L2(?l2: float) : Regularizer =
        let l2 = defaultArg l2 0.01
        factor "L2" "l2" l2

        { Class = "L2"; Config = [ "l2", Json.Float l2 ]; Apply = squares l2 }

    /// The sum of both penalties (`keras.regularizers.L1L2`). A factor of 0 leaves its part out.
    static member L1L2(?l1: float, ?l2: float) : Regularizer =
        let l1, l2 = defaultArg l1 0.0, defaultArg l2 0.0
        factor "L1L2" "l1" l1
        factor "L1L2" "l2" l2

        let apply (x: Tensor) =
            match l1 > 0.0, l2 > 0.0 with
            | true, true -> Lax.add (absolute l1 x) (squares l2 x)
            | true, false -> absolute l1 x
            | false, true -> squares l2 x
            | false, false -> Lax.scalar x.DType 0.0

        {
            Class = "L1L2"
            Config = [ "l1", Json.Float l1; "l2", Json.Float l2 ]
            Apply = apply
        }

    /// The mean absolute cosine between different rows (or columns) of a matrix, times `factor`
    /// (`keras.regularizers.OrthogonalRegularizer`). `mode` is `"rows"` or `"columns"`; another rank than 2 is an error.
    static member Orthogonal(?factor: float, ?mode: string) : Regularizer =
        let weight, mode = defaultArg factor 0.01, defaultArg mode "rows"

        if not (Double.IsFinite weight) || weight < 0.0 then
            Fail.value
                "regularizers.OrthogonalRegularizer"
                $"'factor' is {weight}"
                "It must be finite and not negative."

        if mode <> "rows" && mode <> "columns" then
            Fail.value
                "regularizers.OrthogonalRegularizer"
                $"'mode' is '{mode}'"
                (Fail.didYouMean mode [ "rows"; "columns" ])

        let apply (x: Tensor) =
            if x.Rank <> 2 then
                Fail.value
                    "regularizers.OrthogonalRegularizer"
                    $"it got a tensor of shape {x.Shape}"
                    "It is defined for matrices only."

            let rows = if mode = "rows" then x else Lax.swapLast x
            let n = rows.Shape[0]
            let squared = Lax.reduceKeep ReduceOp.Sum (Dims.own [| 1 |]) (Lax.square rows)
            let unit = Lax.mul rows (Lax.rsqrt (Lax.max squared (Lax.scalar x.DType 1e-12)))
            let cosines = Lax.matmul unit (Lax.swapLast unit)
            let square = Dims.own [| n; n |]
            let diagonal = Lax.eq (Lax.iota square DType.Int32 0) (Lax.iota square DType.Int32 1)
            let others = Lax.select diagonal (Lax.zerosLike cosines) (Lax.abs cosines)
            let pairs = float n * (float n - 1.0) / 2.0
            Lax.div (Lax.scale (weight * 0.5) (Lax.sumAll others)) (Lax.scalar x.DType pairs)

        {
            Class = "OrthogonalRegularizer"
            // Keras keeps this factor as a float32.
            Config = [ "factor", Json.Float(float (float32 weight)); "mode", Json.Text mode ]
            Apply = apply
        }

    /// A penalty of one's own: any function from a tensor to a scalar. It cannot be saved.
    static member OfFunction(name: string, penalty: Tensor -> Tensor) : Regularizer = {
        Class = name
        Config = []
        Apply = penalty
    }

    /// The classes by name.
    static member Registry: Registry<Regularizer> = registry.Value

    /// The regularizer of a class name or alias and a config.
    static member ofConfig (className: string) (config: (string * Json) list) : Regularizer =
        registry.Value.Create(className, config)

    /// The regularizer of a record or name in JSON (`keras.regularizers.get`).
    static member ofJson(json: Json) : Regularizer = registry.Value.OfJson("regularizer", json)

    /// The regularizer of a name, with its defaults: `"l2"`.
    static member ofName(name: string) : Regularizer = registry.Value.Create(name, [])
