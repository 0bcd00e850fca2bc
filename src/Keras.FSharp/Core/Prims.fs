/// The names of primitives, as messages, listings and plans show them.
namespace Keras.FSharp

/// Names of primitives.
[<RequireQualifiedAccess>]
module Prims =

    /// The name of a primitive for messages and listings.
    let name (p: Prim) : string =
        match p with
        | Prim.Unary op -> (string op).ToLowerInvariant()
        | Prim.Binary op -> (string op).ToLowerInvariant()
        | Prim.Compare op -> (string op).ToLowerInvariant()
        | Prim.Select -> "select"
        | Prim.Clamp -> "clamp"
        | Prim.Convert d -> $"convert[{DType.name d}]"
        | Prim.Bitcast d -> $"bitcast[{DType.name d}]"
        | Prim.StopGradient -> "stop_gradient"
        | Prim.Barrier -> "barrier"
        | Prim.Full(_, v) -> $"full[{v}]"
        | Prim.Iota(_, axis) -> $"iota[{axis}]"
        | Prim.Reshape d -> $"reshape{d}"
        | Prim.Transpose d -> $"transpose{d}"
        | Prim.Broadcast(d, axes) -> $"broadcast{d}@{axes}"
        | Prim.Slice(s, l, t) -> $"slice{s}:{l}:{t}"
        | Prim.Pad(l, h, i) -> $"pad{l}:{h}:{i}"
        | Prim.Reverse axes -> $"reverse{axes}"
        | Prim.Concat axis -> $"concat[{axis}]"
        | Prim.DynamicSlice d -> $"dynamic_slice{d}"
        | Prim.DynamicUpdate -> "dynamic_update"
        | Prim.Gather b -> $"gather[{b}]"
        | Prim.Scatter(op, b) -> $"scatter_{(string op).ToLowerInvariant()}[{b}]"
        | Prim.Reduce(op, axes) -> $"reduce_{(string op).ToLowerInvariant()}{axes}"
        | Prim.ArgReduce(largest, axis) -> (if largest then "argmax" else "argmin") + $"[{axis}]"
        | Prim.Cumulative(op, axis, _) -> $"cum{(string op).ToLowerInvariant()}[{axis}]"
        | Prim.Sort(axis, _) -> $"sort[{axis}]"
        | Prim.TopK k -> $"top_k[{k}]"
        | Prim.Dot d -> $"dot[{d.LhsContract}x{d.RhsContract};{d.LhsBatch}x{d.RhsBatch}]"
        | Prim.Conv d -> $"conv_{(string d.Kind).ToLowerInvariant()}{d.Stride}"
        | Prim.Window d -> $"window_{(string d.Op).ToLowerInvariant()}{d.Size}"
        | Prim.Fft(kind, _) -> (string kind).ToLowerInvariant()
        | Prim.Linalg op ->
            match op with
            | LinalgOp.Cholesky -> "cholesky"
            | LinalgOp.TriangularSolve _ -> "triangular_solve"
            | LinalgOp.Lu -> "lu"
            | LinalgOp.Qr _ -> "qr"
            | LinalgOp.Svd _ -> "svd"
            | LinalgOp.Eigh -> "eigh"
            | LinalgOp.Eig -> "eig"
        | Prim.Rng(op, _, shape) -> $"rng_{(string op).ToLowerInvariant()}{shape}"
        | Prim.Cond _ -> "cond"
        | Prim.While _ -> "while"
        | Prim.Scan d -> $"scan[{d.Length}]"
        | Prim.Call c -> c.Name
