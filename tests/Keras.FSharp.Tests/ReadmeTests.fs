/// The example of the README: it is what `ReadmeExample` holds, and it trains.
module Keras.FSharp.Tests.ReadmeTests

open System
open System.IO
open Expecto
open Keras.FSharp

let private here = __SOURCE_DIRECTORY__

[<Tests>]
let tests =
    testList "readme" [
        test "the example is compiled as it is shown" {
            let lines (path: string) = File.ReadAllText(path).ReplaceLineEndings "\n"
            let readme = lines (Path.Combine(here, "..", "..", "README.md"))
            let first = readme.IndexOf "```fsharp\n" + "```fsharp\n".Length
            let shown = readme.Substring(first, readme.IndexOf("```", first) - first)
            let compiled = lines (Path.Combine(here, "ReadmeExample.fs"))
            let own = compiled.Substring(compiled.IndexOf "open Keras.FSharp\n")
            Expect.equal own shown "ReadmeExample.fs, below its first line"
        }

        test "the example trains" {
            let r = System.Random 3
            let y = Array.init 32 (fun i -> i % 10)

            let x =
                y
                |> Array.collect (fun c ->
                    Array.init 784 (fun i -> (if i % 10 = c then 1.0f else 0.0f) + 0.1f * r.NextSingle()))

            let batch = Tensor.ofArray [ 32; 28; 28; 1 ] x, Tensor.ofArray [ 32 ] y
            let optimizer = Optimizers.init ReadmeExample.adam ReadmeExample.variables.Params

            let losses =
                ((ReadmeExample.variables, optimizer), [ 0L .. 9L ])
                ||> List.mapFold (fun (variables, optimizer) i ->
                    let value, next = ReadmeExample.step ((variables, optimizer, Random.key i), batch)
                    Tensor.toFloat value, next)
                |> fst

            Expect.isLessThan (List.last losses) (List.head losses * 0.7) "the loss falls"
        }
    ]
