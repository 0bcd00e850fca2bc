/// The types that everything else is about, in one recursive group: primitives, composites, tensors, traces, graphs,
/// buffers and backends. Only data and interfaces; what they mean stands in the files that follow.
namespace Keras.FSharp

open System
open System.Collections.Generic

/// A primitive operation with its attributes. The set is closed: a new case does not compile until it has a shape rule,
/// a derivative, a batching rule and an implementation on every backend. Operands have explicit shapes: nothing
/// broadcasts or promotes by itself.
[<RequireQualifiedAccess; CustomEquality; NoComparison>]
type Prim =
    | Unary of UnaryOp
    | Binary of BinaryOp
    | Compare of CompareOp
    /// (condition: bool, where true, where false), all of one shape.
    | Select
    /// (low, x, high), all of one shape: min(max(x, low), high); the gradient of x is 1 at the bounds too.
    | Clamp
    | Convert of DType
    /// The same bits as another type; where that has another width, the last axis scales so that the bytes stay the same.
    | Bitcast of DType
    /// The identity, through which no gradient flows.
    | StopGradient
    /// The identity on any number of operands, which no pass looks through.
    | Barrier
    | Full of Aval * Scalar
    /// The index along `axis`.
    | Iota of Aval * axis: int
    | Reshape of Dims
    | Transpose of perm: Dims
    /// Axis i of the operand lies at `axes[i]` of the result; sizes are equal, or 1 in the operand.
    | Broadcast of shape: Dims * axes: Dims
    /// Strides are positive.
    | Slice of start: Dims * limit: Dims * stride: Dims
    /// (x, scalar): low and high may be negative; interior elements go between neighbours.
    | Pad of low: Dims * high: Dims * interior: Dims
    | Reverse of axes: Dims
    | Concat of axis: int
    /// (x, starts: int32 [rank]): starts are clamped into range.
    | DynamicSlice of sizes: Dims
    /// (x, update, starts: int32 [rank]): starts are clamped into range.
    | DynamicUpdate
    /// (x [batch…, n, rest…], indices: int32 or int64 [batch…, i…]) to [batch…, i…, rest…]; indices are clamped into range.
    | Gather of batch: int
    /// (x [batch…, n, rest…], indices [batch…, i…], updates [batch…, i…, rest…]) to x updated; indices out of range are
    /// dropped; duplicates are applied in order.
    | Scatter of ScatterOp * batch: int
    | Reduce of ReduceOp * axes: Dims
    /// The int32 index of the first largest (or smallest) element along an axis, which is dropped; NaN wins.
    | ArgReduce of largest: bool * axis: int
    | Cumulative of ReduceOp * axis: int * reverse: bool
    /// Sorts all operands along an axis by the first `keys` of them, ascending and stable; NaN goes last.
    | Sort of axis: int * keys: int
    /// x to the k largest along the last axis, descending, and their int32 indices; of equals the lower index first.
    | TopK of int
    | Dot of DotDims
    | Conv of ConvDims
    | Window of WindowDims
    /// `lengths` are the lengths of the signal along the last axes.
    | Fft of FftKind * lengths: Dims
    | Linalg of LinalgOp
    | Rng of RngOp * DType * shape: Dims
    /// (index: int32 scalar, operands…): the branch at the index, which is clamped into range.
    | Cond of branches: Graph[]
    /// (constants of cond…, constants of body…, state…) to the last state.
    | While of cond: Graph * body: Graph * condConsts: int * bodyConsts: int
    | Scan of ScanDims
    | Call of Composite

    override a.Equals o =
        match o with
        | :? Prim as b ->
            match a, b with
            | Unary x, Unary y -> x = y
            | Binary x, Binary y -> x = y
            | Compare x, Compare y -> x = y
            | Select, Select
            | Clamp, Clamp
            | StopGradient, StopGradient
            | Barrier, Barrier
            | DynamicUpdate, DynamicUpdate -> true
            | Convert x, Convert y
            | Bitcast x, Bitcast y -> x = y
            | Full(x, u), Full(y, v) -> x.Equals y && u.Equals v
            | Iota(x, u), Iota(y, v) -> u = v && x.Equals y
            | Reshape x, Reshape y
            | Transpose x, Transpose y
            | Reverse x, Reverse y
            | DynamicSlice x, DynamicSlice y -> x.Equals y
            | Broadcast(x, u), Broadcast(y, v) -> x.Equals y && u.Equals v
            | Slice(x, u, p), Slice(y, v, q)
            | Pad(x, u, p), Pad(y, v, q) -> x.Equals y && u.Equals v && p.Equals q
            | Concat x, Concat y
            | Gather x, Gather y
            | TopK x, TopK y -> x = y
            | Scatter(x, u), Scatter(y, v) -> x = y && u = v
            | Reduce(x, u), Reduce(y, v) -> x = y && u.Equals v
            | ArgReduce(x, u), ArgReduce(y, v) -> x = y && u = v
            | Cumulative(x, u, p), Cumulative(y, v, q) -> x = y && u = v && p = q
            | Sort(x, u), Sort(y, v) -> x = y && u = v
            | Dot x, Dot y -> x = y
            | Conv x, Conv y -> x = y
            | Window x, Window y -> x = y
            | Fft(x, u), Fft(y, v) -> x = y && u.Equals v
            | Linalg x, Linalg y -> x = y
            | Rng(x, u, p), Rng(y, v, q) -> x = y && u = v && p.Equals q
            | Cond x, Cond y -> LanguagePrimitives.PhysicalEquality x y
            | While(c, x, _, _), While(d, y, _, _) -> obj.ReferenceEquals(c, d) && obj.ReferenceEquals(x, y)
            | Scan x, Scan y -> obj.ReferenceEquals(x, y)
            | Call x, Call y -> x.Equals y
            | _ -> false
        | _ -> false

    override a.GetHashCode() =
        match a with
        | Unary x -> HashCode.Combine(1, int x)
        | Binary x -> HashCode.Combine(2, int x)
        | Compare x -> HashCode.Combine(3, int x)
        | Select -> 4
        | Clamp -> 5
        | Convert x -> HashCode.Combine(6, int x)
        | Bitcast x -> HashCode.Combine(7, int x)
        | StopGradient -> 8
        | Barrier -> 9
        | Full(x, v) -> HashCode.Combine(10, x, v)
        | Iota(x, i) -> HashCode.Combine(11, x, i)
        | Reshape x -> HashCode.Combine(12, x)
        | Transpose x -> HashCode.Combine(13, x)
        | Broadcast(x, y) -> HashCode.Combine(14, x, y)
        | Slice(x, y, z) -> HashCode.Combine(15, x, y, z)
        | Pad(x, y, z) -> HashCode.Combine(16, x, y, z)
        | Reverse x -> HashCode.Combine(17, x)
        | Concat x -> HashCode.Combine(18, x)
        | DynamicSlice x -> HashCode.Combine(19, x)
        | DynamicUpdate -> 20
        | Gather x -> HashCode.Combine(21, x)
        | Scatter(x, y) -> HashCode.Combine(22, int x, y)
        | Reduce(x, y) -> HashCode.Combine(23, int x, y)
        | ArgReduce(x, y) -> HashCode.Combine(24, x, y)
        | Cumulative(x, y, z) -> HashCode.Combine(25, int x, y, z)
        | Sort(x, y) -> HashCode.Combine(26, x, y)
        | TopK x -> HashCode.Combine(27, x)
        | Dot x -> HashCode.Combine(28, hash x)
        | Conv x -> HashCode.Combine(29, hash x)
        | Window x -> HashCode.Combine(30, hash x)
        | Fft(x, y) -> HashCode.Combine(31, int x, y)
        | Linalg x -> HashCode.Combine(32, hash x)
        | Rng(x, y, z) -> HashCode.Combine(33, int x, int y, z)
        | Cond x -> HashCode.Combine(34, x.Length)
        | While _ -> 35
        | Scan x -> HashCode.Combine(36, x.Length)
        | Call x -> HashCode.Combine(37, x)

/// A loop over the leading axis: operands are constants…, carries…, sequences…; results are carries…, stacked outputs….
/// The body maps constants…, carries…, slices… to carries…, slices….
and [<ReferenceEquality>] ScanDims = {
    /// Constants, carries and slices to carries and slices.
    Body: Graph
    /// How many of the body's inputs stay the same in every step.
    Consts: int
    /// How many of its inputs and outputs go from step to step.
    Carries: int
    /// The number of steps.
    Length: int
    /// True if it runs from the last slice to the first.
    Reverse: bool
}

/// An operation with a meaning (`Decompose`) and perhaps a faster way on some backend. Two composites are the same
/// operation if name, version and attributes are equal and neither is `Unique` (those that hold a user's function).
and [<Sealed; AllowNullLiteral>] Composite
    (
        name: string,
        version: int,
        attrs: (string * Attr) list,
        outputs: Aval[] -> Aval[],
        decompose: Tensor[] -> Tensor[],
        vjp: CompositeVjp voption,
        leadingFree: bool,
        isUnique: bool
    ) =
    /// The name by which backends and exporters know it, such as `softmax`.
    member _.Name = name

    /// Raised when the meaning changes.
    member _.Version = version

    /// Its attributes; axes are counted from the end (negative) where `LeadingFree`.
    member _.Attrs = attrs

    /// The shape rule.
    member _.Outputs = outputs

    /// The meaning, in terms of other operations.
    member _.Decompose = decompose

    /// Its own pullback, or none: then the derivative of the decomposition is taken.
    member _.Vjp = vjp

    /// True if one more leading axis on every operand and result changes nothing else; vmap then keeps it whole.
    member _.LeadingFree = leadingFree

    /// True if it holds a user's function, so that it equals only itself.
    member _.IsUnique = isUnique

    override a.Equals o =
        match o with
        | :? Composite as b ->
            obj.ReferenceEquals(a, b)
            || (not isUnique && not b.IsUnique && name = b.Name && version = b.Version && attrs = b.Attrs)
        | _ -> false

    override a.GetHashCode() =
        if isUnique then
            Runtime.CompilerServices.RuntimeHelpers.GetHashCode a
        else
            HashCode.Combine(name, version, hash attrs)

/// Inputs, outputs, cotangents of the outputs (null: zero) to cotangents of the inputs (null: zero).
and CompositeVjp = delegate of inputs: Tensor[] * outputs: Tensor[] * cotangents: Tensor[] -> Tensor[]

/// A multidimensional array of numbers. Immutable. Made by the functions of the module `Tensor`; all operations stand
/// in `Ops`. Its operators bring dtypes together as Keras does (JAX's lattice) and broadcast shapes as NumPy does; a plain
/// number beside a tensor is weak: it takes the tensor's dtype where that is of its kind or wider. No `Dispose` is needed: memory is given back when the last reference is gone.
and [<Sealed; AllowNullLiteral>] Tensor internal (aval: Aval, value: Value) =
    /// The shape.
    member _.Shape = aval.Shape

    /// The element type.
    member _.DType = aval.DType

    /// Element type and shape.
    member _.Aval = aval

    /// The number of axes.
    member _.Rank = aval.Shape.Rank

    /// The number of elements.
    member _.Size = aval.Size

    member internal _.Value = value

    /// True inside a transformation, where the tensor stands for a value that is not there yet.
    member _.IsTraced =
        match value with
        | Value.Traced _ -> true
        | Value.Concrete _ -> false

    /// The sum; of bools: or. Dtypes meet as in Keras, shapes broadcast.
    static member (+)(x: Tensor, y: Tensor) : Tensor = Operators.Current.Binary(BinaryOp.Add, x, y)

    /// The sum; of bools: or. A plain number is weak.
    static member (+)(x: Tensor, y: float) : Tensor = Operators.Current.Right(BinaryOp.Add, x, Scalar.Float y)

    /// The sum; of bools: or. A plain number is weak.
    static member (+)(x: Tensor, y: int) : Tensor = Operators.Current.Right(BinaryOp.Add, x, Scalar.Int y)

    /// The sum; of bools: or. A plain number is weak.
    static member (+)(x: float, y: Tensor) : Tensor = Operators.Current.Left(BinaryOp.Add, Scalar.Float x, y)

    /// The sum; of bools: or. A plain number is weak.
    static member (+)(x: int, y: Tensor) : Tensor = Operators.Current.Left(BinaryOp.Add, Scalar.Int x, y)

    /// The difference. Dtypes meet as in Keras, shapes broadcast.
    static member (-)(x: Tensor, y: Tensor) : Tensor = Operators.Current.Binary(BinaryOp.Sub, x, y)

    /// The difference. A plain number is weak.
    static member (-)(x: Tensor, y: float) : Tensor = Operators.Current.Right(BinaryOp.Sub, x, Scalar.Float y)

    /// The difference. A plain number is weak.
    static member (-)(x: Tensor, y: int) : Tensor = Operators.Current.Right(BinaryOp.Sub, x, Scalar.Int y)

    /// The difference. A plain number is weak.
    static member (-)(x: float, y: Tensor) : Tensor = Operators.Current.Left(BinaryOp.Sub, Scalar.Float x, y)

    /// The difference. A plain number is weak.
    static member (-)(x: int, y: Tensor) : Tensor = Operators.Current.Left(BinaryOp.Sub, Scalar.Int x, y)

    /// The product; of bools: and. Dtypes meet as in Keras, shapes broadcast.
    static member (*)(x: Tensor, y: Tensor) : Tensor = Operators.Current.Binary(BinaryOp.Mul, x, y)

    /// The product; of bools: and. A plain number is weak.
    static member (*)(x: Tensor, y: float) : Tensor = Operators.Current.Right(BinaryOp.Mul, x, Scalar.Float y)

    /// The product; of bools: and. A plain number is weak.
    static member (*)(x: Tensor, y: int) : Tensor = Operators.Current.Right(BinaryOp.Mul, x, Scalar.Int y)

    /// The product; of bools: and. A plain number is weak.
    static member (*)(x: float, y: Tensor) : Tensor = Operators.Current.Left(BinaryOp.Mul, Scalar.Float x, y)

    /// The product; of bools: and. A plain number is weak.
    static member (*)(x: int, y: Tensor) : Tensor = Operators.Current.Left(BinaryOp.Mul, Scalar.Int x, y)

    /// The quotient (`keras.ops.true_divide`): of integers it is a float. Dtypes meet as in Keras, shapes broadcast.
    static member (/)(x: Tensor, y: Tensor) : Tensor = Operators.Current.Binary(BinaryOp.Div, x, y)

    /// The quotient (`keras.ops.true_divide`): of integers it is a float. A plain number is weak.
    static member (/)(x: Tensor, y: float) : Tensor = Operators.Current.Right(BinaryOp.Div, x, Scalar.Float y)

    /// The quotient (`keras.ops.true_divide`): of integers it is a float. A plain number is weak.
    static member (/)(x: Tensor, y: int) : Tensor = Operators.Current.Right(BinaryOp.Div, x, Scalar.Int y)

    /// The quotient (`keras.ops.true_divide`): of integers it is a float. A plain number is weak.
    static member (/)(x: float, y: Tensor) : Tensor = Operators.Current.Left(BinaryOp.Div, Scalar.Float x, y)

    /// The quotient (`keras.ops.true_divide`): of integers it is a float. A plain number is weak.
    static member (/)(x: int, y: Tensor) : Tensor = Operators.Current.Left(BinaryOp.Div, Scalar.Int x, y)

    /// The remainder with the sign of the divisor (`keras.ops.mod`). Dtypes meet as in Keras, shapes broadcast.
    static member (%)(x: Tensor, y: Tensor) : Tensor = Operators.Current.Binary(BinaryOp.Rem, x, y)

    /// The remainder with the sign of the divisor (`keras.ops.mod`). A plain number is weak.
    static member (%)(x: Tensor, y: float) : Tensor = Operators.Current.Right(BinaryOp.Rem, x, Scalar.Float y)

    /// The remainder with the sign of the divisor (`keras.ops.mod`). A plain number is weak.
    static member (%)(x: Tensor, y: int) : Tensor = Operators.Current.Right(BinaryOp.Rem, x, Scalar.Int y)

    /// The remainder with the sign of the divisor (`keras.ops.mod`). A plain number is weak.
    static member (%)(x: float, y: Tensor) : Tensor = Operators.Current.Left(BinaryOp.Rem, Scalar.Float x, y)

    /// The remainder with the sign of the divisor (`keras.ops.mod`). A plain number is weak.
    static member (%)(x: int, y: Tensor) : Tensor = Operators.Current.Left(BinaryOp.Rem, Scalar.Int x, y)

    /// The power (`**`). Dtypes meet as in Keras, shapes broadcast.
    static member Pow(x: Tensor, y: Tensor) : Tensor = Operators.Current.Binary(BinaryOp.Pow, x, y)

    /// The power (`**`). A plain number is weak.
    static member Pow(x: Tensor, y: float) : Tensor = Operators.Current.Right(BinaryOp.Pow, x, Scalar.Float y)

    /// The power (`**`). A plain number is weak.
    static member Pow(x: Tensor, y: int) : Tensor = Operators.Current.Right(BinaryOp.Pow, x, Scalar.Int y)

    /// The power (`**`). A plain number is weak.
    static member Pow(x: float, y: Tensor) : Tensor = Operators.Current.Left(BinaryOp.Pow, Scalar.Float x, y)

    /// The power (`**`). A plain number is weak.
    static member Pow(x: int, y: Tensor) : Tensor = Operators.Current.Left(BinaryOp.Pow, Scalar.Int x, y)

    /// The negative.
    static member (~-)(x: Tensor) : Tensor = Operators.Current.Unary(UnaryOp.Neg, x)

    /// The absolute value; integers stay integers.
    static member Abs(x: Tensor) : Tensor = Operators.Current.Unary(UnaryOp.Abs, x)

    /// `keras.ops.exp`; integers become `floatx`.
    static member Exp(x: Tensor) : Tensor = Operators.Current.Unary(UnaryOp.Exp, x)

    /// `keras.ops.log`; integers become `floatx`.
    static member Log(x: Tensor) : Tensor = Operators.Current.Unary(UnaryOp.Log, x)

    /// `keras.ops.sqrt`; integers become `floatx`.
    static member Sqrt(x: Tensor) : Tensor = Operators.Current.Unary(UnaryOp.Sqrt, x)

    /// `keras.ops.sin`; integers become `floatx`.
    static member Sin(x: Tensor) : Tensor = Operators.Current.Unary(UnaryOp.Sin, x)

    /// `keras.ops.cos`; integers become `floatx`.
    static member Cos(x: Tensor) : Tensor = Operators.Current.Unary(UnaryOp.Cos, x)

    /// `keras.ops.tan`; integers become `floatx`.
    static member Tan(x: Tensor) : Tensor = Operators.Current.Unary(UnaryOp.Tan, x)

    /// `keras.ops.tanh`; integers become `floatx`.
    static member Tanh(x: Tensor) : Tensor = Operators.Current.Unary(UnaryOp.Tanh, x)

    /// `keras.ops.sinh`; integers become `floatx`.
    static member Sinh(x: Tensor) : Tensor = Operators.Current.Unary(UnaryOp.Sinh, x)

    /// `keras.ops.cosh`; integers become `floatx`.
    static member Cosh(x: Tensor) : Tensor = Operators.Current.Unary(UnaryOp.Cosh, x)

    /// `keras.ops.arcsin`; integers become `floatx`.
    static member Asin(x: Tensor) : Tensor = Operators.Current.Unary(UnaryOp.Asin, x)

    /// `keras.ops.arccos`; integers become `floatx`.
    static member Acos(x: Tensor) : Tensor = Operators.Current.Unary(UnaryOp.Acos, x)

    /// `keras.ops.arctan`; integers become `floatx`.
    static member Atan(x: Tensor) : Tensor = Operators.Current.Unary(UnaryOp.Atan, x)

    /// `keras.ops.floor`; integers become `floatx`.
    static member Floor(x: Tensor) : Tensor = Operators.Current.Unary(UnaryOp.Floor, x)

    /// `keras.ops.ceil`; integers become `floatx`.
    static member Ceiling(x: Tensor) : Tensor = Operators.Current.Unary(UnaryOp.Ceil, x)

    /// `keras.ops.round`: halves go to the even neighbour; integers stay.
    static member Round(x: Tensor) : Tensor = Operators.Current.Unary(UnaryOp.Round, x)

    /// One index per leading axis, which is dropped: `x[0]`, `x[-1, 2]`. Negative indices count from the end.
    member x.Item
        with get ([<ParamArray>] indices: int[]): Tensor = Operators.Current.At(x, indices)

    /// The rows that an integer tensor names, or the rows where a bool tensor is true (`keras.ops.take` on axis 0).
    member x.Item
        with get (rows: Tensor): Tensor = Operators.Current.Rows(x, rows)

    /// F#'s slices, bounds included and negative ones counted from the end: `x[0, *, 1..3]`, `x[.. -2]`, `x[5..]`. For
    /// steps, new axes and an ellipsis see `Tensor.get`.
    member x.GetSlice([<ParamArray>] arguments: objnull[]) : Tensor = Operators.Current.Slice(x, arguments)

    /// As NumPy prints an array.
    override x.ToString() = Operators.Current.Print x

/// How the members of `Tensor` reach the functions that are defined after it.
and [<AbstractClass; AllowNullLiteral>] internal Operators() =
    // Found by name because nothing defined later can be counted on to have run before the first use.
    static let current =
        lazy
            (let t = typeof<Operators>.Assembly.GetType("Keras.FSharp.TensorOperators", true)

             match Activator.CreateInstance(Unchecked.nonNull t, true) with
             | :? Operators as o -> o
             | _ -> invalidOp "TensorOperators must implement Operators")

    static member Current: Operators = current.Value
    abstract Unary: UnaryOp * Tensor -> Tensor
    abstract Binary: BinaryOp * Tensor * Tensor -> Tensor
    abstract Right: BinaryOp * Tensor * Scalar -> Tensor
    abstract Left: BinaryOp * Scalar * Tensor -> Tensor
    abstract At: Tensor * int[] -> Tensor
    abstract Rows: Tensor * Tensor -> Tensor

    /// Per axis an `int`, or two `int option` for a range, as the compiler writes F#'s slices.
    abstract Slice: Tensor * objnull[] -> Tensor

    abstract Print: Tensor -> string

/// What stands behind a tensor: elements in memory, or a role in a transformation.
and [<RequireQualifiedAccess>] internal Value =
    | Concrete of Buffer
    | Traced of Trace * Payload

/// What a trace keeps with a tensor of its own.
and [<RequireQualifiedAccess>] internal Payload =
    /// Reverse mode: the value below, the node that made it (null: a constant), and which of the node's results it is.
    | Taped of primal: Tensor * node: TapeNode * output: int
    /// Forward mode: the value below and its tangent (null: zero).
    | Dual of primal: Tensor * tangent: Tensor
    /// vmap: the value below, whose axis 0 is the mapped axis.
    | Batched of Tensor
    /// Graph capture: a variable of the graph.
    | Symbol of int

/// One operation on a reverse-mode tape.
and [<Sealed; AllowNullLiteral>] internal TapeNode
    (index: int, prim: Prim, inputs: Tensor[], outputs: Tensor[], parents: TapeNode[], parentOutputs: int[]) =
    /// Its place on the tape; parents come before.
    member _.Index = index

    member _.Prim = prim
    member _.Inputs = inputs
    member _.Outputs = outputs

    /// Where each input comes from; null for what does not depend on the differentiated arguments.
    member _.Parents = parents

    /// Which result of the parent each input is.
    member _.ParentOutputs = parentOutputs

/// An interpreter of operations: each transformation in progress is one. The one with the highest level among the
/// operands of an operation gets it.
and [<AbstractClass; AllowNullLiteral>] internal Trace(level: int64, name: string) =
    /// Grows with each transformation that begins; an inner one is always higher.
    member _.Level = level

    /// The transformation, for messages: `grad`, `vmap`, `jit`.
    member _.Name = name

    /// False once the transformation has returned.
    member val IsOpen = true with get, set

    /// Of a graph capture: the capture that it began in, or null.
    member val Enclosing: Trace = null with get, set

    abstract Bind: prim: Prim * inputs: Tensor[] -> Tensor[]

/// Elements in the memory of a backend.
and [<AbstractClass; AllowNullLiteral>] Buffer() =
    /// The backend whose memory it is.
    abstract Backend: IBackend

    /// Where it is.
    abstract Device: Device

    /// How many bytes it holds on to.
    abstract ByteLength: int64

    /// True once it was released or given away (donated).
    abstract IsReleased: bool

    /// Gives the memory back now instead of at collection. Later use is an error.
    abstract Release: unit -> unit

/// One equation of a graph: outputs = prim(inputs), all variables by number.
and [<Struct; NoEquality; NoComparison>] Eqn = {
    /// What is computed.
    Prim: Prim
    /// The numbers of the variables it reads.
    Inputs: int[]
    /// The numbers of the variables it defines.
    Outputs: int[]
    /// The layer or scope it came from; may be empty.
    Scope: string
}

/// A pure function of tensors, written down: variables have one definition each and equations stand in order.
and [<ReferenceEquality>] Graph = {
    /// Element type and shape of every variable.
    Avals: Aval[]
    /// The variables that are given.
    Inputs: int[]
    /// Variables with fixed values.
    Constants: struct (int * Tensor)[]
    /// The equations, each after those that it depends on.
    Eqns: Eqn[]
    /// The variables that are the result.
    Outputs: int[]
}

/// A graph with the results of memory planning; made by `Plan.make`.
and [<ReferenceEquality>] Plan = {
    /// The graph that was planned.
    Graph: Graph
    /// Per input: may its memory be reused and its buffer be given away?
    Donated: bool[]
    /// Per equation: the variables that are used here for the last time and may be freed or overwritten
    /// (never graph outputs, constants, or inputs that are not donated).
    Dead: int[][]
    /// Per variable: the equation that defines it, -1 for inputs and constants.
    DefinedBy: int[]
    /// Per variable: the position of its last use among the equations; `Int32.MaxValue` for graph outputs.
    LastUse: int[]
}

/// A compiled program.
and IExecutable =
    inherit IDisposable

    /// Runs the program. Donated inputs are released by it.
    abstract Run: inputs: Buffer[] -> Buffer[]

    /// As `Run`, and writes when each step began, in ticks of `Stopwatch`, and when the last one ended: `at` has one
    /// element more than the report has steps.
    abstract RunTimed: inputs: Buffer[] * at: int64[] -> Buffer[]

    /// What was planned.
    abstract Report: unit -> ProgramReport

/// A place where primitives are executed. Shapes are inferred before (`Infer`); a backend never infers.
and [<AllowNullLiteral>] IBackend =
    /// As `KERAS_BACKEND` names it.
    abstract Name: string

    /// The devices that it has; the first is the default.
    abstract Devices: Device[]

    /// Copies elements (little endian, row-major) to a device.
    abstract Upload: bytes: ReadOnlySpan<byte> * aval: Aval * device: Device -> Buffer

    /// Copies elements from a buffer; `bytes` has exactly `aval.ByteSize` bytes.
    abstract Download: buffer: Buffer * aval: Aval * bytes: Span<byte> -> unit

    /// Executes one primitive.
    abstract Execute: prim: Prim * inputs: Buffer[] * avals: Aval[] * outputs: Aval[] -> Buffer[]

    /// True if `Execute` takes `Prim.Call composite` with these operands.
    abstract HasKernel: composite: Composite * avals: Aval[] -> bool

    /// True if a compiled program is better off with what the composite means than with the kernel for it, because it
    /// makes one loop of that and of what stands around it.
    abstract PrefersMeaning: composite: Composite * avals: Aval[] -> bool

    /// A program for the plan. Its composites are all such that `HasKernel` is true.
    abstract Compile: plan: Plan -> IExecutable
