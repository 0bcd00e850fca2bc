using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Keras.Generator;

/// <summary>The C# class of one Keras class: a constructor that puts its arguments into a config.</summary>
internal static class Twin
{
    private static readonly Parameter[] OfAllLayers =
    [
        new("name", "string?", JsonElement.Parse("null")),
        new("dtype", "string?", JsonElement.Parse("null")),
        new("trainable", "bool", JsonElement.Parse("true")),
    ];

    public static string Folder(string kind) => kind == "schedules" ? "Schedules" : Capital(kind);

    public static string Text(Entry entry, IReadOnlyDictionary<string, string> documentation)
    {
        var (space, basis, module) = entry.Kind switch
        {
            "layers" => ("Keras.Layers", "Layer", "keras.layers"),
            "optimizers" => ("Keras.Optimizers", "Optimizer", "keras.optimizers"),
            "schedules" => ("Keras.Optimizers.Schedules", "LearningRateSchedule", "keras.optimizers.schedules"),
            "losses" => ("Keras.Losses", "Loss", "keras.losses"),
            "metrics" => ("Keras.Metrics", "Metric", "keras.metrics"),
            "initializers" => ("Keras.Initializers", "Initializer", "keras.initializers"),
            "regularizers" => ("Keras.Regularizers", "Regularizer", "keras.regularizers"),
            "constraints" => ("Keras.Constraints", "Constraint", "keras.constraints"),
            var other => throw new InvalidDataException($"catalogue.json: there is no kind '{other}'"),
        };

        Parameter[] all = entry.Kind == "layers" ? [.. entry.Arguments, .. OfAllLayers] : [.. entry.Arguments];

        // What must be given comes first in C#.
        Parameter[] ordered = [.. all.Where(p => !p.IsOptional), .. all.Where(p => p.IsOptional)];
        var text = new StringBuilder();
        text.Append("// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.\n#nullable enable\n");

        foreach (var used in Namespaces(all))
            text.Append($"using {used};\n");

        text.Append($"\nnamespace {space};\n\n");
        text.Append($"/// <summary>{Escape(entry.Summary)} Keras: <c>{module}.{entry.Class}</c>.</summary>\n");
        text.Append($"public sealed class {entry.Class} : {basis}\n{{\n");
        text.Append($"    /// <summary>{Escape(entry.Summary)}</summary>\n");

        foreach (var p in ordered)
            text.Append($"    /// <param name=\"{Name(p.Key)}\">{Escape(documentation[p.Key])}</param>\n");

        text.Append($"    public {entry.Class}(");

        if (ordered.Length > 0)
            text.Append("\n        ").AppendJoin(",\n        ", ordered.Select(Declaration)).Append("\n    ");

        text.Append($")\n        : base(\n            \"{entry.Class}\",\n            new ConfigBuilder");

        if (all.Length == 0)
            text.Append("()");
        else
        {
            text.Append("\n            {\n");

            foreach (var p in all)
                text.Append($"                {{ \"{p.Key}\", {Name(p.Key)} }},\n");

            text.Append("            }");
        }

        text.Append("\n        ) { }\n");

        if (entry.Kind == "layers")
            text.Append($"\n    internal {entry.Class}(FSharp.Layer core)\n        : base(core) {{ }}\n");

        return text.Append("}\n").ToString();
    }

    /// <summary>The file that makes the C# object of a layer of the F# library.</summary>
    /// <param name="layers">The names of the classes.</param>
    public static string OfLayers(IEnumerable<string> layers) =>
        new StringBuilder()
            .Append(
                "// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.\n#nullable enable\n\n"
            )
            .Append("namespace Keras.Layers;\n\n/// <summary>The classes of layers by their names.</summary>\n")
            .Append("internal static class Twins\n{\n")
            .Append(
                "    /// <summary>An object of the class of a layer; null where there is no such class.</summary>\n"
            )
            .Append("    public static Layer? Of(FSharp.Layer core) =>\n        core.Class switch\n        {\n")
            .AppendJoin("", layers.Select(l => $"            \"{l}\" => new {l}(core),\n"))
            .Append("            _ => null,\n        };\n}\n")
            .ToString();

    private static string Declaration(Parameter p) =>
        $"{p.Type} {Name(p.Key)}" + (p.IsOptional ? " = " + Literal(p.Type, p.Default) : "");

    private static string Literal(string type, JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.String => $"\"{value.GetString()}\"",
            JsonValueKind.Number when type.StartsWith("int", StringComparison.Ordinal) => value
                .GetInt32()
                .ToString(CultureInfo.InvariantCulture),
            JsonValueKind.Number => value.GetDouble().ToString("R", CultureInfo.InvariantCulture),
            _ => "null",
        };

    private static IEnumerable<string> Namespaces(Parameter[] all) =>
        from pair in new[]
        {
            ("Constraint", "Keras.Constraints"),
            ("Initializer", "Keras.Initializers"),
            ("Regularizer", "Keras.Regularizers"),
        }
        where all.Any(p => p.Type.TrimEnd('?') == pair.Item1)
        select pair.Item2;

    /// <summary><c>kernel_size</c> to <c>kernelSize</c>.</summary>
    private static string Name(string key)
    {
        var parts = key.Split('_');
        return parts[0] + string.Concat(parts.Skip(1).Select(Capital));
    }

    private static string Capital(string s) => s.Length == 0 ? s : char.ToUpperInvariant(s[0]) + s[1..];

    /// <summary>Backquotes become code.</summary>
    public static string Escape(string text)
    {
        var parts = text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Split('`');
        return string.Concat(parts.Select((part, i) => i % 2 == 1 ? $"<c>{part}</c>" : part));
    }
}
