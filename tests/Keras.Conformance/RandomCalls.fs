/// The functions of `keras.random`: a key is taken from the seed argument, the rest is the library's.
[<RequireQualifiedAccess>]
module Keras.Conformance.RandomCalls

open Keras.FSharp

let private get (name: string) (given: (string * Datum) list) : Datum =
    match given |> List.tryFind (fun (k, _) -> k = name) with
    | Some(_, v) -> v
    | None -> Datum.Null

let private required name given =
    match get name given with
    | Datum.Null -> raise (Mismatch $"argument '{name}' is missing")
    | v -> v

let private as'<'a> (v: Datum) : 'a = Convert.argument typeof<'a> v |> unbox<'a>

let private dtypeOr (fallback: DType) given =
    match get "dtype" given with
    | Datum.Null -> fallback
    | v -> as'<DType> v

let private numberOr (fallback: float) name given =
    match get name given with
    | Datum.Null -> fallback
    | v -> as'<float> v

let private shape given = required "shape" given |> as'<int seq> |> Dims.ofSeq

let private floatType op given =
    let d = dtypeOr Backends.Config.FloatX given

    if not (DType.isFloat d) then
        Fail.value op $"dtype is {DType.name d}" "A float type is needed."

    d

/// Moves unit numbers to a mean and a deviation.
let private moved given (x: Tensor) = Lax.shift (numberOr 0.0 "mean" given) (Lax.scale (numberOr 1.0 "stddev" given) x)

/// Parameters of a distribution, broadcast to its shape.
let private parameter (d: DType) (name: string) given =
    Lax.broadcastTo (shape given) (Lax.convert d (Convert.tensor (required name given)))

let private dropout given (key: Tensor) =
    let x = Convert.tensor (required "inputs" given)
    let keep = 1.0 - as'<float>(required "rate" given)

    let noise =
        match get "noise_shape" given with
        | Datum.Null -> x.Shape
        | Datum.List sizes -> sizes |> List.mapi (fun i n -> if n.IsNull then x.Shape[i] else as'<int> n) |> Dims.ofSeq
        | _ -> raise (Mismatch "noise_shape is no list")

    let mask = Lax.broadcastTo x.Shape (Random.bernoulli keep noise key)
    Lax.select mask (Lax.scale (1.0 / keep) x) (Lax.zerosLike x)

/// Calls a function by its bare name with arguments by name; none for an unknown function. `key` gives the key of a
/// seed argument.
let tryCall (key: Datum -> Tensor) (name: string) (given: (string * Datum) list) : Tensor option =
    let key () = key (get "seed" given)

    match name with
    | "normal" -> Some(moved given (Random.normal (floatType "random.normal" given) (shape given) (key ())))
    | "truncated_normal" ->
        Some(
            moved
                given
                (Random.truncatedNormal (floatType "random.truncated_normal" given) (shape given) -2.0 2.0 (key ()))
        )
    | "uniform" ->
        let low, high = numberOr 0.0 "minval" given, numberOr 1.0 "maxval" given
        Some(Random.uniform (floatType "random.uniform" given) (shape given) low high (key ()))
    | "randint" ->
        let bound name = required name given |> as'<float> |> int64
        let d = dtypeOr DType.Int32 given

        if not (DType.isInteger d) then
            Fail.value "random.randint" $"dtype is {DType.name d}" "An integer type is needed."

        Some(Random.randint d (shape given) (bound "minval") (bound "maxval") (key ()))
    | "gamma" ->
        let d = floatType "random.gamma" given
        Some(RandomSamplers.gamma (parameter d "alpha" given) (shape given) (key ()))
    | "beta" ->
        let d = floatType "random.beta" given
        Some(RandomSamplers.beta (parameter d "alpha" given) (parameter d "beta" given) (shape given) (key ()))
    | "binomial" ->
        let d = floatType "random.binomial" given
        let counts, p = parameter d "counts" given, parameter d "probabilities" given
        Some(RandomSamplers.binomial counts p (shape given) (key ()))
    | "categorical" ->
        let n = required "num_samples" given |> as'<int>
        let x = Random.categoricalN n (Convert.tensor (required "logits" given)) (key ())
        Some(Lax.convert (dtypeOr DType.Int32 given) x)
    | "dropout" -> Some(dropout given (key ()))
    | "shuffle" ->
        let axis = numberOr 0.0 "axis" given |> int32
        Some(Random.shuffle axis (Convert.tensor (required "x" given)) (key ()))
    | _ -> None
