/// Tensors from and to .NET, printing, indexing and operators.
module Keras.FSharp.Tests.TensorTests

open System
open System.Numerics
open Expecto
open Keras.FSharp

let private refusal (f: unit -> 'a) : string =
    try
        f () |> ignore
        failtest "an error is expected"
    with KerasException _ as e ->
        e.Message

let private count (shape: int list) = List.fold (*) 1 shape

let private arange (shape: int list) = Tensor.ofArray shape [| for i in 0 .. count shape - 1 -> float32 i |]

let private values (x: Tensor) = Tensor.toArrayAs<float> x |> List.ofArray
let private shapeOf (x: Tensor) = x.Shape.ToArray() |> List.ofArray

let private same (x: Tensor) (shape: int list) (expected: float list) (what: string) =
    Expect.equal (shapeOf x) shape $"{what}: shape"
    Expect.equal (values x) expected $"{what}: values"

let private backAndForth<'T when 'T: struct and 'T :> ValueType and 'T: (new: unit -> 'T) and 'T: equality>
    (data: 'T[])
    (dtype: DType)
    =
    let t = Tensor.ofArray [ data.Length ] data
    Expect.equal t.DType dtype "dtype"
    Expect.equal (Tensor.toArray<'T> t) data "values"

let creation =
    testList "from and to .NET" [
        testCase "every element type"
        <| fun () ->
            backAndForth [| true; false |] DType.Bool
            backAndForth [| 0uy; 255uy |] DType.UInt8
            backAndForth [| 0us; 65535us |] DType.UInt16
            backAndForth [| 0u; UInt32.MaxValue |] DType.UInt32
            backAndForth [| 0UL; UInt64.MaxValue |] DType.UInt64
            backAndForth [| -128y; 127y |] DType.Int8
            backAndForth [| -32768s; 5s |] DType.Int16
            backAndForth [| Int32.MinValue; 7 |] DType.Int32
            backAndForth [| Int64.MinValue; 7L |] DType.Int64
            backAndForth [| Half.op_Explicit 0.1f; Half.NaN |] DType.Float16
            backAndForth [| 0.1f; infinityf |] DType.Float32
            backAndForth [| 0.1; -infinity |] DType.Float64
            backAndForth<struct (float32 * float32)> [| struct (1.0f, 2.0f) |] DType.Complex64
            backAndForth [| Complex(1.0, -2.0) |] DType.Complex128

        testCase "shapes: multidimensional, jagged, nested, sequences"
        <| fun () ->
            let expected = [ 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 ]
            same (Tensor.ofMultiArray (array2D [ [ 1.0f; 2.0f; 3.0f ]; [ 4.0f; 5.0f; 6.0f ] ])) [ 2; 3 ] expected "[,]"
            same (Tensor.ofJagged [| [| 1; 2; 3 |]; [| 4; 5; 6 |] |]) [ 2; 3 ] expected "jagged"
            same (tensor [ [ 1.0; 2.0; 3.0 ]; [ 4.0; 5.0; 6.0 ] ]) [ 2; 3 ] expected "lists"
            same (Tensor.ofSeq [ 3; 2 ] (Seq.init 6 (fun i -> int64 (i + 1)))) [ 3; 2 ] expected "seq"
            let a4 = Array4D.init 2 1 3 2 (fun i _ k l -> byte (i * 6 + k * 2 + l))
            let t = Tensor.ofMultiArray a4
            same t [ 2; 1; 3; 2 ] [ 0.0 .. 11.0 ] "rank 4"

            match Tensor.toMultiArray t with
            | :? (byte[,,,]) as back -> Expect.equal back[1, 0, 2, 1] 11uy "rank 4 back"
            | _ -> failtest "wrong type of array"

            Expect.equal (Tensor.toArray2D<int>(tensor [ [ 1; 2 ]; [ 3; 4 ] ])) (array2D [ [ 1; 2 ]; [ 3; 4 ] ]) "2D"
            Expect.equal (Tensor.toJagged<int>(tensor [ [ 1; 2 ]; [ 3; 4 ] ])) [| [| 1; 2 |]; [| 3; 4 |] |] "jagged"
            Expect.equal (Tensor.toScalar<int>(Tensor.scalar 5)) 5 "scalar"
            Expect.equal (Tensor.toFloat (tensor 2)) 2.0 "converted"
            Expect.equal (Tensor.toInt (tensor [ 2.9f ])) 2 "converted to int"

        testCase "plain doubles become floatx, arrays of doubles given as such do not"
        <| fun () ->
            Expect.equal (tensor [ 1.0 ]).DType DType.Float32 "tensor"
            Expect.equal (Tensor.vector [ 1.0 ]).DType DType.Float64 "vector"
            Expect.equal (tensor [ 1 ]).DType DType.Int32 "ints"
            Expect.equal (tensor true).DType DType.Bool "bool"
            Expect.equal (shapeOf (tensor ([]: float list))) [ 0 ] "empty"
            Expect.equal (Tensor.tensorOf DType.Float16 [ 1 ]).DType DType.Float16 "chosen"

        testCase "spans, bytes, System.Numerics.Tensors"
        <| fun () ->
            let t = Tensor.ofSpan [ 2 ] (ReadOnlySpan [| 1.5f; 2.5f |])

            Expect.equal
                (Tensor.bytes t)
                (Array.append (BitConverter.GetBytes 1.5f) (BitConverter.GetBytes 2.5f))
                "bytes"

            let target = Array.zeroCreate<float32> 2
            Tensor.copyTo (Span target) t
            Expect.equal target [| 1.5f; 2.5f |] "copyTo"
            let b = Tensor.ofBytes DType.BFloat16 [ 1 ] (ReadOnlySpan [| 0x80uy; 0x3Fuy |])
            Expect.equal (values b) [ 1.0 ] "bfloat16"
            let n = Tensors.Tensor.Create<int>([| 1; 2; 3; 4; 5; 6 |], ReadOnlySpan [| 2n; 3n |])
            same (Tensor.ofNumerics n) [ 2; 3 ] [ 1.0 .. 6.0 ] "from"
            let back = Tensor.toNumerics<int>(Tensor.ofNumerics n)
            Expect.equal (back.Lengths.ToArray()) [| 2n; 3n |] "lengths"
            Expect.equal back[[| 1n; 2n |]] 6 "item"

        testCase "refusals"
        <| fun () ->
            Expect.stringContains (refusal (fun () -> Tensor.ofArray [ 2; 2 ] [| 1; 2; 3 |])) "3 elements" "count"
            Expect.stringContains (refusal (fun () -> Tensor.ofArray [ 1 ] [| 1m |])) "Decimal" "element type"
            Expect.stringContains (refusal (fun () -> tensor [ [ 1 ]; [ 2; 3 ] ])) "[1] has shape (2,)" "ragged"
            Expect.stringContains (refusal (fun () -> tensor [ box 1; box 2.0 ])) "element 1" "mixed"
            Expect.stringContains (refusal (fun () -> tensor "abc")) "text" "text"
            Expect.stringContains (refusal (fun () -> Tensor.toArray<float>(tensor [ 1 ]))) "Int32, not Double" "type"
            Expect.stringContains (refusal (fun () -> Tensor.toScalar<int>(tensor [ 1; 2 ]))) "2 elements" "scalar"
            Expect.stringContains (refusal (fun () -> Tensor.toArray2D<int>(tensor [ 1; 2 ]))) "matrix" "rank"

        testCase "sizes whose product overflows are too many, not few"
        <| fun () ->
            for shape in [ [ 65536; 65536; 65536; 65536 ]; [ 2147483647; 2147483647; 2147483647 ] ] do
                let dims = Dims.ofSeq shape
                Expect.isGreaterThan dims.Size (1L <<< 48) "elements"
                let message = refusal (fun () -> Ops.ones shape)
                Expect.stringContains message "cannot be allocated" "the refusal"

            Expect.equal (Dims.ofSeq [ 65536; 65536; 65536; 65536; 0 ]).Size 0L "an axis without elements"
            Expect.equal (Dims.ofSeq [ 3; -1; 5 ]).Size -15L "an unknown size"
            let message = refusal (fun () -> Ops.arange (1e13))
            Expect.stringContains message "at most" "a range"
    ]

let printing =
    let prints (expected: string) (x: Tensor) = Expect.equal (string x) expected "text"
    let f32 (data: float32 list) = Tensor.vector data
    let f64 (data: float list) = Tensor.vector data

    testList "print as NumPy" [
        testCase "floats"
        <| fun () ->
            prints "[1.  2.5 3. ]" (f32 [ 1.0f; 2.5f; 3.0f ])
            prints "[0.1        0.25       0.33333334]" (f32 [ 0.1f; 0.25f; 1.0f / 3.0f ])
            prints "[0.33333333]" (f64 [ 1.0 / 3.0 ])
            prints "[0.3]" (f64 [ 0.1 + 0.2 ])
            prints "[-0.  1.]" (f64 [ -0.0; 1.0 ])
            prints "[ nan   1. -inf]" (f64 [ nan; 1.0; -infinity ])
            prints "[nan inf]" (f64 [ nan; infinity ])

        testCase "scientific where magnitudes ask for it"
        <| fun () ->
            prints "[1.e+10 1.e+00]" (f64 [ 1e10; 1.0 ])
            prints "[1.e-05 1.e+00]" (f64 [ 1e-5; 1.0 ])
            prints "[1.23456789e+05 1.00000000e-03]" (f64 [ 123456.789; 0.001 ])
            prints "[-1.e+100  1.e-100]" (f64 [ -1e100; 1e-100 ])
            prints "[1.00e-01 6.55e+04]" (Tensor.vector [ Half.op_Explicit 0.1f; Half.MaxValue ])

        testCase "scalars"
        <| fun () ->
            prints "0.1" (Tensor.scalar 0.1f)
            prints "2.0" (Tensor.scalar 2.0)
            prints "1e+20" (Tensor.scalar 1e20)
            prints "1.5e-07" (Tensor.scalar 1.5e-7)
            prints "0.30000000000000004" (Tensor.scalar (0.1 + 0.2))
            prints "True" (Tensor.scalar true)
            prints "-3" (Tensor.scalar -3)
            prints "(1+2j)" (Tensor.scalar (Complex(1.0, 2.0)))

        testCase "integers, bools, complex numbers, bfloat16"
        <| fun () ->
            prints "[[  1   2]\n [  3 -40]]" (tensor [ [ 1; 2 ]; [ 3; -40 ] ])
            prints "[ True False]" (tensor [ true; false ])
            prints "[1. +2.j 3.5-1.j]" (Tensor.vector [ Complex(1.0, 2.0); Complex(3.5, -1.0) ])
            prints "[0.1  1.   3.14]" (Tensor.cast DType.BFloat16 (f32 [ 0.1f; 1.0f; 3.14f ]))

        testCase "several axes, long lines, many elements, none"
        <| fun () ->
            prints "[[[0. 0.]\n  [0. 0.]]\n\n [[0. 0.]\n  [0. 0.]]]" (Tensor.zeros [ 2; 2; 2 ] DType.Float32)

            prints "[ 0.  1.  2.  3.  4.  5.  6.  7.  8.  9. 10. 11. 12. 13. 14. 15. 16. 17.\n 18. 19.]" (arange [ 20 ])

            prints "[   0    1    2 ... 1997 1998 1999]" (Tensor.vector [ 0..1999 ])
            prints "[]" (Tensor.zeros [ 0; 3 ] DType.Float32)

            let rows = [
                "[[   0    1    2 ...   97   98   99]"
                " [ 100  101  102 ...  197  198  199]"
                " [ 200  201  202 ...  297  298  299]"
                " ..."
                " [9700 9701 9702 ... 9797 9798 9799]"
                " [9800 9801 9802 ... 9897 9898 9899]"
                " [9900 9901 9902 ... 9997 9998 9999]]"
            ]

            prints (String.concat "\n" rows) (Tensor.ofSeq [ 100; 100 ] [ 0..9999 ])
    ]

let indexing =
    let x = lazy (arange [ 2; 3; 4 ])

    testList "indexing" [
        testCase "F# syntax"
        <| fun () ->
            let x = x.Value
            same x[0] [ 3; 4 ] [ 0.0 .. 11.0 ] "x[0]"
            same x[-1, -1, -1] [] [ 23.0 ] "x[-1, -1, -1]"
            same x[0, *, 1..2] [ 3; 2 ] [ 1.0; 2.0; 5.0; 6.0; 9.0; 10.0 ] "x[0, *, 1..2]"
            same x[1, 1..] [ 2; 4 ] [ 16.0 .. 23.0 ] "x[1, 1..]"
            same x[.. -2, 0, ..0] [ 1; 1 ] [ 0.0 ] "x[.. -2, 0, ..0]"

            same
                x[*, *, -2 .. -1]
                [ 2; 3; 2 ]
                [
                    for i in 0.0 .. 23.0 do
                        if i % 4.0 >= 2.0 then
                            i
                ]
                "x[*, *, -2 .. -1]"

            same x[0, 2..1] [ 0; 4 ] [] "an empty range"
            same x[1..5] [ 1; 3; 4 ] [ 12.0 .. 23.0 ] "beyond the end"
            let i = 1
            same x[i, i, i] [] [ 17.0 ] "variables"

        testCase "steps, new axes, ellipsis"
        <| fun () ->
            let x = x.Value
            let range a b s = Idx.Range(a, b, s)
            let v = arange [ 10 ]
            same (Tensor.get [ range None None (Some -1) ] v) [ 10 ] [ 9.0 .. -1.0 .. 0.0 ] "[::-1]"
            same (Tensor.get [ range (Some 1) (Some 8) (Some 3) ] v) [ 3 ] [ 1.0; 4.0; 7.0 ] "[1:8:3]"
            same (Tensor.get [ range (Some -2) (Some 1) (Some -3) ] v) [ 3 ] [ 8.0; 5.0; 2.0 ] "[-2:1:-3]"
            same (Tensor.get [ range (Some 20) None (Some -4) ] v) [ 3 ] [ 9.0; 5.0; 1.0 ] "[20::-4]"
            same (Tensor.get [ range (Some 5) (Some 2) None ] v) [ 0 ] [] "[5:2]"
            same (Tensor.get [ Idx.Ellipsis; Idx.At 0 ] x) [ 2; 3 ] [ 0.0; 4.0; 8.0; 12.0; 16.0; 20.0 ] "[..., 0]"
            let y = Tensor.get [ Idx.NewAxis; Idx.At 1; Idx.Ellipsis; Idx.NewAxis ] x
            Expect.equal (shapeOf y) [ 1; 3; 4; 1 ] "[None, 1, ..., None]"

        testCase "index tensors"
        <| fun () ->
            let x = x.Value
            let five = arange [ 5 ]
            same five[tensor [ 4; -5; 1 ]] [ 3 ] [ 4.0; 0.0; 1.0 ] "rows"
            same five[tensor [ true; false; false; true; false ]] [ 2 ] [ 0.0; 3.0 ] "mask"
            let m = arange [ 2; 3 ]
            same m[tensor [ [ true; false; true ]; [ false; true; false ] ]] [ 3 ] [ 0.0; 2.0; 4.0 ] "mask of rank 2"
            let take (i: int list) = Idx.Take(tensor i)
            same (Tensor.get [ take [ 0; 1 ]; take [ 2; 0 ] ] m) [ 2 ] [ 2.0; 3.0 ] "two together"
            let y = Tensor.get [ Idx.All; take [ 2; 0 ] ] m
            same y [ 2; 2 ] [ 2.0; 0.0; 5.0; 3.0 ] "[:, [2, 0]]"
            // Side by side the new axis stands in place, apart it goes to the front.
            let y = Tensor.get [ Idx.All; take [ 1; 2; 0 ]; take [ 0; 1; 3 ] ] x
            same y [ 2; 3 ] [ 4.0; 9.0; 3.0; 16.0; 21.0; 15.0 ] "[:, [1, 2, 0], [0, 1, 3]]"
            let y = Tensor.get [ Idx.At 0; Idx.All; take [ 3; 0 ] ] x
            same y [ 2; 3 ] [ 3.0; 7.0; 11.0; 0.0; 4.0; 8.0 ] "[0, :, [3, 0]]"

        testCase "refusals"
        <| fun () ->
            let x = x.Value
            Expect.stringContains (refusal (fun () -> x[2])) "index 2 is out of range for axis 0" "range"
            Expect.stringContains (refusal (fun () -> x[0, 0, 0, 0])) "4 indices" "too many"
            let zero = Idx.Range(None, None, Some 0)
            Expect.stringContains (refusal (fun () -> Tensor.get [ zero ] x)) "step" "step 0"
            Expect.stringContains (refusal (fun () -> Tensor.get [ Idx.Ellipsis; Idx.Ellipsis ] x)) "ellipsis" "two"
            Expect.stringContains (refusal (fun () -> x[tensor [ 0.5 ]])) "float32" "floats"
            Expect.stringContains (refusal (fun () -> Tensor.reshape [ 5; -1 ] x)) "(5, None)" "reshape"
    ]

let operators =
    let dtype (x: Tensor) = x.DType
    let ints (data: int list) = Tensor.vector data

    testList "operators" [
        testCase "types meet as in Keras"
        <| fun () ->
            let i, h = ints [ 1; 2 ], Tensor.cast DType.Float16 (ints [ 1; 2 ])
            Expect.equal (dtype (i * 2.5)) DType.Float32 "int32 and a double"
            Expect.equal (dtype (i * 2)) DType.Int32 "int32 and an int"
            Expect.equal (dtype (h * 2.0)) DType.Float16 "float16 and a double"
            Expect.equal (dtype (2 - h)) DType.Float16 "an int and float16"
            Expect.equal (dtype (i + h)) DType.Float16 "int32 and float16"
            Expect.equal (dtype (h + Tensor.cast DType.BFloat16 i)) DType.Float32 "float16 and bfloat16"
            Expect.equal (dtype (Tensor.cast DType.UInt8 i + Tensor.cast DType.Int8 i)) DType.Int16 "uint8 and int8"
            Expect.equal (dtype (tensor [ true; false ] + 1)) DType.Int32 "bool and an int"
            Expect.equal (dtype (Tensor.vector [ 1.0 ] + i)) DType.Float64 "float64 and int32"

        testCase "values and broadcasting"
        <| fun () ->
            let m = arange [ 2; 3 ]
            same (m + ints [ 1; 2; 3 ]) [ 2; 3 ] [ 1.0; 3.0; 5.0; 4.0; 6.0; 8.0 ] "+"
            same (1.0 - m) [ 2; 3 ] [ 1.0; 0.0; -1.0; -2.0; -3.0; -4.0 ] "float -"
            same (m * 2 / 4.0) [ 2; 3 ] [ 0.0; 0.5; 1.0; 1.5; 2.0; 2.5 ] "* and /"
            same (m ** 2) [ 2; 3 ] [ 0.0; 1.0; 4.0; 9.0; 16.0; 25.0 ] "**"
            same (-m) [ 2; 3 ] [ -0.0; -1.0; -2.0; -3.0; -4.0; -5.0 ] "negative"
            same (ints [ 7; -7 ] / ints [ 2; 2 ]) [ 2 ] [ 3.5; -3.5 ] "ints divide to floats"
            Expect.equal (dtype (ints [ 1 ] / 2)) DType.Float32 "ints divide to floatx"
            same (tensor [ true; false ] + tensor [ true; true ]) [ 2 ] [ 1.0; 1.0 ] "or"
            same (tensor [ true; false ] * tensor [ true; true ]) [ 2 ] [ 1.0; 0.0 ] "and"

        testCase "the remainder has the sign of the divisor"
        <| fun () ->
            same (ints [ 7; -7; 7; -7; 6 ] % ints [ 3; 3; -3; -3; 3 ]) [ 5 ] [ 1.0; 2.0; -2.0; -1.0; 0.0 ] "ints"
            same (Tensor.vector [ 5.5; -5.5 ] % 2.0) [ 2 ] [ 1.5; 0.5 ] "floats"
            same (7 % ints [ 4; -4 ]) [ 2 ] [ 3.0; -1.0 ] "a number on the left"
            same (Tensor.vector [ 7uy ] % 4) [ 1 ] [ 3.0 ] "unsigned"

        testCase "functions of one operand"
        <| fun () ->
            Expect.equal (dtype (exp (ints [ 1 ]))) DType.Float32 "exp of ints"
            Expect.equal (dtype (abs (ints [ -1 ]))) DType.Int32 "abs of ints"
            same (abs (ints [ -1; 2 ])) [ 2 ] [ 1.0; 2.0 ] "abs"
            same (sqrt (arange [ 2 ])) [ 2 ] [ 0.0; 1.0 ] "sqrt"
            same (round (Tensor.vector [ 0.5; 1.5; 2.5 ])) [ 3 ] [ 0.0; 2.0; 2.0 ] "round"
            same (floor (Tensor.vector [ -0.5 ])) [ 1 ] [ -1.0 ] "floor"
            same (ceil (Tensor.vector [ 0.5 ])) [ 1 ] [ 1.0 ] "ceil"

        testCase "refusals"
        <| fun () ->
            let message = refusal (fun () -> arange [ 2 ] + arange [ 3 ])
            Expect.stringContains message "(2,) and (3,)" "shapes"
            let message = refusal (fun () -> Tensor.vector [ 1uy ] + 256)
            Expect.stringContains message "256 does not fit" "weak int out of range"
    ]

let traced =
    testList "inside transformations" [
        testCase "gradients of parts"
        <| fun () ->
            let m = arange [ 2; 3 ]
            let g = Transform.grad (fun (x: Tensor) -> Lax.sumAll (x[1, *] * tensor [ 1.0; 2.0; 3.0 ] + x[0, 1])) m
            same g [ 2; 3 ] [ 0.0; 3.0; 0.0; 1.0; 2.0; 3.0 ] "slices"
            let back = Idx.Range(None, None, Some -2)
            let g = Transform.grad (fun x -> Tensor.get [ Idx.At 0; back ] x * tensor [ 5.0; 7.0 ] |> Lax.sumAll) m
            same g [ 2; 3 ] [ 7.0; 0.0; 5.0; 0.0; 0.0; 0.0 ] "backwards"
            let rows = tensor [ 1; 1; -1 ]
            let g = Transform.grad (fun (x: Tensor) -> Lax.sumAll x[rows]) m
            same g [ 2; 3 ] [ 0.0; 0.0; 0.0; 3.0; 3.0; 3.0 ] "rows"

        testCase "gradients of operators"
        <| fun () ->
            let f (x: Tensor) = Lax.sumAll (x ** 3 / 2.0 - 1.0 % x + abs x)
            let g = Transform.grad f (Tensor.vector [ 2.0; 3.0 ])
            same g [ 2 ] [ 7.0; 14.5 ] "grad"

        testCase "mapped and compiled"
        <| fun () ->
            let m = arange [ 3; 4 ]

            same
                (Transform.vmap (fun (x: Tensor) -> x[1..2] * 2) m)
                [ 3; 2 ]
                [ 2.0; 4.0; 10.0; 12.0; 18.0; 20.0 ]
                "vmap"

            let f = Transform.jit (fun (x: Tensor, n: int) -> x[-1, ..n] + 1)
            same (f (m, 1)) [ 2 ] [ 9.0; 10.0 ] "jit"
            same (f (m, 0)) [ 1 ] [ 9.0 ] "jit, other static value"

        testCase "values cannot be read, the text says what it is"
        <| fun () ->
            let mutable text = ""

            let read (x: Tensor) =
                text <- string x
                Tensor.toArray<float32> x |> ignore
                x

            let message = refusal (fun () -> Transform.jit read (arange [ 2; 3 ]))
            Expect.equal text "Traced<jit float32[2,3]>" "text"
            Expect.stringContains message "has no value yet" "reading"
            let mask = refusal (fun () -> Transform.jit (fun (x: Tensor) -> x[x]) (tensor [ true; false ]))
            Expect.stringContains mask "bool tensor" "a mask has no value"
    ]

[<Tests>]
let tests = testList "tensor" [ creation; printing; indexing; operators; traced ]
