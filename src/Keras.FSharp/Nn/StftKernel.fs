/// The kernel with which a convolution computes a short-time Fourier transform.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.StftKernel

open System

/// Weights of windows that are sums of cosines.
let private cosineSums =
    Map [
        "boxcar", [ 1.0 ]
        "hann", [ 0.5; 0.5 ]
        "hamming", [ 0.54; 0.46 ]
        "blackman", [ 0.42; 0.50; 0.08 ]
        "nuttall", [ 0.3635819; 0.4891775; 0.1365995; 0.0106411 ]
        "blackmanharris", [ 0.35875; 0.48829; 0.14128; 0.01168 ]
        "flattop", [ 0.21557895; 0.41663158; 0.277263158; 0.083578947; 0.006947368 ]
    ]

let private aliases =
    Map [
        "hanning", "hann"
        "hamm", "hamming"
        "black", "blackman"
        "rect", "boxcar"
        "rectangular", "boxcar"
        "box", "boxcar"
        "ones", "boxcar"
        "bart", "bartlett"
        "sine", "cosine"
    ]

/// The names of the windows.
let names: string list =
    [ "bartlett"; "cosine" ] @ List.map fst (Map.toList cosineSums) @ List.map fst (Map.toList aliases)

/// The values of a window of `n` points (as `scipy.signal.get_window`); a periodic one is that of `n + 1` points without
/// its last. Unknown names are an error.
let window (name: string) (n: int) (periodic: bool) : float[] =
    let name = Map.tryFind name aliases |> Option.defaultValue name
    let points = if periodic then n + 1 else n
    let last = float (points - 1)

    let value: int -> float =
        match name, Map.tryFind name cosineSums with
        | _ when points = 1 -> fun _ -> 1.0
        | _, Some weights ->
            fun i ->
                weights
                |> List.mapi (fun k w -> (if k % 2 = 0 then w else -w) * cos (2.0 * Math.PI * float (k * i) / last))
                |> List.sum
        | "bartlett", _ -> fun i -> 1.0 - abs (2.0 * float i / last - 1.0)
        | "cosine", _ -> fun i -> sin (Math.PI / float points * (float i + 0.5))
        | _ -> Fail.value "initializers.STFT" $"there is no window '{name}'" (Fail.didYouMean name names)

    Array.init n value

/// The real or imaginary parts of the transform's rows: [frame, 1, bins] in row-major order, from a window (or none) and
/// `"density"`, `"spectrum"` or no scaling.
let values (imaginary: bool) (window: float[] option) (scaling: string option) (frame: int) (bins: int) : float[] =
    let length = float ((bins - 1) * 2)
    let weights = window |> Option.defaultWith (fun () -> Array.create frame 1.0)

    let scale =
        match window, scaling with
        | Some w, Some "density" -> sqrt (Array.sumBy (fun x -> x * x) w)
        | Some w, Some "spectrum" -> Array.sumBy abs w
        | _ -> 1.0

    Array.init (frame * bins) (fun i ->
        let time, bin = i / bins, i % bins
        let angle = -2.0 * Math.PI * float time * float bin / length
        weights[time] * (if imaginary then sin angle else cos angle) / scale)
