/// The layer that stands for an input of a model; it holds the symbolic tensor that others are called on.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// Input layers.
[<RequireQualifiedAccess>]
module InputLayer =
    /// An input layer for a batch of the given shape, batch included; -1 is any size. `keras.layers.InputLayer`.
    let make (name: string option) (dtype: DType) (batchShape: int list) (optional: bool) : Layer =
        let name = name |> Option.defaultWith (fun () -> Naming.unique "input_layer")

        if batchShape |> List.exists (fun n -> n < -1) then
            Fail.value
                $"InputLayer '{name}'"
                $"a size of its shape %A{batchShape} is negative"
                "-1 stands for any size."

        let sizes = batchShape |> List.map (fun n -> if n < 0 then Json.Null else Json.Int(int64 n))

        let layer =
            Layer(
                name,
                true,
                DTypePolicy.ofName (DType.name dtype),
                None,
                {
                    Class = "InputLayer"
                    Module = "keras.layers"
                    RegisteredName = None
                    Config = [
                        "batch_shape", Json.Array sizes
                        "dtype", Json.Text(DType.name dtype)
                        "sparse", Json.Bool false
                        "ragged", Json.Bool false
                        "name", Json.Text name
                        "optional", Json.Bool optional
                    ]
                    Bare = true
                    Children = []
                    Check = (fun _ _ -> ())
                    Variables = (fun _ -> [])
                    Apply = (fun _ xs -> xs)
                    Masks = MaskRule.Passes
                }
            )

        let tensor = Symbolic.ofInput layer (Aval.make dtype (Dims.ofSeq batchShape))
        layer.Content <- ValueSome(Unchecked.nonNull (box tensor))
        layer

    /// The symbolic tensor of an input layer; none for other layers.
    let tryTensor (layer: Layer) : KerasTensor option =
        match layer.Content with
        | ValueSome(:? KerasTensor as x) -> Some x
        | _ -> None

    /// The symbolic tensor of an input layer.
    let tensor (layer: Layer) : KerasTensor =
        match tryTensor layer with
        | Some x -> x
        | None -> Fail.value $"{layer}" "it is no input layer" "Begin with Input."

    /// Reads the config of an input layer. Sparse and ragged inputs are not known here.
    let ofConfig (config: (string * Json) list) : Layer =
        let reader = ConfigReader("layers.InputLayer", config)
        let name = reader.TextOption "name"

        let dtype =
            match reader.Any "dtype" with
            | None -> Backends.Config.FloatX
            | Some json -> (DTypePolicy.ofJson "dtype" json).Compute

        let sizes json =
            Json.asList "shape" json
            |> List.map (function
                | Json.Null -> -1
                | n -> Json.asInt "shape" n)

        let batch = reader.IntOption "batch_size"

        let shape =
            // Keras 2 wrote batch_input_shape.
            match reader.Any "batch_shape", reader.Any "batch_input_shape", reader.Any "shape" with
            | Some s, _, _
            | None, Some s, _ -> sizes s
            | None, None, Some s -> defaultArg batch -1 :: sizes s
            | None, None, None -> Fail.value "layers.InputLayer" "neither 'shape' nor 'batch_shape' is given" ""

        for key in [ "sparse"; "ragged" ] do
            match reader.Any key with
            | Some(Json.Bool true) -> Fail.unsupported "layers.InputLayer" $"argument '{key}' is true" ""
            | _ -> ()

        let optional = reader.Bool("optional", false)
        reader.Ignore "trainable"
        reader.Complete(takesAny = true)
        make name dtype shape optional
