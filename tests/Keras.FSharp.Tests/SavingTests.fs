/// Models and weights in files: round trips, files of real Keras, and files that are damaged or hostile.
module Keras.FSharp.Tests.SavingTests

open System
open System.IO
open Expecto
open Keras.FSharp
open Keras.FSharp.Saving

let private layer (cls: string) (config: (string * Json) list) : Layer = LayerCatalogue.create cls config

let private dense (name: string) (units: int) : Layer =
    layer "Dense" [ "name", Json.Text name; "units", Json.Int(int64 units) ]

let private input (name: string) (size: int) : Layer =
    layer "InputLayer" [ "name", Json.Text name; "batch_shape", Json.Array [ Json.Null; Json.Int(int64 size) ] ]

let private tensorOf (l: Layer) : Argument = Argument.Tensor(InputLayer.tensor l)

let private sequential (units: int) : Layer =
    Model.OfLayers(
        [
            input "x" 3
            dense "hidden" units
            layer "BatchNormalization" [ "name", Json.Text "norm" ]
            dense "out" 2
        ],
        "small"
    )

/// Two inputs in a dictionary, a layer used twice, a model used twice, operations, two outputs.
let private rich () : Layer =
    let inner = Model.OfLayers([ input "inner_x" 4; dense "inner" 4 ], "encoder")
    let a, b = input "a" 4, input "b" 4
    let shared = dense "shared" 4
    let p = Symbolic.call shared (InputLayer.tensor a)
    let q = Symbolic.call shared (InputLayer.tensor b)
    let r = Symbolic.call inner (p * 2.0 + q)
    let s = Symbolic.call inner q

    let mean =
        (Symbolic.operation "Mean" [ "axis", Json.Int -1L; "keepdims", Json.Bool true ] [ Argument.Tensor s ])[0]

    Model.OfGraph(
        Argument.Dict [ "a", tensorOf a; "b", tensorOf b ],
        Argument.List [
            Argument.Tensor(Symbolic.callMany (layer "Concatenate" [ "name", Json.Text "cat" ]) [ r; s ])
            Argument.Tensor mean
        ],
        "rich"
    )

let private data (rows: int) (columns: int) (seed: int) : Tensor =
    let r = Random seed
    Tensor.ofArray [ rows; columns ] (Array.init (rows * columns) (fun _ -> float32 (r.NextDouble() - 0.5)))

let private values (v: Variables) : (string * float32[])[] =
    Array.append (Tree.toPairs v.Params) (Tree.toPairs v.State)
    |> Array.map (fun (path, x) -> path, Tensor.toArrayAs<float32> x)

let private trainer (model: Layer) : Trainer =
    Training.compile (model, Optimizers.ofName "adam", loss = Losses.MeanSquaredError(), metrics = [ "mae" ], seed = 3)

let private batch (seed: int) : Batch = {
    X = [| data 8 3 seed |]
    Y = [| data 8 2 (seed + 1) |]
    Weights = [||]
}

let private inFolder (work: string -> unit) : unit =
    let folder = Directory.CreateTempSubdirectory "keras-saving"

    try
        work folder.FullName
    finally
        folder.Delete true

/// The failure of `work`; the test fails where there is none, or another exception.
let private failure (work: unit -> unit) : exn =
    try
        work ()
        failtest "it was accepted"
    with KerasException _ as e ->
        e

/// A stream that takes so many bytes, as a full disk.
type private FullDisk(inner: Stream, room: int64) =
    inherit Stream()
    let mutable left = room
    override _.CanRead = false
    override _.CanSeek = inner.CanSeek
    override _.CanWrite = true
    override _.Length = inner.Length

    override _.Position
        with get () = inner.Position
        and set (p: int64) = inner.Position <- p

    override _.Flush() = inner.Flush()
    override _.Read(_: byte[], _: int, _: int) : int = raise (NotSupportedException())
    override _.Seek(offset: int64, origin: SeekOrigin) = inner.Seek(offset, origin)
    override _.SetLength n = inner.SetLength n

    override _.Write(bytes: byte[], start: int, count: int) : unit =
        left <- left - int64 count

        if left < 0L then
            raise (IOException "No space left on device")

        inner.Write(bytes, start, count)

// ---- files of Keras -------------------------------------------------------------------------------------------------

/// The folder of golden models beside the repository, if it is there.
let private golden: string option =
    let rec up (folder: DirectoryInfo | null) =
        match folder with
        | null -> None
        | f ->
            let candidate = Path.Combine(f.FullName, "shared", "golden", "models")

            if File.Exists(Path.Combine(candidate, "index.json")) then
                Some candidate
            else
                up f.Parent

    up (DirectoryInfo AppContext.BaseDirectory)

/// A record without ids of shared objects (addresses in memory) and with the neutral names of optimizers.
let rec private comparable (json: Json) : Json =
    match json with
    | Json.Object pairs ->
        let isOptimizer =
            match Json.tryGet "module" json with
            | Some(Json.Text m) -> m.Contains ".optimizers."
            | _ -> false

        pairs
        |> List.filter (fun (k, _) -> k <> "shared_object_id")
        |> List.map (fun (k, v) ->
            match k with
            | "module" when isOptimizer -> k, Json.Text "keras.optimizers"
            | "registered_name" when isOptimizer -> k, Json.Null
            | _ -> k, comparable v)
        |> Json.Object
    | Json.Array items -> Json.Array(List.map comparable items)
    | other -> other

let rec private sorted (g: H5Group) : H5Group = {
    Attributes = g.Attributes
    Groups = g.Groups |> List.sortBy fst |> List.map (fun (n, inner) -> n, sorted inner)
    Datasets = g.Datasets |> List.sortBy fst
}

let private goldenCase (root: string) (arrays: Lazy<Map<string, ArrayData>>) (case: Json) : unit =
    let array (json: Json) =
        let a = arrays.Value[Json.get "" "$array" json |> Json.asText ""]
        Tensor.ofBytes a.DType a.Shape (ReadOnlySpan a.Bytes)

    let flat (json: Json) =
        match json with
        | Json.Array items -> items |> List.map array |> List.toArray
        | Json.Object pairs when (Json.tryGet "$array" json).IsNone ->
            pairs |> List.sortBy fst |> List.map (snd >> array) |> List.toArray
        | one -> [| array one |]

    let file key =
        Json.get "" "files" case
        |> Json.get "" key
        |> Json.get "" "$file"
        |> Json.asText ""
        |> fun name -> Path.Combine(root, "files", name)

    let loaded = ModelFile.loadModel (file "keras")
    let inputs = flat (Json.get "" "inputs" case)

    let predict variables =
        (Model.applyAll (loaded.Model, variables, inputs)).Outputs |> Array.map Tensor.toArrayAs<float>

    let rtol, atol =
        match Json.tryGet "tol" case with
        | Some t -> Json.get "" "rtol" t |> Json.asFloat "", Json.get "" "atol" t |> Json.asFloat ""
        | None -> 1e-4, 1e-5

    let expected = flat (Json.get "" "predictions" case) |> Array.map Tensor.toArrayAs<float>

    for outputs in [ predict loaded.Variables; predict (ModelFile.loadWeights (file "weights", loaded.Model)) ] do
        for o, e in Array.zip outputs expected do
            for x, y in Array.zip o e do
                Expect.isLessThan (abs (x - y)) (atol + rtol * abs y) "prediction"

    // What is written is what Keras wrote.
    use archive = KerasZip.openFile (file "keras")
    use weights = archive.OpenWeights()

    inFolder (fun folder ->
        let path = Path.Combine(folder, "again.keras")

        match loaded.Trainer with
        | Some t -> ModelFile.saveModel (path, t)
        | None -> ModelFile.saveModel (path, loaded.Model, loaded.Variables)

        use again = KerasZip.openFile path
        use ours = again.OpenWeights()
        Expect.equal (Json.write (comparable again.Config)) (Json.write (comparable archive.Config)) "config.json"
        Expect.equal (sorted (H5.readAll ours)) (sorted (H5.readAll weights)) "groups, names, attributes, arrays"
        Expect.equal again.Members archive.Members "members")

let private goldenTests =
    match golden with
    | None -> []
    | Some root ->
        let arrays = lazy (Npz.load (Path.Combine(root, "arrays.npz")) |> Map.ofList)
        let known = Set.ofList LayerCatalogue.names

        let rec classes (json: Json) : string list =
            match json with
            | Json.Object pairs -> [
                match Json.tryGet "module" json, Json.tryGet "class_name" json with
                | Some(Json.Text "keras.layers"), Some(Json.Text c) -> c
                | _ -> ()
                for _, v in pairs do
                    yield! classes v
              ]
            | Json.Array items -> List.collect classes items
            | _ -> []

        [
            for case in
                Json.parse (File.ReadAllText(Path.Combine(root, "index.json")))
                |> Json.get "" "cases"
                |> Json.asList "" do
                if classes (Json.get "" "config" case) |> List.forall known.Contains then
                    testCase (Json.get "" "id" case |> Json.asText "") <| fun () -> goldenCase root arrays case
        ]

// ---- what is made here ----------------------------------------------------------------------------------------------

let private roundTrips = [
    testCase "a model as JSON comes back the same"
    <| fun () ->
        for model in [ sequential 4; rich () ] do
            let text = ModelConfig.toText model
            Expect.equal (ModelConfig.toText (ModelConfig.ofText text)) text "text"

    testCase "a graph with shared layers and operations computes the same after loading"
    <| fun () ->
        let model = rich ()
        let v = Model.init (Random.key 1L, model)
        let xs = [| data 5 4 1; data 5 4 2 |]
        let before = (Model.applyAll (model, v, xs)).Outputs |> Array.map Tensor.toArrayAs<float32>

        inFolder (fun folder ->
            let path = Path.Combine(folder, "m.keras")
            ModelFile.saveModel (path, model, v)
            let m = ModelFile.loadModel path
            let after = (Model.applyAll (m.Model, m.Variables, xs)).Outputs |> Array.map Tensor.toArrayAs<float32>
            Expect.equal after before "outputs"
            Expect.equal (values m.Variables) (values v) "variables"
            Expect.isNone m.Trainer "not compiled")

    testCase "training goes on after loading as if nothing had happened"
    <| fun () ->
        inFolder (fun folder ->
            let path = Path.Combine(folder, "m.keras")
            let t = trainer (sequential 4)
            t.TrainOnBatch(batch 1) |> ignore
            t.TrainOnBatch(batch 2) |> ignore
            ModelFile.saveModel (path, t)
            let again = (ModelFile.loadModel path).Trainer |> Option.get
            let logs = t.TrainOnBatch(batch 3)
            Expect.equal (again.TrainOnBatch(batch 3)) logs "logs"
            Expect.equal (values again.Variables) (values t.Variables) "variables"

            let state (x: Trainer) = x.OptimizerState.Variables |> Array.map Tensor.toArrayAs<float32>
            Expect.equal (state again) (state t) "optimizer"
            Expect.isNone (ModelFile.loadModel (path, compile = false)).Trainer "compile = false")

    testCase "checkpoints of a trainer are weights or models by their names"
    <| fun () ->
        inFolder (fun folder ->
            let t = trainer (sequential 4)
            t.TrainOnBatch(batch 1) |> ignore
            let training = t :> ITraining
            training.Save(Path.Combine(folder, "a.weights.h5"))
            training.Save(Path.Combine(folder, "b.keras"))
            let other = trainer (sequential 4)
            ModelFile.loadWeights (Path.Combine(folder, "a.weights.h5"), other)
            Expect.equal (values other.Variables) (values t.Variables) "weights"
            Expect.equal (Tensor.toInt (Optimizers.iterations t.Options.Optimizer other.OptimizerState)) 1 "optimizer"
            let m = ModelFile.loadModel (Path.Combine(folder, "b.keras"))
            Expect.equal (values m.Variables) (values t.Variables) "model")

    testCase "float64 datasets become the variable's type"
    <| fun () ->
        let model = sequential 4
        let v = Model.init (Random.key 1L, model)

        let rec widen (g: H5Group) : H5Group = {
            g with
                Groups = g.Groups |> List.map (fun (n, i) -> n, widen i)
                Datasets =
                    g.Datasets
                    |> List.map (fun (n, d) ->
                        let a = H5Value.numbers n d
                        let x = Lax.convert DType.Float64 (Tensor.ofBytes a.DType a.Shape (ReadOnlySpan a.Bytes))
                        n, H5Value.Numbers(ArrayData.create DType.Float64 a.Shape (Tensor.bytes x)))
        }

        inFolder (fun folder ->
            let path = Path.Combine(folder, "w.weights.h5")
            H5.save path (widen (WeightsFile.write model v None))
            Expect.equal (values (ModelFile.loadWeights (path, model))) (values v) "values")
]

// ---- what does not fit ----------------------------------------------------------------------------------------------

let private misfits = [
    testCase "weights of another model: every layer is named and nothing changes"
    <| fun () ->
        inFolder (fun folder ->
            let path = Path.Combine(folder, "w.weights.h5")
            let other = sequential 5
            ModelFile.saveWeights (path, other, Model.init (Random.key 1L, other))
            let t = trainer (sequential 4)
            t.TrainOnBatch(batch 1) |> ignore
            let before = values t.Variables
            let e = failure (fun () -> ModelFile.loadWeights (path, t))

            for name in [ "hidden"; "'norm'"; "out"; "[3, 4]"; "[3, 5]" ] do
                Expect.stringContains (e.Message.Replace("(", "[").Replace(")", "]")) name "message"

            Expect.equal (values t.Variables) before "unchanged"
            ModelFile.loadWeights (path, t, skipMismatch = true)
            Expect.equal (values t.Variables) before "all skipped")

    testCase "the state of another optimizer is passed over"
    <| fun () ->
        inFolder (fun folder ->
            let path = Path.Combine(folder, "w.weights.h5")
            let t = trainer (sequential 4)
            t.TrainOnBatch(batch 1) |> ignore
            ModelFile.saveWeights (path, t)
            let sgd = Training.compile (sequential 4, Optimizers.ofName "sgd", loss = Losses.MeanSquaredError())
            ModelFile.loadWeights (path, sgd)
            Expect.equal (values sgd.Variables) (values t.Variables) "variables"
            Expect.equal (Tensor.toInt (Optimizers.iterations sgd.Options.Optimizer sgd.OptimizerState)) 0 "fresh")

    testCase "a file that cannot be written leaves the old one"
    <| fun () ->
        inFolder (fun folder ->
            let path = Path.Combine(folder, "w.weights.h5")
            let model = sequential 4
            let v = Model.init (Random.key 1L, model)
            ModelFile.saveWeights (path, model, v)
            let before = File.ReadAllBytes path
            let tree = WeightsFile.write model (Model.init (Random.key 2L, model)) None

            for room in [ 0L; 100L; before.LongLength - 1L ] do
                let e =
                    failure (fun () ->
                        AtomicFile.write path (fun s -> H5.writeStream path tree (new FullDisk(s, room))))

                Expect.stringContains e.Message "No space left" "the reason"
                Expect.equal (File.ReadAllBytes path) before "the old file"

            Expect.equal (Directory.GetFileSystemEntries(folder).Length) 1 "no temporary file stays")
]

let private reads (config: Json) : unit = ModelConfig.ofJson config |> ignore

let rec private edit (f: string -> Json -> Json) (json: Json) : Json =
    match json with
    | Json.Object pairs -> Json.Object(pairs |> List.map (fun (k, v) -> k, edit f (f k v)))
    | Json.Array items -> Json.Array(List.map (edit f) items)
    | other -> other

let private hostile = [
    testCase "a file cut anywhere is refused"
    <| fun () ->
        inFolder (fun folder ->
            let path = Path.Combine(folder, "m.keras")
            let t = trainer (sequential 4)
            t.TrainOnBatch(batch 1) |> ignore
            ModelFile.saveModel (path, t)
            let bytes = File.ReadAllBytes path

            for n in 0 .. max 1 (bytes.Length / 60) .. bytes.Length - 1 do
                let e =
                    failure (fun () ->
                        use s = new MemoryStream(bytes[.. n - 1])
                        ModelFile.loadModel ("cut", s) |> ignore)

                Expect.stringContains e.Message "cut" "names the file"

            let weights, cut = Path.Combine(folder, "w.weights.h5"), Path.Combine(folder, "cut.weights.h5")
            ModelFile.saveWeights (weights, t)
            let bytes, before = File.ReadAllBytes weights, values t.Variables

            for n in 0 .. max 1 (bytes.Length / 40) .. bytes.Length - 1 do
                File.WriteAllBytes(cut, bytes[.. n - 1])
                let e = failure (fun () -> ModelFile.loadWeights (cut, t))
                Expect.stringContains e.Message "cut.weights.h5" "names the file"
                Expect.equal (values t.Variables) before "nothing was assigned")

    testCase "unknown and foreign classes are refused by name"
    <| fun () ->
        let config = ModelConfig.toJson (sequential 4)

        let renamed name =
            edit (fun k v -> if k = "class_name" && v = Json.Text "Dense" then Json.Text name else v) config

        Expect.stringContains (failure (fun () -> reads (renamed "Dens"))).Message "'Dense'" "a near name"
        Expect.stringContains (failure (fun () -> reads (renamed "Lambda"))).Message "Lambda" "lambda"

        let registered =
            edit (fun k v -> if k = "registered_name" && v = Json.Null then Json.Text "pack>Mine" else v) config

        Expect.stringContains (failure (fun () -> reads registered)).Message "pack>Mine" "a user's class"

    testCase "graphs that cannot be are refused"
    <| fun () ->
        let config = ModelConfig.toJson (rich ())

        let source name =
            edit (fun k v ->
                match k, v with
                | "keras_history", Json.Array(Json.Text "shared" :: rest) -> Json.Array(Json.Text name :: rest)
                | _ -> v)

        Expect.stringContains (failure (fun () -> reads (source "nobody" config))).Message "nobody" "missing"
        Expect.stringContains (failure (fun () -> reads (source "encoder" config))).Message "loop" "loop"

    testCase "models that call models exponentially often are refused at once"
    <| fun () ->
        let rec twice (depth: int) : Json =
            let name = Json.Text $"m{depth}"
            let x = Json.Text $"x{depth}"
            let place (n: Json) (i: int64) = Json.Array [ n; Json.Int i; Json.Int 0L ]

            let tensor n i =
                Json.Object [
                    "class_name", Json.Text "__keras_tensor__"
                    "config",
                    Json.Object [
                        "shape", Json.Array [ Json.Null; Json.Int 2L ]
                        "dtype", Json.Text "float32"
                        "keras_history", place n i
                    ]
                ]

            let node t = Json.Object [ "args", Json.Array [ t ]; "kwargs", Json.Object [] ]
            let inner = Json.Text $"m{depth - 1}"

            let body =
                if depth = 0 then
                    Json.Object [
                        "module", Json.Text "keras.layers"
                        "class_name", Json.Text "ReLU"
                        "config", Json.Object [ "name", Json.Text "m-1" ]
                    ]
                else
                    twice (depth - 1)

            let withNodes =
                match body with
                | Json.Object pairs ->
                    Json.Object(
                        pairs
                        @ [ "name", inner; "inbound_nodes", Json.Array [ node (tensor x 0L); node (tensor inner 0L) ] ]
                    )
                | other -> other

            Json.Object [
                "module", Json.Text "keras.src.models.functional"
                "class_name", Json.Text "Functional"
                "config",
                Json.Object [
                    "name", name
                    "layers",
                    Json.Array [
                        Json.Object [
                            "module", Json.Text "keras.layers"
                            "class_name", Json.Text "InputLayer"
                            "config",
                            Json.Object [
                                "name", x
                                "batch_shape", Json.Array [ Json.Null; Json.Int 2L ]
                                "dtype", Json.Text "float32"
                            ]
                            "name", x
                            "inbound_nodes", Json.Array []
                        ]
                        withNodes
                    ]
                    "input_layers", place x 0L
                    "output_layers", place inner (if depth = 0 then 1L else 2L)
                ]
            ]

        reads (twice 3)
        Expect.stringContains (failure (fun () -> reads (twice 45))).Message "more than" "the budget"
]

[<Tests>]
let tests =
    testList "saving" [
        testList "files of Keras" goldenTests
        testList "round trips" roundTrips
        testList "misfits" misfits
        testList "hostile files" hostile
    ]
