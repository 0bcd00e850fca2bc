/// Sessions with the server: what each request must be answered with, and lines that mean it no good.
[<RequireQualifiedAccess>]
module Keras.Conformance.Sessions.Protocol

open System
open System.IO
open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance

let private close: Tolerance = { Given = Some(1e-5, 1e-6) }

/// Compares an answer with the expected one; see the head of `examples.txt`.
let rec private matches (where: string) (expected: Json) (actual: Json) : unit =
    match expected, actual with
    | Json.Text "*", _ -> ()
    | Json.Object [ dtype, elements ], Json.Object [ "$array", _ ] when (DType.tryParse dtype).IsSome ->
        let x = Convert.tensor (Client.Read actual)

        if DType.name x.DType <> dtype then
            Compare.fail $"{where} has dtype {DType.name x.DType}, expected {dtype}"

        Compare.elements close where (Lax.convert x.DType (Convert.tensor (Client.Read elements))) x
    | Json.Object es, Json.Object xs ->
        let isError = where.EndsWith(".error", StringComparison.Ordinal)

        for k, x in xs do
            match es |> List.tryFind (fun (n, _) -> n = k) with
            | Some(_, e) -> matches $"{where}.{k}" e x
            | None when isError && k = "message" -> ()
            | None -> Compare.fail $"{where} has '{k}': {Json.write x}"

        for k, _ in es do
            if not (xs |> List.exists (fun (n, _) -> n = k)) then
                Compare.fail $"{where} has no '{k}': {Json.write actual}"
    | Json.Array es, Json.Array xs when es.Length = xs.Length ->
        List.iteri2 (fun i e x -> matches $"{where}[{i}]" e x) es xs
    | Json.Float e, Json.Float x -> Compare.numbers close where e x
    | _ when expected = actual -> ()
    | _ -> Compare.fail $"{where} is {Json.write actual}, expected {Json.write expected}"

let private examples () : (string * string) list =
    use stream = typeof<Client>.Assembly.GetManifestResourceStream "examples.txt"
    use reader = new StreamReader(Unchecked.nonNull stream)

    reader.ReadToEnd().Split '\n'
    |> Array.filter (fun line -> line.StartsWith "> " || line.StartsWith "< ")
    |> Array.chunkBySize 2
    |> Array.map (fun pair ->
        match pair with
        | [| request; answer |] when request[0] = '>' && answer[0] = '<' -> request.Substring 2, answer.Substring 2
        | _ -> raise (BadRequest $"examples.txt: '{pair[0]}' has no answer"))
    |> Array.toList

/// Lines that no client sends by mistake.
let private hostile: (string * string) list = [
    "brackets", String('[', 200_000)
    "nested arrays", "{\"id\":1,\"args\":" + String('[', 200_000) + String(']', 200_000) + "}"
    "nested dicts", String.replicate 100_000 "{\"a\":" + "1" + String('}', 100_000)
    "a line that ends early", "{\"id\":1,\"do\":\"ping\""
    "an empty key", "{\"\":{\"$\":1}}"
    "a long number", "{\"id\":1,\"api\":\"keras.ops.abs\",\"args\":[" + String('9', 100_000) + "]}"
    "control characters", "\u0000\u0001\u0002"
]

/// Runs all sessions; prints a line for each failure. The numbers of those that passed and failed.
let run () : struct (int * int) =
    let mutable passed, failed = 0, 0

    let check (name: string) (work: unit -> unit) =
        try
            work ()
            passed <- passed + 1
        with e ->
            failed <- failed + 1
            printfn $"session: {name}: {e.Message}"

    let client = Client()

    for request, expected in examples () do
        check request (fun () -> matches "answer" (Json.parse expected) (client.Line request))

    for name, line in hostile do
        check name (fun () ->
            if (Json.tryGet "error" (client.Line line)).IsNone then
                Compare.fail "it is no error"

            // The server is as well as before.
            match client.Value("call", [ "api", Json.Text "keras.ops.abs"; "args", Json.Array [ Json.Int -1L ] ]) with
            | Datum.Tensor x when Tensor.toInt x = 1 -> ()
            | _ -> Compare.fail "the next answer is wrong")

    check "a stream of lines" (fun () ->
        use input =
            new MemoryStream(
                Text.Encoding.UTF8.GetBytes "{\"id\":1,\"do\":\"ping\"}\n\nx\n{\"id\":\"ü\",\"do\":\"ping\"}"
            )

        use output = new MemoryStream()
        Server.run input output

        let lines =
            Text.Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries)

        if lines.Length <> 3 || not (lines[2].Contains "ü" || lines[2].Contains "\\u00fc") then
            Compare.fail $"{lines.Length} lines were answered, the last is {Array.last lines}")

    struct (passed, failed)
