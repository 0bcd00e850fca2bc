/// Data sets by name (`keras.datasets`). Files are taken from a folder of the user, or from `~/.keras/datasets`, where
/// they are checked against known sums; nothing is downloaded behind the user's back.
namespace Keras.FSharp

open System.IO

/// Images and labels for training and for testing.
[<NoEquality; NoComparison>]
type ImageData = {
    /// uint8 [n, height, width].
    TrainX: Tensor
    /// uint8 [n].
    TrainY: Tensor
    /// As `TrainX`.
    TestX: Tensor
    /// As `TrainY`.
    TestY: Tensor
}

/// Data sets.
[<AbstractClass; Sealed>]
type Datasets private () =
    static let mnistFiles = [
        "train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
        "train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
        "t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
        "t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
    ]

    /// The file of a name in a folder, plain or gzipped.
    static let find (folder: string) (name: string) : string option =
        [ name; name + ".gz"; name.Replace("-idx", ".idx"); name.Replace("-idx", ".idx") + ".gz" ]
        |> List.map (fun n -> Path.Combine(folder, n))
        |> List.tryFind File.Exists

    static let tensor (path: string) (rank: int) : Tensor =
        let struct (shape, bytes) = Idx.load path

        if shape.Length <> rank then
            Fail.file path $"it has {shape.Length} axes, expected {rank}" "Images have 3 axes, labels 1."

        Tensor.ofArray shape bytes

    /// The folder of Keras's data sets: `~/.keras/datasets`, or below `KERAS_HOME`.
    static member Folder: string = FileCache.folder "datasets"

    /// Handwritten digits, 28 × 28 (`keras.datasets.mnist`): the four IDX files, plain or gzipped, from `folder`, or the
    /// full set from the cache, checked by SHA-256. An error says how to get them.
    static member mnist(?folder: string) : ImageData =
        let isCache = folder.IsNone
        let folder = defaultArg folder (Path.Combine(Datasets.Folder, "mnist"))

        let paths =
            mnistFiles
            |> List.map (fun (name, expected) ->
                match find folder name with
                | None ->
                    Fail.file
                        "datasets.mnist"
                        $"there is no file '{name}' (or '{name}.gz') in '{folder}'"
                        "Run samples/data/fetch-mnist.sh, which fetches the full set, or pass the folder that has the files."
                | Some path ->
                    if isCache && not (path.EndsWith ".gz") then
                        FileCache.verify path expected "run samples/data/fetch-mnist.sh."

                    path)

        let trainX, trainY = tensor paths[0] 3, tensor paths[1] 1
        let testX, testY = tensor paths[2] 3, tensor paths[3] 1

        if trainX.Shape[0] <> trainY.Shape[0] || testX.Shape[0] <> testY.Shape[0] then
            Fail.file folder "the numbers of images and labels differ" "The files belong to different sets."

        { TrainX = trainX; TrainY = trainY; TestX = testX; TestY = testY }
