/// What is known of single cases: those that cannot be met (skipped, and printed with `--verbose`), and what a record
/// does not say.
[<RequireQualifiedAccess>]
module Keras.Conformance.Golden.Known

open Keras.FSharp.Saving
open Keras.Conformance

let private table: Map<string, string> =
    let onlyNumPy = "only Keras's NumPy backend takes integers here, and it rounds on the way"

    Map [
        "activations.gelu.002", "the gelu of infinity is infinity here, NaN in Keras's torch backend"
        "ops.cholesky_inverse.001", "Keras's torch backend gives gradients for the half that is not read"
        "ops.conv.034", "Keras's torch backend passes over causal padding; its symbolic call does not"
        "ops.hard_silu.003", onlyNumPy
        "ops.hard_swish.003", onlyNumPy
        "ops.leaky_relu.003", onlyNumPy
        "ops.selu.003", onlyNumPy
    ]

/// The reason for which a case is out of reach.
let reason (c: Case) : string option = if c.Group = "errors" then None else Map.tryFind c.Id table

/// Arguments of the constructor that the config does not hold.
let unwritten (id: string) : (string * Json) list =
    match id with
    | "metrics.CosineSimilarity.005" -> [ "axis", Json.Int 0L ]
    | _ -> []

/// How close a variable of this path, or another thing that is compared, must come.
let tolerance (c: Case) (what: string) : Tolerance =
    match c.Id, what with
    // Batch normalization takes off again what the bias adds where relu lets all values of a filter pass, so the
    // gradient of that element is 0: 1e-16 in float64, where it stays at 0.67754. In float32 it is up to 4e-7 of either
    // sign, and Adam divides it by its own size: Keras ends at 0.67525, we at 0.67975 with libtorch, 0.67741 without.
    // The moving mean follows the bias, but slowly, which shows in the predictions.
    | "training.seq_cnn.01", ("seq_cnn/c2/bias" | "predict") -> { Given = Some(2e-3, 5e-3) }
    | _ -> c.Tolerance
