/// The public operations under their Keras names, in camel case: `Ops.matmul(x, y)`, `Ops.mean(x, axis = [ 1 ])`.
namespace Keras.FSharp

/// All operations of `keras.ops`. The members stand in one class per family, each inheriting from the one before;
/// this is the last of them, so that all can be reached through it. Operands may be plain numbers, which are weak in
/// promotion; `axis` counts from the end where it is negative.
[<AbstractClass>]
type Ops internal () =
    inherit CtcOps()
