/// The little Python in which cases of misuse are written: calls, attributes, literals, lambdas, and the operators that
/// occur there.
namespace Keras.Conformance.Golden

open System
open System.Globalization
open Keras.Conformance

/// An expression.
[<RequireQualifiedAccess; NoEquality; NoComparison>]
type Code =
    | Constant of Datum
    | Name of string
    | Attribute of Code * string
    | Call of Code * args: Code list * kwargs: (string * Code) list
    /// A list or a tuple.
    | Items of Code list
    | Lambda of parameters: string list * body: Code
    | And of Code * Code
    | Or of Code * Code
    | Greater of Code * Code

/// Reads expressions.
[<RequireQualifiedAccess>]
module Code =
    [<RequireQualifiedAccess>]
    type private Token =
        | Word of string
        | Number of string
        | Text of string
        | Sign of char

    let private isWord (c: char) = Char.IsLetterOrDigit c || c = '_'

    let private tokens (code: string) : Token list =
        let rec from i =
            if i >= code.Length then
                []
            else
                let until test =
                    let rest = code.Substring i |> Seq.takeWhile test |> Seq.length
                    code.Substring(i, rest)

                match code[i] with
                | ' ' -> from (i + 1)
                | '\'' ->
                    let close = code.IndexOf('\'', i + 1)
                    Token.Text(code.Substring(i + 1, close - i - 1)) :: from (close + 1)
                | c when Char.IsDigit c ->
                    let text = until (fun c -> Char.IsDigit c || c = '.')
                    Token.Number text :: from (i + text.Length)
                | c when isWord c ->
                    let text = until isWord
                    Token.Word text :: from (i + text.Length)
                | c -> Token.Sign c :: from (i + 1)

        from 0

    let private wrong (rest: Token list) : 'a =
        raise (BadRequest $"Python that is not read here, at %A{List.tryHead rest}")

    let private number (text: string) : Datum =
        if text.Contains '.' then
            Datum.Float(Double.Parse(text, CultureInfo.InvariantCulture))
        else
            Datum.Int(Int64.Parse(text, CultureInfo.InvariantCulture))

    /// Each function gives what it read and the tokens after it.
    let rec private expression (ts: Token list) : Code * Token list =
        match ts with
        | Token.Word "lambda" :: rest ->
            let rec parameters names ts =
                match ts with
                | Token.Word name :: Token.Sign ',' :: rest -> parameters (name :: names) rest
                | Token.Word name :: Token.Sign ':' :: rest -> List.rev (name :: names), rest
                | other -> wrong other

            let names, rest = parameters [] rest
            let body, rest = expression rest
            Code.Lambda(names, body), rest
        | _ -> disjunction ts

    and private disjunction ts =
        match conjunction ts with
        | a, Token.Word "or" :: rest ->
            let b, rest = disjunction rest
            Code.Or(a, b), rest
        | one -> one

    and private conjunction ts =
        match comparison ts with
        | a, Token.Word "and" :: rest ->
            let b, rest = conjunction rest
            Code.And(a, b), rest
        | one -> one

    and private comparison ts =
        match postfix ts with
        | a, Token.Sign '>' :: rest ->
            let b, rest = postfix rest
            Code.Greater(a, b), rest
        | one -> one

    and private postfix ts =
        let rec more (code, ts) =
            match ts with
            | Token.Sign '.' :: Token.Word name :: rest -> more (Code.Attribute(code, name), rest)
            | Token.Sign '(' :: rest ->
                let args, kwargs, rest = arguments rest
                more (Code.Call(code, args, kwargs), rest)
            | rest -> code, rest

        more (atom ts)

    and private arguments ts =
        let rec more args kwargs ts =
            match ts with
            | Token.Sign ')' :: rest -> List.rev args, List.rev kwargs, rest
            | Token.Sign ',' :: rest -> more args kwargs rest
            | Token.Word name :: Token.Sign '=' :: rest ->
                let value, rest = expression rest
                more args ((name, value) :: kwargs) rest
            | rest ->
                let value, rest = expression rest
                more (value :: args) kwargs rest

        more [] [] ts

    and private items (close: char) ts =
        let rec more found ts =
            match ts with
            | Token.Sign c :: rest when c = close -> List.rev found, rest
            | Token.Sign ',' :: rest -> more found rest
            | rest ->
                let value, rest = expression rest
                more (value :: found) rest

        more [] ts

    and private atom ts =
        match ts with
        | Token.Number text :: rest -> Code.Constant(number text), rest
        | Token.Text text :: rest -> Code.Constant(Datum.Text text), rest
        | Token.Word "None" :: rest -> Code.Constant Datum.Null, rest
        | Token.Word "True" :: rest -> Code.Constant(Datum.Bool true), rest
        | Token.Word "False" :: rest -> Code.Constant(Datum.Bool false), rest
        | Token.Word name :: rest -> Code.Name name, rest
        | Token.Sign '[' :: rest ->
            let found, rest = items ']' rest
            Code.Items found, rest
        | Token.Sign '(' :: rest ->
            // A tuple has a comma.
            match expression rest with
            | one, Token.Sign ')' :: rest -> one, rest
            | _ ->
                let found, rest = items ')' rest
                Code.Items found, rest
        | other -> wrong other

    /// The expression in a text.
    let parse (code: string) : Code =
        match expression (tokens code) with
        | found, [] -> found
        | _, rest -> wrong rest
