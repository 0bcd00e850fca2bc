/// Ctrl-C during a run: the step at hand is finished, then the run ends with an OperationCanceledException, as Python's
/// KeyboardInterrupt ends a fit of Keras. The state stays that of the last completed step.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Interrupt

open System
open System.Runtime.InteropServices
open System.Threading

/// Runs `f` with a token that `cancel` and Ctrl-C cancel. A second Ctrl-C ends the process, as it does without this.
let during (cancel: CancellationToken) (f: CancellationToken -> 'a) : 'a =
    use source = CancellationTokenSource.CreateLinkedTokenSource cancel

    let onSignal (context: PosixSignalContext) =
        try
            if not source.IsCancellationRequested then
                context.Cancel <- true
                source.Cancel()
        with :? ObjectDisposedException ->
            // The run ended just now.
            ()

    use _ = PosixSignalRegistration.Create(PosixSignal.SIGINT, onSignal)
    f source.Token
