/// Kernels that are slow and obviously right: everything in double precision, one element after the other. They run
/// what the random graphs of `Graphs` contain, so that planning, execution and fusion are tested against them alone.
module internal Keras.FSharp.Tests.SlowKernels

#nowarn "9"

open System
open FSharp.NativeInterop
open Keras.FSharp
open Keras.FSharp.Backends
open Keras.FSharp.Backends.Cpu

let private get (d: DType) (p: nativeint) (i: int) : float =
    match d with
    | DType.Float32 -> float (NativePtr.get (NativePtr.ofNativeInt<float32> p) i)
    | DType.Float64 -> NativePtr.get (NativePtr.ofNativeInt<float> p) i
    | DType.Int32 -> float (NativePtr.get (NativePtr.ofNativeInt<int> p) i)
    | DType.Bool -> float (NativePtr.get (NativePtr.ofNativeInt<byte> p) i)
    | d -> failwith $"no slow access to {d}"

let private set (d: DType) (p: nativeint) (i: int) (x: float) : unit =
    match d with
    | DType.Float32 -> NativePtr.set (NativePtr.ofNativeInt<float32> p) i (float32 x)
    | DType.Float64 -> NativePtr.set (NativePtr.ofNativeInt<float> p) i x
    | DType.Int32 -> NativePtr.set (NativePtr.ofNativeInt<int> p) i (int x)
    | DType.Bool -> NativePtr.set (NativePtr.ofNativeInt<byte> p) i (if x <> 0.0 then 1uy else 0uy)
    | d -> failwith $"no slow access to {d}"

/// The error function to about 1e-15, by its series and its continued fraction.
let erf (x: float) : float =
    let a = abs x

    let value =
        if Double.IsNaN a then
            nan
        elif a < 2.5 then
            let mutable term = a
            let mutable sum = a
            let mutable n = 0

            while abs term > 1e-18 * sum && n < 200 do
                n <- n + 1
                term <- -term * a * a / float n
                sum <- sum + term / float (2 * n + 1)

            2.0 / sqrt Math.PI * sum
        elif a > 6.5 then
            1.0
        else
            let mutable f = a

            for k in 120..-1..1 do
                f <- a + float k / 2.0 / f

            1.0 - exp (-a * a) / (sqrt Math.PI * f)

    if x < 0.0 then -value else value

/// One-operand operations in double precision.
let unary (op: UnaryOp) (x: float) : float =
    match op with
    | UnaryOp.Neg -> -x
    | UnaryOp.Abs -> abs x
    | UnaryOp.Sign -> if Double.IsNaN x then nan else float (Math.Sign x)
    | UnaryOp.Floor -> floor x
    | UnaryOp.Ceil -> ceil x
    | UnaryOp.Round -> Math.Round(x, MidpointRounding.ToEven)
    | UnaryOp.Trunc -> truncate x
    | UnaryOp.Exp -> exp x
    | UnaryOp.Expm1 -> if abs x < 1e-5 then x + x * x / 2.0 + x * x * x / 6.0 else exp x - 1.0
    | UnaryOp.Log -> log x
    | UnaryOp.Log1p ->
        if abs x < 1e-4 then
            x - x * x / 2.0 + x * x * x / 3.0 - x * x * x * x / 4.0
        else
            log (1.0 + x)
    | UnaryOp.Sqrt -> sqrt x
    | UnaryOp.Rsqrt -> 1.0 / sqrt x
    | UnaryOp.Sin -> sin x
    | UnaryOp.Cos -> cos x
    | UnaryOp.Tanh -> tanh x
    | UnaryOp.Logistic -> 1.0 / (1.0 + exp -x)
    | UnaryOp.Erf -> erf x
    | UnaryOp.IsFinite -> if Double.IsFinite x then 1.0 else 0.0
    | UnaryOp.Not -> 1.0 - x
    | op -> failwith $"no slow {op}"

let private binary (op: BinaryOp) (d: DType) (x: float) (y: float) : float =
    let whole = d = DType.Int32

    match op with
    | BinaryOp.Add -> x + y
    | BinaryOp.Sub -> x - y
    | BinaryOp.Mul -> x * y
    | BinaryOp.Div when whole -> if y = 0.0 then 0.0 else truncate (x / y)
    | BinaryOp.Div -> x / y
    | BinaryOp.Max -> Math.Max(x, y)
    | BinaryOp.Min -> Math.Min(x, y)
    | BinaryOp.Pow -> Math.Pow(x, y)
    | BinaryOp.And -> if d = DType.Bool then x * y else float (int x &&& int y)
    | BinaryOp.Or -> if d = DType.Bool then max x y else float (int x ||| int y)
    | BinaryOp.Xor -> if d = DType.Bool then abs (x - y) else float (int x ^^^ int y)
    | op -> failwith $"no slow {op}"

let private compare (op: CompareOp) (x: float) (y: float) : bool =
    match op with
    | CompareOp.Eq -> x = y
    | CompareOp.Ne -> x <> y
    | CompareOp.Lt -> x < y
    | CompareOp.Le -> x <= y
    | CompareOp.Gt -> x > y
    | _ -> x >= y

/// The kernel for a primitive.
let prepare (p: Prim) (ins: Aval[]) (outs: Aval[]) : Kernel =
    let out = outs[0]
    let inType i = ins[i].DType

    let each (f: nativeint[] -> int -> float) =
        Kernel(fun xs ys ->
            for i in 0 .. out.Size - 1 do
                set out.DType ys[0] i (f xs i))

    // Element i of the result to its index along every axis.
    let index (shape: Dims) i =
        let s = Dims.strides shape
        Array.init shape.Rank (fun a -> i / s[a] % shape[a])

    match p with
    | Prim.Unary op -> each (fun xs i -> unary op (get (inType 0) xs[0] i))
    | Prim.Binary op -> each (fun xs i -> binary op (inType 0) (get (inType 0) xs[0] i) (get (inType 0) xs[1] i))
    | Prim.Compare op ->
        each (fun xs i ->
            if compare op (get (inType 0) xs[0] i) (get (inType 0) xs[1] i) then
                1.0
            else
                0.0)
    | Prim.Select -> each (fun xs i -> get out.DType (if get DType.Bool xs[0] i <> 0.0 then xs[1] else xs[2]) i)
    | Prim.Clamp ->
        each (fun xs i -> Math.Min(Math.Max(get out.DType xs[1] i, get out.DType xs[0] i), get out.DType xs[2] i))
    | Prim.Convert d ->
        each (fun xs i ->
            let x = get (inType 0) xs[0] i
            if d = DType.Int32 then truncate x else x)
    | Prim.Full(_, v) -> each (fun _ _ -> v.ToFloat())
    | Prim.Iota(_, axis) -> each (fun _ i -> (index out.Shape i).[axis] |> float)
    | Prim.Broadcast(shape, axes) ->
        let s = Dims.strides ins[0].Shape

        each (fun xs i ->
            let at = index shape i

            let from =
                Seq.sum (
                    seq {
                        for k in 0 .. axes.Rank - 1 do
                            if ins[0].Shape[k] > 1 then
                                at[axes[k]] * s[k]
                    }
                )

            get out.DType xs[0] from)
    | Prim.Reduce(op, axes) ->
        let s = Dims.strides out.Shape
        let kept = Dims.complement ins[0].Rank axes

        Kernel(fun xs ys ->
            let start =
                match op with
                | ReduceOp.Sum -> 0.0
                | ReduceOp.Prod -> 1.0
                | ReduceOp.Max -> Double.NegativeInfinity
                | _ -> Double.PositiveInfinity

            let sums = Array.create out.Size start

            for i in 0 .. ins[0].Size - 1 do
                let at = index ins[0].Shape i
                let o = Seq.sum (Seq.init kept.Rank (fun k -> at[kept[k]] * s[k]))
                let x = get (inType 0) xs[0] i

                sums[o] <-
                    match op with
                    | ReduceOp.Sum -> sums[o] + x
                    | ReduceOp.Prod -> sums[o] * x
                    | ReduceOp.Max -> Math.Max(sums[o], x)
                    | _ -> Math.Min(sums[o], x)

            sums |> Array.iteri (set out.DType ys[0]))
    | Prim.DynamicUpdate ->
        Kernel(fun xs ys ->
            let rows = ins[0].Shape
            let width = out.Size / rows[0]

            if xs[0] <> ys[0] then
                for i in 0 .. out.Size - 1 do
                    set out.DType ys[0] i (get out.DType xs[0] i)

            let start = Math.Clamp(int (get DType.Int32 xs[2] 0), 0, rows[0] - ins[1].Shape[0])

            for i in 0 .. ins[1].Size - 1 do
                set out.DType ys[0] (start * width + i) (get out.DType xs[1] i))
    | p -> failwith $"no slow {Prims.name p}"

/// A place for a graph to run that is not a backend: only its name is used.
let backend: IBackend = {
    new IBackend with
        member _.Name = "slow"
        member _.Devices = [||]
        member _.Upload(_, _, _) = failwith "not here"
        member _.Download(_, _, _) = failwith "not here"
        member _.Execute(_, _, _, _) = failwith "not here"
        member _.HasKernel(_, _) = false
        member _.PrefersMeaning(_, _) = false
        member _.Compile _ = failwith "not here"
}

/// What these kernels offer to compiled programs.
let provider: Provider = {
    Backend = backend
    Prepare = fun p ins outs -> Prepared.Kernel(prepare p ins outs)
    InPlace = Provider.elementwise
    Fuse = false
}

/// A buffer with these values.
let buffer (d: DType) (values: float seq) : CpuBuffer =
    let values = Seq.toArray values
    let b = CpuBuffer.Allocate(backend, int64 (values.Length * DType.size d))
    values |> Array.iteri (set d b.Pointer)
    b

/// The values in a buffer.
let values (a: Aval) (b: Buffer) : float[] =
    match b with
    | :? CpuBuffer as m -> Array.init a.Size (get a.DType m.Pointer)
    | _ -> failwith "not CPU memory"

/// Runs a graph equation by equation, every variable in memory of its own.
let interpret (prepare: Prim -> Aval[] -> Aval[] -> Kernel) (g: Graph) (inputs: CpuBuffer[]) : CpuBuffer[] =
    let env: CpuBuffer[] = Array.zeroCreate g.Avals.Length
    Array.iter2 (fun v b -> env[v] <- b) g.Inputs inputs

    for e in g.Eqns do
        if Plan.isAlias e.Prim then
            env[e.Outputs[0]] <- env[e.Inputs[0]]
        else
            let avals = Array.map (fun v -> g.Avals[v])

            for v in e.Outputs do
                env[v] <- CpuBuffer.Allocate(backend, g.Avals[v].ByteSize)

            let pointers = Array.map (fun v -> env[v].Pointer)
            (prepare e.Prim (avals e.Inputs) (avals e.Outputs)).Invoke(pointers e.Inputs, pointers e.Outputs)

    g.Outputs |> Array.map (fun v -> env[v])
