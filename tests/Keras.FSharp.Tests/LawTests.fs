/// The laws that every primitive obeys, checked on random cases of each row of the table of samples: shapes,
/// derivatives of first and second order in both modes, vmap, jit, and agreement of the backends.
module Keras.FSharp.Tests.LawTests

open System
open Expecto
open FsCheck
open Keras.FSharp
open Keras.FSharp.Backends
open Keras.FSharp.Tests.SampleKinds
open Keras.FSharp.Tests.Samples

let managed: IBackend = ManagedBackend.Instance

/// Every other backend that loads here.
let others: IBackend list =
    Backends.Available
    |> List.filter (fun (name, state) -> name <> "managed" && Result.isOk state)
    |> List.map (fst >> Backends.Get)

/// The same cases in every run.
let private config (cases: int) = {
    FsCheckConfig.defaultConfig with
        maxTest = cases
        replay = Some(20260101UL, 20260101UL, None)
}

/// A property of seeds, checked on the managed backend.
let seeds (cases: int) (name: string) (check: int -> unit) : Test =
    testPropertyWithConfig (config cases) name (fun (DoNotSize(seed: int)) ->
        Backends.Using(managed, fun () -> check (seed &&& Int32.MaxValue)))

let private pick (r: Random) (items: 'a list) = items[r.Next items.Length]

/// A case of a row with operands of an element type.
let private draw (row: Row) (d: DType) (r: Random) : Case * Tensor[] =
    let case = row.Make r
    case, case.Operands |> List.map (tensorOf d r) |> List.toArray

let private apply (row: Row) (case: Case) (xs: Tensor[]) : Tensor[] = Core.bind case.Prim (row.Prepare xs)

let private close (bound: float) (what: string) (expected: Tensor[]) (actual: Tensor[]) =
    Expect.equal actual.Length expected.Length $"{what}: number of results"

    Array.iteri2
        (fun i (e: Tensor) (a: Tensor) ->
            let d = distance e a

            if not (d <= bound) then
                failtest $"{what}, result {i}: {a.Aval} differs by {d}, expected\n{e}\ngot\n{a}")
        expected
        actual

// ---- shapes ---------------------------------------------------------------------------------------------------------

let private shapes (row: Row) =
    seeds 6 row.Name (fun seed ->
        for d in row.DTypes do
            let case, xs = draw row d (Random seed)
            let inputs = row.Prepare xs
            let expected = Infer.outputs case.Prim (inputs |> Array.map (fun x -> x.Aval))
            let ys = Core.bind case.Prim inputs

            match CountedShapes.results case.Prim (inputs |> Array.map (fun x -> x.Aval)) with
            | ValueSome counted ->
                let inferred = [ for a in expected -> a.DType, List.ofSeq a.Shape ]
                Expect.equal inferred counted $"{Prims.name case.Prim} of {d}, counted"
            | ValueNone -> ()

            Expect.equal (ys |> Array.map (fun y -> y.Aval)) expected $"{Prims.name case.Prim} of {d}"

            for y in ys do
                let b = Core.buffer "test" y
                Expect.isGreaterThanOrEqual b.ByteLength y.Aval.ByteSize "bytes of the buffer"
                Expect.equal (Tensor.bytes y).Length (int y.Aval.ByteSize) "bytes"

            // Narrow floats give what doubles give, as far as they reach.
            if DType.isFloat d && d <> DType.Float64 && row.Order > 0 then
                let up (x: Tensor) =
                    if DType.isFloat x.DType then Lax.convert DType.Float64 x
                    elif DType.isComplex x.DType then Lax.convert DType.Complex128 x
                    else x

                let exact = apply row case (Array.map up xs)
                let bound = 4.0 * precision row d
                close bound $"{d} against float64" (row.Invariant exact) (row.Invariant ys |> Array.map up))

// ---- derivatives ----------------------------------------------------------------------------------------------------

/// The real part of the sum of products, without conjugation: what pullbacks are transposed by.
let private pairing (xs: Tensor[]) (ys: Tensor[]) : float =
    Array.fold2
        (fun acc (x: Tensor) (y: Tensor) ->
            let a, b = numbers x, numbers y

            if DType.isComplex x.DType then
                let parts = [ for i in 0..2 .. a.Length - 2 -> a[i] * b[i] - a[i + 1] * b[i + 1] ]
                acc + List.sum parts
            else
                acc + Array.fold2 (fun s u v -> s + u * v) 0.0 a b)
        0.0
        xs
        ys

let private random (r: Random) (x: Tensor) : Tensor =
    tensorOf x.DType r { Shape = List.ofSeq x.Shape; Of = id; Values = between -1.0 1.0 }

let private moved (h: float) (xs: Tensor[]) (vs: Tensor[]) = Array.map2 (fun x v -> Lax.add x (Lax.scale h v)) xs vs
let private isDiff (x: Tensor) = DType.isDifferentiable x.DType
let private step = 1e-5

/// (f(x + hv) - f(x - hv)) / 2h.
let private difference (f: Tensor[] -> Tensor[]) xs vs =
    Array.map2 (fun a b -> Lax.scale (0.5 / step) (Lax.sub a b)) (f (moved step xs vs)) (f (moved -step xs vs))

/// A case as a function of the operands to differentiate by to the differentiable results, and these operands.
let private smooth (row: Row) (r: Random) : (Tensor[] -> Tensor[]) * Tensor[] =
    let d =
        if List.contains DType.Float64 row.DTypes then
            DType.Float64
        else
            DType.Complex128

    let case, all = draw row d r

    let wrt =
        match row.Wrt with
        | [] -> [|
            for i in 0 .. all.Length - 1 do
                if isDiff all[i] then
                    i
          |]
        | some -> List.toArray some

    let f (given: Tensor[]) =
        let xs = Array.copy all
        Array.iter2 (fun i x -> xs[i] <- x) wrt given
        apply row case xs |> Array.filter isDiff

    f, wrt |> Array.map (fun i -> all[i])

let private agree (tolerance: float) (what: string) (expected: float) (actual: float) =
    let bound = tolerance * (1.0 + max (abs expected) (abs actual))

    if not (abs (expected - actual) <= bound) then
        failtest $"{what}: expected {expected}, got {actual}"

let private derivatives (row: Row) =
    seeds 6 row.Name (fun seed ->
        let r = Random seed
        let f, xs = smooth row r
        let vs = Array.map (random r) xs
        let ys, forward = jvp f xs vs
        Expect.all ys (numbers >> Array.forall Double.IsFinite) "results are finite"
        close 1e-12 "value under jvp" (f xs) ys
        close row.Tolerance "jvp against finite differences" (difference f xs vs) forward

        let zs, pullback = vjp f xs
        close 1e-12 "value under vjp" ys zs
        let us = Array.map (random r) ys
        agree 1e-9 "⟨Jv, u⟩ against ⟨v, Jᵀu⟩" (pairing forward us) (pairing vs (pullback us)))

let private secondDerivatives (row: Row) =
    seeds 4 row.Name (fun seed ->
        let r = Random seed
        let f, xs = smooth row r
        let vs, ws = Array.map (random r) xs, Array.map (random r) xs
        let ys = f xs
        let us = Array.map (random r) ys

        // The gradient of ⟨f, u⟩, differentiated along v in three ways.
        let gradient x = snd (vjp f x) us
        let expected = difference gradient xs vs
        close (10.0 * row.Tolerance) "forward over reverse" expected (snd (jvp gradient xs vs))
        let along (w: Tensor[]) = snd (vjp gradient xs) w
        agree (10.0 * row.Tolerance) "reverse over reverse" (pairing expected ws) (pairing (along ws) vs)
        agree 1e-8 "symmetry" (pairing (along vs) ws) (pairing (along ws) vs)

        let slope x = snd (jvp f x ws)
        close (10.0 * row.Tolerance) "forward over forward" (difference slope xs vs) (snd (jvp slope xs vs))

        let _, back = vjp slope xs
        agree 1e-8 "reverse over forward" (pairing (snd (jvp slope xs vs)) us) (pairing vs (back us)))

// ---- vmap -----------------------------------------------------------------------------------------------------------

/// Tensors of one shape as one, with a new axis.
let private stack (axis: int) (xs: Tensor[]) =
    Lax.concat axis (xs |> Array.map (fun x -> Lax.reshape (Dims.insert axis 1 x.Shape) x))

let private mapped (row: Row) =
    seeds 6 row.Name (fun seed ->
        let r = Random seed
        let d = pick r row.DTypes
        let case, single = draw row d r

        for subset in 1 .. (1 <<< min 4 single.Length) - 1 do
            let has = single |> Array.mapi (fun i _ -> i < 4 && subset &&& (1 <<< i) <> 0)
            let axes = single |> Array.map (fun x -> r.Next(x.Rank + 1))

            for count in [ 3; 1; 0 ] do
                let versions =
                    Array.init (max 1 count) (fun _ ->
                        Array.mapi (fun i x -> if has[i] then tensorOf d r case.Operands[i] else x) single)

                let whole =
                    Array.init single.Length (fun i ->
                        if not has[i] then
                            single[i]
                        else
                            let all = stack axes[i] (versions |> Array.map (fun v -> v[i]))
                            if count = 0 then Lax.sliceAxis axes[i] 0 0 all else all)

                let axisAt (path: string) =
                    let i = int (path.Trim('.', '[', ']'))
                    if has[i] then Some axes[i] else None

                let actual = vmapAxes axisAt 0 (apply row case) whole
                let expected = versions |> Array.map (apply row case) |> Array.transpose |> Array.map (stack 0)

                let expected =
                    if count > 0 then
                        expected
                    else
                        expected |> Array.map (fun y -> Lax.sliceAxis 0 0 0 y)

                close (precision row d) $"{Prims.name case.Prim} of {d}, {count} of operands {has}" expected actual)

// ---- jit and backends -----------------------------------------------------------------------------------------------

let private compiled (row: Row) =
    seeds 3 row.Name (fun seed ->
        let r = Random seed
        let d = pick r row.DTypes
        let case, xs = draw row d r
        let expected = apply row case xs
        let f = jit (apply row case)
        close (precision row d) $"{Prims.name case.Prim} of {d}" expected (f xs)
        close (precision row d) "again" expected (f xs))

let private acrossBackends (other: IBackend) (row: Row) =
    seeds 4 row.Name (fun seed ->
        for d in row.DTypes do
            let case, xs = draw row d (Random seed)
            let expected = apply row case xs |> row.Invariant
            let what = $"{Prims.name case.Prim} of {d}"

            Backends.Using(
                other,
                fun () ->
                    let there = Array.map (Core.transfer other) xs
                    let eager = apply row case there
                    close (precision row d) what expected (row.Invariant eager |> Array.map (Core.transfer managed))
                    let program = jit (apply row case) there
                    close (precision row d) (what + ", compiled") eager program
            ))

// ---- the table ------------------------------------------------------------------------------------------------------

/// The keys of every case of `Prim`, by reflection.
let private wanted: string list =
    let ofEnum prefix (t: Type) = [ for n in Enum.GetNames t -> $"{prefix}.{n}" ]

    [
        for case in Reflection.FSharpType.GetUnionCases typeof<Prim> do
            match case.Name with
            | "Unary" -> yield! ofEnum case.Name typeof<UnaryOp>
            | "Binary" -> yield! ofEnum case.Name typeof<BinaryOp>
            | "Compare" -> yield! ofEnum case.Name typeof<CompareOp>
            | "Scatter" -> yield! ofEnum case.Name typeof<ScatterOp>
            | "Reduce" -> yield! ofEnum case.Name typeof<ReduceOp>
            | "Cumulative" -> yield! [ "Cumulative.Sum"; "Cumulative.Prod"; "Cumulative.Max"; "Cumulative.Min" ]
            | "Conv" -> yield! ofEnum case.Name typeof<ConvKind>
            | "Window" -> yield! ofEnum case.Name typeof<WindowOp>
            | "Fft" -> yield! ofEnum case.Name typeof<FftKind>
            | "Linalg" ->
                for op in Reflection.FSharpType.GetUnionCases typeof<LinalgOp> do
                    $"Linalg.{op.Name}"
            | "Rng" -> yield! ofEnum case.Name typeof<RngOp>
            | name -> name
    ]

let private complete =
    testCase "every primitive and every operation has a row"
    <| fun () ->
        Backends.Using(
            managed,
            fun () ->
                let known = table |> List.map (fun row -> keyOf (row.Make(Random 1)).Prim) |> set
                let missing = wanted |> List.filter (known.Contains >> not)
                Expect.isEmpty missing "rows are missing in Samples.fs"
        )

/// Whether the derivative rule and the order in the table say the same.
let private orders =
    testCase "rows without a derivative have none"
    <| fun () ->
        Backends.Using(
            managed,
            fun () ->
                for row in table do
                    let case, xs = draw row (List.last row.DTypes) (Random 3)

                    match case.Prim with
                    | Prim.Linalg _ -> ()
                    | p ->
                        match Derivatives.rule p (xs |> Array.map (fun x -> x.Aval)) with
                        | Derivative.Zero -> Expect.isLessThanOrEqual row.Order 1 row.Name
                        | _ when xs |> Array.exists isDiff && row.Order = 0 && row.DTypes.Length > 1 ->
                            match p with
                            | Prim.Convert _ -> ()
                            | _ -> failtest $"{row.Name} has a derivative, but its row says that it has none"
                        | _ -> ()
        )

[<Tests>]
let tests =
    let over law (f: Row -> Test) rows =
        testList law (rows |> List.mapi (fun i row -> f { row with Name = $"{i} {row.Name}" }))

    testList "laws" [
        complete
        orders
        over "shapes" shapes table
        over "derivatives" derivatives (table |> List.filter (fun row -> row.Order >= 1))
        over "second derivatives" secondDerivatives (table |> List.filter (fun row -> row.Order >= 2))
        over "vmap" mapped (table |> List.filter (fun row -> (row.Make(Random 1)).Operands.Length > 0))
        over "jit" compiled table
        testList "backends" [ for b in others -> over b.Name (acrossBackends b) table ]
    ]
