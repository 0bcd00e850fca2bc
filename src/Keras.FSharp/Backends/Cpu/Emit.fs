/// Formulas become machine code: one method per formula, two nested loops (rows, and columns in steps of a vector, then
/// one by one), written as IL that calls the vector types of the runtime; the JIT turns those calls into instructions.
namespace Keras.FSharp.Backends.Cpu

open System
open System.Collections.Generic
open System.Reflection
open System.Reflection.Emit
open System.Runtime.CompilerServices
open System.Runtime.Intrinsics
open Keras.FSharp
open Keras.FSharp.Backends

/// Generated code. `table` holds two native integers for every operand, then for every result: the address of the first
/// element, and the step from row to row in bytes.
type internal RegionBody = delegate of table: nativeint * rows: nativeint * columns: nativeint -> unit

/// The vector type in use: 64, 32 or 16 bytes.
[<NoComparison; NoEquality>]
type private Width = { Bytes: int; Static: Type; Generic: Type }

/// Writes the IL of formulas.
[<RequireQualifiedAccess>]
module internal Emit =
    let private width bytes =
        match bytes with
        | 64 -> {
            Bytes = 64
            Static = typeof<Vector512>
            Generic = typedefof<Vector512<float32>>
          }
        | 32 -> {
            Bytes = 32
            Static = typeof<Vector256>
            Generic = typedefof<Vector256<float32>>
          }
        | _ -> {
            Bytes = 16
            Static = typeof<Vector128>
            Generic = typedefof<Vector128<float32>>
          }

    let private widest =
        width (
            if Vector512.IsHardwareAccelerated then 64
            elif Vector256.IsHardwareAccelerated then 32
            else 16
        )

    /// True where code can be generated: not where the program was compiled ahead of time.
    let isSupported: bool =
        RuntimeFeature.IsDynamicCodeSupported
        && RuntimeFeature.IsDynamicCodeCompiled
        && Vector128.IsHardwareAccelerated

    let private element (l: Lane) =
        match l with
        | Lane.F32 -> typeof<float32>
        | Lane.F64 -> typeof<float>
        | Lane.I32 -> typeof<int>
        | _ -> typeof<int64>

    let private vector (w: Width) (l: Lane) = w.Generic.MakeGenericType [| element l |]

    let private methods = Dictionary<struct (Type * string), MethodInfo[]>()

    let private named (t: Type) (name: string) =
        lock methods (fun () ->
            let key = struct (t, name)

            match methods.TryGetValue key with
            | true, m -> m
            | _ ->
                let m =
                    t.GetMethods(BindingFlags.Public ||| BindingFlags.NonPublic ||| BindingFlags.Static)
                    |> Array.filter (fun m -> m.Name = name)

                methods[key] <- m
                m)

    /// The static method of that name for these parameter types; generic ones are closed over `types`.
    let private find (t: Type) (name: string) (types: Type[]) (parameters: Type[]) : MethodInfo =
        let fits (m: MethodInfo) =
            let p = m.GetParameters()

            p.Length = parameters.Length
            && Array.forall2 (fun (a: ParameterInfo) b -> a.ParameterType = b) p parameters

        let candidate (m: MethodInfo) =
            if m.GetParameters().Length <> parameters.Length then
                ValueNone
            elif m.IsGenericMethodDefinition then
                if m.GetGenericArguments().Length <> types.Length then
                    ValueNone
                else
                    let m = m.MakeGenericMethod types
                    if fits m then ValueSome m else ValueNone
            elif fits m then
                ValueSome m
            else
                ValueNone

        match named t name |> Seq.map candidate |> Seq.tryFind (fun m -> m.IsSome) with
        | Some m -> m.Value
        | None -> Fail.runtime "fusion" $"{t.Name}.{name} is missing from this runtime" "Use .NET 10 or later."

    /// One method being written.
    type private Writer(formula: Formula, il: ILGenerator) =
        let nodes = formula.Nodes

        let addresses =
            Array.init (formula.Operands.Length + formula.Results.Length) (fun _ -> il.DeclareLocal typeof<nativeint>)

        let column = il.DeclareLocal typeof<nativeint>

        let uses =
            let n = Array.zeroCreate nodes.Length

            for node in nodes do
                for a in [| node.A; node.B; node.C |] do
                    if a >= 0 then
                        n[a] <- n[a] + 1

            for struct (r, _, _) in formula.Results do
                n[r] <- n[r] + 1

            n

        let lane = nodes |> Array.tryHead |> Option.map (fun n -> n.Lane) |> Option.defaultValue Lane.F32
        let laneBytes = Lane.size lane

        let elementOf (i: int) =
            let struct (d, _) =
                if i < formula.Operands.Length then
                    formula.Operands[i]
                else
                    let struct (_, d, _) = formula.Results[i - formula.Operands.Length]
                    struct (d, true)

            d

        let pushAddress i =
            il.Emit(OpCodes.Ldloc, addresses[i])
            il.Emit(OpCodes.Ldloc, column)

            match DType.size (elementOf i) with
            | 1 -> ()
            | n ->
                il.Emit(OpCodes.Ldc_I4, n)
                il.Emit(OpCodes.Conv_I)
                il.Emit OpCodes.Mul

            il.Emit OpCodes.Add

        let call (w: Width) name types parameters = il.Emit(OpCodes.Call, find w.Static name types parameters)

        // A generic operation on vectors of one lane type.
        let on (w: Width) name (l: Lane) count = call w name [| element l |] (Array.create count (vector w l))

        let recast (w: Width) (from: Lane) (target: Lane) =
            if from <> target then
                call w "As" [| element from; element target |] [| vector w from |]

        let scalar (l: Lane) =
            match l with
            | Lane.F32 -> il.Emit OpCodes.Ldind_R4
            | Lane.F64 -> il.Emit OpCodes.Ldind_R8
            | Lane.I32 -> il.Emit OpCodes.Ldind_I4
            | _ -> il.Emit OpCodes.Ldind_I8

        // A byte on the stack becomes all bits or none of an integer lane.
        let maskOfByte (l: Lane) =
            il.Emit OpCodes.Ldc_I4_0
            il.Emit OpCodes.Cgt_Un
            il.Emit OpCodes.Neg

            if l = Lane.I64 then
                il.Emit OpCodes.Conv_I8

        let half name arguments = il.Emit(OpCodes.Call, find typeof<Halves> name [||] arguments)
        let isHalf k = elementOf k = DType.BFloat16

        // The one element of an operand or result at the address on the stack.
        let loadElement (k: int) (n: Node) =
            if isHalf k then
                half "LoadOne" [| typeof<nativeint> |]
            elif n.IsMask then
                il.Emit OpCodes.Ldind_U1
                maskOfByte n.Lane
            else
                scalar n.Lane

        let maskName (verb: string) (w: Width) (l: Lane) =
            $"{verb}{w.Bytes * 8}" + (if l = Lane.I32 then "I32" else "I64")

        let load (w: Width) (single: bool) (k: int) (n: Node) =
            pushAddress k

            if single then
                loadElement k n
                call w "CreateScalar" [| element n.Lane |] [| element n.Lane |]
            elif isHalf k then
                half $"Load{w.Bytes * 8}" [| typeof<nativeint> |]
            elif n.IsMask then
                il.Emit(OpCodes.Call, find typeof<Masks> (maskName "Load" w n.Lane) [||] [| typeof<nativeint> |])
            else
                call w "Load" [| element n.Lane |] [| (element n.Lane).MakePointerType() |]

        let constant (w: Width) (l: Lane) (bits: int64) =
            match l with
            | Lane.F32 -> il.Emit(OpCodes.Ldc_R4, BitConverter.Int32BitsToSingle(int32 bits))
            | Lane.F64 -> il.Emit(OpCodes.Ldc_R8, BitConverter.Int64BitsToDouble bits)
            | Lane.I32 -> il.Emit(OpCodes.Ldc_I4, int32 bits)
            | _ -> il.Emit(OpCodes.Ldc_I8, bits)

            call w "Create" [| element l |] [| element l |]

        // Rows hold still: their values are loaded once per row, for both kinds of loop.
        let still = Dictionary<struct (int * int), LocalBuilder>()

        let rec push (w: Width) (single: bool) (held: LocalBuilder option[]) (i: int) : unit =
            match held[i] with
            | Some l -> il.Emit(OpCodes.Ldloc, l)
            | None ->
                write w single held i

                match nodes[i].Op with
                | Op.Const _ -> ()
                | _ when uses[i] > 1 ->
                    let l = il.DeclareLocal(vector w nodes[i].Lane)
                    il.Emit OpCodes.Dup
                    il.Emit(OpCodes.Stloc, l)
                    held[i] <- Some l
                | _ -> ()

        and write (w: Width) single held i =
            let n = nodes[i]
            let push = push w single held
            let laneOf a = nodes[a].Lane

            let unary name =
                push n.A
                on w name n.Lane 1

            let binary name =
                push n.A
                push n.B
                on w name n.Lane 2

            // Not generic: one overload per element type.
            let rounding name =
                push n.A
                call w name [||] [| vector w n.Lane |]

            let shift name by =
                push n.A
                il.Emit(OpCodes.Ldc_I4, (by: int))
                call w name [||] [| vector w n.Lane; typeof<int> |]

            let compare name =
                push n.A
                push n.B
                on w name (laneOf n.A) 2
                recast w (laneOf n.A) n.Lane

            match n.Op with
            | Op.Load k ->
                match still.TryGetValue(struct (i, w.Bytes)) with
                | true, l -> il.Emit(OpCodes.Ldloc, l)
                | _ -> load w single k n
            | Op.Const bits -> constant w n.Lane bits
            | Op.Add -> binary "Add"
            | Op.Sub -> binary "Subtract"
            | Op.Mul -> binary "Multiply"
            | Op.Div -> binary "Divide"
            | Op.Fma ->
                push n.A
                push n.B
                push n.C
                call w "FusedMultiplyAdd" [||] (Array.create 3 (vector w n.Lane))
            | Op.Max -> binary "Max"
            | Op.Min -> binary "Min"
            | Op.MaxNumber -> binary "MaxNative"
            | Op.MinNumber -> binary "MinNative"
            | Op.Neg -> unary "Negate"
            | Op.Abs -> unary "Abs"
            | Op.Sqrt -> unary "Sqrt"
            | Op.Floor -> rounding "Floor"
            | Op.Ceil -> rounding "Ceiling"
            | Op.Round -> rounding "Round"
            | Op.Trunc -> rounding "Truncate"
            | Op.And -> binary "BitwiseAnd"
            | Op.Or -> binary "BitwiseOr"
            | Op.Xor -> binary "Xor"
            | Op.Not -> unary "OnesComplement"
            | Op.Shl by -> shift "ShiftLeft" by
            | Op.ShrArithmetic by -> shift "ShiftRightArithmetic" by
            | Op.ShrLogical by -> shift "ShiftRightLogical" by
            | Op.Compare op ->
                match op with
                | CompareOp.Eq -> compare "Equals"
                | CompareOp.Ne ->
                    compare "Equals"
                    on w "OnesComplement" n.Lane 1
                | CompareOp.Lt -> compare "LessThan"
                | CompareOp.Le -> compare "LessThanOrEqual"
                | CompareOp.Gt -> compare "GreaterThan"
                | _ -> compare "GreaterThanOrEqual"
            | Op.Select ->
                push n.A
                recast w (laneOf n.A) n.Lane
                push n.B
                push n.C
                on w "ConditionalSelect" n.Lane 3
            | Op.ToInt ->
                push n.A
                let name = if n.Lane = Lane.I32 then "ConvertToInt32" else "ConvertToInt64"
                call w name [||] [| vector w (laneOf n.A) |]
            | Op.ToFloat ->
                push n.A
                let name = if n.Lane = Lane.F32 then "ConvertToSingle" else "ConvertToDouble"
                call w name [||] [| vector w (laneOf n.A) |]
            | Op.Bits ->
                push n.A
                recast w (laneOf n.A) n.Lane

        let store (w: Width) single (k: int) (n: Node) (value: LocalBuilder) =
            let address () = pushAddress k

            if single && n.IsMask then
                address ()
                il.Emit(OpCodes.Ldloc, value)
                call w "ToScalar" [| element n.Lane |] [| vector w n.Lane |]
                il.Emit OpCodes.Conv_I4
                il.Emit OpCodes.Ldc_I4_1
                il.Emit OpCodes.And
                il.Emit OpCodes.Stind_I1
            elif isHalf k then
                il.Emit(OpCodes.Ldloc, value)

                if single then
                    call w "ToScalar" [| element n.Lane |] [| vector w n.Lane |]

                address ()
                let x = if single then element n.Lane else vector w n.Lane
                half (if single then "StoreOne" else $"Store{w.Bytes * 8}") [| x; typeof<nativeint> |]
            elif single then
                address ()
                il.Emit(OpCodes.Ldloc, value)
                call w "ToScalar" [| element n.Lane |] [| vector w n.Lane |]

                match n.Lane with
                | Lane.F32 -> il.Emit OpCodes.Stind_R4
                | Lane.F64 -> il.Emit OpCodes.Stind_R8
                | Lane.I32 -> il.Emit OpCodes.Stind_I4
                | _ -> il.Emit OpCodes.Stind_I8
            elif n.IsMask then
                il.Emit(OpCodes.Ldloc, value)
                address ()
                let name = maskName "Store" w n.Lane
                il.Emit(OpCodes.Call, find typeof<Masks> name [||] [| vector w n.Lane; typeof<nativeint> |])
            else
                il.Emit(OpCodes.Ldloc, value)
                address ()
                let pointer = (element n.Lane).MakePointerType()
                call w "Store" [| element n.Lane |] [| vector w n.Lane; pointer |]

        let identity (l: Lane) (op: ReduceOp) : int64 =
            let float32Or (single: float32) (double: float) =
                if l = Lane.F32 then
                    int64 (BitConverter.SingleToInt32Bits single)
                else
                    BitConverter.DoubleToInt64Bits double

            match op, l with
            | ReduceOp.Sum, _ -> 0L
            | ReduceOp.Prod, (Lane.F32 | Lane.F64) -> float32Or 1.0f 1.0
            | ReduceOp.Prod, _ -> 1L
            | ReduceOp.Max, (Lane.F32 | Lane.F64) -> float32Or -infinityf -infinity
            | ReduceOp.Max, Lane.I32 -> int64 Int32.MinValue
            | ReduceOp.Max, _ -> Int64.MinValue
            | _, (Lane.F32 | Lane.F64) -> float32Or infinityf infinity
            | _, Lane.I32 -> int64 Int32.MaxValue
            | _ -> Int64.MaxValue

        let foldName (op: ReduceOp) =
            match op with
            | ReduceOp.Sum -> "Add"
            | ReduceOp.Prod -> "Multiply"
            | ReduceOp.Max -> "Max"
            | _ -> "Min"

        let small = width 16

        // Per result that is folded along rows: its running values, of the loop over vectors and of the one after it.
        let running =
            formula.Results
            |> Array.map (fun (struct (r, _, fold)) ->
                match fold with
                | Fold.PerRow _ ->
                    Some(il.DeclareLocal(vector widest nodes[r].Lane), il.DeclareLocal(vector small nodes[r].Lane))
                | Fold.Store
                | Fold.PerColumn _ -> None)

        // All results before the first store: a result may lie over an operand.
        let body (w: Width) single =
            let held = Array.create nodes.Length None

            let values =
                formula.Results
                |> Array.map (fun (struct (r, _, _)) ->
                    push w single held r
                    let l = il.DeclareLocal(vector w nodes[r].Lane)
                    il.Emit(OpCodes.Stloc, l)
                    l)

            formula.Results
            |> Array.iteri (fun k (struct (r, _, fold)) ->
                let n = nodes[r]
                let target = formula.Operands.Length + k

                match fold, running[k] with
                | Fold.PerRow op, Some(wide, rest) ->
                    let sum = if single then rest else wide
                    il.Emit(OpCodes.Ldloc, sum)
                    il.Emit(OpCodes.Ldloc, values[k])
                    on w (foldName op) n.Lane 2
                    il.Emit(OpCodes.Stloc, sum)
                | Fold.PerColumn op, _ ->
                    load w single target n
                    il.Emit(OpCodes.Ldloc, values[k])
                    on w (foldName op) n.Lane 2
                    il.Emit(OpCodes.Stloc, values[k])
                    store w single target n values[k]
                | _ -> store w single target n values[k])

        let beginRow () =
            formula.Results
            |> Array.iteri (fun k (struct (r, _, fold)) ->
                match fold, running[k] with
                | Fold.PerRow op, Some(wide, rest) ->
                    let l = nodes[r].Lane
                    constant widest l (identity l op)
                    il.Emit(OpCodes.Stloc, wide)
                    constant small l (identity l op)
                    il.Emit(OpCodes.Stloc, rest)
                | _ -> ())

        // The row's value joins what lies in memory.
        let endRow () =
            formula.Results
            |> Array.iteri (fun k (struct (r, _, fold)) ->
                match fold, running[k] with
                | Fold.PerRow op, Some(wide, rest) ->
                    let n = nodes[r]
                    let target = formula.Operands.Length + k
                    il.Emit OpCodes.Ldc_I4_0
                    il.Emit OpCodes.Conv_I
                    il.Emit(OpCodes.Stloc, column)
                    load small true target n
                    il.Emit(OpCodes.Ldloc, rest)
                    on small (foldName op) n.Lane 2
                    il.Emit(OpCodes.Stloc, rest)
                    il.Emit(OpCodes.Ldloc, wide)
                    il.Emit(OpCodes.Ldloc, rest)
                    il.Emit(OpCodes.Ldc_I4, int op)
                    let types = [| vector widest n.Lane; vector small n.Lane; typeof<int> |]
                    il.Emit(OpCodes.Call, find typeof<LaneFolds> $"Fold{widest.Bytes}" [| element n.Lane |] types)
                    il.Emit(OpCodes.Stloc, rest)
                    store small true target n rest
                | _ -> ())

        let table index =
            il.Emit OpCodes.Ldarg_0
            il.Emit(OpCodes.Ldc_I4, index * sizeof<nativeint>)
            il.Emit OpCodes.Add
            il.Emit OpCodes.Ldind_I

        let loop (w: Width) (single: bool) (step: int) =
            let top, test = il.DefineLabel(), il.DefineLabel()
            il.Emit(OpCodes.Br, test)
            il.MarkLabel top
            body w single
            il.Emit(OpCodes.Ldloc, column)
            il.Emit(OpCodes.Ldc_I4, step)
            il.Emit OpCodes.Conv_I
            il.Emit OpCodes.Add
            il.Emit(OpCodes.Stloc, column)
            il.MarkLabel test
            il.Emit(OpCodes.Ldloc, column)
            il.Emit OpCodes.Ldarg_2
            il.Emit(OpCodes.Ldc_I4, step)
            il.Emit OpCodes.Conv_I
            il.Emit OpCodes.Sub
            il.Emit(OpCodes.Ble, top)

        let splatStill () =
            for i in 0 .. nodes.Length - 1 do
                match nodes[i].Op with
                | Op.Load k ->
                    let struct (_, moves) = formula.Operands[k]

                    if not moves then
                        for w in List.distinct [ widest.Bytes; small.Bytes ] do
                            let l =
                                match still.TryGetValue(struct (i, w)) with
                                | true, l -> l
                                | _ ->
                                    let l = il.DeclareLocal(vector (width w) nodes[i].Lane)
                                    still[struct (i, w)] <- l
                                    l

                            il.Emit(OpCodes.Ldloc, addresses[k])
                            loadElement k nodes[i]
                            call (width w) "Create" [| element nodes[i].Lane |] [| element nodes[i].Lane |]
                            il.Emit(OpCodes.Stloc, l)
                | _ -> ()

        member _.Method() =
            for k in 0 .. addresses.Length - 1 do
                table (2 * k)
                il.Emit(OpCodes.Stloc, addresses[k])

            let row, finish = il.DefineLabel(), il.DefineLabel()
            il.MarkLabel row
            il.Emit OpCodes.Ldarg_1
            il.Emit OpCodes.Ldc_I4_0
            il.Emit OpCodes.Conv_I
            il.Emit(OpCodes.Ble, finish)
            splatStill ()
            beginRow ()
            il.Emit OpCodes.Ldc_I4_0
            il.Emit OpCodes.Conv_I
            il.Emit(OpCodes.Stloc, column)
            loop widest false (widest.Bytes / laneBytes)
            loop small true 1
            endRow ()

            for k in 0 .. addresses.Length - 1 do
                il.Emit(OpCodes.Ldloc, addresses[k])
                table (2 * k + 1)
                il.Emit OpCodes.Add
                il.Emit(OpCodes.Stloc, addresses[k])

            il.Emit OpCodes.Ldarg_1
            il.Emit OpCodes.Ldc_I4_1
            il.Emit OpCodes.Conv_I
            il.Emit OpCodes.Sub
            il.Emit(OpCodes.Starg_S, 1uy)
            il.Emit(OpCodes.Br, row)
            il.MarkLabel finish
            il.Emit OpCodes.Ret

    let private build (formula: Formula) : RegionBody =
        let m =
            DynamicMethod(
                "region",
                typeof<Void>,
                [| typeof<nativeint>; typeof<nativeint>; typeof<nativeint> |],
                typeof<RegionBody>.Module,
                true
            )

        Writer(formula, m.GetILGenerator()).Method()
        m.CreateDelegate<RegionBody>()

    let private known = Dictionary<Formula, RegionBody> HashIdentity.Structural

    /// The code for a formula; equal formulas share it.
    let body (formula: Formula) : RegionBody =
        lock known (fun () ->
            match known.TryGetValue formula with
            | true, b -> b
            | _ ->
                let b = build formula
                known[formula] <- b
                b)
