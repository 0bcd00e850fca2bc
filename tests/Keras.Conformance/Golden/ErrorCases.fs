/// Cases of misuse: what Keras refuses is refused here, as the same kind of error.
[<RequireQualifiedAccess>]
module Keras.Conformance.Golden.ErrorCases

open System
open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance
open Keras.Conformance.Objects

/// What an expression can give.
[<RequireQualifiedAccess; NoEquality; NoComparison>]
type private Value =
    | Plain of Datum
    /// A public name, as `keras.layers.Dense`.
    | Path of string
    | Thing of Thing
    /// A tensor of the functional API.
    | Symbol of KerasTensor
    | Many of Value list
    | Method of Thing * string
    | Function of (Value list -> Value)

let private context = Functions.context ()

let private surroundings: Surroundings = {
    Context = context
    Find = fun n -> raise (BadRequest $"there is no handle {n}")
    Handle = fun _ -> raise (BadRequest "there are no handles here")
    Weight = fun _ x -> x
}

let rec private datum (v: Value) : Datum =
    match v with
    | Value.Plain d -> d
    | Value.Many items -> Datum.List(List.map datum items)
    | Value.Thing t -> Datum.Object(Thing.record t)
    | Value.Path p -> Datum.Function p
    | Value.Symbol _
    | Value.Method _
    | Value.Function _ -> raise (Missing "this kind of argument")

let private given (args: Value list) (kwargs: (string * Value) list) : Arguments = {
    Args = List.map datum args
    Kwargs = kwargs |> List.map (fun (k, v) -> k, datum v)
}

/// Arrays of NumPy are of float64 unless told otherwise.
let private filled (value: int64) (a: Arguments) : Value =
    let sizes = Convert.argument typeof<int list> a.Args.Head |> unbox<int list>

    let dtype =
        match a.Args with
        | [ _; Datum.Text name ] -> Datum.dtype name
        | _ -> DType.Float64

    Value.Plain(Datum.Tensor(Lax.full (Dims.ofSeq sizes) dtype (Scalar.Int value)))

let private model (layers: Value) : Value =
    let layer v =
        match v with
        | Value.Thing(Thing.Layer l) -> l.Layer
        | Value.Symbol x -> x.Node.Layer
        | _ -> raise (Mismatch "keras.Sequential: expected layers")

    match layers with
    | Value.Many items ->
        let made = Model.OfLayers(List.map layer items)
        Value.Thing(Thing.ofLayer made)
    | _ -> raise (Mismatch "keras.Sequential: expected a list")

/// The object of a name, as `keras.losses.get` finds it.
let private byName (modul: string) (identifier: Datum) : Value =
    match modul, identifier with
    | "keras.losses", Datum.Text name -> Value.Thing(Thing.Loss(Losses.get name))
    | "keras.optimizers", Datum.Text name -> Value.Thing(Thing.Optimizer(OptimizerObject(Optimizers.ofName name)))
    | "keras.initializers", Datum.Text name -> Value.Thing(Thing.Initializer(Initializers.ofName name))
    | _ -> raise (Missing $"{modul}.get")

let private isClass (symbol: string) = symbol |> Functions.bare |> Seq.head |> Char.IsUpper

let private function' (symbol: string) (a: Arguments) : Value =
    let run = Functions.call context symbol
    Value.Plain(if Calls.isSymbolic a then Calls.symbolic a run else run a)

let private call (symbol: string) (args: Value list) (kwargs: (string * Value) list) : Value =
    match symbol with
    | "bool" -> raise (Missing "a symbolic tensor as a bool, which does not compile,")
    | "keras.Sequential" when args.Length = 1 && kwargs.IsEmpty -> model args.Head
    | _ ->
        let a = given args kwargs

        match symbol with
        | "numpy.ones" -> filled 1L a
        | "numpy.zeros" -> filled 0L a
        | "keras.KerasTensor" -> Value.Plain(Datum.Spec(Datum.aval (Json.Object [ "shape", Datum.plain a.Args.Head ])))
        | "keras.Input" -> Value.Symbol(InputLayer.tensor (InputLayer.ofConfig [ "shape", Datum.plain a.Args.Head ]))
        | "keras.saving.load_model" ->
            match a.Args with
            | [ Datum.Text path ] -> Value.Thing(Thing.Layer(LayerObject (ModelFile.loadModel path).Model))
            | _ -> raise (Missing "this form of load_model")
        | _ when symbol.EndsWith(".get", StringComparison.Ordinal) -> byName (symbol[.. symbol.Length - 5]) a.Args.Head
        | _ when isClass symbol ->
            let noHandle n = raise (BadRequest $"there is no handle {n}")
            Value.Thing(Thing.create symbol (Thing.config noHandle symbol a))
        | _ -> function' symbol a

let private invoke (thing: Thing) (name: string) (a: Arguments) : Value =
    let effect = Methods.call surroundings thing name a
    effect.Commit()
    Value.Plain effect.Result

let private isTrue (v: Value) : bool =
    match v with
    | Value.Many items -> not items.IsEmpty
    | Value.Plain(Datum.Null | Datum.Bool false) -> false
    | _ -> true

let rec private evaluate (names: Map<string, Value>) (code: Code) : Value =
    let here = evaluate names

    match code with
    | Code.Constant d -> Value.Plain d
    | Code.Name "L" -> Value.Path "keras.layers"
    | Code.Name "ops" -> Value.Path "keras.ops"
    | Code.Name "np" -> Value.Path "numpy"
    | Code.Name name -> names |> Map.tryFind name |> Option.defaultValue (Value.Path name)
    | Code.Items items -> Value.Many(List.map here items)
    | Code.Lambda(parameters, body) ->
        Value.Function(fun args ->
            evaluate (List.zip parameters args |> List.fold (fun m (k, v) -> Map.add k v m) names) body)
    | Code.And(a, b) ->
        let left = here a
        if isTrue left then here b else left
    | Code.Or(a, b) ->
        let left = here a
        if isTrue left then left else here b
    | Code.Greater(a, b) -> function' "keras.ops.greater" { Args = [ datum (here a); datum (here b) ]; Kwargs = [] }
    | Code.Attribute(target, name) ->
        match here target, name with
        | Value.Path p, _ -> Value.Path $"{p}.{name}"
        | Value.Thing(Thing.Layer o), "weights" -> Value.Many [ for v in o.Variables -> Value.Path v.Path ]
        | Value.Thing t, _ -> Value.Method(t, name)
        | _ -> raise (Missing $"the attribute '{name}'")
    | Code.Call(target, args, kwargs) ->
        let f, args, kwargs = here target, List.map here args, kwargs |> List.map (fun (k, v) -> k, here v)

        match f, args with
        | Value.Path symbol, _ -> call symbol args kwargs
        | Value.Function f, _ -> f args
        | Value.Thing(Thing.Layer o), [ Value.Symbol x ] -> Value.Symbol(Symbolic.call o.Layer x)
        | Value.Thing t, _ -> invoke t "__call__" (given args kwargs)
        | Value.Method(t, name), _ -> invoke t name (given args kwargs)
        | _ -> raise (Missing "a call of this kind of value")

/// Runs the code of the case, which must fail, and compares the kind of error.
let check (c: Case) : unit =
    let code = c.Get "code" |> Json.asText c.Id
    let expected = c.Get "exception" |> Json.asText c.Id

    let refused =
        try
            evaluate Map.empty (Code.parse code) |> ignore
            None
        with
        | Missing _ -> reraise ()
        | e -> Some(PythonError.ofExn e)

    match refused with
    | None -> Compare.fail $"{code} is accepted, Keras raises {expected}"
    | Some(name, message) when name <> expected -> Compare.fail $"{name} ({message}), expected {expected}"
    | Some _ -> ()
