// Writes src/Keras.CSharp/Generated: the C# twins of layers, losses, … from catalogue.json.
//
//     dotnet run -c Release --project src/Keras.CSharp/Generator
//
// With --check nothing is written; the exit code says whether the files are current.
using Keras.Generator;

var root = Sources.Folder();
var files = Sources.Generate(root);
var target = Path.Combine(root, "Generated");

if (args.Contains("--check"))
{
    var stale = Sources.Stale(root, files);

    foreach (var name in stale)
        Console.WriteLine($"{name} is not current");

    return stale.Count == 0 ? 0 : 1;
}

if (Directory.Exists(target))
    Directory.Delete(target, true);

foreach (var (name, text) in files)
{
    var path = Path.Combine(target, name);
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    File.WriteAllText(path, text);
}

Console.WriteLine($"{files.Count} files");
return 0;
