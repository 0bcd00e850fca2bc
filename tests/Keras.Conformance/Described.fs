/// Functions that golden cases describe in words (`x -> x * x + 1`), written out.
[<RequireQualifiedAccess>]
module Keras.Conformance.Described

open Keras.FSharp

let private both (f: Tensor -> Tensor -> Tensor list) : Tensor list -> Tensor list =
    function
    | [ a; b ] -> f a b
    | xs -> raise (Mismatch $"a function of two tensors got {xs.Length}")

let private one (f: Tensor -> Tensor) : Tensor list -> Tensor list =
    function
    | [ x ] -> [ f x ]
    | xs -> raise (Mismatch $"a function of one tensor got {xs.Length}")

let private constant (value: float) : Tensor list -> Tensor list = fun _ -> [ Lax.scalar Backends.Config.FloatX value ]

let private table: Map<string, Tensor list -> Tensor list> =
    Map [
        "x -> x * x + 1", one (fun x -> x * x + 1)
        "x -> sum(x, axis=-1)", one (fun x -> Ops.sum (x, axis = [ -1 ]))
        "x -> x + 1", one (fun x -> x + 1)
        "x -> x * 2", one (fun x -> x * 2)
        "x -> -x", one (fun x -> -x)
        "() -> 1.0", constant 1.0
        "() -> 2.0", constant 2.0
        "(a, b) -> a - b", both (fun a b -> [ a - b ])
        "(a, b) -> a + b", both (fun a b -> [ a + b ])
        "(carry, x) -> (carry + x, carry * x)", both (fun carry x -> [ carry + x; carry * x ])
        "(i, x) -> i < 5", both (fun i _ -> [ Ops.less (Operand.op_Implicit i, Operand.op_Implicit 5) ])
        "(i, x) -> (i + 1, x * 1.5)", both (fun i x -> [ i + 1; x * 1.5 ])
        "(i, x) -> (i + 1, x + i)", both (fun i x -> [ i + 1; x + i ])
    ]

/// The function of a description or of a public name that `call` knows.
let find (call: string -> Datum list -> Datum) (text: string) : Tensor list -> Tensor list =
    match Map.tryFind text table with
    | Some f -> f
    | None when text.StartsWith "keras." -> fun xs -> call text [ for x in xs -> Datum.Tensor x ] |> Datum.tensors
    | None -> raise (Missing $"the function '{text}'")
