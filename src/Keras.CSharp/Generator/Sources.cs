using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Keras.Generator;

/// <summary>All generated files: their names below the folder and their text.</summary>
public static class Sources
{
    /// <summary>The folder <c>src/Keras.CSharp</c> of the checkout that this program was built from.</summary>
    public static string Folder() => Path.GetDirectoryName(Path.GetDirectoryName(Here())!)!;

    private static string Here([CallerFilePath] string here = "") => here;

    /// <summary>The text of every file.</summary>
    /// <param name="folder">Where <c>catalogue.json</c> is.</param>
    public static IReadOnlyDictionary<string, string> Generate(string folder)
    {
        var options = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
        var json = File.ReadAllText(Path.Combine(folder, "catalogue.json"));
        var catalogue = JsonSerializer.Deserialize<Catalogue>(json, options)!;
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);

        foreach (var entry in catalogue.Classes)
            files[$"{Twin.Folder(entry.Kind)}/{entry.Class}.g.cs"] = Twin.Text(entry, catalogue.Documentation);

        var layers = catalogue.Classes.Where(c => c.Kind == "layers").Select(c => c.Class);
        files["Layers/Twins.g.cs"] = Twin.OfLayers(layers.Order(StringComparer.Ordinal));

        foreach (var (name, text) in Operations.Files())
            files[name] = text;

        return files;
    }

    /// <summary>The files that differ from what is written, or are missing, or are too many.</summary>
    /// <param name="folder">The folder <c>src/Keras.CSharp</c>.</param>
    /// <param name="files">What should be there.</param>
    public static IReadOnlyList<string> Stale(string folder, IReadOnlyDictionary<string, string> files)
    {
        var target = Path.Combine(folder, "Generated");

        var present = Directory
            .EnumerateFiles(target, "*.cs", SearchOption.AllDirectories)
            .ToDictionary(p => Path.GetRelativePath(target, p).Replace('\\', '/'), File.ReadAllText);

        return
        [
            .. files.Where(f => !present.TryGetValue(f.Key, out var text) || text != f.Value).Select(f => f.Key),
            .. present.Keys.Where(name => !files.ContainsKey(name)),
        ];
    }
}

/// <summary>The file <c>catalogue.json</c>.</summary>
/// <param name="Documentation">What each argument means, by its Keras name.</param>
/// <param name="Classes">The classes.</param>
public sealed record Catalogue(IReadOnlyDictionary<string, string> Documentation, IReadOnlyList<Entry> Classes);

/// <summary>One class of Keras.</summary>
/// <param name="Kind">As <c>layers</c>.</param>
/// <param name="Class">As <c>Dense</c>.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Arguments">The arguments of the constructor, in Keras's order.</param>
public sealed record Entry(string Kind, string Class, string Summary, IReadOnlyList<Parameter> Arguments);

/// <summary>One argument.</summary>
/// <param name="Key">The Keras name.</param>
/// <param name="Type">The C# type.</param>
/// <param name="Default">The default; absent where the argument must be given, null where Keras's own default counts.</param>
public sealed record Parameter(string Key, string Type, JsonElement Default)
{
    /// <summary>True if the catalogue has a default, be it null.</summary>
    public bool IsOptional => Default.ValueKind != JsonValueKind.Undefined;
}
