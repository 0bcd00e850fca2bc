using System.Reflection;
using System.Xml.Linq;
using Keras.Generator;
using Xunit;

namespace Keras.Tests;

/// <summary>The public surface: free of F#'s own types, documented, and in step with the F# library.</summary>
public class SurfaceTests
{
    private static readonly Assembly Library = typeof(Model).Assembly;

    private const BindingFlags Declared =
        BindingFlags.Public
        | BindingFlags.NonPublic
        | BindingFlags.Instance
        | BindingFlags.Static
        | BindingFlags.DeclaredOnly;

    [Fact]
    public void NoSignatureHasATypeOfFSharp()
    {
        string[] found =
        [
            .. from type in Library.GetExportedTypes()
            from member in type.GetMembers(Declared)
            where IsVisible(member)
            from part in TypesOf(member).SelectMany(Parts)
            where part.Namespace?.Contains("FSharp", StringComparison.Ordinal) == true || IsTuple(part)
            select $"{type}.{member.Name}: {part.Name}",
        ];

        Assert.Empty(found);
    }

    [Fact]
    public void EveryPublicMemberIsDocumented()
    {
        var path = Path.ChangeExtension(Library.Location, ".xml");
        var documented = XDocument
            .Load(path)
            .Descendants("member")
            .Select(m => Bare((string)m.Attribute("name")!))
            .ToHashSet();

        string[] missing =
        [
            .. from type in Library.GetExportedTypes()
            from member in type.GetMembers(Declared)
            where IsVisible(member) && IsWritten(type, member)
            let name = $"{type.FullName!.Replace('+', '.')}.{member.Name.Replace('.', '#')}"
            where !documented.Contains(name)
            select name,
        ];

        Assert.Empty(missing);
    }

    [Fact]
    public void TheGeneratedFilesAreCurrent()
    {
        var folder = Sources.Folder();
        var stale = Sources.Stale(folder, Sources.Generate(folder));
        Assert.True(stale.Count == 0, "Run src/Keras.CSharp/Generator; not current: " + string.Join(", ", stale));
    }

    [Fact]
    public void EveryClassHasATwin()
    {
        var classes = new Dictionary<string, IEnumerable<string>>
        {
            // Input is written by hand.
            ["Layers"] = FSharp.LayerCatalogue.names.Where(n => n != "InputLayer"),
            ["Optimizers"] = FSharp.OptimizersModule.registry().Names,
            ["Optimizers.Schedules"] = FSharp.Schedules.Registry.Names,
            ["Losses"] = FSharp.Losses.Registry.Names,
            ["Metrics"] = FSharp.Metrics.Registry.Names,
            ["Initializers"] = FSharp.Initializers.Registry.Names,
            ["Regularizers"] = FSharp.Regularizers.Registry.Names,
            ["Constraints"] = FSharp.Constraints.Registry.Names,
        };

        string[] without =
        [
            .. from space in classes
            from name in space.Value
            where Library.GetType($"Keras.{space.Key}.{name}") is null
            select $"{space.Key}.{name}",
        ];

        Assert.Empty(without);
    }

    [Theory]
    [InlineData("Layers")]
    [InlineData("Optimizers")]
    [InlineData("Losses")]
    [InlineData("Metrics")]
    [InlineData("Initializers")]
    [InlineData("Regularizers")]
    [InlineData("Constraints")]
    [InlineData("Optimizers.Schedules")]
    public void EveryTwinCanBeMadeWithItsDefaults(string space)
    {
        var twins = Library
            .GetExportedTypes()
            .Where(t => t.Namespace == "Keras." + space && t.IsSealed && !t.IsAbstract)
            .Where(t => t.GetConstructors() is [var only] && only.GetParameters().All(p => Known(p).Found));

        foreach (var twin in twins)
        {
            var constructor = twin.GetConstructors()[0];
            Assert.NotNull(constructor.Invoke([.. constructor.GetParameters().Select(p => Known(p).Value)]));
        }
    }

    [Fact]
    public void DefaultsAreThoseOfTheFSharpLibrary()
    {
        var layers = Library
            .GetExportedTypes()
            .Where(t =>
                typeof(Layers.Layer).IsAssignableFrom(t)
                && t.IsSealed
                && t.Namespace == "Keras.Layers"
                && t != typeof(Layers.Input)
            );

        var compared = 0;

        foreach (var type in layers)
        {
            var constructor = type.GetConstructors()[0];

            if (!constructor.GetParameters().All(p => Known(p).Found))
                continue;

            var twin = (Layers.Layer)constructor.Invoke([.. constructor.GetParameters().Select(p => Known(p).Value)]);
            var given = constructor
                .GetParameters()
                .Where(p => !p.HasDefaultValue)
                .Select(p => Snake(p.Name!))
                .ToHashSet();
            var config = FSharp.LayerFactory.config(twin.Core);

            // Only what must be given is given to the F# library.
            var plain = FSharp.LayerFactory.config(
                FSharp.LayerCatalogue.create(
                    type.Name,
                    Microsoft.FSharp.Collections.ListModule.OfSeq(config.Where(p => given.Contains(p.Item1)))
                )
            );

            Assert.Equal(
                plain.Where(p => p.Item1 != "name").Select(p => $"{type.Name} {p.Item1}: {p.Item2}"),
                config.Where(p => p.Item1 != "name").Select(p => $"{type.Name} {p.Item1}: {p.Item2}")
            );

            compared++;
        }

        Assert.True(compared > 70, $"only {compared} classes were compared");
        static string Snake(string name) => FSharp.Naming.snakeCase(name);
    }

    [Fact]
    public void ElementTypesAreThoseOfTheFSharpLibrary()
    {
        foreach (var d in Enum.GetValues<DType>())
            Assert.Equal(((FSharp.DType)d).ToString(), d.ToString());

        Assert.Equal(Enum.GetValues<FSharp.DType>().Length, Enum.GetValues<DType>().Length);
    }

    /// <summary>A value for a parameter: its default, or one that most classes take; none where there is no such one.</summary>
    private static (bool Found, object? Value) Known(ParameterInfo p)
    {
        if (p.HasDefaultValue)
            return (true, p.DefaultValue);

        object? value = p.ParameterType switch
        {
            var t when t == typeof(int) => 4,
            var t when t == typeof(double) => 0.5,
            var t when t == typeof(Ints) && p.Name is not ("dims" or "axes" or "outputShape") => (Ints)2,
            var t when t == typeof(Doubles) => (Doubles)(new[] { 0.1, 0.2 }),
            var t when t == typeof(ActivationFunction) => (ActivationFunction)"relu",
            var t when t == typeof(Optimizers.Optimizer) => (Optimizers.Optimizer)"adam",
            _ => null,
        };

        return (value is not null, value);
    }

    private static bool IsVisible(MemberInfo member) =>
        member switch
        {
            MethodBase m => m.IsPublic || m.IsFamily || m.IsFamilyOrAssembly,
            FieldInfo f => f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly,
            PropertyInfo p => p.GetAccessors(true).Any(IsVisible),
            TypeInfo t => t.IsPublic || t.IsNestedPublic,
            _ => true,
        };

    /// <summary>False for what the compiler adds: accessors, members of records, default constructors.</summary>
    private static bool IsWritten(Type type, MemberInfo member)
    {
        var isRecord = type.GetMethod("PrintMembers", Declared) is not null;

        return member switch
        {
            MethodInfo m => !(m.IsSpecialName && !m.Name.StartsWith("op_", StringComparison.Ordinal)) && !isRecord,
            ConstructorInfo c => c.GetParameters().Length > 0 && !isRecord,
            FieldInfo f => !f.IsSpecialName,
            _ => true,
        };
    }

    private static IEnumerable<Type> TypesOf(MemberInfo member) =>
        member switch
        {
            MethodInfo m => m.GetParameters().Select(p => p.ParameterType).Append(m.ReturnType),
            ConstructorInfo c => c.GetParameters().Select(p => p.ParameterType),
            PropertyInfo p => [p.PropertyType],
            FieldInfo f => [f.FieldType],
            TypeInfo t => t.GetInterfaces().Append(t.BaseType ?? typeof(object)),
            _ => [],
        };

    private static IEnumerable<Type> Parts(Type type) =>
        type.IsArray || type.IsByRef ? Parts(type.GetElementType()!)
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type)
        : [type];

    private static bool IsTuple(Type type) =>
        type is { Namespace: "System", IsGenericType: true }
        && type.Name.StartsWith("Tuple`", StringComparison.Ordinal);

    /// <summary><c>M:Keras.Ops.Sum(…)</c> to <c>Keras.Ops.Sum</c>.</summary>
    private static string Bare(string id) => id[2..].Split('(')[0].Split("``")[0].Split('~')[0];
}
