/// Preparing of data: labels, norms, sequences. Golden cases are in the conformance run.
module Keras.FSharp.Tests.UtilsTests

open Expecto
open Keras.FSharp

let private ints (shape: int list) (items: int list) = Tensor.ofArray shape (List.toArray items)
let private values (x: Tensor) = Tensor.toArrayAs<float> x |> List.ofArray

let private refusal (kind: FailureKind) (parts: string list) (f: unit -> 'a) : unit =
    try
        f () |> ignore
        failtest "an error is expected"
    with KerasException(k, _, _, _) as e ->
        Expect.equal k kind "the kind of error"

        for part in parts do
            Expect.stringContains e.Message part "the error"

[<Tests>]
let tests =
    testList "utils" [
        testCase "a last axis of size 1 holds labels, others stay"
        <| fun () ->
            let column = Utils.toCategorical (ints [ 2; 1 ] [ 1; 0 ], numClasses = 2)
            Expect.equal column.Shape (Dims.ofSeq [ 2; 2 ]) "a column"
            Expect.equal (values column) [ 0.0; 1.0; 1.0; 0.0 ] "its rows"
            let square = Utils.toCategorical (ints [ 2; 2 ] [ 0; 1; 2; 2 ])
            Expect.equal square.Shape (Dims.ofSeq [ 2; 2; 3 ]) "a square"
            let last = Utils.toCategorical (ints [ 1 ] [ -1 ], numClasses = 3)
            Expect.equal (values last) [ 0.0; 0.0; 1.0 ] "counted from the end"

        testCase "labels out of range are refused"
        <| fun () ->
            for label in [ 3; -4 ] do
                refusal FailureKind.InvalidIndex [ $"class {label}"; "0 to 2" ] (fun () ->
                    Utils.toCategorical (ints [ 2 ] [ 0; label ], numClasses = 3))

            refusal FailureKind.InvalidValue [ "num_classes" ] (fun () ->
                Utils.toCategorical (ints [ 1 ] [ 0 ], numClasses = 0))

            refusal FailureKind.InvalidValue [ "no labels" ] (fun () -> Utils.toCategorical (ints [ 0 ] []))

        testCase "vectors of zeros are not divided"
        <| fun () ->
            let x = Tensor.ofArray [ 2; 2 ] [| 3.0f; 4.0f; 0.0f; 0.0f |]
            let y = Utils.normalize x
            Expect.sequenceEqual (Tensor.toArray<float32> y) [| 0.6f; 0.8f; 0.0f; 0.0f |] "rows"
            let columns = Utils.normalize (x, axis = 0, order = 1.0)
            Expect.sequenceEqual (Tensor.toArray<float32> columns) [| 1.0f; 1.0f; 0.0f; 0.0f |] "columns"

        testCase "sequences of numbers and of vectors are filled up and cut alike"
        <| fun () ->
            let rows = [ [ 1; 2; 3 ]; [ 4 ]; [] ]

            for padding in [ "pre"; "post" ] do
                for truncating in [ "pre"; "post" ] do
                    let padded =
                        Utils.padSequences (rows, maxlen = 2, padding = padding, truncating = truncating, value = 9.0)

                    let steps =
                        Utils.padSequences (
                            [ for r in rows -> ints [ r.Length; 1 ] r ],
                            maxlen = 2,
                            padding = padding,
                            truncating = truncating,
                            value = 9.0
                        )

                    let first = if truncating = "pre" then [ 2.0; 3.0 ] else [ 1.0; 2.0 ]
                    let second = if padding = "pre" then [ 9.0; 4.0 ] else [ 4.0; 9.0 ]
                    Expect.equal (values padded) (first @ second @ [ 9.0; 9.0 ]) $"{padding}, {truncating}"
                    Expect.equal padded.DType DType.Int32 "type"
                    Expect.equal steps.Shape (Dims.ofSeq [ 3; 2; 1 ]) "vectors: shape"
                    Expect.equal (values steps) (values padded) "vectors: values"

        testCase "sequences that do not fit are refused"
        <| fun () ->
            refusal FailureKind.InvalidValue [ "'middle'"; "'pre'" ] (fun () ->
                Utils.padSequences ([ [ 1 ] ], padding = "middle"))

            refusal FailureKind.InvalidValue [ "(3, 1)"; "(2,)" ] (fun () ->
                Utils.padSequences [ ints [ 3; 2 ] [ 1..6 ]; ints [ 3; 1 ] [ 1..3 ] ])
    ]
