/// The table of samples: at least one row for every primitive and every operation that a primitive carries. The laws in
/// `LawTests` are checked for each row; a primitive without a row fails a test there.
module internal Keras.FSharp.Tests.Samples

open System
open Keras.FSharp
open Keras.FSharp.Tests.SampleKinds

// ---- elementwise ----------------------------------------------------------------------------------------------------

let private unaries = [
    unary UnaryOp.Neg (signed @ complexes) 2 real
    unary UnaryOp.Abs (signed @ complexes) 2 (apart 0.2 2.0)
    unary UnaryOp.Sign signed 1 (apart 0.2 2.0)
    unary UnaryOp.Floor floats 1 fractional
    unary UnaryOp.Ceil floats 1 fractional
    unary UnaryOp.Round floats 1 fractional
    unary UnaryOp.Trunc floats 1 fractional
    unary UnaryOp.Exp (floats @ complexes) 2 real
    unary UnaryOp.Expm1 floats 2 real
    unary UnaryOp.Log (floats @ complexes) 2 (between 0.3 3.0)
    unary UnaryOp.Log1p floats 2 (between -0.5 2.0)
    unary UnaryOp.Sqrt (floats @ complexes) 2 (between 0.3 3.0)
    unary UnaryOp.Rsqrt (floats @ complexes) 2 (between 0.3 3.0)
    unary UnaryOp.Sin (floats @ complexes) 2 real
    unary UnaryOp.Cos (floats @ complexes) 2 real
    unary UnaryOp.Tan floats 2 (between -1.0 1.0)
    unary UnaryOp.Asin floats 2 (between -0.8 0.8)
    unary UnaryOp.Acos floats 2 (between -0.8 0.8)
    unary UnaryOp.Atan floats 2 real
    unary UnaryOp.Sinh floats 2 real
    unary UnaryOp.Cosh floats 2 real
    unary UnaryOp.Tanh (floats @ complexes) 2 (between -1.0 1.0)
    unary UnaryOp.Asinh floats 2 real
    unary UnaryOp.Acosh floats 2 (between 1.3 3.0)
    unary UnaryOp.Atanh floats 2 (between -0.8 0.8)
    unary UnaryOp.Logistic (floats @ complexes) 2 real
    unary UnaryOp.Erf floats 2 real
    unary UnaryOp.Erfc floats 2 real
    unary UnaryOp.ErfInv floats 2 (between -0.8 0.8)
    unary UnaryOp.Lgamma floats 2 (between 0.5 4.0)
    unary UnaryOp.Digamma floats 2 (between 0.5 4.0)
    unary UnaryOp.BesselI0e floats 2 (apart 0.2 3.0)
    unary UnaryOp.BesselI1e floats 2 (apart 0.2 3.0)
    unary UnaryOp.IsFinite floats 0 real
    unary UnaryOp.Not (DType.Bool :: integers) 0 (whole 0 2)
    unary UnaryOp.Real complexes 2 real
    unary UnaryOp.Imag complexes 2 real
]

let private binaries = [
    binary BinaryOp.Add (numeric @ complexes) 2 real real
    binary BinaryOp.Sub (signed @ complexes) 2 real real
    binary BinaryOp.Mul (numeric @ complexes) 2 real real
    binary BinaryOp.Div (numeric @ complexes) 2 real (apart 0.5 3.0)
    binary BinaryOp.Rem numeric 1 (between 5.1 5.9) (between 1.1 1.5)
    binary BinaryOp.Pow (DType.Int32 :: floats) 2 (between 0.5 2.0) (between 0.0 3.0)
    binary BinaryOp.Max (DType.Bool :: numeric) 2 (between 0.0 1.0) (apart 1.5 2.0)
    binary BinaryOp.Min (DType.Bool :: numeric) 2 (between 0.0 1.0) (apart 1.5 2.0)
    binary BinaryOp.Atan2 floats 2 (apart 0.3 2.0) (apart 0.3 2.0)
    binary BinaryOp.NextAfter wide 0 real real
    binary BinaryOp.And (DType.Bool :: integers) 0 (whole 0 5) (whole 0 5)
    binary BinaryOp.Or (DType.Bool :: integers) 0 (whole 0 5) (whole 0 5)
    binary BinaryOp.Xor (DType.Bool :: integers) 0 (whole 0 5) (whole 0 5)
    binary BinaryOp.ShiftLeft integers 0 (whole -9 9) (whole 0 5)
    binary BinaryOp.ShiftRightArithmetic integers 0 (whole -9 9) (whole 0 5)
    binary BinaryOp.ShiftRightLogical integers 0 (whole -9 9) (whole 0 5)
    binary BinaryOp.Complex wide 2 real real
    {
        binary BinaryOp.Igamma wide 1 (between 0.7 3.0) (between 0.5 3.0) with
            Tolerance = 1e-4
    }
    {
        binary BinaryOp.Igamma wide 2 (between 0.7 3.0) (between 0.5 3.0) with
            Wrt = [ 1 ]
            Tolerance = 1e-4
    }
    {
        binary BinaryOp.IgammaGradA wide 2 (between 0.7 3.0) (between 0.5 3.0) with
            Wrt = [ 1 ]
            Tolerance = 1e-3
            Single = 1e-3
    }
    {
        binary BinaryOp.Polygamma wide 2 (whole 1 3) (between 1.0 3.0) with
            Wrt = [ 1 ]
            Single = 1e-4
    }
]

let private comparisons = [
    for op in Enum.GetValues<CompareOp>() ->
        shaped $"{op}" (DType.Bool :: numeric) 0 0 3 (fun _ s ->
            Prim.Compare op, [ main s (whole 0 3); main s (whole 0 3) ])
]

let private choices = [
    shaped "select" anyType 2 0 3 (fun _ s -> Prim.Select, [ bools s; plain s; plain s ])
    shaped "clamp" numeric 2 0 3 (fun _ s ->
        Prim.Clamp, [ main s (between 0.4 0.6); main s (apart 0.8 3.0); main s (between 1.9 2.1) ])
    shaped "clamp inside" numeric 2 0 3 (fun _ s ->
        Prim.Clamp, [ main s (between 0.4 0.6); main s (between 0.8 1.7); main s (between 1.9 2.1) ])
    shaped "convert to float32" (DType.Bool :: numeric) 0 0 3 (fun _ s ->
        Prim.Convert DType.Float32, [ main s (whole 0 5) ])
    shaped "convert to float64" (wide @ integers) 2 0 3 (fun _ s -> Prim.Convert DType.Float64, [ plain s ])
    shaped "convert to int32" numeric 0 0 3 (fun _ s -> Prim.Convert DType.Int32, [ main s fractional ])
    shaped "convert to bool" numeric 0 0 3 (fun _ s -> Prim.Convert DType.Bool, [ main s (whole 0 2) ])
    shaped "convert to complex" wide 2 0 3 (fun _ s -> Prim.Convert DType.Complex128, [ plain s ])
    shaped "bitcast" [ DType.Float32; DType.UInt32; DType.Int32 ] 0 0 3 (fun _ s ->
        Prim.Bitcast DType.UInt32, [ main s (whole 0 9) ])
    shaped "bitcast to a narrower type" [ DType.Float32; DType.Int64; DType.UInt16 ] 0 1 3 (fun _ s ->
        Prim.Bitcast DType.UInt8, [ main s (whole 0 9) ])
    shaped "bitcast to a wider type" [ DType.Int32; DType.UInt16; DType.UInt8 ] 0 1 3 (fun _ s ->
        Prim.Bitcast DType.Int64, [ main (s @ [ 8 ]) (whole 0 9) ])
    shaped "stop_gradient" anyType 0 0 3 (fun _ s -> Prim.StopGradient, [ plain s ])
    shaped "barrier" anyType 2 0 3 (fun _ s -> Prim.Barrier, [ plain s; plain s; ints s 0 9 ])
]

// ---- creation and shape ---------------------------------------------------------------------------------------------

let private creations = [
    shaped "full" [ DType.Float32 ] 0 0 3 (fun r s ->
        let d = [| DType.Float32; DType.Int64; DType.Bool; DType.Complex64; DType.BFloat16 |][r.Next 5]
        Prim.Full(Aval.make d (dims s), Scalar.Float 1.0), [])
    shaped "iota" [ DType.Float32 ] 0 1 3 (fun r s ->
        let d = [| DType.Float32; DType.Int64; DType.UInt8; DType.Int32 |][r.Next 4]
        Prim.Iota(Aval.make d (dims s), r.Next s.Length), [])
]

let private rearrangements = [
    shaped "reshape" anyType 2 0 3 (fun r s ->
        let target = [ [ List.fold (*) 1 s ]; List.rev s; 1 :: s ]
        Prim.Reshape(dims target[r.Next 3]), [ plain s ])
    shaped "transpose" anyType 2 0 4 (fun r s -> Prim.Transpose(dims (permutation r s.Length)), [ plain s ])
    shaped "broadcast" anyType 2 1 4 (fun r s ->
        let axes = someAxes r s.Length
        let given = axes |> List.map (fun a -> if r.Next 3 = 0 then 1 else s[a])
        Prim.Broadcast(dims s, dims axes), [ plain given ])
    shaped "slice" anyType 2 1 3 (fun r s ->
        let start = s |> List.map (fun n -> r.Next(n + 1))
        let limit = List.map2 (fun n a -> r.Next(a, n + 1)) s start
        let stride = s |> List.map (fun _ -> r.Next(1, 4))
        Prim.Slice(dims start, dims limit, dims stride), [ plain s ])
    shaped "pad" (numeric @ complexes) 2 1 3 (fun r s ->
        let low, interior = s |> List.map (fun _ -> r.Next(-1, 3)), s |> List.map (fun _ -> r.Next(0, 3))

        // No axis may come out smaller than nothing.
        let low = List.map2 (fun n l -> if n = 0 then max l 0 else l) s low
        let high = s |> List.map (fun n -> if n < 2 then r.Next(0, 2) else r.Next(-1, 2))
        Prim.Pad(dims low, dims high, dims interior), [ plain s; plain [] ])
    shaped "reverse" anyType 2 1 3 (fun r s -> Prim.Reverse(dims (someAxes r s.Length)), [ plain s ])
    shaped "concat" anyType 2 1 3 (fun r s ->
        let axis = r.Next s.Length
        let part () = plain (List.updateAt axis (r.Next 4) s)
        Prim.Concat axis, List.init (r.Next(1, 5)) (fun _ -> part ()))
    shaped "dynamic_slice" anyType 2 1 3 (fun r s ->
        let sizes = s |> List.map (fun n -> r.Next(n + 1))
        Prim.DynamicSlice(dims sizes), [ plain s; ints [ s.Length ] -2 5 ])
    shaped "dynamic_update" anyType 2 1 3 (fun r s ->
        let sizes = s |> List.map (fun n -> r.Next(n + 1))
        Prim.DynamicUpdate, [ plain s; plain sizes; ints [ s.Length ] -2 5 ])
]

// ---- indexed access, reductions, order ------------------------------------------------------------------------------

let private gathered (r: Random) =
    let batch, rest, index = shape r (r.Next 3), shape r (r.Next 2), shape r (r.Next 3)
    let n = size r
    batch, n, rest, index

/// Indices that differ within a batch entry, and may lie out of range.
let private separate (count: int) : Random -> int -> float[] =
    fun r n ->
        Array.init (if count = 0 then 0 else n / count) (fun _ ->
            permutation r (count + 2) |> Array.truncate count |> Array.map (fun i -> float (i - 1)))
        |> Array.concat

let private indexed = [
    row "gather" anyType 2 (fun r ->
        let batch, n, rest, index = gathered r

        {
            Prim = Prim.Gather batch.Length
            Operands = [ plain (batch @ n :: rest); ints (batch @ index) -1 (n + 1) ]
        })
    row "gather int64" anyType 2 (fun r ->
        let batch, n, rest, index = gathered r

        {
            Prim = Prim.Gather batch.Length
            Operands = [ plain (batch @ n :: rest); fixedType DType.Int64 (batch @ index) (whole -1 (n + 1)) ]
        })
    for op, dtypes, repeats in
        [
            ScatterOp.Set, anyType, false
            ScatterOp.Set, numeric, true
            ScatterOp.Add, numeric @ complexes, true
            ScatterOp.Mul, numeric, false
            ScatterOp.Mul, numeric, true
            ScatterOp.Max, numeric, true
            ScatterOp.Min, numeric, true
        ] do
        let name = $"scatter {op}" + (if repeats then ", repeated" else "")

        row name dtypes 2 (fun r ->
            let batch, n, rest, index = gathered r
            let count = List.fold (*) 1 index

            {
                Prim = Prim.Scatter(op, batch.Length)
                Operands = [
                    main (batch @ n :: rest) (apart 0.4 1.5)
                    (if repeats then
                         ints (batch @ index) -1 (n + 1)
                     else
                         fixedType DType.Int32 (batch @ index) (separate count))
                    main
                        (batch @ index @ rest)
                        (if op = ScatterOp.Max || op = ScatterOp.Min then distinct else apart 0.4 1.5)
                ]
            })
    for op in [ ReduceOp.Sum; ReduceOp.Prod ] do
        shaped $"reduce {op}" (numeric @ complexes) 2 1 4 (fun r s ->
            Prim.Reduce(op, dims (someAxes r s.Length)), [ main s (apart 0.4 1.5) ])
    for op in [ ReduceOp.Max; ReduceOp.Min ] do
        row $"reduce {op}" numeric 2 (fun r ->
            let s = shape r (r.Next(1, 4))

            {
                Prim = Prim.Reduce(op, dims (someAxes r s.Length))
                Operands = [ main s distinct ]
            })
    for op in [ ReduceOp.And; ReduceOp.Or ] do
        shaped $"reduce {op}" [ DType.Bool ] 0 1 3 (fun r s -> Prim.Reduce(op, dims (someAxes r s.Length)), [ bools s ])
    for largest in [ true; false ] do
        row (if largest then "argmax" else "argmin") numeric 0 (fun r ->
            let s = shape r (r.Next(1, 4))

            {
                Prim = Prim.ArgReduce(largest, r.Next s.Length)
                Operands = [ main s (whole 0 4) ]
            })
    for op in [ ReduceOp.Sum; ReduceOp.Prod; ReduceOp.Max; ReduceOp.Min ] do
        for reverse in [ false; true ] do
            shaped $"cumulative {op}, reverse = {reverse}" numeric 2 1 3 (fun r s ->
                let values = if op = ReduceOp.Sum || op = ReduceOp.Prod then apart 0.4 1.5 else distinct
                Prim.Cumulative(op, r.Next s.Length, reverse), [ main s values ])
    shaped "sort" numeric 2 1 3 (fun r s -> Prim.Sort(r.Next s.Length, 1), [ main s distinct ])
    shaped "sort, two keys and a passenger" floats 2 1 3 (fun r s ->
        Prim.Sort(r.Next s.Length, 2), [ ints s 0 2; main s distinct; plain s ])
    row "top_k" numeric 2 (fun r ->
        let s = shape r (r.Next(1, 4))

        {
            Prim = Prim.TopK(r.Next(List.last s + 1))
            Operands = [ main s distinct ]
        })
]

// ---- random bits, control flow, composites --------------------------------------------------------------------------

let private random = [
    row "bits" [ DType.UInt32 ] 0 (fun r ->
        let d = [| DType.UInt8; DType.UInt16; DType.UInt32; DType.UInt64 |][r.Next 4]

        {
            Prim = Prim.Rng(RngOp.Bits, d, dims (anyShape r 0 3))
            Operands = [ key (shape r (r.Next 2)) ]
        })
    row "block" [ DType.UInt32 ] 0 (fun r ->
        let batch = shape r (r.Next 2)

        {
            Prim = Prim.Rng(RngOp.Block, DType.UInt32, dims [ r.Next 5 ])
            Operands = [ key batch; key batch ]
        })
]

let private avalOf (d: DType) (o: Operand) = Aval.make (o.Of d) (dims o.Shape)

/// The table draws shapes before it knows element types, so bodies are captured in double precision.
let private graph (operands: Operand list) (f: Tensor[] -> Tensor[]) : Graph =
    Stage.trace "sample" f (operands |> List.map (avalOf DType.Float64) |> List.toArray)

/// log(1 + exp x), with a pullback of its own.
let private softplus =
    let meaning (xs: Tensor[]) = [| Lax.log1p (Lax.exp xs[0]) |]

    let vjp =
        CompositeVjp(fun xs _ gs -> [| (if isNull gs[0] then null else Lax.mul gs[0] (Lax.logistic xs[0])) |])

    Composite("softplus_sample", 1, [], id, meaning, ValueSome vjp, true, false)

let private control = [
    row "cond" [ DType.Float64 ] 2 (fun r ->
        let s = shape r (r.Next 3)
        let operands = [ plain s; plain s ]

        let branches = [|
            graph operands (fun xs -> [| Lax.mul xs[0] (Lax.sin xs[1]); xs[0] |])
            graph operands (fun xs -> [| Lax.exp xs[1]; Lax.square xs[1] |])
            graph operands (fun xs -> [| xs[1]; Lax.full (dims s) DType.Float64 (Scalar.Float 0.5) |])
        |]

        { Prim = Prim.Cond branches; Operands = ints [] -1 4 :: operands })
    row "while" [ DType.Float64 ] 2 (fun r ->
        let s = shape r (r.Next 3)
        let limit, factor, count, state = ints [] 0 5, plain s, ints [] 0 2, plain s
        let cond = graph [ limit; count; state ] (fun xs -> [| Lax.lt xs[1] xs[0] |])

        let body =
            graph [ factor; count; state ] (fun xs -> [|
                Lax.add xs[1] (Lax.scalarInt DType.Int32 1L)
                Lax.sin (Lax.mul xs[0] xs[2])
            |])

        {
            Prim = Prim.While(cond, body, 1, 1)
            Operands = [ limit; factor; count; state ]
        })
    for reverse in [ false; true ] do
        row $"scan, reverse = {reverse}" [ DType.Float64 ] 2 (fun r ->
            let s, length = shape r (r.Next 3), r.Next 5
            let slices = [ plain s; ints [] 0 3 ]
            let weight, carry, counter = plain s, plain s, ints [] 0 3

            let body =
                graph (weight :: carry :: counter :: slices) (fun xs ->
                    let next = Lax.tanh (Lax.add (Lax.mul xs[0] xs[1]) xs[3])
                    let step = Lax.convert DType.Float64 (Lax.add xs[2] xs[4])
                    [| next; Lax.add xs[2] xs[4]; Lax.mul next xs[3]; Lax.mul xs[1] step; xs[4] |])

            let sequence (o: Operand) = { o with Shape = length :: o.Shape }

            {
                Prim =
                    Prim.Scan {
                        Body = body
                        Consts = 1
                        Carries = 2
                        Length = length
                        Reverse = reverse
                    }
                Operands = weight :: carry :: counter :: List.map sequence slices
            })
    shaped "call" floats 2 0 3 (fun _ s -> Prim.Call softplus, [ plain s ])
]

/// Every row.
let table: Row list =
    List.concat [
        unaries
        binaries
        comparisons
        choices
        creations
        rearrangements
        indexed
        SampleContractions.contractions
        SampleContractions.linear
        random
        control
    ]
