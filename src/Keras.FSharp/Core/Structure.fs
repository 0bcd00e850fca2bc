/// Any F# value that holds tensors, as an array of tensors and the rest. Transformations see functions of tensor arrays
/// through this, `jit` keeps its programs by it.
namespace Keras.FSharp

open System
open System.Collections.Concurrent
open System.Reflection
open Microsoft.FSharp.Reflection

/// What a value is apart from its tensors: types, lengths, keys, union cases and static values (numbers, texts,
/// enumerations). Equal by value.
[<Sealed>]
type Structure internal (root: Node) =
    member internal _.Root = root

    /// How many tensors there are.
    member _.LeafCount = root.Leaves

    /// The path of each tensor, such as `.Params.[2].Bias`; empty for a value that is itself a tensor.
    member _.Paths: string[] =
        let rec go (prefix: string) (n: Node) =
            if n.Codec.IsTensor then
                [| prefix |]
            else
                n.Children |> Array.mapi (fun i c -> go (prefix + n.Codec.Segment(n, i)) c) |> Array.concat

        go "" root

    override _.GetHashCode() = root.GetHashCode()

    override _.Equals o =
        match o with
        | :? Structure as s -> s.Root.Equals root
        | _ -> false

    /// The paths of the tensors and the static values, one text for each.
    member internal _.Entries: string list =
        let rec go (prefix: string) (n: Node) =
            if n.Codec.IsTensor then
                [ (if prefix = "" then "tensor" else prefix) ]
            elif n.Children.Length = 0 then
                [ $"{prefix} = {n.Tag}" ]
            else
                n.Children |> Seq.mapi (fun i c -> go (prefix + n.Codec.Segment(n, i)) c) |> List.concat

        go "" root

    /// The paths and the static values, for messages.
    override s.ToString() = "{" + String.Join("; ", s.Entries) + "}"

/// Which codec a type has.
[<RequireQualifiedAccess>]
module internal Codecs =
    let private cache = ConcurrentDictionary<Type, Codec>()
    let private flags = BindingFlags.Public ||| BindingFlags.NonPublic

    let private plain =
        set [
            typeof<string>.FullName
            typeof<decimal>.FullName
            typeof<unit>.FullName
            typeof<Half>.FullName
            typeof<Numerics.Complex>.FullName
            typeof<Numerics.BigInteger>.FullName
            typeof<DateTime>.FullName
            typeof<TimeSpan>.FullName
            typeof<Guid>.FullName
            typeof<Dims>.FullName
            typeof<Aval>.FullName
            typeof<Scalar>.FullName
            typeof<Device>.FullName
        ]

    /// Numbers, texts and the like, whose equality is that of their content.
    let private isStatic (t: Type) =
        t.IsPrimitive || t.IsEnum || plain.Contains t.FullName || typeof<Type>.IsAssignableFrom t

    let private generics =
        dict [
            typedefof<_ list>, typedefof<ListCodec<_>>
            typedefof<Map<_, _>>, typedefof<MapCodec<_, _>>
            typedefof<Tree<_>>, typedefof<TreeCodec<_>>
        ]

    let private instance (definition: Type) (arguments: Type[]) (find: Type -> Codec) : Codec =
        match Activator.CreateInstance(definition.MakeGenericType arguments, find) with
        | :? Codec as c -> c
        | _ -> invalidOp "a codec is needed"

    let rec find (t: Type) : Codec = cache.GetOrAdd(t, make)

    and private make (t: Type) : Codec =
        if t = typeof<Tensor> then
            TensorCodec()
        elif isStatic t then
            StaticCodec t
        elif t.IsSZArray then
            instance typedefof<ArrayCodec<_>> [| nonNull (t.GetElementType()) |] find
        elif t.IsGenericType && generics.ContainsKey(t.GetGenericTypeDefinition()) then
            instance generics[t.GetGenericTypeDefinition()] (t.GetGenericArguments()) find
        elif FSharpType.IsTuple t then
            let types = FSharpType.GetTupleElements t
            let names = types |> Array.mapi (fun i _ -> $"Item{i + 1}")

            ProductCodec(
                t,
                names,
                types,
                FSharpValue.PreComputeTupleReader t,
                FSharpValue.PreComputeTupleConstructor t,
                find
            )
        elif FSharpType.IsRecord(t, flags) then
            let fields = FSharpType.GetRecordFields(t, flags)

            ProductCodec(
                t,
                fields |> Array.map (fun f -> f.Name),
                fields |> Array.map (fun f -> f.PropertyType),
                FSharpValue.PreComputeRecordReader(t, flags),
                FSharpValue.PreComputeRecordConstructor(t, flags),
                find
            )
        elif FSharpType.IsUnion(t, flags) then
            // A value's own type may be that of its case.
            let declared = (Array.head (FSharpType.GetUnionCases(t, flags))).DeclaringType
            if declared = t then UnionCodec(t, find) else find declared
        elif t = typeof<obj> || t.IsInterface || (t.IsAbstract && not (FSharpType.IsFunction t)) then
            DynamicCodec(t, find)
        else
            RefusedCodec t

    let set (t: Type) (codec: Codec) = cache[t] <- codec

/// Functions on structures.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Structure =
    /// As `flatten`; `name` is what errors call the value.
    let flattenAs (name: string) (value: 'T) : struct (Tensor[] * Structure) =
        let writer = Writer name
        let root = (Codecs.find typeof<'T>).Flatten(box value, writer)
        struct (writer.Tensors, Structure root)

    /// The tensors of a value in order, and the rest. Tensors may stand in tuples, records (anonymous ones too),
    /// unions, lists, arrays, maps, options and trees, nested in any way; numbers, texts and enumerations beside them
    /// become part of the structure. Anything else is an error that names its path.
    let flatten (value: 'T) : struct (Tensor[] * Structure) = flattenAs "value" value

    /// The value of a structure with these tensors; an error if their number or the type is not the structure's.
    let unflatten<'T> (structure: Structure) (tensors: Tensor[]) : 'T =
        let root = structure.Root

        if tensors.Length <> root.Leaves then
            Fail.value "structure" $"got {tensors.Length} tensors for a structure of {root.Leaves}" ""

        match root.Codec.Build(root, Reader tensors) with
        | null -> Unchecked.defaultof<'T>
        | :? 'T as value -> value
        | _ -> Fail.wrongType "structure" $"it describes a {root.Codec.Type}, not a {typeof<'T>}" ""

    /// The tensors of a value in order.
    let tensors (value: 'T) : Tensor[] =
        let struct (xs, _) = flatten value
        xs

    /// The path of each tensor of a value.
    let paths (value: 'T) : string[] =
        let struct (_, s) = flatten value
        s.Paths

    /// The value with every tensor changed by `f`.
    let map (f: Tensor -> Tensor) (value: 'T) : 'T =
        let struct (xs, s) = flatten value
        unflatten s (Array.map f xs)

    /// Tensor by tensor of two values of one structure; static parts are those of the first.
    let map2 (f: Tensor -> Tensor -> Tensor) (a: 'T) (b: 'T) : 'T =
        let struct (xs, s) = flatten a
        let struct (ys, t) = flatten b

        if xs.Length <> ys.Length || s.Paths <> t.Paths then
            Fail.value "structure" $"the values differ in form: {s} against {t}" ""

        unflatten s (Array.map2 f xs ys)

    /// Lets values of type 'T hold tensors: each is seen as a value of another type that holds them (a tuple, a
    /// record). Call it before the first such value is used.
    let register (toParts: 'T -> 'R) (ofParts: 'R -> 'T) : unit =
        Codecs.set typeof<'T> (MappedCodec<'T, 'R>(toParts, ofParts, Codecs.find))
