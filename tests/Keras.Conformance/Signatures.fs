/// Keras's public names: aliases, and the order and defaults of parameters, also of the calls of layers. They stand in
/// `signatures.txt`, which the verb `signatures` makes from `keras-api.json`.
namespace Keras.Conformance

open System
open System.Collections.Generic
open System.IO
open Keras.FSharp.Saving

/// A parameter of a public function or class.
type KerasParameter = {
    /// With `*` in front for variadic ones.
    Name: string
    /// The default; none for parameters that must be given.
    Default: Json option
}

/// Keras's public names.
[<RequireQualifiedAccess>]
module Signatures =
    let private lines =
        lazy
            (use stream = typeof<KerasParameter>.Assembly.GetManifestResourceStream "signatures.txt"
             use reader = new StreamReader(Unchecked.nonNull stream)
             reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries))

    let private parameter (text: string) =
        match text.IndexOf '=' with
        | -1 -> { Name = text; Default = None }
        | i -> {
            Name = text.Substring(0, i)
            Default = Some(Json.parse (text.Substring(i + 1)))
          }

    let private tables =
        lazy
            (let symbols = Dictionary<string, string>()
             let parameters = Dictionary<string, string[]>()

             for line in lines.Value do
                 let parts = line.Split '\t'
                 symbols.TryAdd(parts[0], parts[0]) |> ignore

                 for alias in parts[1].Split(',', StringSplitOptions.RemoveEmptyEntries) do
                     symbols.TryAdd(alias, parts[0]) |> ignore

                 parameters[parts[0]] <- Array.skip 2 parts

             symbols, parameters)

    /// The preferred name of a symbol or alias; the name itself where it is unknown.
    let canonical (name: string) : string =
        match (fst tables.Value).TryGetValue name with
        | true, symbol -> symbol
        | _ -> name

    /// The parameters of a symbol or alias, in order; none for an unknown one.
    let parameters (name: string) : KerasParameter list option =
        match (snd tables.Value).TryGetValue(canonical name) with
        | true, ps -> Some [ for p in ps -> parameter p ]
        | _ -> None

    /// Positional and keyword arguments by parameter name. Variadic positional ones stay apart.
    let byName (symbol: string) (args: 'v list) (kwargs: (string * 'v) list) : (string * 'v) list =
        match parameters symbol with
        | None -> if args.IsEmpty then kwargs else raise (Missing $"the signature of {symbol}")
        | Some ps ->
            let names = ps |> List.map (fun p -> p.Name) |> List.filter (fun n -> not (n.StartsWith '*'))

            if args.Length > names.Length then
                raise (Mismatch $"{symbol} takes {names.Length} arguments, {args.Length} were given")

            let positional = List.zip (List.truncate args.Length names) args

            for k, _ in kwargs do
                if positional |> List.exists (fun (n, _) -> n = k) then
                    raise (Mismatch $"{symbol} got two values for '{k}'")

            positional @ kwargs

    /// The lines of `signatures.txt` for an API description: symbol, aliases, parameters, parted by tabs. What the call of
    /// a layer takes stands under the name of its class with `.call`.
    let write (api: Json) (target: TextWriter) : unit =
        let text key json = Json.get "api" key json |> Json.asText key

        for entry in Json.asList "api" api do
            let symbol = text "symbol" entry

            let isPublic =
                not (
                    symbol.StartsWith("keras.src", StringComparison.Ordinal)
                    || symbol.StartsWith("keras._legacy", StringComparison.Ordinal)
                    || symbol.StartsWith("keras.applications", StringComparison.Ordinal)
                )

            if isPublic then
                let aliases =
                    Json.tryGet "aliases" entry |> Option.map (Json.asList "aliases") |> Option.defaultValue []

                let parameters key =
                    match Json.tryGet key entry with
                    | Some(Json.Array ps) ->
                        ps
                        |> List.map (fun p ->
                            match Json.tryGet "default" p with
                            | Some d -> text "name" p + "=" + Json.write d
                            | None -> text "name" p)
                    | _ -> []

                let names = String.Join(",", aliases |> List.map (Json.asText "aliases"))
                target.Write(String.Join('\t', symbol :: names :: parameters "signature") + "\n")

                if symbol.StartsWith("keras.layers.", StringComparison.Ordinal) then
                    match parameters "call_signature" with
                    | [] -> ()
                    | ps -> target.Write(String.Join('\t', $"{symbol}.call" :: "" :: ps) + "\n")
