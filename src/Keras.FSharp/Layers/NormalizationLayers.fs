/// Normalization: by batch statistics, per example, per group, and by norm. Half precision is computed in float32.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// BatchNormalization and its kin.
module internal NormalizationLayers =
    let private wide (x: Tensor) = Lax.convert (if DType.size x.DType < 4 then DType.Float32 else x.DType) (x)

    let private axisOf (call: Call) (shape: Dims) (axis: int) : int =
        let a = if axis < 0 then axis + shape.Rank else axis

        if a < 0 || a >= shape.Rank then
            call.RefuseIndex($"its axis {axis} does not exist in an input of shape {shape}", "")

        a

    let private sized (a: LayerArguments) (shape: Dims) (axis: int) : int =
        let i = if axis < 0 then axis + shape.Rank else axis

        if i < 0 || i >= shape.Rank then
            Fail.index $"{a.Class} '{a.Name}'" $"its axis {axis} does not exist in an input of shape {shape}" ""

        shape[i]

    /// One axis; older files have it in a list.
    let private oneAxis (a: LayerArguments) : int =
        match a.Reader.Ints("axis", [ -1 ]) with
        | [ axis ] ->
            a.Write("axis", Json.Int(int64 axis))
            axis
        | _ -> a.Refuse("argument 'axis' has several values, expected one", "")

    /// gamma and beta as all normalizations read them: initializers, regularizers, constraints, beta first; `others` are
    /// initializers that stand between.
    let private betaGamma (a: LayerArguments) (others: unit -> 'b) : Controlled * Controlled * 'b =
        let betaStart = a.Initializer("beta_initializer", "zeros")
        let gammaStart = a.Initializer("gamma_initializer", "ones")
        let other = others ()
        let betaPenalty = a.Regularizer "beta_regularizer"
        let gammaPenalty = a.Regularizer "gamma_regularizer"
        let betaLimit = a.Constraint "beta_constraint"
        let gammaLimit = a.Constraint "gamma_constraint"

        let controlled start penalty limit : Controlled = {
            Initializer = start
            Regularizer = penalty
            Constraint = limit
        }

        controlled betaStart betaPenalty betaLimit, controlled gammaStart gammaPenalty gammaLimit, other

    /// Limits of the corrections of batch renormalization; those that are absent do not limit.
    let private clipping (a: LayerArguments) : string -> float option =
        match a.Json "renorm_clipping" with
        | Json.Null -> fun _ -> None
        | json -> fun key -> Json.tryGet key json |> Option.map (Json.asFloat key)

    let private batchNormalization (a: LayerArguments) : LayerBody =
        let axis = oneAxis a
        let momentum = a.Float("momentum", 0.99)
        let epsilon = a.Float("epsilon", 1e-3)
        let center = a.Bool("center", true)
        let scale = a.Bool("scale", true)

        let beta, gamma, (meanStart, varianceStart) =
            betaGamma a (fun () ->
                let mean = a.Initializer("moving_mean_initializer", "zeros")
                mean, a.Initializer("moving_variance_initializer", "ones"))

        // Statistics of one process are the statistics.
        a.Bool("synchronized", false) |> ignore
        let renorm = a.Bool("renorm", false)
        let limit = clipping a
        let renormMomentum = a.Float("renorm_momentum", 0.99)

        if epsilon <= 0.0 then
            a.Refuse($"argument 'epsilon' is {epsilon}, expected a positive number", "")

        let deviationStart =
            Initializers.OfFunction(
                "moving_stddev",
                fun key shape dtype -> Lax.sqrt (varianceStart.Init key shape dtype)
            )

        let variables (shape: Dims) =
            let n = [ sized a shape axis ]

            [
                if scale then
                    Controlled.weight a "gamma" n gamma
                if center then
                    Controlled.weight a "beta" n beta
                a.State("moving_mean", n, meanStart)
                a.State("moving_variance", n, varianceStart)
                if renorm then
                    a.State("moving_stddev", n, deviationStart)
                    a.State("renorm_mean", n, meanStart)
                    a.State("renorm_stddev", n, deviationStart)
            ]

        /// Moments of the examples that the mask keeps.
        let masked (call: Call) (x: Tensor) (mask: Tensor) : Tensor * Tensor =
            if mask.Rank <> x.Rank - 1 then
                call.Refuse(
                    $"its mask has shape {mask.Shape} for an input of shape {x.Shape}",
                    "The mask has one axis less than the input."
                )

            let m = Lax.broadcastTo x.Shape (Lax.reshape (Dims.append mask.Shape (Dims.ofSeq [ 1 ])) mask)
            let axes = Dims.complement x.Rank (Dims.ofSeq [ axisOf call x.Shape axis ])
            let none = Lax.zerosLike x
            let count = Lax.shift Backends.Config.Epsilon (Lax.reduceKeep ReduceOp.Sum axes (Lax.convert x.DType m))
            let mean = Lax.div (Lax.reduceKeep ReduceOp.Sum axes (Lax.select m x none)) count
            let apart = Lax.select m (Lax.sub x mean) none
            let variance = Lax.div (Lax.reduceKeep ReduceOp.Sum axes (Lax.square apart)) count
            Ops.ravel mean, Ops.ravel variance

        LayerBody.weighted variables (fun call x ->
            let compute = x.DType
            let x = wide x
            let own name = Lax.convert x.DType (call.Stored name)
            let gamma = if scale then Some(own "gamma") else None
            let beta = if center then Some(own "beta") else None

            let normal (mean: Tensor) (variance: Tensor) scale offset =
                Ops.batchNormalization (x, mean, variance, axis, ?offset = offset, ?scale = scale, epsilon = epsilon)

            let follow name rate value =
                call.Assign(name, Lax.add (Lax.scale rate (own name)) (Lax.scale (1.0 - rate) value))

            let y =
                // A frozen layer infers also in training.
                if not (call.Training && call.IsTrainable) then
                    normal (own "moving_mean") (own "moving_variance") gamma beta
                elif not renorm then
                    let struct (y, mean, variance) =
                        match call.Mask x with
                        | null -> Ops.BatchNormTrain(x, axisOf call x.Shape axis, epsilon, gamma, beta)
                        | mask ->
                            let mean, variance = masked call x mask
                            struct (normal mean variance gamma beta, mean, variance)

                    follow "moving_mean" momentum mean
                    follow "moving_variance" momentum variance
                    y
                else
                    let mean, variance =
                        match call.Mask x with
                        | null -> Ops.moments (x, Dims.complement x.Rank (Dims.ofSeq [ axisOf call x.Shape axis ]))
                        | mask -> masked call x mask

                    let deviation = Lax.sqrt (Lax.shift epsilon variance)
                    let reference = Lax.max (own "renorm_stddev") (Lax.fullLike deviation (sqrt epsilon))
                    let r = Lax.div deviation reference
                    let d = Lax.div (Lax.sub mean (own "renorm_mean")) reference
                    let bound key f x = limit key |> Option.fold (fun x v -> f x (Lax.fullLike x v)) x
                    let r = r |> bound "rmin" Lax.max |> bound "rmax" Lax.min |> Lax.stopGradient

                    let d =
                        match limit "dmax" with
                        | Some v -> Lax.clamp (Lax.fullLike d -v) (Lax.fullLike d v) d
                        | None -> d
                        |> Lax.stopGradient

                    let slope = gamma |> Option.map (Lax.mul r) |> Option.defaultValue r
                    let offset = gamma |> Option.map (Lax.mul d) |> Option.defaultValue d
                    let offset = beta |> Option.map (Lax.add offset) |> Option.defaultValue offset
                    follow "renorm_mean" renormMomentum mean
                    follow "renorm_stddev" renormMomentum deviation
                    follow "moving_mean" momentum mean
                    follow "moving_stddev" momentum deviation
                    let moved = Lax.square (own "moving_stddev")
                    call.Assign("moving_variance", Ops.relu (Lax.shift -epsilon moved))
                    normal mean variance (Some slope) (Some offset)

            Lax.convert compute y)
        |> LayerBody.requires (fun call shape ->
            axisOf call shape axis |> ignore
            call.RequireMinRank(shape, 2, "(batch, ..., features)"))

    let private axesOf (a: LayerArguments) : int list =
        let axes = a.Ints("axis", [ -1 ])

        if List.distinct axes <> axes then
            a.Refuse($"argument 'axis' is %A{axes}", "Name each axis once.")

        axes

    let private layerNormalization (a: LayerArguments) : LayerBody =
        let axes = axesOf a
        let epsilon = a.Float("epsilon", 1e-3)
        let center = a.Bool("center", true)
        let scale = a.Bool("scale", true)
        let rms = a.Bool("rms_scaling", false)
        let beta, gamma, () = betaGamma a ignore
        let hasGamma, hasBeta = scale || rms, center && not rms
        // The parameters follow the order of the axes.
        let sorted rank = axes |> List.map (fun i -> if i < 0 then i + rank else i) |> List.sort

        LayerBody.weighted
            (fun shape ->
                let sizes = sorted shape.Rank |> List.map (sized a shape)

                [
                    if hasGamma then
                        Controlled.weight a "gamma" sizes gamma
                    if hasBeta then
                        Controlled.weight a "beta" sizes beta
                ])
            (fun call x ->
                let compute = x.DType
                let x = wide x
                let axes = sorted x.Rank
                let own name = Lax.convert x.DType (call.Stored name)

                let y =
                    if rms then
                        let kept = Dims.ofSeq axes
                        let _, variance = Ops.moments (x, axes, keepdims = true)
                        let slope = Lax.reshape (Dims.keep (Dims.complement x.Rank kept) x.Shape) (own "gamma")
                        Lax.mul (Lax.mul x (Lax.rsqrt (Lax.shift epsilon variance))) slope
                    else
                        let gamma = if hasGamma then Some(own "gamma") else None
                        let beta = if hasBeta then Some(own "beta") else None
                        Ops.layerNormalization (x, ?gamma = gamma, ?beta = beta, axis = axes, epsilon = epsilon)

                Lax.convert compute y)
        |> LayerBody.requires (fun call shape -> axes |> List.iter (axisOf call shape >> ignore))

    let private rmsNormalization (a: LayerArguments) : LayerBody =
        let axes = axesOf a
        let epsilon = a.Float("epsilon", 1e-6)

        LayerBody.weighted
            (fun shape -> [ a.Weight("scale", axes |> List.map (sized a shape), Initializers.Ones) ])
            (fun call x ->
                let y = Ops.rmsNormalization (wide x, wide (call.Stored "scale"), axes, epsilon)
                Lax.convert x.DType y)
        |> LayerBody.masks MaskRule.Stops
        |> LayerBody.requires (fun call shape -> axes |> List.iter (axisOf call shape >> ignore))

    let private groupNormalization (a: LayerArguments) : LayerBody =
        let groups = a.Int("groups", 32)
        let axis = oneAxis a
        let epsilon = a.Float("epsilon", 1e-3)
        let center = a.Bool("center", true)
        let scale = a.Bool("scale", true)
        let beta, gamma, () = betaGamma a ignore

        LayerBody.weighted
            (fun shape ->
                let n = [ sized a shape axis ]

                [
                    if scale then
                        Controlled.weight a "gamma" n gamma
                    if center then
                        Controlled.weight a "beta" n beta
                ])
            (fun call x ->
                let compute = x.DType
                let at = axisOf call x.Shape axis
                let x = Axis.move at (x.Rank - 1) (wide x)
                let channels = x.Shape[x.Rank - 1]
                let groups = if groups = -1 then channels else groups
                let cells = x.Size / max 1 (x.Shape[0] * channels)
                let grouped = Lax.reshape (Dims.ofSeq [ x.Shape[0]; cells; groups; channels / groups ]) x
                let mean, variance = Ops.moments (grouped, [ 1; 3 ], keepdims = true)
                let y = Lax.mul (Lax.sub grouped mean) (Lax.rsqrt (Lax.shift epsilon variance))
                let y = Lax.reshape x.Shape y
                let own name = Lax.convert x.DType (call.Stored name)
                let y = if scale then Lax.mul y (own "gamma") else y
                let y = if center then Lax.add y (own "beta") else y
                Lax.convert compute (Axis.move (x.Rank - 1) at y))
        |> LayerBody.requires (fun call shape ->
            call.RequireMinRank(shape, 2, "(batch, ..., channels)")
            let channels = shape[axisOf call shape axis]

            if groups <> -1 && (groups < 1 || channels % groups <> 0) then
                call.Refuse(
                    $"its {groups} groups do not divide the {channels} channels of an input of shape {shape}",
                    "Choose groups that divide the channels, or -1 for one channel each."
                ))

    let private unitNormalization (a: LayerArguments) : LayerBody =
        let axes =
            match a.Reader.Any "axis" with
            | None ->
                a.Write("axis", Json.Int -1L)
                [ -1 ]
            | Some json ->
                // A number is written back as a number, a list as a list.
                a.Write("axis", json)
                a.Reader.Ints "axis"

        LayerBody.pure' (fun _ x -> Ops.normalize (x, axes, 2.0, 1e-12))
        |> LayerBody.requires (fun call shape -> axes |> List.iter (axisOf call shape >> ignore))

    /// The classes of this file.
    let classes: (string * (LayerArguments -> LayerBody)) list = [
        "BatchNormalization", batchNormalization
        "LayerNormalization", layerNormalization
        "RMSNormalization", rmsNormalization
        "GroupNormalization", groupNormalization
        "UnitNormalization", unitNormalization
    ]
