/// Trees of named branches: what parameters, optimizer slots and other nested variables are kept in. A path is the
/// names from the root to a leaf, joined by `/`, as Keras writes variable paths.
namespace Keras.FSharp

open System
open System.Collections.Generic

/// A value, or named subtrees in order. Names within a branch are distinct.
type Tree<'t> =
    | Leaf of 't
    | Branch of (string * Tree<'t>)[]

/// The form of a tree without its values: equal for trees with the same names in the same order.
[<Sealed>]
type TreeDef internal (form: Tree<unit>) =
    let hashOf (t: Tree<unit>) =
        let mutable h = HashCode()

        let rec go t =
            match t with
            | Leaf() -> h.Add 1
            | Branch items ->
                h.Add items.Length

                for name, sub in items do
                    h.Add name
                    go sub

        go t
        h.ToHashCode()

    let rec count t =
        match t with
        | Leaf() -> 1
        | Branch items -> items |> Array.sumBy (fun (_, sub) -> count sub)

    let hash = hashOf form
    let leaves = count form

    member internal _.Form = form

    /// How many leaves there are.
    member _.LeafCount = leaves

    override _.GetHashCode() = hash

    override a.Equals o =
        match o with
        | :? TreeDef as b -> obj.ReferenceEquals(a, b) || (hash = b.GetHashCode() && form = b.Form)
        | _ -> false

/// Functions on trees.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Tree =
    /// No leaves at all.
    let empty<'t> : Tree<'t> = Branch [||]

    let private join (path: string) (name: string) = if path = "" then name else path + "/" + name

    /// Every leaf changed by `f`, which also gets the leaf's path.
    let mapWithPath (f: string -> 'a -> 'b) (tree: Tree<'a>) : Tree<'b> =
        let rec go path t =
            match t with
            | Leaf x -> Leaf(f path x)
            | Branch items -> Branch(items |> Array.map (fun (name, sub) -> name, go (join path name) sub))

        go "" tree

    /// Every leaf changed by `f`.
    let rec map (f: 'a -> 'b) (tree: Tree<'a>) : Tree<'b> =
        match tree with
        | Leaf x -> Leaf(f x)
        | Branch items -> Branch(items |> Array.map (fun (name, sub) -> name, map f sub))

    /// Leaf by leaf of two trees of one form; an error names the first path at which they differ.
    let map2 (f: 'a -> 'b -> 'c) (a: Tree<'a>) (b: Tree<'b>) : Tree<'c> =
        let differ path (reason: string) =
            let at = if path = "" then "the root" else $"'{path}'"
            Fail.value "tree" $"the trees differ at {at}: {reason}" "Both must have the same names in the same order."

        let rec go path a b =
            match a, b with
            | Leaf x, Leaf y -> Leaf(f x y)
            | Branch xs, Branch ys ->
                if xs.Length <> ys.Length then
                    differ path $"{xs.Length} entries against {ys.Length}"

                Branch(
                    Array.map2
                        (fun (name, x) (other, y) ->
                            if name <> other then
                                differ path $"entry '{name}' against '{other}'"

                            name, go (join path name) x y)
                        xs
                        ys
                )
            | Leaf _, Branch _ -> differ path "a leaf against a branch"
            | Branch _, Leaf _ -> differ path "a branch against a leaf"

        go "" a b

    /// `f` on every leaf, in order.
    let rec iter (f: 'a -> unit) (tree: Tree<'a>) : unit =
        match tree with
        | Leaf x -> f x
        | Branch items ->
            for _, sub in items do
                iter f sub

    /// All leaves in order.
    let leaves (tree: Tree<'a>) : 'a[] =
        let found = List<'a>()
        iter found.Add tree
        found.ToArray()

    /// Paths and leaves in order.
    let toPairs (tree: Tree<'a>) : (string * 'a)[] = tree |> mapWithPath (fun path x -> path, x) |> leaves

    /// The paths of all leaves in order.
    let paths (tree: Tree<'a>) : string[] = toPairs tree |> Array.map fst

    /// The form of a tree.
    let definition (tree: Tree<'a>) : TreeDef = TreeDef(map ignore tree)

    /// The leaves in order, and the form.
    let flatten (tree: Tree<'a>) : struct ('a[] * TreeDef) = struct (leaves tree, definition tree)

    /// The tree of a form and as many leaves as it has.
    let unflatten (form: TreeDef) (leaves: 'a[]) : Tree<'a> =
        if leaves.Length <> form.LeafCount then
            Fail.value "tree" $"got {leaves.Length} leaves for a tree of {form.LeafCount}" ""

        let mutable next = 0

        let rec go t =
            match t with
            | Leaf() ->
                next <- next + 1
                Leaf leaves[next - 1]
            | Branch items -> Branch(items |> Array.map (fun (name, sub) -> name, go sub))

        go form.Form

    /// The tree whose leaves have the given paths; branches stand in the order in which their names first occur.
    let ofPairs (pairs: (string * 'a) seq) : Tree<'a> =
        let rec build (prefix: string) (items: (string list * 'a) list) : Tree<'a> =
            match items with
            | [ [], x ] -> Leaf x
            | _ ->
                items
                |> List.groupBy (fun (names, _) ->
                    match names with
                    | name :: _ -> name
                    | [] -> Fail.value "tree" $"the path '{prefix}' is both a leaf and a branch, or occurs twice" "")
                |> List.map (fun (name, group) ->
                    name, build (join prefix name) (group |> List.map (fun (names, x) -> List.tail names, x)))
                |> List.toArray
                |> Branch

        pairs
        |> Seq.map (fun (path, x) -> (if path = "" then [] else List.ofArray (path.Split '/')), x)
        |> Seq.toList
        |> build ""

    /// The subtree at a path, if there is one.
    let tryFind (path: string) (tree: Tree<'a>) : Tree<'a> option =
        let step t name =
            match t with
            | Some(Branch items) -> items |> Array.tryFind (fun (n, _) -> n = name) |> Option.map snd
            | _ -> None

        if path = "" then Some tree else path.Split '/' |> Array.fold step (Some tree)

    /// The subtree at a path; an error lists near paths.
    let find (path: string) (tree: Tree<'a>) : Tree<'a> =
        match tryFind path tree with
        | Some t -> t
        | None -> Fail.value "tree" $"there is nothing at '{path}'" (Fail.didYouMean path (paths tree))
