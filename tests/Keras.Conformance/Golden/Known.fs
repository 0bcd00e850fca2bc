/// Cases that cannot be met, each with the reason: skipped, and printed with `--verbose`.
[<RequireQualifiedAccess>]
module Keras.Conformance.Golden.Known

let private table: Map<string, string> = Map []

/// The reason for which a case is out of reach.
let reason (id: string) : string option = Map.tryFind id table
