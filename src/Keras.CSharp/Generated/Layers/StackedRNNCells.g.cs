// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Cells one upon the other, as one cell. Keras: <c>keras.layers.StackedRNNCells</c>.</summary>
public sealed class StackedRNNCells : Layer
{
    /// <summary>Cells one upon the other, as one cell.</summary>
    /// <param name="cells">The cells, the lowest first.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public StackedRNNCells(
        IReadOnlyList<Layer> cells,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "StackedRNNCells",
            new ConfigBuilder
            {
                { "cells", cells },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal StackedRNNCells(FSharp.Layer core)
        : base(core) { }
}
