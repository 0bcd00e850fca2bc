using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace Keras.Generator;

/// <summary>
/// The class <c>Ops</c>: a method for each operation of the F# library whose signature has a C# form. Those that take
/// functions stand in <c>Fn</c>.
/// </summary>
internal static class Operations
{
    private static readonly HashSet<string> Keywords =
    [
        "default",
        "base",
        "params",
        "ref",
        "out",
        "in",
        "is",
        "as",
        "fixed",
    ];

    /// <summary>The files, by name: one for each class of the F# library.</summary>
    public static IEnumerable<(string Name, string Text)> Files()
    {
        var assembly = typeof(FSharp.Ops).Assembly;
        var documentation = Documentation(Path.ChangeExtension(assembly.Location, ".xml"));

        foreach (var family in Families(typeof(FSharp.Ops)))
            if (Methods(family, "ops", documentation) is { Length: > 0 } methods)
                yield return (
                    $"Ops/{family.Name}.g.cs",
                    File("Keras", "/// <content>Operations of one family.</content>", "Ops", methods)
                );

        foreach (
            var (area, root, name) in new[]
            {
                ("losses", typeof(FSharp.Losses), "LossFunctions"),
                ("metrics", typeof(FSharp.Metrics), "MetricFunctions"),
            }
        )
        {
            var space = char.ToUpperInvariant(area[0]) + area[1..];

            yield return (
                $"{space}/{name}.g.cs",
                File(
                    $"Keras.{space}",
                    $"/// <summary>The functions of <c>keras.{area}</c>: a value for each sample.</summary>",
                    name,
                    [
                        .. Families(root)
                            .SelectMany(f => Methods(f, area, documentation))
                            // A class hides what those before it call the same.
                            .DistinctBy(m =>
                                m[
                                    m.IndexOf("public static", StringComparison.Ordinal)..m.IndexOf(
                                        "=>",
                                        StringComparison.Ordinal
                                    )
                                ]
                            ),
                    ]
                )
            );
        }
    }

    private static IEnumerable<Type> Families(Type root)
    {
        for (var family = root; family is not null && family != typeof(object); family = family.BaseType)
            yield return family;
    }

    private static string[] Methods(Type family, string area, IReadOnlyDictionary<string, string> documentation) =>
        [
            .. family
                .GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Where(m => !m.IsSpecialName && !m.IsGenericMethod)
                .OrderBy(m => m.Name, StringComparer.Ordinal)
                .ThenBy(m => m.ToString(), StringComparer.Ordinal)
                .Select(m => Method(family, area, m, documentation))
                .OfType<string>()
                .Distinct(),
        ];

    private static string File(string space, string summary, string name, string[] methods) =>
        "// Generated from the operations of Keras.FSharp by src/Keras.CSharp/Generator; do not edit.\n#nullable enable\n\n"
        + $"namespace {space};\n\n{summary}\npublic static partial class {name}\n{{\n"
        + string.Join("\n", methods)
        + "}\n";

    private static string? Method(
        Type family,
        string area,
        MethodInfo method,
        IReadOnlyDictionary<string, string> documentation
    )
    {
        var parameters = method.GetParameters();
        var given = parameters.Select(p => Parameter(p.ParameterType, Escaped(p.Name!))).ToArray();

        if (given.Any(p => p is null) || Result(method.ReturnType) is not { } result)
            return null;

        var declarations = given.Select((p, i) => $"{p!.Value.Type} {Escaped(parameters[i].Name!)}{p.Value.Default}");
        var name = char.ToUpperInvariant(method.Name[0]) + method.Name[1..];
        var key = $"M:{family.FullName}.{method.Name}";
        var summary = documentation.TryGetValue(key, out var text)
            ? text
            : $"Keras: <c>keras.{area}.{method.Name}</c>.";
        var call =
            $"FSharp.{family.Name}.{Escaped(method.Name)}({string.Join(", ", given.Select(p => p!.Value.Value))})";

        return new StringBuilder()
            .Append($"    /// <summary>{summary}</summary>\n")
            .Append($"    public static {result.Type} {name}({string.Join(", ", declarations)}) =>\n")
            .Append($"        {string.Format(null, result.Format, call)};\n")
            .ToString();
    }

    /// <summary>The C# type, how the F# value comes from it, and the default; null where there is no C# form.</summary>
    private static (string Type, string Value, string Default)? Parameter(Type type, string name)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(FSharpOption<>))
        {
            var inner = type.GetGenericArguments()[0];

            return inner switch
            {
                _ when inner == typeof(int) => ("int?", $"Fs.Option({name})", " = null"),
                _ when inner == typeof(double) => ("double?", $"Fs.Option({name})", " = null"),
                _ when inner == typeof(bool) => ("bool?", $"Fs.Option({name})", " = null"),
                _ when inner == typeof(string) => ("string?", $"Fs.Option({name})", " = null"),
                _ when inner == typeof(FSharp.DType) => ("DType?", $"Fs.Option((FSharp.DType?){name})", " = null"),
                _ when inner == typeof(FSharp.Tensor) => ("Tensor?", $"Fs.Option({name}?.Core)", " = null"),
                _ when inner == typeof(Tuple<double, double>) => (
                    "(double, double)?",
                    $"Fs.Option({name} is {{ }} pair ? Tuple.Create(pair.Item1, pair.Item2) : null)",
                    " = null"
                ),
                _ when inner == typeof(FSharp.Operand) => ("Operand?", $"Fs.Option({name}?.Core)", " = null"),
                _ when inner == typeof(FSharpList<int>) => (
                    "Ints?",
                    $"Fs.Option({name} is null ? null : Fs.List<int>({name}))",
                    " = null"
                ),
                _ when inner == typeof(IEnumerable<int>) => (
                    "Ints?",
                    $"Fs.Option<IEnumerable<int>>({name})",
                    " = null"
                ),
                _ => null,
            };
        }

        return type switch
        {
            _ when type == typeof(FSharp.Tensor) => ("Tensor", $"{name}.Core", ""),
            _ when type == typeof(FSharp.Operand) => ("Operand", $"{name}.Core", ""),
            _ when type == typeof(FSharp.DType) => ("DType", $"(FSharp.DType){name}", ""),
            _ when type == typeof(int) => ("int", name, ""),
            _ when type == typeof(double) => ("double", name, ""),
            _ when type == typeof(bool) => ("bool", name, ""),
            _ when type == typeof(string) => ("string", name, ""),
            _ when type == typeof(IEnumerable<int>) => ("Ints", name, ""),
            _ when type == typeof(IEnumerable<FSharp.Tensor>) => ("IEnumerable<Tensor>", $"Fs.Unwrap({name})", ""),
            _ when type == typeof(IEnumerable<FSharp.Operand>) => (
                "IEnumerable<Operand>",
                $"{name}.Select(x => x.Core)",
                ""
            ),
            _ when type == typeof(IEnumerable<Tuple<int, int>>) => (
                "IEnumerable<(int, int)>",
                $"{name}.Select(p => Tuple.Create(p.Item1, p.Item2))",
                ""
            ),
            _ when type == typeof(FSharp.Tensor[]) => ("params Tensor[]", $"Fs.Unwrap({name})", ""),
            _ when type == typeof(Tuple<FSharp.Tensor, FSharp.Tensor>) => (
                "(Tensor, Tensor)",
                $"Tuple.Create({name}.Item1.Core, {name}.Item2.Core)",
                ""
            ),
            _ => null,
        };
    }

    private static (string Type, string Format)? Result(Type type) =>
        type switch
        {
            _ when type == typeof(FSharp.Tensor) => ("Tensor", "new({0})"),
            _ when type == typeof(int) => ("int", "{0}"),
            _ when type == typeof(FSharpList<FSharp.Tensor>) => ("IReadOnlyList<Tensor>", "Fs.Wrap([.. {0}])"),
            _ when type == typeof(Tuple<FSharp.Tensor, FSharp.Tensor>) => ("(Tensor, Tensor)", "Fs.Pair({0})"),
            _ when type == typeof(Tuple<FSharp.Tensor, FSharp.Tensor, FSharp.Tensor>) => (
                "(Tensor, Tensor, Tensor)",
                "Fs.Triple({0})"
            ),
            _ => null,
        };

    /// <summary>Summaries by member; overloads share that of the first.</summary>
    private static Dictionary<string, string> Documentation(string path)
    {
        var found = new Dictionary<string, string>();

        foreach (var member in XDocument.Load(path).Descendants("member"))
        {
            var name = ((string?)member.Attribute("name") ?? "").Split('(')[0].Split('`')[0];
            var text = Regex.Replace((member.Element("summary")?.Value ?? "").Trim(), @"\s+", " ");

            if (text.Length > 0)
                found.TryAdd(name, Twin.Escape(text));
        }

        return found;
    }

    private static string Escaped(string name) => Keywords.Contains(name) ? "@" + name : name;
}
