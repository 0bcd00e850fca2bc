/// The operations of `keras.ops` that may stand in the graph of a model, by the class names that files have. A class
/// has arguments of its own (its config), a call has operands. The table is closed: nothing is found by reflection.
namespace Keras.FSharp

open System
open System.Collections.Generic
open Keras.FSharp.Saving

/// An argument of one call of an operation: tensors in the places of the symbolic ones, all else as it was given.
[<RequireQualifiedAccess; NoEquality; NoComparison>]
type internal OperationArgument =
    | Tensor of Tensor
    | List of OperationArgument list
    | Value of Json

/// The arguments of one call of an operation.
[<NoEquality; NoComparison>]
type internal OperationCall = {
    Positional: OperationArgument list
    Keywords: (string * OperationArgument) list
}

/// Reads the arguments of a call by position or name.
[<Sealed>]
type internal OperationReader(where: string, call: OperationCall) =
    let find (position: int) (name: string) : OperationArgument option =
        match List.tryItem position call.Positional with
        | Some a -> Some a
        | None -> call.Keywords |> List.tryFind (fun (k, _) -> k = name) |> Option.map snd

    let required position name =
        match find position name with
        | Some a -> a
        | None -> Fail.wrongType where $"argument '{name}' is missing" ""

    let operand name (a: OperationArgument) : Operand =
        match a with
        | OperationArgument.Tensor x -> Operand.op_Implicit x
        | OperationArgument.Value(Json.Int i) -> Operand.op_Implicit i
        | OperationArgument.Value(Json.Float f) -> Operand.op_Implicit f
        | OperationArgument.Value(Json.Bool b) -> Operand.op_Implicit b
        | OperationArgument.Value _
        | OperationArgument.List _ -> Fail.wrongType where $"argument '{name}' is neither a tensor nor a number" ""

    /// A tensor or a number.
    member _.Operand(position: int, name: string) : Operand = operand name (required position name)

    /// A tensor; a number becomes one.
    member r.Tensor(position: int, name: string) : Tensor = (r.Operand(position, name)).AsTensor

    /// A list of tensors.
    member _.Tensors(position: int, name: string) : Tensor list =
        match required position name with
        | OperationArgument.List items -> items |> List.map (fun a -> (operand name a).AsTensor)
        | one -> [ (operand name one).AsTensor ]

    /// All positional arguments as tensors.
    member _.All: Tensor[] = [| for a in call.Positional -> (operand "operands" a).AsTensor |]

    /// An argument that may be absent or null.
    member _.TryAny(position: int, name: string) : OperationArgument option =
        match find position name with
        | Some(OperationArgument.Value Json.Null) -> None
        | other -> other

    /// An argument as it is.
    member _.Any(position: int, name: string) : OperationArgument = required position name

    /// A refusal that names the operation.
    member _.Refuse(reason: string) : 'a = Fail.wrongType where reason ""

/// The table.
[<RequireQualifiedAccess>]
module internal GraphOperations =
    type private Make = ConfigReader -> OperationReader -> Tensor[]

    /// Operations get their operands as they are: no conversion to a compute type.
    let policy: DTypePolicy = DTypePolicy.ofName "int32"

    let private one (f: OperationReader -> Tensor) : Make = fun _ call -> [| f call |]

    let private unary (f: Tensor -> Tensor) : Make = one (fun call -> f (call.Tensor(0, "x")))

    let private binary (f: Operand * Operand -> Tensor) : Make =
        one (fun call -> f (call.Operand(0, "x1"), call.Operand(1, "x2")))

    /// The config is read once, then the function is applied call by call.
    let private configured (read: ConfigReader -> OperationReader -> Tensor) : Make =
        fun c ->
            let f = read c
            fun call -> [| f call |]

    let private axes (c: ConfigReader) : int seq option = c.IntsOption "axis" |> Option.map Seq.ofList

    let private dtype (c: ConfigReader) : DType option =
        c.TextOption "dtype" |> Option.map (fun name -> (DTypePolicy.ofName name).Compute)

    let private reduction (f: Tensor * int seq option * bool -> Tensor) : Make =
        configured (fun c ->
            let axes, keep = axes c, c.Bool("keepdims", false)
            c.Ignore "initial"
            fun call -> f (call.Tensor(0, "x"), axes, keep))

    let private extreme (f: Tensor * int seq option * bool * Operand option -> Tensor) : Make =
        configured (fun c ->
            let axes, keep = axes c, c.Bool("keepdims", false)
            let initial = c.FloatOption "initial" |> Option.map Operand.op_Implicit
            fun call -> f (call.Tensor(0, "x"), axes, keep, initial))

    let private withAxis (fallback: int) (f: Tensor * int -> Tensor) : Make =
        configured (fun c ->
            let axis = c.Int("axis", fallback)
            fun call -> f (call.Tensor(0, "x"), axis))

    let private withNumber (key: string) (fallback: float) (f: Tensor * float -> Tensor) : Make =
        configured (fun c ->
            let value = c.Float(key, fallback)
            fun call -> f (call.Tensor(0, "x"), value))

    /// What a slice record, a number, null or an ellipsis takes along an axis.
    let rec private index (call: OperationReader) (a: OperationArgument) : Idx list =
        match a with
        | OperationArgument.Tensor x -> [ Idx.Take x ]
        | OperationArgument.List items -> items |> List.collect (index call)
        | OperationArgument.Value json -> indexOf call json

    and private indexOf (call: OperationReader) (json: Json) : Idx list =
        match json with
        | Json.Null -> [ Idx.NewAxis ]
        | Json.Int i -> [ Idx.At(int i) ]
        | Json.Array items -> items |> List.collect (indexOf call)
        | Json.Object pairs ->
            let config = pairs |> List.tryFind (fun (k, _) -> k = "config") |> Option.map snd

            let bound key =
                match config |> Option.bind (Json.tryGet key) with
                | None
                | Some Json.Null -> None
                | Some n -> Some(Json.asInt key n)

            match List.tryFind (fun (k, _) -> k = "class_name") pairs with
            | Some(_, Json.Text "__slice__") -> [ Idx.Range(bound "start", bound "stop", bound "step") ]
            | Some(_, Json.Text "__ellipsis__") -> [ Idx.Ellipsis ]
            | _ -> call.Refuse $"{Json.write json} is no index"
        | other -> call.Refuse $"{Json.write other} is no index"

    let private parts (f: Tensor * Choice<int, int list> * int -> Tensor list) : Make =
        fun c ->
            let axis = c.Int("axis", 0)

            let parts =
                match c.Required "indices_or_sections" with
                | Json.Int n -> Choice1Of2(int n)
                | list ->
                    Choice2Of2(Json.asList "indices_or_sections" list |> List.map (Json.asInt "indices_or_sections"))

            fun call -> f (call.Tensor(0, "x"), parts, axis) |> List.toArray

    let private numpy: (string * Make) list = [
        "Add", binary NumpyBinary.add
        "Subtract", binary NumpyBinary.subtract
        "Multiply", binary NumpyBinary.multiply
        "Divide", binary NumpyBinary.divide
        "TrueDivide", binary NumpyBinary.trueDivide
        "DivideNoNan", binary NumpyBinary.divideNoNan
        "FloorDivide", binary NumpyBinary.floorDivide
        "Mod", binary NumpyBinary.``mod``
        "Power", binary NumpyBinary.power
        "Maximum", binary NumpyBinary.maximum
        "Minimum", binary NumpyBinary.minimum
        "Arctan2", binary NumpyBinary.arctan2
        "Logaddexp", binary NumpyBinary.logaddexp
        "Equal", binary NumpyBinary.equal
        "NotEqual", binary NumpyBinary.notEqual
        "Greater", binary NumpyBinary.greater
        "GreaterEqual", binary NumpyBinary.greaterEqual
        "Less", binary NumpyBinary.less
        "LessEqual", binary NumpyBinary.lessEqual
        "LogicalAnd", binary NumpyBinary.logicalAnd
        "LogicalOr", binary NumpyBinary.logicalOr
        "LogicalXor", binary NumpyBinary.logicalXor
        "Absolute", unary NumpyUnary.absolute
        "Abs", unary NumpyUnary.absolute
        "Negative", unary NumpyUnary.negative
        "Sign", unary NumpyUnary.sign
        "Square", unary NumpyUnary.square
        "Reciprocal", unary NumpyUnary.reciprocal
        "Sqrt", unary NumpyUnary.sqrt
        "Exp", unary NumpyUnary.exp
        "Exp2", unary NumpyUnary.exp2
        "Expm1", unary NumpyUnary.expm1
        "Log", unary NumpyUnary.log
        "Log10", unary NumpyUnary.log10
        "Log1p", unary NumpyUnary.log1p
        "Log2", unary NumpyUnary.log2
        "Sin", unary NumpyUnary.sin
        "Cos", unary NumpyUnary.cos
        "Tan", unary NumpyUnary.tan
        "Arcsin", unary NumpyUnary.arcsin
        "Arccos", unary NumpyUnary.arccos
        "Arctan", unary NumpyUnary.arctan
        "Sinh", unary NumpyUnary.sinh
        "Cosh", unary NumpyUnary.cosh
        "Tanh", unary NumpyUnary.tanh
        "Arcsinh", unary NumpyUnary.arcsinh
        "Arccosh", unary NumpyUnary.arccosh
        "Arctanh", unary NumpyUnary.arctanh
        "Floor", unary NumpyUnary.floor
        "Ceil", unary NumpyUnary.ceil
        "Trunc", unary NumpyUnary.trunc
        "Isfinite", unary NumpyUnary.isfinite
        "Isinf", unary NumpyUnary.isinf
        "Isnan", unary NumpyUnary.isnan
        "LogicalNot", unary NumpyUnary.logicalNot
        "Round",
        configured (fun c ->
            let decimals = c.Int("decimals", 0)
            fun call -> NumpyUnary.round (call.Tensor(0, "x"), decimals))
        "Clip",
        configured (fun c ->
            let low, high = c.Float "x_min", c.Float "x_max"
            fun call -> NumpyBinary.clip (call.Tensor(0, "x"), Operand.op_Implicit low, Operand.op_Implicit high))
        "Where",
        one (fun call -> NumpyBinary.where (call.Tensor(0, "condition"), call.Operand(1, "x1"), call.Operand(2, "x2")))
        "Matmul", one (fun call -> NumpyMatrix.matmul (call.Tensor(0, "x1"), call.Tensor(1, "x2")))
        "Dot", one (fun call -> NumpyMatrix.dot (call.Tensor(0, "x1"), call.Tensor(1, "x2")))
        "Inner", one (fun call -> NumpyMatrix.inner (call.Tensor(0, "x1"), call.Tensor(1, "x2")))
        "Outer", binary NumpyMatrix.outer
        "Einsum",
        configured (fun c ->
            let subscripts = c.Text "subscripts"
            fun call -> NumpyMatrix.einsum (subscripts, call.All))
        "Sum", reduction (fun (x, axes, keep) -> NumpyReduce.sum (x, ?axis = axes, keepdims = keep))
        "Mean", reduction (fun (x, axes, keep) -> NumpyReduce.mean (x, ?axis = axes, keepdims = keep))
        "Var", reduction (fun (x, axes, keep) -> NumpyReduce.var (x, ?axis = axes, keepdims = keep))
        "Std", reduction (fun (x, axes, keep) -> NumpyReduce.std (x, ?axis = axes, keepdims = keep))
        "All", reduction (fun (x, axes, keep) -> NumpyReduce.all (x, ?axis = axes, keepdims = keep))
        "Any", reduction (fun (x, axes, keep) -> NumpyReduce.any (x, ?axis = axes, keepdims = keep))
        "Amax", reduction (fun (x, axes, keep) -> NumpyReduce.amax (x, ?axis = axes, keepdims = keep))
        "Amin", reduction (fun (x, axes, keep) -> NumpyReduce.amin (x, ?axis = axes, keepdims = keep))
        "Max",
        extreme (fun (x, axes, keep, initial) -> NumpyReduce.max (x, ?axis = axes, keepdims = keep, ?initial = initial))
        "Min",
        extreme (fun (x, axes, keep, initial) -> NumpyReduce.min (x, ?axis = axes, keepdims = keep, ?initial = initial))
        "Prod",
        configured (fun c ->
            let axes, keep, dtype = axes c, c.Bool("keepdims", false), dtype c
            fun call -> NumpyReduce.prod (call.Tensor(0, "x"), ?axis = axes, keepdims = keep, ?dtype = dtype))
        "Argmax",
        configured (fun c ->
            let axis, keep = c.IntOption "axis", c.Bool("keepdims", false)
            fun call -> NumpyReduce.argmax (call.Tensor(0, "x"), ?axis = axis, keepdims = keep))
        "Argmin",
        configured (fun c ->
            let axis, keep = c.IntOption "axis", c.Bool("keepdims", false)
            fun call -> NumpyReduce.argmin (call.Tensor(0, "x"), ?axis = axis, keepdims = keep))
        "Cumsum",
        configured (fun c ->
            let axis, dtype = c.IntOption "axis", dtype c
            fun call -> NumpyReduce.cumsum (call.Tensor(0, "x"), ?axis = axis, ?dtype = dtype))
        "Cumprod",
        configured (fun c ->
            let axis, dtype = c.IntOption "axis", dtype c
            fun call -> NumpyReduce.cumprod (call.Tensor(0, "x"), ?axis = axis, ?dtype = dtype))
        "Sort", withAxis -1 (fun (x, axis) -> NumpyIndex.sort (x, axis))
        "Argsort", withAxis -1 (fun (x, axis) -> NumpyIndex.argsort (x, axis))
        "Take",
        configured (fun c ->
            let axis = c.IntOption "axis"
            fun call -> NumpyIndex.take (call.Tensor(0, "x"), call.Tensor(1, "indices"), ?axis = axis))
        "TakeAlongAxis",
        configured (fun c ->
            let axis = c.IntOption "axis"
            fun call -> NumpyIndex.takeAlongAxis (call.Tensor(0, "x"), call.Tensor(1, "indices"), ?axis = axis))
        "GetItem", one (fun call -> Tensor.get (index call (call.Any(1, "key"))) (call.Tensor(0, "x")))
        "OnesLike",
        configured (fun c ->
            let dtype = dtype c
            fun call -> NumpyCreation.onesLike (call.Tensor(0, "x"), ?dtype = dtype))
        "ZerosLike",
        configured (fun c ->
            let dtype = dtype c
            fun call -> NumpyCreation.zerosLike (call.Tensor(0, "x"), ?dtype = dtype))
        "FullLike",
        configured (fun c ->
            let dtype = dtype c
            fun call -> NumpyCreation.fullLike (call.Tensor(0, "x"), call.Operand(1, "fill_value"), ?dtype = dtype))
        "Reshape",
        configured (fun c ->
            let shape =
                Json.asList "newshape" (c.Required "newshape")
                |> List.map (fun n -> if n = Json.Null then -1 else Json.asInt "newshape" n)

            fun call -> NumpyShape.reshape (call.Tensor(0, "x"), shape))
        "Ravel", unary NumpyShape.ravel
        "Transpose",
        configured (fun c ->
            let axes = c.IntsOption "axes" |> Option.map Seq.ofList
            fun call -> NumpyShape.transpose (call.Tensor(0, "x"), ?axes = axes))
        "Swapaxes",
        configured (fun c ->
            let a, b = c.Int "axis1", c.Int "axis2"
            fun call -> NumpyShape.swapaxes (call.Tensor(0, "x"), a, b))
        "Moveaxis",
        configured (fun c ->
            let source, target = c.Ints "source", c.Ints "destination"
            fun call -> NumpyShape.moveaxis (call.Tensor(0, "x"), source, target))
        "ExpandDims",
        configured (fun c ->
            let axis = c.Ints "axis"
            fun call -> NumpyShape.expandDims (call.Tensor(0, "x"), axis))
        "Squeeze",
        configured (fun c ->
            let axes = axes c
            fun call -> NumpyShape.squeeze (call.Tensor(0, "x"), ?axis = axes))
        "BroadcastTo",
        configured (fun c ->
            let shape = c.Ints "shape"
            fun call -> NumpyShape.broadcastTo (call.Tensor(0, "x"), shape))
        "Flip",
        configured (fun c ->
            let axes = axes c
            fun call -> NumpyShape.flip (call.Tensor(0, "x"), ?axis = axes))
        "Roll",
        configured (fun c ->
            let shift, axes = c.Ints "shift", axes c
            fun call -> NumpyShape.roll (call.Tensor(0, "x"), shift, ?axis = axes))
        "Tile",
        configured (fun c ->
            let repeats = c.Ints "repeats"
            fun call -> NumpyShape.tile (call.Tensor(0, "x"), repeats))
        "Repeat",
        configured (fun c ->
            let repeats, axis = c.Ints "repeats", c.IntOption "axis"

            fun call ->
                match repeats with
                | [ n ] -> NumpyShape.repeat (call.Tensor(0, "x"), n, ?axis = axis)
                | many -> NumpyShape.repeat (call.Tensor(0, "x"), many, ?axis = axis))
        "Concatenate",
        configured (fun c ->
            let axis = c.Int("axis", 0)
            fun call -> NumpyShape.concatenate (call.Tensors(0, "xs"), axis))
        "Stack",
        configured (fun c ->
            let axis = c.Int("axis", 0)
            fun call -> NumpyShape.stack (call.Tensors(0, "x"), axis))
        "Split",
        parts (fun (x, by, axis) ->
            match by with
            | Choice1Of2 n -> NumpyShape.split (x, n, axis)
            | Choice2Of2 places -> NumpyShape.split (x, places, axis))
        "Pad",
        configured (fun c ->
            let widths =
                Json.asList "pad_width" (c.Required "pad_width")
                |> List.map (fun pair ->
                    match Json.asList "pad_width" pair |> List.map (Json.asInt "pad_width") with
                    | [ before; after ] -> before, after
                    | _ -> Fail.value "ops.pad" "a width is not a pair (before, after)" "")

            let mode = c.Text("mode", "constant")

            fun call ->
                let value =
                    match call.TryAny(1, "constant_values") with
                    | Some(OperationArgument.Value(Json.Float f)) -> Some f
                    | Some(OperationArgument.Value(Json.Int i)) -> Some(float i)
                    | _ -> None

                NumpyShape.pad (call.Tensor(0, "x"), widths, mode, ?constantValues = value))
    ]

    let private nn: (string * Make) list = [
        "Relu", unary NnActivation.relu
        "Relu6", unary NnActivation.relu6
        "Sigmoid", unary NnActivation.sigmoid
        "Softplus", unary NnActivation.softplus
        "LogSigmoid", unary NnActivation.logSigmoid
        "Softsign", unary NnActivation.softsign
        "Silu", unary NnActivation.silu
        "HardSigmoid", unary NnActivation.hardSigmoid
        "HardSilu", unary NnActivation.hardSilu
        "HardTanh", unary NnActivation.hardTanh
        "TanhShrink", unary NnActivation.tanhShrink
        "Selu", unary NnActivation.selu
        "Mish", unary NnActivation.mish
        "SoftShrink", withNumber "threshold" 0.5 (fun (x, n) -> NnActivation.softShrink (x, n))
        "HardShrink", withNumber "threshold" 0.5 (fun (x, n) -> NnActivation.hardShrink (x, n))
        "Elu", withNumber "alpha" 1.0 (fun (x, n) -> NnActivation.elu (x, n))
        "Celu", withNumber "alpha" 1.0 (fun (x, n) -> NnActivation.celu (x, n))
        "LeakyRelu", withNumber "negative_slope" 0.2 (fun (x, n) -> NnActivation.leakyRelu (x, n))
        "Squareplus", withNumber "b" 4.0 (fun (x, n) -> NnActivation.squareplus (x, n))
        "Glu", withAxis -1 (fun (x, axis) -> NnActivation.glu (x, axis))
        "Sparsemax", withAxis -1 (fun (x, axis) -> NnActivation.sparsemax (x, axis))
        "Gelu",
        configured (fun c ->
            let approximate = c.Bool("approximate", true)
            fun call -> NnActivation.gelu (call.Tensor(0, "x"), approximate))
        "Softmax",
        configured (fun c ->
            let axis = c.Ints("axis", [ -1 ])

            fun call ->
                match axis with
                | [ one ] -> NnActivation.softmax (call.Tensor(0, "x"), one)
                | many -> NnActivation.softmax (call.Tensor(0, "x"), many))
        "LogSoftmax",
        configured (fun c ->
            let axis = c.Ints("axis", [ -1 ])

            fun call ->
                match axis with
                | [ one ] -> NnActivation.logSoftmax (call.Tensor(0, "x"), one)
                | many -> NnActivation.logSoftmax (call.Tensor(0, "x"), many))
        "OneHot",
        configured (fun c ->
            let classes, axis, dtype = c.Int "num_classes", c.Int("axis", -1), dtype c
            c.Ignore "sparse"
            fun call -> Nn.oneHot (call.Tensor(0, "x"), classes, axis, ?dtype = dtype))
    ]

    let private core: (string * Make) list = [
        "Cast",
        configured (fun c ->
            let dtype = (DTypePolicy.ofName (c.Text "dtype")).Compute
            fun call -> CoreOps.cast (call.Tensor(0, "x"), dtype))
        "StopGradient", one (fun call -> CoreOps.stopGradient (call.Tensor(0, "variable")))
        "Unstack",
        (fun c ->
            let num, axis = c.IntOption "num", c.Int("axis", 0)
            fun call -> NumpyShape.unstack (call.Tensor(0, "x"), ?num = num, axis = axis) |> List.toArray)
    ]

    let private math: (string * Make) list = [
        "Erf", unary MathOps.erf
        "Rsqrt", unary NumpyUnary.rsqrt
        "Logsumexp", reduction (fun (x, axes, keep) -> NumpyReduce.logsumexp (x, ?axis = axes, keepdims = keep))
    ]

    let private modules: Lazy<(string * Dictionary<string, Make>) list> =
        lazy
            ([
                "keras.src.ops.numpy", numpy
                "keras.src.ops.nn", nn
                "keras.src.ops.core", core
                "keras.src.ops.math", math
             ]
             |> List.map (fun (modul, entries) ->
                 let d = Dictionary<string, Make>(StringComparer.Ordinal)

                 for name, make in entries do
                     d[name] <- make

                 modul, d))

    /// True for the modules that operations stand in.
    let isModule (modul: string) : bool = modul.StartsWith("keras.src.ops.", StringComparison.Ordinal)

    /// The module of a class of operations.
    let moduleOf (className: string) : string =
        match modules.Value |> List.tryFind (fun (_, d) -> d.ContainsKey className) with
        | Some(modul, _) -> modul
        | None ->
            let known = modules.Value |> Seq.collect (fun (_, d) -> d.Keys)
            Fail.value "keras.ops" $"there is no operation '{className}' for models" (Fail.didYouMean className known)

    /// The function of an operation of a module, class and config; unknown ones are errors.
    let find (modul: string) (className: string) (config: (string * Json) list) : OperationCall -> Tensor[] =
        let where = $"{modul}.{className}"

        let make =
            match modules.Value |> List.tryFind (fun (m, _) -> m = modul) with
            | None ->
                Fail.value
                    where
                    "there is no such module of operations"
                    (Fail.didYouMean modul (List.map fst modules.Value))
            | Some(_, d) ->
                match d.TryGetValue className with
                | true, make -> make
                | _ ->
                    Fail.value
                        where
                        $"there is no operation '{className}' for models"
                        (Fail.didYouMean className d.Keys)

        let reader = ConfigReader(where, config)
        reader.Ignore("name", "dtype", "trainable")
        let f = make reader
        reader.Complete()
        fun call -> f (OperationReader(where, call))
