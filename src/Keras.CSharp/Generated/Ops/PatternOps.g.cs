// Generated from the operations of Keras.FSharp by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras;

/// <content>Operations of one family.</content>
public static partial class Ops
{
    /// <summary>The distinct values, or with <c>axis</c> the distinct slices along it, in rising order; <c>size</c> and <c>fillValue</c> as for <c>uniqueAll</c>. Keras: <c>keras.ops.unique</c>.</summary>
    public static Tensor Unique(Tensor x, int? axis = null, int? size = null, double? fillValue = null) =>
        new(FSharp.PatternOps.unique(x.Core, Fs.Option(axis), Fs.Option(size), Fs.Option(fillValue)));
}
