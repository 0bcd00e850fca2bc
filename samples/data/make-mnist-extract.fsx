// Makes the committed MNIST extract out of the full set, which fetch-mnist.sh fetches:
//
//     dotnet fsi make-mnist-extract.fsx [DIRECTORY OF THE FULL SET] [TARGET DIRECTORY]
//
// The first is ${KERAS_HOME:-~/.keras}/datasets/mnist by default, the second the folder mnist beside this script.
// No random numbers are involved: the same input gives the same images in the same order.

open System
open System.Buffers.Binary
open System.IO
open System.IO.Compression
open System.Security.Cryptography

let classes = 10

// Prefix of the file names, images per class to take, sha256 of the full image and label files.
let sets = [
    "train",
    1200,
    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
    "t10k",
    250,
    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
]

let sha256 (bytes: byte[]) = Convert.ToHexString(SHA256.HashData bytes).ToLowerInvariant()

let fail (message: string) : 'a =
    eprintfn "make-mnist-extract: %s" message
    exit 1

let readChecked directory name expected =
    let path = Path.Combine(directory, name)

    if not (File.Exists path) then
        fail $"{path} is missing; run fetch-mnist.sh first"

    let bytes = File.ReadAllBytes path
    let actual = sha256 bytes

    if actual <> expected then
        fail $"{path} has the wrong content: sha256 is {actual}, expected {expected}"

    bytes

/// Cuts an IDX file of bytes into its dimensions and its content.
let parseIdx (bytes: byte[]) =
    let rank = int bytes[3]
    let dims = [| for i in 1..rank -> BinaryPrimitives.ReadInt32BigEndian(ReadOnlySpan(bytes, 4 * i, 4)) |]
    dims, bytes[4 + 4 * rank ..]

/// Builds an IDX file of bytes: two zeros, type 8 (unsigned byte), rank, big-endian dimensions, content.
let buildIdx (dims: int[]) (content: byte[]) =
    let header = Array.zeroCreate<byte>(4 + 4 * dims.Length)
    header[2] <- 8uy
    header[3] <- byte dims.Length
    dims |> Array.iteri (fun i d -> BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * i), d))
    Array.append header content

/// Of the n images of each class takes those numbered floor(k * n / perClass), k = 0 .. perClass - 1, so evenly
/// spread over the whole file, and gives back their places in the order of the file.
let choose perClass (labels: byte[]) =
    [|
        for c in 0 .. classes - 1 do
            let places = [|
                for i in 0 .. labels.Length - 1 do
                    if int labels[i] = c then
                        i
            |]

            if places.Length < perClass then
                fail $"class {c} has only {places.Length} images, {perClass} are wanted"

            for k in 0 .. perClass - 1 -> places[k * places.Length / perClass]
    |]
    |> Array.sort

let gzip (bytes: byte[]) =
    use target = new MemoryStream()

    using (new GZipStream(target, CompressionLevel.SmallestSize, true)) (fun stream ->
        stream.Write(bytes, 0, bytes.Length))

    let result = target.ToArray()
    // The header's "operating system" differs between platforms; 255 means unknown.
    result[9] <- 255uy
    result

let write directory name (bytes: byte[]) =
    let path = Path.Combine(directory, name + ".gz")
    let packed = gzip bytes
    File.WriteAllBytes(path, packed)
    printfn "%s: %d bytes; unpacked %d bytes, sha256 %s" path packed.Length bytes.Length (sha256 bytes)

let argument index fallback =
    match fsi.CommandLineArgs with
    | args when args.Length > index -> args[index]
    | _ -> fallback ()

let source =
    argument 1 (fun () ->
        let home =
            match Environment.GetEnvironmentVariable "KERAS_HOME" with
            | null
            | "" -> Path.Combine(Environment.GetFolderPath Environment.SpecialFolder.UserProfile, ".keras")
            | path -> path

        Path.Combine(home, "datasets", "mnist"))

let target = argument 2 (fun () -> Path.Combine(__SOURCE_DIRECTORY__, "mnist"))

// Everything is read and checked before anything is written.
let inputs = [
    for prefix, perClass, imagesSum, labelsSum in sets do
        let imagesName, labelsName = $"{prefix}-images-idx3-ubyte", $"{prefix}-labels-idx1-ubyte"

        imagesName,
        readChecked source imagesName imagesSum,
        labelsName,
        readChecked source labelsName labelsSum,
        perClass
]

Directory.CreateDirectory target |> ignore

for imagesName, imagesFile, labelsName, labelsFile, perClass in inputs do
    let dims, images = parseIdx imagesFile
    let _, labels = parseIdx labelsFile
    let rows, columns = dims[1], dims[2]
    let size = rows * columns
    let chosen = choose perClass labels
    let pixels = chosen |> Array.collect (fun i -> images[i * size .. (i + 1) * size - 1])
    write target imagesName (buildIdx [| chosen.Length; rows; columns |] pixels)
    write target labelsName (buildIdx [| chosen.Length |] (chosen |> Array.map (fun i -> labels[i])))
