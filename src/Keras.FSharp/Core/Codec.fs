/// How values of each type are taken apart into tensors and a description of the rest, and built again. `Structure` is
/// the public face.
namespace Keras.FSharp

open System
open System.Collections.Generic
open System.Reflection
open Microsoft.FSharp.Reflection

/// What a value is apart from its tensors, as a tree. Equal by value. Each node knows the codec that made it, which can
/// rebuild the value.
[<Sealed; AllowNullLiteral>]
type internal Node(codec: Codec, tag: obj | null, children: Node[]) =
    let leaves = if codec.IsTensor then 1 else children |> Array.sumBy (fun c -> c.Leaves)

    let hash =
        let mutable h = HashCode()
        h.Add codec.Type

        match tag with
        | :? (obj[]) as keys ->
            for k in keys do
                h.Add k
        | _ -> h.Add tag

        for c in children do
            h.Add(c.GetHashCode())

        h.ToHashCode()

    member _.Codec = codec

    /// The static value, the union case, the length of a list, the keys of a map; null where there is nothing to say.
    member _.Tag = tag

    member _.Children = children

    /// How many tensors there are below.
    member _.Leaves: int = leaves

    /// Zeros of either sign are different constants of a compiled program, so floats are compared by bits.
    static member SameTag(a: obj | null, b: obj | null) : bool =
        match a, b with
        | (:? float as x), (:? float as y) -> BitConverter.DoubleToInt64Bits x = BitConverter.DoubleToInt64Bits y
        | (:? float32 as x), (:? float32 as y) -> BitConverter.SingleToInt32Bits x = BitConverter.SingleToInt32Bits y
        | (:? (obj[]) as xs), (:? (obj[]) as ys) ->
            xs.Length = ys.Length && Array.forall2 (fun x y -> Object.Equals(x, y)) xs ys
        | _ -> Object.Equals(a, b)

    override _.GetHashCode() = hash

    override a.Equals o =
        match o with
        | :? Node as b ->
            obj.ReferenceEquals(a, b)
            || (hash = b.GetHashCode()
                && codec.Type = b.Codec.Type
                && Node.SameTag(tag, b.Tag)
                && children.Length = b.Children.Length
                && Array.forall2 (fun (x: Node) (y: Node) -> x.Equals y) children b.Children)
        | _ -> false

/// Takes values of one type apart and builds them.
and [<AbstractClass>] internal Codec(t: Type) =
    // The node made last: as long as the form of the values does not change no new ones are made, and comparing two
    // structures is comparing references. A lost race costs one more node.
    let mutable last: Node = null

    member _.Type = t

    /// True for the codec of `Tensor` itself.
    abstract IsTensor: bool
    default _.IsTensor = false

    /// Adds the tensors of `value` to the writer.
    abstract Flatten: value: (obj | null) * writer: Writer -> Node

    /// The value of a node of this codec; tensors are taken from the reader in order.
    abstract Build: node: Node * reader: Reader -> (obj | null)

    /// How child `i` of a node is written in a path.
    abstract Segment: node: Node * i: int -> string
    default _.Segment(_, i) = $".[{i}]"

    /// The node of these parts: the last one again if it has the same.
    member c.Node(tag: obj | null, children: Node[]) : Node =
        let known = last

        let mutable same =
            not (isNull known) && known.Children.Length = children.Length && Node.SameTag(known.Tag, tag)

        let mutable i = 0

        while same && i < children.Length do
            same <- obj.ReferenceEquals(known.Children[i], children[i])
            i <- i + 1

        if same then
            known
        else
            let node = Node(c, tag, children)
            last <- node
            node

/// Collects tensors and knows the path of the value in hand.
and [<Sealed>] internal Writer(root: string) =
    let tensors = List<Tensor>()
    let path = Stack<struct (string * int)>()

    member _.Add(t: Tensor) = tensors.Add t
    member _.Tensors = tensors.ToArray()

    /// Flattens a part of a value; `segment` is how it is written in a path, empty for `.[i]`.
    member w.Child(codec: Codec, value: obj | null, segment: string, i: int) : Node =
        path.Push(struct (segment, i))
        let node = codec.Flatten(value, w)
        path.Pop() |> ignore
        node

    member _.Path =
        let text = path |> Seq.rev |> Seq.map (fun struct (s, i) -> if s = "" then $".[{i}]" else s)

        root + String.Join("", text)

    /// Refuses the value in hand.
    member w.Refuse(given: string) : 'a =
        Fail.wrongType
            "structure"
            $"{w.Path} is {given}"
            "Tensors may stand in tuples, records, unions, lists, arrays, maps, options and trees, beside \
             plain numbers, texts and enumerations; Structure.register adds other types."

/// Hands out tensors in order.
and [<Sealed>] internal Reader(tensors: Tensor[]) =
    let mutable next = 0

    member _.Next() : Tensor =
        next <- next + 1
        tensors[next - 1]

/// Typed values in and out of boxes. Null is None or unit as well, which the types of reflection do not tell.
[<AbstractClass; Sealed>]
type internal Boxes private () =
    static member inline Unbox<'e>(value: obj | null) : 'e =
        match value with
        | null -> Unchecked.defaultof<'e>
        | v -> unbox<'e> v

    static member Box(value: 'e) : obj = Unchecked.nonNull (box value)

    /// The children of a node, built in order.
    static member Children(node: Node, reader: Reader) : obj[] =
        node.Children |> Array.map (fun c -> Unchecked.nonNull (c.Codec.Build(c, reader)))

/// A tensor.
[<Sealed>]
type internal TensorCodec() =
    inherit Codec(typeof<Tensor>)
    override _.IsTensor = true

    override c.Flatten(value, writer) =
        match value with
        | :? Tensor as t ->
            writer.Add t
            c.Node(null, [||])
        | _ -> writer.Refuse "null instead of a tensor"

    override _.Build(_, reader) = reader.Next()

/// A value that is part of the structure.
[<Sealed>]
type internal StaticCodec(t: Type) =
    inherit Codec(t)
    override c.Flatten(value, _) = c.Node(value, [||])
    override _.Build(node, _) = node.Tag

/// A type that can hold no tensors as far as is known here.
[<Sealed>]
type internal RefusedCodec(t: Type) =
    inherit Codec(t)
    override _.Flatten(_, writer) = writer.Refuse $"a value of type {t}"
    override _.Build(_, _) = null

/// A field of an abstract type: the value decides.
[<Sealed>]
type internal DynamicCodec(t: Type, find: Type -> Codec) =
    inherit Codec(t)

    override _.Flatten(value, writer) =
        match value with
        | null -> writer.Refuse $"null, of type {t}"
        | v ->
            let actual = v.GetType()

            if actual = t then
                writer.Refuse $"a value of type {t}"
            else
                (find actual).Flatten(v, writer)

    override _.Build(_, _) = null

/// Tuples and records: fixed parts, each of its own type.
[<Sealed>]
type internal ProductCodec
    (
        t: Type,
        names: string[],
        types: Type[],
        read: obj -> (obj | null)[],
        make: obj[] -> (obj | null),
        find: Type -> Codec
    ) =
    inherit Codec(t)
    let segments = names |> Array.map (fun n -> "." + n)
    let parts = lazy (types |> Array.map find)

    override c.Flatten(value, writer) =
        match value with
        | null -> writer.Refuse $"null instead of a {t}"
        | v ->
            let parts = parts.Value
            let values = read v
            c.Node(null, Array.init parts.Length (fun i -> writer.Child(parts[i], values[i], segments[i], i)))

    override _.Build(node, reader) = make (Boxes.Children(node, reader))

    override _.Segment(_, i) = segments[i]

/// Unions: the case is part of the structure.
[<Sealed>]
type internal UnionCodec(t: Type, find: Type -> Codec) =
    inherit Codec(t)

    static let flags = BindingFlags.Public ||| BindingFlags.NonPublic

    let tagOf = FSharpValue.PreComputeUnionTagReader(t, flags)

    // As None is.
    let nullIsCase =
        match t.GetCustomAttribute<CompilationRepresentationAttribute>() with
        | null -> false
        | a -> a.Flags.HasFlag CompilationRepresentationFlags.UseNullAsTrueValue

    let cases =
        FSharpType.GetUnionCases(t, flags)
        |> Array.map (fun case ->
            let fields = case.GetFields()

            {|
                Read = FSharpValue.PreComputeUnionReader(case, flags)
                Make = FSharpValue.PreComputeUnionConstructor(case, flags)
                Parts = lazy (fields |> Array.map (fun f -> find f.PropertyType))
                Segments = fields |> Array.map (fun f -> "." + f.Name)
            |})

    override c.Flatten(value, writer) =
        if isNull value && not nullIsCase then
            writer.Refuse $"null instead of a {t}"

        let v = Unchecked.nonNull value
        let tag = tagOf v
        let case = cases[tag]
        let values = case.Read v
        let parts = case.Parts.Value
        c.Node(tag, Array.init parts.Length (fun i -> writer.Child(parts[i], values[i], case.Segments[i], i)))

    override _.Build(node, reader) =
        match node.Tag with
        | :? int as tag -> cases[tag].Make(Boxes.Children(node, reader))
        | _ -> null

    override _.Segment(node, i) =
        match node.Tag with
        | :? int as tag -> cases[tag].Segments[i]
        | _ -> ""

/// F# lists.
[<Sealed>]
type internal ListCodec<'e>(find: Type -> Codec) =
    inherit Codec(typeof<'e list>)
    let item = lazy (find typeof<'e>)

    override c.Flatten(value, writer) =
        let items = List.toArray (Boxes.Unbox<'e list> value)
        let codec = item.Value
        c.Node(null, items |> Array.mapi (fun i x -> writer.Child(codec, box x, "", i)))

    override _.Build(node, reader) = Boxes.Children(node, reader) |> Array.map Boxes.Unbox<'e> |> List.ofArray |> box

/// One-dimensional arrays.
[<Sealed>]
type internal ArrayCodec<'e>(find: Type -> Codec) =
    inherit Codec(typeof<'e[]>)
    let item = lazy (find typeof<'e>)

    override c.Flatten(value, writer) =
        match value with
        | :? ('e[]) as items ->
            let codec = item.Value
            c.Node(null, items |> Array.mapi (fun i x -> writer.Child(codec, box x, "", i)))
        | _ -> writer.Refuse "null instead of an array"

    override _.Build(node, reader) = Boxes.Children(node, reader) |> Array.map Boxes.Unbox<'e> |> box

/// Maps; the keys are part of the structure.
[<Sealed>]
type internal MapCodec<'k, 'e when 'k: comparison>(find: Type -> Codec) =
    inherit Codec(typeof<Map<'k, 'e>>)
    let item = lazy (find typeof<'e>)

    static let segment (key: obj) =
        match key with
        | :? string as s -> ".[\"" + s + "\"]"
        | k -> $".[{k}]"

    override c.Flatten(value, writer) =
        let pairs = Map.toArray (Boxes.Unbox<Map<'k, 'e>> value)
        let codec = item.Value
        let keys = pairs |> Array.map (fun (k, _) -> Boxes.Box k)
        c.Node(keys, pairs |> Array.mapi (fun i (k, x) -> writer.Child(codec, box x, segment (Boxes.Box k), i)))

    override _.Build(node, reader) =
        match node.Tag with
        | :? (obj[]) as keys ->
            Array.map2 (fun k x -> Boxes.Unbox<'k> k, Boxes.Unbox<'e> x) keys (Boxes.Children(node, reader))
            |> Map.ofArray
            |> box
        | _ -> null

    override _.Segment(node, i) =
        match node.Tag with
        | :? (obj[]) as keys -> segment keys[i]
        | _ -> ""

/// Trees of named branches; a leaf has the tag null.
[<Sealed>]
type internal TreeCodec<'e>(find: Type -> Codec) =
    inherit Codec(typeof<Tree<'e>>)
    let item = lazy (find typeof<'e>)

    override c.Flatten(value, writer) =
        match value with
        | :? Tree<'e> as tree ->
            match tree with
            | Leaf x -> c.Node(null, [| item.Value.Flatten(box x, writer) |])
            | Branch items ->
                let names = items |> Array.map (fun (name, _) -> Boxes.Box name)
                c.Node(names, items |> Array.mapi (fun i (name, sub) -> writer.Child(c, box sub, "/" + name, i)))
        | _ -> writer.Refuse "null instead of a tree"

    override _.Build(node, reader) =
        let children = Boxes.Children(node, reader)

        match node.Tag with
        | :? (obj[]) as names ->
            let pair (name: obj) (sub: obj) = Boxes.Unbox<string> name, Boxes.Unbox<Tree<'e>> sub
            Branch(Array.map2 pair names children)
        | _ -> Leaf(Boxes.Unbox<'e> children[0])

    override _.Segment(node, i) =
        match node.Tag with
        | :? (obj[]) as names -> $"/{names[i]}"
        | _ -> ""

/// A registered type, seen as another one.
[<Sealed>]
type internal MappedCodec<'t, 'r>(toParts: 't -> 'r, ofParts: 'r -> 't, find: Type -> Codec) =
    inherit Codec(typeof<'t>)
    let parts = lazy (find typeof<'r>)

    override c.Flatten(value, writer) =
        match value with
        | null -> writer.Refuse $"null instead of a {typeof<'t>}"
        | v -> c.Node(null, [| parts.Value.Flatten(box (toParts (unbox<'t> v)), writer) |])

    override _.Build(node, reader) =
        let child = node.Children[0]
        box (ofParts (Boxes.Unbox<'r>(child.Codec.Build(child, reader))))

    override _.Segment(_, _) = ""
