/// The IDX format of MNIST and its relatives: a big-endian header (magic number, sizes), then the bytes.
[<RequireQualifiedAccess>]
module Keras.FSharp.Idx

open System
open System.Buffers.Binary
open System.IO
open System.IO.Compression

/// Arrays above this size are refused: no data set of this kind is larger.
let private maxBytes = 1L <<< 31

/// Reads unsigned bytes from a stream: the shape and the elements. `where` names the source in errors.
let readStream (where: string) (stream: Stream) : struct (int[] * byte[]) =
    let wrong (reason: string) : 'a =
        Fail.file where reason "It must be an IDX file of unsigned bytes, such as train-images-idx3-ubyte."

    let exactly (n: int) =
        let bytes = Array.zeroCreate<byte> n

        if stream.ReadAtLeast(bytes.AsSpan(), n, false) < n then
            wrong "the file ends too early"

        bytes

    let head = exactly 4

    if head[0] <> 0uy || head[1] <> 0uy || head[2] <> 8uy then
        wrong $"it begins with {head[0]}, {head[1]}, {head[2]}, expected 0, 0, 8"

    let rank = int head[3]

    if rank < 1 || rank > 4 then
        wrong $"it has {rank} axes, expected 1 to 4"

    let shape = Array.init rank (fun _ -> BinaryPrimitives.ReadInt32BigEndian(ReadOnlySpan(exactly 4)))

    if shape |> Array.exists (fun n -> n < 0) then
        wrong "a size is negative"

    let count = shape |> Array.fold (fun acc n -> if acc > maxBytes then acc else acc * int64 n) 1L

    if count > maxBytes then
        wrong $"it declares {count} bytes, more than any such data set has"

    // What is declared is read in pieces, so that a short file does not cost the memory of a long one.
    let bytes = new MemoryStream()
    let buffer = Array.zeroCreate<byte> 65536
    let mutable left = count

    while left > 0L do
        let n = stream.Read(buffer, 0, int (min left (int64 buffer.Length)))

        if n = 0 then
            wrong $"it declares {count} bytes and holds {bytes.Length}"

        bytes.Write(buffer, 0, n)
        left <- left - int64 n

    struct (shape, bytes.ToArray())

/// Reads a file, gzipped if its name ends in `.gz`.
let load (path: string) : struct (int[] * byte[]) =
    use file = File.OpenRead path

    if path.EndsWith ".gz" then
        use unpacked = new GZipStream(file, CompressionMode.Decompress)
        readStream path unpacked
    else
        readStream path file
