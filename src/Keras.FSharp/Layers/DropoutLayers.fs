/// Layers that put noise on their inputs in training and do nothing otherwise.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// Dropout and its kin.
module internal DropoutLayers =
    let private rate (a: LayerArguments) =
        let rate = a.Float "rate"

        if rate < 0.0 || rate > 1.0 then
            a.Refuse($"argument 'rate' is {rate}, expected a number from 0 to 1", "")

        rate

    /// A key for the layer's numbers; a seed of its own makes them differ from those of other seeds.
    let private key (call: Call) (seed: int64 option) : Tensor =
        match seed with
        | Some s -> Random.foldIn s (call.NextKey())
        | None -> call.NextKey()

    /// Zeros out with probability `rate` and scales up what is kept; the choice is made for `shape` and broadcast.
    let drop (call: Call) (rate: float) (seed: int64 option) (shape: Dims) (x: Tensor) : Tensor =
        if not call.Training || rate = 0.0 then
            x
        elif rate = 1.0 then
            Lax.zerosLike x
        else
            let kept = Random.bernoulli (1.0 - rate) shape (key call seed)
            Lax.select kept (Lax.scale (1.0 / (1.0 - rate)) x) (Lax.zerosLike x)

    /// Sizes of the noise; null, or -1 in code, where it is that of the input.
    let private noiseShape (a: LayerArguments) : int voption list option =
        match a.Reader.Any "noise_shape" with
        | None ->
            a.Write("noise_shape", Json.Null)
            None
        | Some json ->
            let sizes =
                json
                |> Json.asList "noise_shape"
                |> List.map (function
                    | Json.Null
                    | Json.Int -1L -> ValueNone
                    | Json.Int i when i > 0L -> ValueSome(int i)
                    | other -> a.Refuse($"argument 'noise_shape' holds {Json.write other}", "Give sizes or null."))

            let written =
                sizes
                |> List.map (function
                    | ValueSome n -> Json.Int(int64 n)
                    | ValueNone -> Json.Null)

            a.Write("noise_shape", Json.Array written)
            Some sizes

    let private concrete (call: Call) (noise: int voption list option) (x: Tensor) : Dims =
        match noise with
        | None -> x.Shape
        | Some sizes when sizes.Length = x.Rank ->
            Dims.ofSeq (sizes |> List.mapi (fun i s -> ValueOption.defaultValue x.Shape[i] s))
        | Some sizes ->
            call.Refuse(
                $"its noise_shape has {sizes.Length} sizes for an input of shape {x.Shape}",
                "Give one size, or null, per axis of the input."
            )

    let private dropout (a: LayerArguments) : LayerBody =
        let rate = rate a
        let seed = a.Seed "seed"
        let noise = noiseShape a
        LayerBody.pure' (fun call x -> drop call rate seed (concrete call noise x) x)

    let private spatial (rank: int) (a: LayerArguments) : LayerBody =
        let rate = rate a
        let seed = a.Seed "seed"
        // Keras writes these two here, in this form, and leaves out what other layers have.
        a.Write("name", Json.Text a.Name)
        a.Write("dtype", Json.Text(DType.name a.Policy.Variable))
        // For one axis the channels are always last.
        let last = rank = 1 || a.DataFormat()

        let body =
            LayerBody.pure' (fun call x ->
                let channels = if last then x.Rank - 1 else 1
                let sizes = x.Shape |> Seq.mapi (fun i n -> if i = 0 || i = channels then n else 1)
                drop call rate seed (Dims.ofSeq sizes) x)
            |> LayerBody.rank (rank + 2) "(batch, spatial axes, channels)"

        { body with Bare = true }

    let private alphaDropout (a: LayerArguments) : LayerBody =
        let rate = rate a
        let seed = a.Seed "seed"
        let noise = noiseShape a
        // The value to which selu saturates; scale and shift keep mean and variance.
        let low = -1.6732632423543772 * 1.0507009873554805
        let slope = 1.0 / sqrt ((1.0 - rate) * (1.0 + rate * low * low))

        LayerBody.pure' (fun call x ->
            if not call.Training || rate = 0.0 then
                x
            else
                let kept = Random.bernoulli (1.0 - rate) (concrete call noise x) (key call seed)
                let y = Lax.select kept x (Lax.fullLike x low)
                Lax.shift (-slope * low * rate) (Lax.scale slope y))

    let private normal (call: Call) (seed: int64 option) (x: Tensor) = Random.normal x.DType x.Shape (key call seed)

    let private gaussianNoise (a: LayerArguments) : LayerBody =
        let deviation = a.Float "stddev"

        if deviation < 0.0 then
            a.Refuse($"argument 'stddev' is {deviation}, expected 0 or more", "")

        let seed = a.Seed "seed"

        LayerBody.pure' (fun call x ->
            if call.Training && deviation > 0.0 then
                Lax.add x (Lax.scale deviation (normal call seed x))
            else
                x)

    let private gaussianDropout (a: LayerArguments) : LayerBody =
        let rate = rate a
        let seed = a.Seed "seed"

        LayerBody.pure' (fun call x ->
            if call.Training && rate > 0.0 then
                let deviation = sqrt (rate / (1.0 - rate))
                Lax.mul x (Lax.shift 1.0 (Lax.scale deviation (normal call seed x)))
            else
                x)

    /// The classes of this file.
    let classes: (string * (LayerArguments -> LayerBody)) list = [
        "Dropout", dropout
        "SpatialDropout1D", spatial 1
        "SpatialDropout2D", spatial 2
        "SpatialDropout3D", spatial 3
        "AlphaDropout", alphaDropout
        "GaussianNoise", gaussianNoise
        "GaussianDropout", gaussianDropout
    ]
