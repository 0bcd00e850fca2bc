/// Dtype policies: which element type a layer computes in and which its variables have.
namespace Keras.FSharp

open Keras.FSharp.Saving
open Keras.FSharp.Backends

/// A dtype policy (`keras.DTypePolicy`).
type DTypePolicy = {
    /// As `float32` or `mixed_bfloat16`.
    Name: string
    /// What the layer computes in; its float inputs are converted to it.
    Compute: DType
    /// What its float variables are stored in.
    Variable: DType
}

/// Dtype policies by name.
[<RequireQualifiedAccess>]
module DTypePolicy =
    let mutable private globalPolicy: DTypePolicy voption = ValueNone

    /// The policy of a name: a float type, `mixed_float16` or `mixed_bfloat16` (or an integer type for layers that
    /// compute integers). Source: `keras.DTypePolicy`.
    let ofName (name: string) : DTypePolicy =
        match name with
        | "mixed_float16" -> { Name = name; Compute = DType.Float16; Variable = DType.Float32 }
        | "mixed_bfloat16" -> { Name = name; Compute = DType.BFloat16; Variable = DType.Float32 }
        | _ ->
            match DType.tryParse name with
            | Some d -> { Name = DType.name d; Compute = d; Variable = d }
            | None ->
                let known = "mixed_float16" :: "mixed_bfloat16" :: (DType.all |> List.map DType.name)

                Fail.value "DTypePolicy" $"there is no dtype policy '{name}'" (Fail.didYouMean name known)

    /// The policy of layers that name none (`keras.config.dtype_policy`); the float type of the settings at first.
    let current () : DTypePolicy =
        match globalPolicy with
        | ValueSome p -> p
        | ValueNone -> ofName (DType.name Config.FloatX)

    /// Sets the policy of layers that are made from now on (`keras.config.set_dtype_policy`).
    let setCurrent (policy: DTypePolicy) : unit = globalPolicy <- ValueSome policy

    /// The record that Keras writes.
    let toJson (p: DTypePolicy) : Json =
        Json.Object [
            "module", Json.Text "keras"
            "class_name", Json.Text "DTypePolicy"
            "config", Json.Object [ "name", Json.Text p.Name ]
            "registered_name", Json.Null
        ]

    /// Reads a record, or the name alone; null is the current policy. `where` names the value in errors.
    let ofJson (where: string) (json: Json) : DTypePolicy =
        match json with
        | Json.Null -> current ()
        | Json.Text name -> ofName name
        | Json.Object _ ->
            match Json.get where "class_name" json |> Json.asText where with
            | "DTypePolicy"
            | "FloatDTypePolicy"
            | "Policy" -> Json.get where "config" json |> Json.get where "name" |> Json.asText where |> ofName
            | other -> Fail.value where $"dtype policy '{other}' is not known here" "Known is 'DTypePolicy'."
        | other -> Fail.value where $"{Json.write other} is no dtype policy" "Give a name such as 'float32'."
