// Generated from the operations of Keras.FSharp by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras;

/// <content>Operations of one family.</content>
public static partial class Ops
{
    /// <summary>The likeliest class of each step of <c>inputs</c> [batch, steps, classes], without repetitions (<c>mergeRepeated</c>, true by default) and blanks: labels int32 [1, batch, steps], filled up with -1, and minus the sum of the inputs chosen [batch, 1]. Only the first <c>sequenceLengths</c> [batch] steps count; class <c>maskIndex</c> (0) is the blank. The strategy is "greedy"; like Keras on torch it knows no beam search. Keras: <c>keras.ops.ctc_decode</c>.</summary>
    public static (Tensor, Tensor) CtcDecode(Tensor inputs, Tensor sequenceLengths, string? strategy = null, bool? mergeRepeated = null, int? maskIndex = null) =>
        Fs.Pair(FSharp.CtcOps.ctcDecode(inputs.Core, sequenceLengths.Core, Fs.Option(strategy), Fs.Option(mergeRepeated), Fs.Option(maskIndex)));

    /// <summary>Minus the logarithm of the probability of the target sequences [batch, labels], of which the first <c>targetLength</c> [batch] labels count, under logits [batch, steps, classes], of which the first <c>outputLength</c> [batch] steps count; class <c>maskIndex</c> (0) is the blank. Infinite where a target does not fit into its steps. Keras: <c>keras.ops.ctc_loss</c>.</summary>
    public static Tensor CtcLoss(Tensor target, Tensor output, Tensor targetLength, Tensor outputLength, int? maskIndex = null) =>
        new(FSharp.CtcOps.ctcLoss(target.Core, output.Core, targetLength.Core, outputLength.Core, Fs.Option(maskIndex)));
}
