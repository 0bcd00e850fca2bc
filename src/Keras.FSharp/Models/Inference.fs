/// Models as functions that serve: weights are constants, dropout is gone, batch normalization is folded into what is
/// before it, and a call does nothing but run the program.
namespace Keras.FSharp

open System
open System.Collections.Concurrent
open System.Threading
open Keras.FSharp.Backends

/// A program for inputs of certain shapes.
[<Sealed; AllowNullLiteral>]
type internal InferenceProgram(inputs: Aval[], outputs: Aval[], program: IExecutable) =
    member _.Outputs = outputs
    member _.Program = program

    /// Is it the program for these inputs?
    member _.Fits(xs: Tensor[]) : bool =
        let mutable fits = xs.Length = inputs.Length
        let mutable i = 0

        while fits && i < xs.Length do
            fits <- xs[i].Aval.Equals inputs[i]
            i <- i + 1

        fits

/// A model with fixed weights as a compiled function (`Model.inference`). A program is made for each form of the inputs,
/// at its first call; calls may come from several threads. State that the model would update, as that of stateful
/// recurrent layers, stays what it was. Weights that are changed later have no effect here.
[<Sealed>]
type InferenceFunction internal (model: Layer, variables: Variables) =
    let programs = ConcurrentDictionary<string, Lazy<InferenceProgram>>()
    let backend = Backends.Current
    let mutable last: InferenceProgram = null

    let compile (inputs: Aval[]) : InferenceProgram =
        let struct (weights, form) = Structure.flatten variables
        let count = weights.Length

        // Weights are operands while the model is captured: what is made of them alone belongs into the program, where
        // a broadcast costs nothing.
        let g =
            Stage.trace
                model.Name
                (fun xs ->
                    let variables = Structure.unflatten<Variables> form (Array.truncate count xs)
                    (Model.applyAll (model, variables, Array.skip count xs, training = false)).Outputs)
                (Array.append (weights |> Array.map (fun w -> w.Aval)) inputs)

        let fixed' = Array.init count (fun i -> struct (g.Inputs[i], Core.transfer backend weights[i]))

        let g =
            {
                g with
                    Inputs = Array.skip count g.Inputs
                    Constants = Array.append fixed' g.Constants
            }
            |> Folding.normalizations
            |> Passes.run backend

        let avals = g.Outputs |> Array.map (fun v -> g.Avals[v])
        InferenceProgram(inputs, avals, backend.Compile(Plan.make g (Array.create inputs.Length false)))

    let find (xs: Tensor[]) : InferenceProgram =
        let latest = Volatile.Read &last

        if not (isNull latest) && latest.Fits xs then
            latest
        else
            let avals = xs |> Array.map (fun x -> x.Aval)
            let key = String.Join(';', avals |> Array.map string)
            let entry = programs.GetOrAdd(key, (fun _ -> lazy (Backends.Using(backend, (fun () -> compile avals)))))

            try
                let p = entry.Value
                Volatile.Write(&last, p)
                p
            with _ ->
                programs.TryRemove key |> ignore
                reraise ()

    /// The model.
    member _.Model = model

    /// The outputs for these inputs, in order. Errors as those of the model: wrong number, rank, size or type.
    member _.Run(inputs: Tensor[]) : Tensor[] =
        let p = find inputs
        let buffers = Array.zeroCreate inputs.Length

        for i in 0 .. inputs.Length - 1 do
            buffers[i] <- Core.buffer model.Name (Core.transfer backend inputs[i])

        let results = p.Program.Run buffers
        let outputs = Array.zeroCreate results.Length

        for i in 0 .. results.Length - 1 do
            outputs[i] <- Tensor(p.Outputs[i], Value.Concrete results[i])

        outputs

    /// The output for this input, of a model with one of each.
    member f.Run(input: Tensor) : Tensor =
        match f.Run [| input |] with
        | [| output |] -> output
        | outputs -> Fail.value $"{model}" $"it has {outputs.Length} outputs" "Pass an array of inputs."

    /// What the model is compiled to for such inputs.
    member _.Report(inputs: Tensor[]) : ProgramReport = (find inputs).Program.Report()

/// Making inference functions.
[<AutoOpen>]
module InferenceExtensions =
    type Model with

        /// The model with these weights as a compiled function for serving.
        static member inference(model: Layer, variables: Variables) : InferenceFunction =
            InferenceFunction(model, variables)
