using System.Collections;
using Keras.FSharp.Saving;
using Microsoft.FSharp.Collections;

namespace Keras.Layers;

/// <summary>
/// Further arguments of the call of a layer, by Keras's names:
/// <c>new CallOptions { { "use_causal_mask", true }, { "attention_mask", mask } }</c>.
/// </summary>
public sealed class CallOptions : IEnumerable<string>
{
    private readonly Dictionary<string, bool> flags = [];
    private readonly Dictionary<string, (Tensor[] All, bool IsList)> tensors = [];
    private readonly Dictionary<string, (KerasTensor[] All, bool IsList)> symbols = [];

    /// <summary>Sets a switch.</summary>
    /// <param name="name">The name, as <c>return_attention_scores</c>.</param>
    /// <param name="value">The value.</param>
    public void Add(string name, bool value) => flags[name] = value;

    /// <summary>Gives a tensor.</summary>
    /// <param name="name">The name, as <c>mask</c>.</param>
    /// <param name="value">The tensor.</param>
    public void Add(string name, Tensor value) => tensors[name] = ([value], false);

    /// <summary>Gives several tensors.</summary>
    /// <param name="name">The name, as <c>initial_state</c>.</param>
    /// <param name="values">The tensors.</param>
    public void Add(string name, IEnumerable<Tensor> values) => tensors[name] = ([.. values], true);

    /// <summary>Gives a symbolic tensor.</summary>
    /// <param name="name">The name, as <c>mask</c>.</param>
    /// <param name="value">The tensor.</param>
    public void Add(string name, KerasTensor value) => symbols[name] = ([value], false);

    /// <summary>Gives several symbolic tensors.</summary>
    /// <param name="name">The name, as <c>initial_state</c>.</param>
    /// <param name="values">The tensors.</param>
    public void Add(string name, IEnumerable<KerasTensor> values) => symbols[name] = ([.. values], true);

    /// <summary>The names.</summary>
    public IEnumerator<string> GetEnumerator() => flags.Keys.Concat(tensors.Keys).Concat(symbols.Keys).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The arguments of a symbolic call.</summary>
    internal FSharpList<Tuple<string, FSharp.Argument>> Symbols()
    {
        if (tensors.Count > 0)
            throw Fs.Refuse("CallOptions", $"'{tensors.Keys.First()}' is data in a call on symbolic tensors");

        static FSharp.Argument One(KerasTensor x) => FSharp.Argument.NewTensor(x.Core);

        var given = symbols.Select(s =>
            Tuple.Create(
                s.Key,
                s.Value.IsList ? FSharp.Argument.NewList(Fs.List(s.Value.All.Select(One))) : One(s.Value.All[0])
            )
        );

        var plain = flags.Select(f => Tuple.Create(f.Key, FSharp.Argument.NewValue(Json.NewBool(f.Value))));
        return Fs.List(given.Concat(plain));
    }

    /// <summary>The arguments of a call on data, and the mask of the first input (null: none).</summary>
    internal (FSharp.CallArguments Arguments, FSharp.Tensor? Mask) Values()
    {
        if (symbols.Count > 0)
            throw Fs.Refuse("CallOptions", $"'{symbols.Keys.First()}' is symbolic in a call on data");

        var given = tensors.Select(t => Tuple.Create(t.Key, Fs.Unwrap(t.Value.All)));
        var plain = flags.Select(f => Tuple.Create(f.Key, Json.NewBool(f.Value)));
        var arguments = new FSharp.CallArguments(MapModule.OfSeq(given), MapModule.OfSeq(plain));
        return (arguments, tensors.TryGetValue("mask", out var mask) ? mask.All[0].Core : null);
    }
}
