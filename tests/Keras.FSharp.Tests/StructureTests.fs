/// Taking values that hold tensors apart and putting them together: every supported type, errors with paths, equality.
module Keras.FSharp.Tests.StructureTests

open System
open Expecto
open Keras.FSharp

type private Params = { Weight: Tensor; Bias: Tensor option }

type private Model = { Params: Params list; Name: string; Units: int }

type private Mode =
    | Train
    | Evaluate of rate: float

type private Chain =
    | Last
    | Link of Tensor * Chain

type private Cell(x: Tensor, n: int) =
    member _.X = x
    member _.N = n

// No values are needed, so no backend either: a tensor that belongs to a finished trace will do.
let private tensor (n: int) =
    let trace = {
        new Trace(0L, "test") with
            member _.Bind(_, _) = [||]
    }

    Tensor(Aval.make DType.Float32 (Dims.ofSeq [ n ]), Value.Traced(trace, Payload.Symbol n))

let private a, b, c = tensor 1, tensor 2, tensor 3
let private same (x: Tensor) (y: Tensor) = obj.ReferenceEquals(x, y)

/// Taken apart and built again, with the tensors expected in order.
let private roundTrip (value: 'T) (expected: Tensor list) : 'T =
    let struct (xs, s) = Structure.flatten value
    Expect.equal xs.Length expected.Length "number of tensors"
    Expect.isTrue (List.forall2 same (List.ofArray xs) expected) "tensors in order"
    Expect.equal s.LeafCount xs.Length "leaf count"
    Expect.equal s.Paths.Length xs.Length "paths"
    let back: 'T = Structure.unflatten s xs
    let struct (ys, t) = Structure.flatten back
    Expect.equal t s "structure again"
    Expect.isTrue (Array.forall2 same xs ys) "tensors again"
    back

let private structureOf value =
    let struct (_, s) = Structure.flatten value
    s

let private refusal (f: unit -> 'a) =
    try
        f () |> ignore
        failtest "an error is expected"
    with KerasException(_, _, reason, _) ->
        reason

let private model n bias = {
    Params = List.init n (fun _ -> { Weight = a; Bias = bias })
    Name = "m"
    Units = 3
}

[<Tests>]
let tests =
    testList "structure" [
        testCase "a tensor, unit and static values"
        <| fun () ->
            roundTrip a [ a ] |> ignore
            roundTrip () []
            Expect.equal (roundTrip (3, "x", DType.Int32, true) []) (3, "x", DType.Int32, true) "static"

        testCase "tuples, struct tuples, records, anonymous records"
        <| fun () ->
            let x, n, y = roundTrip (a, 5, b) [ a; b ]
            Expect.isTrue (same x a && n = 5 && same y b) "tuple"
            roundTrip struct (a, b, c) [ a; b; c ] |> ignore
            roundTrip (a, b, c, a, b, c, a, b, c) [ a; b; c; a; b; c; a; b; c ] |> ignore
            let m = roundTrip (model 2 (Some b)) [ a; b; a; b ]
            Expect.equal (m.Name, m.Units) ("m", 3) "static fields"
            let r = roundTrip {| B = b; A = a; Rate = 0.5 |} [ a; b ]
            Expect.equal r.Rate 0.5 "anonymous"
            roundTrip (struct {| X = a |}) [ a ] |> ignore

        testCase "options, unions, recursive unions"
        <| fun () ->
            roundTrip (Some a) [ a ] |> ignore
            Expect.isNone (roundTrip (None: Tensor option) []) "None"
            roundTrip (ValueSome a, (ValueNone: Tensor voption)) [ a ] |> ignore
            Expect.equal (roundTrip (Evaluate 0.5) []) (Evaluate 0.5) "union"
            roundTrip (Link(a, Link(b, Last))) [ a; b ] |> ignore
            roundTrip (Ok a: Result<Tensor, string>) [ a ] |> ignore

        testCase "lists, arrays, maps, trees, nested"
        <| fun () ->
            roundTrip [ a; b; c ] [ a; b; c ] |> ignore
            roundTrip [| [ a ]; []; [ b; c ] |] [ a; b; c ] |> ignore
            let m = roundTrip (Map [ "y", (b, 1); "x", (a, 2) ]) [ a; b ]
            Expect.equal (snd m["y"]) 1 "map"
            let tree = Branch [| "k", Leaf a; "sub", Branch [| "b", Leaf b |]; "none", Branch [||] |]
            let back = roundTrip tree [ a; b ]
            Expect.equal (Tree.paths back) [| "k"; "sub/b" |] "tree"
            roundTrip ([ tree ], Some {| T = tree; N = [ 1; 2 ] |}) [ a; b; a; b ] |> ignore

        testCase "values of an abstract type are taken by what they are"
        <| fun () ->
            let struct (xs, s) = Structure.flatten [ box a; box (b, 2); box [ c ] ]
            Expect.equal xs.Length 3 "tensors"
            let back: obj list = Structure.unflatten s xs

            match back with
            | [ :? Tensor; :? (Tensor * int) as p; :? (Tensor list) ] -> Expect.equal (snd p) 2 "pair"
            | _ -> failtest "wrong types"

        testCase "paths"
        <| fun () ->
            let value = {|
                M = model 2 (Some b)
                Map = Map [ "w", a ]
                Tree = Branch [| "x", Branch [| "y", Leaf c |] |]
            |}

            Expect.equal
                (Structure.paths value)
                [|
                    ".M.Params.[0].Weight"
                    ".M.Params.[0].Bias.Value"
                    ".M.Params.[1].Weight"
                    ".M.Params.[1].Bias.Value"
                    ".Map.[\"w\"]"
                    ".Tree/x/y"
                |]
                "paths"

        testCase "equality follows types, lengths, keys, cases and static values"
        <| fun () ->
            let equal x y =
                let s, t = structureOf x, structureOf y
                Expect.equal s t "equal"
                Expect.equal (hash s) (hash t) "hash"

            equal (model 2 (Some a)) (model 2 (Some b))
            equal (Map [ "x", a ]) (Map [ "x", b ])
            equal [ nan ] [ nan ]
            let differ x y = Expect.notEqual (structureOf x) (structureOf y) "different"
            differ (model 2 (Some a)) (model 3 (Some a))
            differ (model 2 (Some a)) (model 2 None)
            differ (a, 1) (a, 2)
            differ (a, 0.0) (a, -0.0)
            differ (Map [ "x", a ]) (Map [ "y", a ])
            differ Train (Evaluate 0.1)
            Expect.notEqual (structureOf (a, b)) (structureOf struct (a, b)) "kinds of tuple"
            Expect.notEqual (structureOf [ a ]) (structureOf [| a |]) "list and array"

            Expect.notEqual
                (structureOf (Branch [| "x", Leaf a |]))
                (structureOf (Branch [| "y", Leaf a |]))
                "names in a tree"

        testCase "an unchanged form gives the same description again"
        <| fun () ->
            let s, t = structureOf (model 1 None), structureOf (model 1 None)
            Expect.isTrue (obj.ReferenceEquals(s.Root, t.Root)) "no new nodes"

        testCase "what cannot be taken apart is named by its path"
        <| fun () ->
            let reason =
                refusal (fun () -> Structure.flattenAs "model" {| Params = [ 1, id; 2, (fun (x: int) -> x) ] |})

            Expect.stringContains reason "model.Params.[0].Item2 is a value of type" "function"
            let reason = refusal (fun () -> Structure.flatten (Map [ "s", [ box (new IO.MemoryStream()) ] ]))
            Expect.stringContains reason "value.[\"s\"].[0] is a value of type System.IO.MemoryStream" "object"
            let reason = refusal (fun () -> Structure.flatten [ a; Unchecked.defaultof<Tensor> ])
            Expect.stringContains reason "value.[1] is null" "null"

        testCase "a registered type is seen through its parts"
        <| fun () ->
            Structure.register (fun (x: Cell) -> x.X, x.N) (fun (x, n) -> Cell(x, n))
            let back = roundTrip [ Cell(a, 4) ] [ a ]
            Expect.equal back.Head.N 4 "rebuilt"

        testCase "map and map2"
        <| fun () ->
            let m = Structure.map (fun _ -> c) (model 1 (Some b))
            Expect.isTrue (same m.Params.Head.Weight c) "map"
            let m = Structure.map2 (fun _ y -> y) [ a, 1 ] [ b, 1 ]
            Expect.isTrue (same (fst m.Head) b) "map2"
            refusal (fun () -> Structure.map2 (fun x _ -> x) [ a ] [ a; b ]) |> ignore

        testCase "wrong number of tensors, wrong type"
        <| fun () ->
            refusal (fun () -> Structure.unflatten<Tensor * Tensor> (structureOf (a, b)) [| a |]) |> ignore

            refusal (fun () -> Structure.unflatten<Tensor list> (structureOf (a, b)) [| a; b |]) |> ignore

        testCase "trees: pairs, forms, errors"
        <| fun () ->
            let t = Tree.ofPairs [ "dense/kernel", 1; "dense/bias", 2; "scale", 3 ]
            Expect.equal (Tree.paths t) [| "dense/kernel"; "dense/bias"; "scale" |] "paths"
            let struct (xs, form) = Tree.flatten t
            Expect.equal (Tree.unflatten form xs) t "round trip"
            Expect.equal (Tree.definition (Tree.map string t)) form "form"
            Expect.equal (hash (Tree.definition t)) (hash form) "hash"
            Expect.equal (Tree.map2 (+) t t) (Tree.map ((*) 2) t) "map2"
            Expect.equal (Tree.find "dense/bias" t) (Leaf 2) "find"
            let reason = refusal (fun () -> Tree.find "dense/bais" t)
            Expect.stringContains reason "dense/bais" "names the path"

            let reason =
                refusal (fun () -> Tree.map2 (+) t (Tree.ofPairs [ "dense/kernel", 1; "dense/gamma", 2; "scale", 3 ]))

            Expect.stringContains reason "entry 'bias' against 'gamma'" "first difference"
    ]
