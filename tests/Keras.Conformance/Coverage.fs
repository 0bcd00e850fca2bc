/// Which of Keras's public symbols have a counterpart in the library, found by reflection.
[<RequireQualifiedAccess>]
module Keras.Conformance.Coverage

open System
open System.Reflection
open Keras.FSharp
open Keras.FSharp.Saving

let private flags = BindingFlags.Public ||| BindingFlags.Static ||| BindingFlags.FlattenHierarchy

/// Keys of the public static members and of the public types of the library.
let private members (types: Type seq) : Set<string> =
    types
    |> Seq.collect (fun t -> t.GetMembers flags)
    |> Seq.map (fun m -> Members.key (m.Name.Replace("get_", "")))
    |> Set.ofSeq

let private assemblies = [ typeof<Ops>.Assembly; typeof<Tensor>.Assembly ]

let private typesNamed (name: string) =
    assemblies
    |> List.collect (fun a -> List.ofArray (a.GetExportedTypes()))
    |> List.filter (fun t -> t.Name = name || t.Name = name + "Module")

let private typeNames =
    lazy
        (assemblies
         |> List.collect (fun a -> List.ofArray (a.GetExportedTypes()))
         |> List.map (fun t -> Members.key (t.Name.Replace("Module", "")))
         |> Set.ofList)

/// The types of the library whose members are the symbols of an area.
let private homes (area: string) : string list =
    match area with
    | "ops" -> [ "Ops" ]
    | "activations" -> [ "Activations"; "ActivationValues"; "Ops" ]
    | "layers" -> [ "Layers" ]
    | "losses" -> [ "Losses" ]
    | "metrics" -> [ "Metrics" ]
    | "optimizers" -> [ "Optimizers"; "OptimizersGradient"; "OptimizersAdam"; "OptimizersMatrix"; "Schedules" ]
    | "initializers" -> [ "Initializers" ]
    | "regularizers" -> [ "Regularizers" ]
    | "constraints" -> [ "Constraints" ]
    | "random" -> [ "Random"; "RandomSamplers" ]
    | "config" -> [ "Config" ]
    | "datasets" -> [ "Datasets" ]
    | "saving" -> [ "ModelFile"; "ModelConfig" ]
    | _ -> []

let private registered (area: string) : Set<string> =
    match area with
    | "layers" -> LayerCatalogue.names |> List.map Members.key |> Set.ofList
    | "activations" -> Activations.Names |> List.map Members.key |> Set.ofList
    | _ -> Set.empty

/// A table per area of symbols that there are and that have a counterpart; with `verbose` the missing ones too.
let print (verbose: bool) (api: Json) : unit =
    let text key json = Json.get "api" key json |> Json.asText key

    let rows =
        Json.asList "api" api
        |> List.map (fun e -> text "area" e, text "symbol" e)
        |> List.filter (fun (area, _) -> area <> "internal" && area <> "legacy")
        |> List.groupBy fst
        |> List.sortBy fst
        |> List.map (fun (area, symbols) ->
            let known = Set.union (members (homes area |> List.collect typesNamed)) (registered area)

            let has (symbol: string) =
                let key = Members.key (Functions.bare symbol)
                known.Contains key || typeNames.Value.Contains key

            let names = symbols |> List.map snd
            area, names.Length, List.filter (has >> not) names)

    for area, count, missing in rows do
        printfn "%-20s %4d of %4d" area (count - missing.Length) count

        if verbose then
            for name in missing do
                printfn "    %s" name

    let total = rows |> List.sumBy (fun (_, n, _) -> n)
    let absent = rows |> List.sumBy (fun (_, _, m) -> m.Length)
    printfn "%-20s %4d of %4d" "all" (total - absent) total
