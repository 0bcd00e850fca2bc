/// Constraints: projections applied to a variable after each update.
namespace Keras.FSharp

open Keras.FSharp.Backends
open Keras.FSharp.Saving

/// A projection (`keras.constraints`): its record, and the function from a float tensor to one of the same shape and type.
[<NoEquality; NoComparison>]
type Constraint = {
    /// As `MaxNorm`.
    Class: string
    /// The arguments in Keras's order.
    Config: (string * Json) list
    /// The projection.
    Apply: Tensor -> Tensor
} with

    /// The record of the constraint.
    member c.Serialized = Serialized.make "keras.constraints" c.Class c.Config

/// All of Keras's constraints. Norms are taken over `axis` (default `[ 0 ]`: for a dense kernel, over the inputs of each
/// unit; `[ 0; 1; 2 ]` for the kernel of a 2-D convolution); negative axes count from the end.
[<AbstractClass; Sealed>]
type Constraints private () =
    static let axes (name: string) (axis: int list) (x: Tensor) =
        let resolve a =
            let b = if a < 0 then a + x.Rank else a

            if b < 0 || b >= x.Rank then
                Fail.value $"constraints.{name}" $"axis {a} does not exist in a tensor of shape {x.Shape}" ""

            b

        axis |> Seq.map resolve |> Seq.distinct |> Dims.ofSeq

    static let norm (over: Dims) (x: Tensor) = Lax.sqrt (Lax.reduceKeep ReduceOp.Sum over (Lax.square x))

    /// `x` rescaled from its norm to another; the epsilon keeps vectors of zeros.
    static let rescale (from: Tensor) (target: Tensor) (x: Tensor) =
        Lax.mul x (Lax.div target (Lax.shift Config.Epsilon from))

    static let clip (low: float) (high: float) (x: Tensor) =
        Lax.clamp (Lax.scalar x.DType low) (Lax.scalar x.DType high) x

    static let axisJson (axis: int list) =
        match axis with
        | [ one ] -> Json.Int(int64 one)
        | several -> Json.Array [ for a in several -> Json.Int(int64 a) ]

    static let registry =
        lazy
            (Registry<Constraint>(
                "constraint",
                "keras.constraints",
                false,
                (fun rewrite x -> { x with Config = rewrite x.Config }),
                [
                    "MaxNorm",
                    [],
                    (fun c -> Constraints.MaxNorm(?maxValue = c.FloatOption "max_value", axis = c.Ints("axis", [ 0 ])))
                    "MinMaxNorm",
                    [],
                    (fun c ->
                        Constraints.MinMaxNorm(
                            c.Float("min_value", 0.0),
                            c.Float("max_value", 1.0),
                            c.Float("rate", 1.0),
                            c.Ints("axis", [ 0 ])
                        ))
                    "NonNeg", [], (fun _ -> Constraints.NonNeg())
                    "UnitNorm", [], (fun c -> Constraints.UnitNorm(c.Ints("axis", [ 0 ])))
                ]
            ))

    /// Norms above `maxValue` (default 2) are brought down to it (`keras.constraints.MaxNorm`).
    static member MaxNorm(?maxValue: float, ?axis: int list) : Constraint =
        let limit, axis = defaultArg maxValue 2.0, defaultArg axis [ 0 ]

        let apply (x: Tensor) =
            let norms = norm (axes "MaxNorm" axis x) x
            rescale norms (clip 0.0 limit norms) x

        {
            Class = "MaxNorm"
            Config = [ "max_value", ConfigJson.numberOr 2L maxValue; "axis", axisJson axis ]
            Apply = apply
        }

    /// Norms are brought between `minValue` (default 0) and `maxValue` (default 1), by the part `rate` (default 1: all the
    /// way) of the distance (`keras.constraints.MinMaxNorm`).
    static member MinMaxNorm(?minValue: float, ?maxValue: float, ?rate: float, ?axis: int list) : Constraint =
        let low, high = defaultArg minValue 0.0, defaultArg maxValue 1.0
        let rate, axis = defaultArg rate 1.0, defaultArg axis [ 0 ]

        let apply (x: Tensor) =
            let norms = norm (axes "MinMaxNorm" axis x) x
            let target = Lax.add (Lax.scale rate (clip low high norms)) (Lax.scale (1.0 - rate) norms)
            rescale norms target x

        {
            Class = "MinMaxNorm"
            Config = [
                "min_value", Json.Float low
                "max_value", Json.Float high
                "rate", Json.Float rate
                "axis", axisJson axis
            ]
            Apply = apply
        }

    /// Negative values become 0 (`keras.constraints.NonNeg`).
    static member NonNeg() : Constraint = {
        Class = "NonNeg"
        Config = []
        Apply = fun x -> Lax.max x (Lax.zerosLike x)
    }

    /// Norms become 1 (`keras.constraints.UnitNorm`).
    static member UnitNorm(?axis: int list) : Constraint =
        let axis = defaultArg axis [ 0 ]

        let apply (x: Tensor) =
            let norms = norm (axes "UnitNorm" axis x) x
            Lax.div x (Lax.shift Config.Epsilon norms)

        {
            Class = "UnitNorm"
            Config = [ "axis", axisJson axis ]
            Apply = apply
        }

    /// A projection of one's own. It cannot be saved.
    static member OfFunction(name: string, projection: Tensor -> Tensor) : Constraint = {
        Class = name
        Config = []
        Apply = projection
    }

    /// The classes by name.
    static member Registry: Registry<Constraint> = registry.Value

    /// The constraint of a class name or alias and a config.
    static member ofConfig (className: string) (config: (string * Json) list) : Constraint =
        registry.Value.Create(className, config)

    /// The constraint of a record or name in JSON (`keras.constraints.get`).
    static member ofJson(json: Json) : Constraint = registry.Value.OfJson("constraint", json)

    /// The constraint of a name, with its defaults: `"non_neg"`.
    static member ofName(name: string) : Constraint = registry.Value.Create(name, [])
