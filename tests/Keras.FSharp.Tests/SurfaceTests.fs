/// The public surface of the F# assemblies: everything that a user can see is documented, and the core stays small.
module Keras.FSharp.Tests.SurfaceTests

open System
open System.IO
open System.Reflection
open System.Runtime.CompilerServices
open System.Text.RegularExpressions
open System.Xml.Linq
open Expecto
open Keras.FSharp

let private declared =
    BindingFlags.Public ||| BindingFlags.Instance ||| BindingFlags.Static ||| BindingFlags.DeclaredOnly

/// A name without numbers of type parameters and without parameters: `A.B`1.F``2(System.Int32)` as `A.B.F`.
let private bare (name: string) : string = Regex.Replace(name, @"`+\d+|\(.*", "")

let private documented (assembly: Assembly) : Set<string> =
    XDocument
        .Load(Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml"))
        .Descendants(XName.Get "member")
    |> Seq.filter (fun m -> not (String.IsNullOrWhiteSpace m.Value))
    |> Seq.choose (fun m ->
        match m.Attribute(XName.Get "name") with
        | null -> None
        | name -> Some(bare name.Value[2..]))
    |> Set.ofSeq

let private attribute<'a when 'a :> Attribute> (m: MemberInfo) = m.IsDefined(typeof<'a>, false)

/// What a person wrote: not an accessor, an override, a union's or record's own machinery.
let private written (m: MemberInfo) : bool =
    not (attribute<CompilerGeneratedAttribute> m)
    && not (attribute<Diagnostics.DebuggerNonUserCodeAttribute> m)
    && not (m.Name.Contains '@')
    && m.Name <> "value__"
    && (match m with
        | :? MethodInfo as f -> not f.IsSpecialName && f.GetBaseDefinition().DeclaringType = f.DeclaringType
        | :? ConstructorInfo -> false
        | :? Type -> false
        | _ -> true)

/// Types whose members the language makes: delegates, exceptions' fields, and the numbers of union cases.
let private machinery (t: Type) : bool =
    attribute<CompilerGeneratedAttribute> t
    || t.IsSubclassOf typeof<Delegate>
    || t.IsSubclassOf typeof<Exception>
    || (t.Name = "Tags" && t.IsNested)

let rec private path (t: Type) : string =
    match t.DeclaringType with
    | null -> $"{t.Namespace}.{t.Name}"
    | outer -> $"{path outer}.{t.Name}"

let private undocumented (assembly: Assembly) : string list =
    let known = documented assembly

    [
        for t in assembly.GetExportedTypes() do
            if not (machinery t) then
                for m in t.GetMembers declared do
                    if written m then
                        bare $"{path t}.{m.Name}"
    ]
    |> List.distinct
    |> List.filter (fun name -> not (known.Contains name))

let private complete (assembly: Assembly) : unit =
    let missing = undocumented assembly
    let names = String.Join("\n", missing)
    Expect.isEmpty missing $"without documentation:\n{names}\n"

let private root: string =
    let rec up (folder: DirectoryInfo | null) =
        match folder with
        | null -> failtest "Keras.sln was not found above the tests"
        | d when File.Exists(Path.Combine(d.FullName, "Keras.sln")) -> d.FullName
        | d -> up d.Parent

    up (DirectoryInfo AppContext.BaseDirectory)

[<Tests>]
let tests =
    testList "surface" [
        testCase "every public member of Keras.Core is documented" (fun () -> complete typeof<Tensor>.Assembly)
        testCase "every public member of Keras.FSharp is documented" (fun () -> complete typeof<Layers>.Assembly)
        testCase "the core stays small" (fun () ->
            let isCode (line: string) = line.Trim() <> "" && not (line.TrimStart().StartsWith "//")

            let code =
                Directory.GetFiles(Path.Combine(root, "src", "Keras.FSharp", "Core"), "*.fs")
                |> Array.sumBy (fun f -> File.ReadAllLines f |> Seq.filter isCode |> Seq.length)

            Expect.isGreaterThan code 3000 "the core was found"
            Expect.isLessThanOrEqual code 5500 "lines of code in Core, without comments and empty lines")
    ]
