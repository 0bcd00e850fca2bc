// Generated from the operations of Keras.FSharp by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras;

/// <content>Operations of one family.</content>
public static partial class Ops
{
    /// <summary>Minus the logarithm of the probability of the target sequences [batch, labels], of which the first <c>targetLength</c> [batch] labels count, under logits [batch, steps, classes], of which the first <c>outputLength</c> [batch] steps count; class <c>maskIndex</c> (0) is the blank. Infinite where a target does not fit into its steps. Keras: <c>keras.ops.ctc_loss</c>.</summary>
    public static Tensor CtcLoss(Tensor target, Tensor output, Tensor targetLength, Tensor outputLength, int? maskIndex = null) =>
        new(FSharp.CtcOps.ctcLoss(target.Core, output.Core, targetLength.Core, outputLength.Core, Fs.Option(maskIndex)));
}
