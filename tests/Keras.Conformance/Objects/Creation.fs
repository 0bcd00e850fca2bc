/// Making of objects from what a client sends: a record, a class and a config, or a class and arguments.
[<RequireQualifiedAccess>]
module Keras.Conformance.Objects.Creation

open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance

let private variable (a: Arguments) : Thing =
    let given = Signatures.byName "keras.Variable" a.Args a.Kwargs

    let get k = given |> List.tryFind (fun (n, v) -> n = k && not v.IsNull) |> Option.map snd

    let dtype =
        match get "dtype" with
        | Some v -> Convert.argument typeof<DType> v |> unbox<DType> |> Some
        | None -> None

    let x =
        match get "initializer", get "shape" with
        | Some(Datum.Text _ | Datum.Object _ as i), Some shape ->
            let dims = Convert.argument typeof<int list> shape |> unbox<int list> |> Dims.ofSeq
            let d = dtype |> Option.defaultValue Backends.Config.FloatX
            (Initializers.ofJson (Datum.plain i)).Init (SeedGenerator().Next()) dims d
        | Some v, _ -> Convert.tensor v
        | None, _ -> raise (Mismatch "keras.Variable: argument 'initializer' is missing")

    let x =
        match dtype with
        | Some d -> Lax.convert d x
        | None -> x

    let name =
        match get "name" with
        | Some(Datum.Text s) -> s
        | _ -> Naming.unique "variable"

    let trainable =
        match get "trainable" with
        | Some(Datum.Bool b) -> b
        | _ -> true

    Thing.Variable(VariableObject(name, trainable, x))

/// A Sequential of layers, which keep what they have: variables, handles.
let private sequential (find: int -> Thing) (a: Arguments) : Thing =
    let given = Signatures.byName "keras.models.Sequential" a.Args a.Kwargs
    let get k = given |> List.tryFind (fun (n, _) -> n = k) |> Option.map snd

    let layer (v: Datum) =
        match v with
        | Datum.Handle(n, _) ->
            match find n with
            | Thing.Layer l -> l.Layer
            | _ -> raise (Mismatch $"handle {n} is no layer")
        | Datum.Object record ->
            match Thing.ofRecord record with
            | Thing.Layer l -> l.Layer
            | _ -> raise (Mismatch "a layer is expected")
        | _ -> raise (Mismatch "layers are expected")

    let layers =
        match get "layers" with
        | None
        | Some Datum.Null -> []
        | Some(Datum.List items) -> List.map layer items
        | Some _ -> raise (Mismatch "keras.Sequential: layers is no list")

    let name =
        match get "name" with
        | Some(Datum.Text s) -> Some s
        | _ -> None

    let model = Model.OfLayers(layers, ?name = name)

    match get "trainable" with
    | Some(Datum.Bool b) -> model.Trainable <- b
    | _ -> ()

    Thing.ofLayer model

/// An object of a class from constructor arguments.
let ofArguments (find: int -> Thing) (api: string) (a: Arguments) : Thing =
    match Signatures.canonical api with
    | "keras.Variable" -> variable a
    | "keras.models.Sequential" -> sequential find a
    | symbol -> Thing.create symbol (Thing.config (find >> Thing.record) symbol a)

/// An object from its record, built and compiled as the record says. `read` reads values of the protocol.
let ofRecord (read: Json -> Datum) (build: LayerObject -> Arguments -> unit) (record: Json) : Thing =
    let thing = Thing.ofRecord record

    match thing with
    | Thing.Layer l ->
        match Json.tryGet "build_config" record with
        | Some(Json.Object _ as config) when not l.IsBuilt ->
            match Json.tryGet "input_shape" config, Json.tryGet "shapes_dict" config with
            | Some(Json.Array _ | Json.Object _ as shape), _ -> build l { Args = [ read shape ]; Kwargs = [] }
            | _, Some(Json.Object shapes) -> build l { Args = []; Kwargs = [ for k, s in shapes -> k, read s ] }
            | _ -> ()
        | _ -> ()

        match Json.tryGet "compile_config" record with
        | Some(Json.Object(_ :: _) as options) when Model.IsModel l.Layer ->
            ModelMethods.compileWith l options ValueNone
        | _ -> ()
    | _ -> ()

    thing
