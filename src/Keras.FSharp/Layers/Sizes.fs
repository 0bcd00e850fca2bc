/// Sizes of windows, strides and margins as layers take them: one number for all axes, or one per axis.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// One number for all spatial axes, one per axis, or a pair (before, after) per axis. A plain number converts by itself:
/// `kernelSize = 3`; otherwise `kernelSize = Sizes(3, 5)`.
[<Sealed>]
type Sizes internal (json: Json) =

    /// One number for all axes.
    new(all: int) = Sizes(Json.Int(int64 all))

    /// Numbers of two axes; for margins of one axis, before and after.
    new(first: int, second: int) = Sizes(Json.Array [ Json.Int(int64 first); Json.Int(int64 second) ])

    /// Numbers of three axes.
    new(first: int, second: int, third: int) = Sizes [ first; second; third ]

    /// A number per axis.
    new(sizes: int seq) = Sizes(Json.Array [ for n in sizes -> Json.Int(int64 n) ])

    /// Margins (before, after) per axis.
    new(margins: (int * int) seq) =
        Sizes(Json.Array [ for b, a in margins -> Json.Array [ Json.Int(int64 b); Json.Int(int64 a) ] ])

    /// Margins (before, after) of two axes.
    new(first: int * int, second: int * int) = Sizes [ first; second ]

    /// Margins (before, after) of three axes.
    new(first: int * int, second: int * int, third: int * int) = Sizes [ first; second; third ]

    /// As configs contain it.
    member internal _.Json = json

    static member op_Implicit(all: int) : Sizes = Sizes all
    static member op_Implicit(sizes: int * int) : Sizes = Sizes [ fst sizes; snd sizes ]
    static member op_Implicit(sizes: int list) : Sizes = Sizes(sizes :> int seq)
    static member op_Implicit(sizes: int[]) : Sizes = Sizes(sizes :> int seq)
