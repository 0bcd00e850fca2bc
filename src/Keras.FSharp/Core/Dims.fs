/// Shapes and axis lists: an immutable `int[]` with value equality and a cached hash.
namespace Keras.FSharp

open System
open System.Collections.Generic

/// A shape, or a list of axes. Equal by value; the hash is computed once. `-1` stands for an unknown size where a
/// symbolic shape is meant (Keras's `None`).
[<Sealed>]
type Dims(items: int[]) =
    let hash =
        let mutable h = HashCode()

        for i in items do
            h.Add i

        h.ToHashCode()

    /// The empty list: the shape of a scalar.
    static member val Empty = Dims [||]

    /// The items as a span.
    member _.Span = ReadOnlySpan<int> items

    /// How many items there are.
    member _.Rank = items.Length

    /// The item at position `i`.
    member _.Item
        with get i = items[i]

    /// The product of all sizes, as 64-bit number: the number of elements. No more than 2^56, which no memory has, so
    /// that a number of bytes cannot overflow to one that looks harmless.
    member _.Size =
        let most = 1L <<< 56
        let mutable n = 1L

        for i in items do
            n <- if float n * float i > float most then most else n * int64 i

        n

    /// A copy as array.
    member _.ToArray() : int[] = Array.copy items

    /// The items themselves; callers inside the library must not write to them.
    member internal _.Items = items

    member private _.Hash = hash
    override _.GetHashCode() = hash

    override _.Equals o =
        match o with
        | :? Dims as d -> d.Hash = hash && d.Span.SequenceEqual(ReadOnlySpan<int> items)
        | _ -> false

    /// As Python writes a tuple: `(2, 3)`, `(2,)`, `()`; an unknown size is `None`.
    override _.ToString() =
        let text i = if i < 0 then "None" else string i

        match items with
        | [| one |] -> $"({text one},)"
        | _ -> "(" + String.Join(", ", Array.map text items) + ")"

    interface IEnumerable<int> with
        member _.GetEnumerator() : IEnumerator<int> = (items :> seq<int>).GetEnumerator()
        member _.GetEnumerator() : Collections.IEnumerator = items.GetEnumerator()

    interface IReadOnlyList<int> with
        member _.Count = items.Length

        member _.Item
            with get i = items[i]

    interface IEquatable<Dims> with
        member d.Equals(other: Dims) = d.Equals(box other)

/// Functions on shapes and axis lists.
[<RequireQualifiedAccess>]
module Dims =
    /// Of any sequence of sizes.
    let ofSeq (s: int seq) : Dims =
        match s with
        | :? Dims as d -> d
        | _ -> Dims(Seq.toArray s)

    /// Takes the array as it is; the caller gives it away.
    let internal own (a: int[]) : Dims = if a.Length = 0 then Dims.Empty else Dims a

    /// True if `axis` stands in the list.
    let contains (axis: int) (d: Dims) : bool = d.Span.Contains axis

    /// `0 … n-1`.
    let range (n: int) : Dims = own (Array.init n id)

    /// The items at positions not listed in `axes`.
    let without (axes: Dims) (d: Dims) : Dims =
        own [|
            for i in 0 .. d.Rank - 1 do
                if not (contains i axes) then
                    d[i]
        |]

    /// The positions `0 … rank-1` not listed in `axes`.
    let complement (rank: int) (axes: Dims) : Dims =
        own [|
            for i in 0 .. rank - 1 do
                if not (contains i axes) then
                    i
        |]

    /// The shape with the listed axes set to 1, as `keepdims` asks for.
    let keep (axes: Dims) (d: Dims) : Dims = own (Array.init d.Rank (fun i -> if contains i axes then 1 else d[i]))

    /// Both lists, one after the other.
    let append (a: Dims) (b: Dims) : Dims = own (Array.append a.Items b.Items)

    /// The list with `x` put in front.
    let cons (x: int) (d: Dims) : Dims = own (Array.append [| x |] d.Items)

    /// Every item changed by `f`.
    let map (f: int -> int) (d: Dims) : Dims = own (Array.map f d.Items)

    /// The shape with position `i` set to `x`.
    let set (i: int) (x: int) (d: Dims) : Dims =
        let a = d.ToArray()
        a[i] <- x
        own a

    /// The shape with `x` inserted at position `i`.
    let insert (i: int) (x: int) (d: Dims) : Dims = own (Array.insertAt i x d.Items)

    /// The shape without position `i`.
    let removeAt (i: int) (d: Dims) : Dims = own (Array.removeAt i d.Items)

    /// The items from position `a` up to, not including, position `b`.
    let sub (a: int) (b: int) (d: Dims) : Dims = own (Array.sub d.Items a (b - a))

    /// Row-major strides, counted in elements.
    let strides (d: Dims) : int[] =
        let s = Array.zeroCreate d.Rank
        let mutable n = 1

        for i in d.Rank - 1 .. -1 .. 0 do
            s[i] <- n
            n <- n * d[i]

        s

    /// The inverse of a permutation.
    let invert (perm: Dims) : Dims =
        let a = Array.zeroCreate perm.Rank

        for i in 0 .. perm.Rank - 1 do
            a[perm[i]] <- i

        own a
