/// What a kernel is: a primitive prepared for operands of known shapes, which then runs on dense memory any number of
/// times. Both CPU backends, eager or compiled, run kernels; libtorch's functions are wrapped as kernels too.
namespace Keras.FSharp.Backends

/// Runs on dense, row-major, at least 16-byte aligned memory: one address per operand and result. Operands are never
/// written, except that an elementwise kernel works where a result has the address of an operand of the same size.
type internal Kernel = delegate of inputs: nativeint[] * outputs: nativeint[] -> unit

/// Splits loops over the cores.
[<RequireQualifiedAccess>]
module internal Parallel =
    /// Who runs the parts: (count, grain, body of (from, to)). Replaced by libtorch's pool where that is loaded, so that
    /// there are never two pools.
    type Provider = delegate of count: int64 * grain: int64 * body: System.Action<int64, int64> -> unit

    let private sequentialBelow = 1L

    let private own =
        Provider(fun count grain body ->
            let grain = max grain sequentialBelow
            let parts = min (int64 System.Environment.ProcessorCount) ((count + grain - 1L) / grain)

            if parts <= 1L then
                body.Invoke(0L, count)
            else
                let size = (count + parts - 1L) / parts

                System.Threading.Tasks.Parallel.For(
                    0,
                    int parts,
                    fun i -> body.Invoke(int64 i * size, min count (int64 (i + 1) * size))
                )
                |> ignore)

    let mutable private provider = own

    /// Replaces the pool.
    let setProvider (p: Provider) = provider <- p

    /// Runs `body from to` over parts of `0 … count-1`, each at least `grain` long, on all cores; in this thread where
    /// one part is enough. Exceptions of the body reach the caller.
    let run (count: int64) (grain: int64) (body: System.Action<int64, int64>) : unit =
        if count <= grain then
            (if count > 0L then
                 body.Invoke(0L, count))
        else
            provider.Invoke(count, grain, body)
