/// The functions that look into compiled functions: `Jit.explain` and `Profile.run`.
namespace Keras.FSharp

/// Looking into compiled functions.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Jit =
    let private compiled (f: 'a -> 'b) : Jit<'a, 'b> =
        match Transform.compiledOf f with
        | ValueSome j -> j
        | ValueNone -> Jit<'a, 'b>("jit", f, (fun _ -> false))

    /// What a function is compiled to for arguments like `x`: captured equations, fused regions, steps with bytes and
    /// operations, memory, what stayed unfused and why; and, for a function that `jit` made, why it was compiled again.
    /// The function is not run.
    let explain (f: 'a -> 'b) (x: 'a) : Explanation = (compiled f).Explain x

    /// As `Profile.run`.
    let internal profile (runs: int) (f: 'a -> 'b) (x: 'a) : Profile = (compiled f).Profile(x, runs)

/// Measuring compiled functions.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Profile =
    /// Compiles `f` for arguments like `x`, runs it 20 times on copies of them, and measures each step. An error where
    /// `f` captured tensors of an outer transformation.
    let run (f: 'a -> 'b) (x: 'a) : Profile = Jit.profile 20 f x
