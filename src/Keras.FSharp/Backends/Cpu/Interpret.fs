/// Formulas without code of their own, where none can be generated because the program was compiled ahead of time: every
/// node is one pass of TensorPrimitives over a tile of the row, small enough to stay in the cache. Gives what generated
/// code gives, but for the order of sums.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Cpu.Interpret

#nowarn "3535"
#nowarn "3536"

open System
open System.Numerics
open System.Numerics.Tensors
open Keras.FSharp
open Keras.FSharp.Backends

// Elements of a row at a time.
let private tile = 128

let private view<'T> (p: nativeint) (n: int) = ReadOnlySpan<'T>(p.ToPointer(), n)

/// What any number can do; false where it is something else.
let private common<'T when 'T: unmanaged and 'T :> INumber<'T>> op (a: nativeint) (b: nativeint) (y: nativeint) n =
    let x = view<'T> a n
    let z = view<'T> b n
    let y = span<'T> y n

    match op with
    | Op.Add ->
        TensorPrimitives.Add(x, z, y)
        true
    | Op.Sub ->
        TensorPrimitives.Subtract(x, z, y)
        true
    | Op.Mul ->
        TensorPrimitives.Multiply(x, z, y)
        true
    | Op.Div ->
        TensorPrimitives.Divide(x, z, y)
        true
    | Op.Max ->
        TensorPrimitives.Max(x, z, y)
        true
    | Op.Min ->
        TensorPrimitives.Min(x, z, y)
        true
    | Op.MaxNumber ->
        for i in 0 .. n - 1 do
            y[i] <- if 'T.op_GreaterThan (x[i], z[i]) then x[i] else z[i]

        true
    | Op.MinNumber ->
        for i in 0 .. n - 1 do
            y[i] <- if 'T.op_LessThan (x[i], z[i]) then x[i] else z[i]

        true
    | Op.Neg ->
        for i in 0 .. n - 1 do
            y[i] <- -x[i]

        true
    | _ -> false

/// What floats can do.
let private real<'T when 'T: unmanaged and 'T :> IFloatingPointIeee754<'T>> op (a: nativeint) (b: nativeint) c y n =
    let x = view<'T> a n
    let y = span<'T> y n

    match op with
    | Op.Fma ->
        TensorPrimitives.FusedMultiplyAdd(x, view<'T> b n, view<'T> c n, y)
        true
    | Op.Abs ->
        TensorPrimitives.Abs(x, y)
        true
    | Op.Sqrt ->
        TensorPrimitives.Sqrt(x, y)
        true
    | Op.Floor ->
        TensorPrimitives.Floor(x, y)
        true
    | Op.Ceil ->
        TensorPrimitives.Ceiling(x, y)
        true
    | Op.Round ->
        TensorPrimitives.Round(x, y)
        true
    | Op.Trunc ->
        TensorPrimitives.Truncate(x, y)
        true
    | _ -> false

/// What bits can do.
let private bits<'T when 'T: unmanaged and 'T :> IBinaryInteger<'T>> op (a: nativeint) (b: nativeint) c y n =
    let x = view<'T> a n
    let y = span<'T> y n

    match op with
    | Op.And -> TensorPrimitives.BitwiseAnd(x, view<'T> b n, y)
    | Op.Or -> TensorPrimitives.BitwiseOr(x, view<'T> b n, y)
    | Op.Xor -> TensorPrimitives.Xor(x, view<'T> b n, y)
    | Op.Not -> TensorPrimitives.OnesComplement(x, y)
    | Op.Shl by -> TensorPrimitives.ShiftLeft(x, by, y)
    | Op.ShrArithmetic by -> TensorPrimitives.ShiftRightArithmetic(x, by, y)
    | Op.ShrLogical by -> TensorPrimitives.ShiftRightLogical(x, by, y)
    | Op.Bits -> x.CopyTo y
    | Op.Abs ->
        for i in 0 .. n - 1 do
            y[i] <- if 'T.IsNegative x[i] then 'T.Zero - x[i] else x[i]
    | Op.Select ->
        let yes = view<'T> b n
        let no = view<'T> c n

        for i in 0 .. n - 1 do
            y[i] <- if 'T.IsZero x[i] then no[i] else yes[i]
    | op -> Fail.runtime "fusion" $"{op} has no meaning here" "This is a bug in fusion."

/// A comparison of 'T to masks of 'M.
let private compare<'T, 'M when 'T: unmanaged and 'T :> INumber<'T> and 'M: unmanaged and 'M :> IBinaryInteger<'M>>
    (op: CompareOp)
    (a: nativeint)
    (b: nativeint)
    (y: nativeint)
    (n: int)
    =
    let x = view<'T> a n
    let z = view<'T> b n
    let y = span<'M> y n
    let all = 'M.Zero - 'M.One

    for i in 0 .. n - 1 do
        let holds =
            match op with
            | CompareOp.Eq -> 'T.op_Equality (x[i], z[i])
            | CompareOp.Ne -> 'T.op_Inequality (x[i], z[i])
            | CompareOp.Lt -> 'T.op_LessThan (x[i], z[i])
            | CompareOp.Le -> 'T.op_LessThanOrEqual (x[i], z[i])
            | CompareOp.Gt -> 'T.op_GreaterThan (x[i], z[i])
            | _ -> 'T.op_GreaterThanOrEqual (x[i], z[i])

        y[i] <- if holds then all else 'M.Zero

/// n elements of an element type in memory as lanes; one element for all where it holds still.
let private load (n: Node) (d: DType) (isMoving: bool) (p: nativeint) (y: nativeint) (count: int) =
    let size = Lane.size n.Lane
    let given = if isMoving then count else 1

    if n.IsMask then
        for i in 0 .. given - 1 do
            let mask = if load<byte>(p + nativeint i) <> 0uy then -1 else 0

            if size = 4 then
                store (y + nativeint (4 * i)) mask
            else
                store (y + nativeint (8 * i)) (int64 mask)
    elif d = DType.BFloat16 then
        Precision.toSingle d p y (nativeint given)
    else
        copy p y (int64 (given * size))

    if not isMoving then
        if size = 4 then
            (span<int> y count).Fill(Address.load<int> y)
        else
            (span<int64> y count).Fill(Address.load<int64> y)

let private save (n: Node) (d: DType) (from: nativeint) (p: nativeint) (count: int) =
    if n.IsMask then
        for i in 0 .. count - 1 do
            let isSet = Address.load<int>(from + nativeint (i * Lane.size n.Lane)) <> 0
            store (p + nativeint i) (if isSet then 1uy else 0uy)
    elif d = DType.BFloat16 then
        Precision.ofSingle d from p (nativeint count)
    else
        copy from p (int64 (count * Lane.size n.Lane))

/// Folds a row into the value at an address.
let private foldRow<'T when 'T: unmanaged and 'T :> INumber<'T>>
    (op: ReduceOp)
    (from: nativeint)
    n
    (target: nativeint)
    =
    let x = view<'T> from n
    let old = Address.load<'T> target

    let value =
        match op with
        | ReduceOp.Sum -> old + TensorPrimitives.Sum x
        | ReduceOp.Prod -> old * TensorPrimitives.Product x
        | ReduceOp.Max -> 'T.Max(old, TensorPrimitives.Max x)
        | _ -> 'T.Min(old, TensorPrimitives.Min x)

    store target value

/// Folds n values into as many at an address.
let private foldColumns<'T when 'T: unmanaged and 'T :> INumber<'T>> (op: ReduceOp) from n (target: nativeint) =
    let meaning =
        match op with
        | ReduceOp.Sum -> Op.Add
        | ReduceOp.Prod -> Op.Mul
        | ReduceOp.Max -> Op.Max
        | _ -> Op.Min

    common<'T> meaning target from target n |> ignore

let private evaluate (nodes: Node[]) (i: int) (at: int -> nativeint) (count: int) =
    let n = nodes[i]
    let a, b, c, y = at n.A, at n.B, at n.C, at i
    let lane = if n.A >= 0 then nodes[n.A].Lane else n.Lane

    match n.Op with
    | Op.Load _
    | Op.Const _ -> ()
    | Op.Compare op ->
        match lane with
        | Lane.F32 -> compare<float32, int> op a b y count
        | Lane.F64 -> compare<float, int64> op a b y count
        | Lane.I32 -> compare<int, int> op a b y count
        | _ -> compare<int64, int64> op a b y count
    | Op.ToInt when lane = Lane.F32 -> TensorPrimitives.ConvertSaturating(view<float32> a count, span<int> y count)
    | Op.ToInt -> TensorPrimitives.ConvertSaturating(view<float> a count, span<int64> y count)
    | Op.ToFloat when lane = Lane.I32 -> TensorPrimitives.ConvertTruncating(view<int> a count, span<float32> y count)
    | Op.ToFloat -> TensorPrimitives.ConvertTruncating(view<int64> a count, span<float> y count)
    | op ->
        let isDone =
            match n.Lane with
            | Lane.F32 -> common<float32> op a b y count || real<float32> op a b c y count
            | Lane.F64 -> common<float> op a b y count || real<float> op a b c y count
            | Lane.I32 -> common<int> op a b y count
            | _ -> common<int64> op a b y count

        if not isDone then
            if Lane.size n.Lane = 4 then
                bits<int> op a b c y count
            else
                bits<int64> op a b c y count

/// What stands in for generated code.
let body (formula: Formula) : RegionBody =
    let nodes, operands, results = formula.Nodes, formula.Operands, formula.Results
    let stride = nativeint (tile * 8)

    let finish (at: int -> nativeint) (address: int -> nativeint) (count: int) =
        for k in 0 .. results.Length - 1 do
            let struct (r, d, fold) = results[k]
            let from, target = at r, address (operands.Length + k)

            match fold, nodes[r].Lane with
            | Fold.Store, _ -> save nodes[r] d from target count
            | Fold.PerRow op, Lane.F32 -> foldRow<float32> op from count target
            | Fold.PerRow op, Lane.F64 -> foldRow<float> op from count target
            | Fold.PerRow op, Lane.I32 -> foldRow<int> op from count target
            | Fold.PerRow op, _ -> foldRow<int64> op from count target
            | Fold.PerColumn op, Lane.F32 -> foldColumns<float32> op from count target
            | Fold.PerColumn op, Lane.F64 -> foldColumns<float> op from count target
            | Fold.PerColumn op, Lane.I32 -> foldColumns<int> op from count target
            | Fold.PerColumn op, _ -> foldColumns<int64> op from count target

    RegionBody(fun table rows columns ->
        use memory = new Temporary(int64 stride * int64 (max 1 nodes.Length))
        let start = memory.Pointer
        let at i = if i < 0 then 0n else start + nativeint<int> i * stride
        let entry i = Address.load<nativeint>(table + nativeint (i * sizeof<nativeint>))

        nodes
        |> Array.iteri (fun i n ->
            match n.Op with
            | Op.Const value when Lane.size n.Lane = 4 -> (span<int> (at i) tile).Fill(int32 value)
            | Op.Const value -> (span<int64> (at i) tile).Fill value
            | _ -> ())

        for row in 0n .. rows - 1n do
            let mutable column = 0n

            while column < columns do
                let count = int (min (nativeint tile) (columns - column))
                let from = column

                // The address of an operand or result; what is folded along the row stays.
                let address k =
                    let first = entry (2 * k) + row * entry (2 * k + 1)

                    let struct (size, isMoving) =
                        if k < operands.Length then
                            let struct (d, isMoving) = operands[k]
                            struct (DType.size d, isMoving)
                        else
                            match results[k - operands.Length] with
                            | struct (_, d, Fold.PerRow _) -> struct (DType.size d, false)
                            | struct (_, d, _) -> struct (DType.size d, true)

                    if isMoving then first + from * nativeint<int> size else first

                for i in 0 .. nodes.Length - 1 do
                    match nodes[i].Op with
                    | Op.Load k ->
                        let struct (d, isMoving) = operands[k]
                        load nodes[i] d isMoving (address k) (at i) count
                    | _ -> evaluate nodes i at count

                finish at address count
                column <- column + nativeint<int> count)

/// The switch (of `AppContext`) that makes everything run here, for tests.
let switch = "Keras.InterpretRegions"

/// Generated code for a formula, or what stands in for it.
let bodyOf (formula: Formula) : RegionBody =
    match AppContext.TryGetSwitch switch with
    | true, true -> body formula
    | _ when Emit.isSupported -> Emit.body formula
    | _ -> body formula
