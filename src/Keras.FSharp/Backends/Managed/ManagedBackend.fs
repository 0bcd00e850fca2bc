/// Stands in until the managed backend's kernels land (branch m1 replaces this file whole).
namespace Keras.FSharp.Backends

open Keras.FSharp

/// The managed backend.
type ManagedBackend() =
    /// The only instance.
    static member Instance: IBackend =
        Fail.state "managed" "the managed backend is not there yet" ""
