/// Intersection over union of classes, as segmentation measures it.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// The metrics of intersection over union. They keep a confusion matrix [classes, classes] of targets and predictions;
/// its type is int32 as in Keras, so fractional sample weights are cut unless a float type is given.
[<AbstractClass>]
type IoUMetrics internal () =
    inherit ScoreMetrics()

    /// The confusion matrix of one batch.
    static member private matrix(dtype: DType, classes: int, ignored: int option, t: Tensor, p: Tensor, w: Tensor) =
        let flat (x: Tensor) = Lax.reshape (Dims.own [| x.Size |]) x
        let whole (x: Tensor) = flat (Lax.convert DType.Int32 x)
        let t, p = whole t, whole p

        if t.Size <> p.Size then
            Fail.value "metrics.IoU" $"there are {t.Size} targets and {p.Size} predictions" "Give one class for each."

        let w =
            if isNull w then
                Lax.full t.Shape dtype (Scalar.Int 1L)
            else
                let w = Lax.convert dtype w

                if w.Size = t.Size then
                    flat w
                elif w.Size = 1 then
                    Lax.broadcastTo t.Shape (Lax.reshape Dims.Empty w)
                elif t.Size % w.Size = 0 then
                    // One weight per sample.
                    let rows = Dims.own [| w.Size; t.Size / w.Size |]
                    flat (Lax.broadcastInDim rows (Dims.own [| 0 |]) (flat w))
                else
                    Fail.value
                        "metrics.IoU"
                        $"sample weights of shape {w.Shape} do not fit {t.Size} targets"
                        "Give one weight for each target."

        let limit = Lax.full t.Shape DType.Int32 (Scalar.Int(int64 classes))
        let inside (x: Tensor) = Lax.logicalAnd (Lax.ge x (Lax.zerosLike x)) (Lax.lt x limit)
        let counts = Lax.logicalAnd (inside t) (inside p)

        let counts =
            match ignored with
            | None -> counts
            | Some i -> Lax.logicalAnd counts (Lax.ne t (Lax.full t.Shape DType.Int32 (Scalar.Int(int64 i))))

        // What does not count goes to a cell of its own, which is cut off.
        let cells = classes * classes
        let place = Lax.add (Lax.mul t limit) p
        let place = Lax.select counts place (Lax.full t.Shape DType.Int32 (Scalar.Int(int64 cells)))
        let empty = Lax.full (Dims.own [| cells + 1 |]) dtype (Scalar.Int 0L)
        let all = Lax.scatter ScatterOp.Add 0 place w empty
        Lax.reshape (Dims.own [| classes; classes |]) (Lax.sliceAxis 0 0 cells all)

    /// The mean over the target classes that occur.
    static member private meanOfClasses(classes: int, targets: int list, matrix: Tensor) : Tensor =
        let m = Lax.convert Backends.Config.FloatX matrix
        let square = Dims.own [| classes; classes |]
        let diagonal = Lax.eq (Lax.iota square DType.Int32 0) (Lax.iota square DType.Int32 1)
        let own = Lax.sum (Dims.own [| 1 |]) (Lax.select diagonal m (Lax.zerosLike m))
        let union = Lax.sub (Lax.add (Lax.sum (Dims.own [| 0 |]) m) (Lax.sum (Dims.own [| 1 |]) m)) own
        let pick = Host.ints (Dims.own [| targets.Length |]) (List.toArray targets)
        let own, union = Lax.gather 0 pick own, Lax.gather 0 pick union
        let occurs = Lax.convert m.DType (Lax.gt union (Lax.fullLike union 1e-9))
        let epsilon = Lax.shift Backends.Config.Epsilon
        Lax.div (Lax.sumAll (Lax.div own (epsilon union))) (epsilon (Lax.sumAll occurs))

    static member private make
        (
            className: string,
            name: string,
            dtype: DType,
            config: (string * Json) list,
            classes: int,
            targets: int list,
            ignored: int option,
            readTrue: Tensor -> Tensor,
            readPred: Tensor -> Tensor
        ) : Metric =
        let where = $"metrics.{className}"

        if classes < 1 then
            Fail.value where $"'num_classes' is {classes}" "It must be at least 1."

        match targets |> List.tryFind (fun i -> i < 0 || i >= classes) with
        | Some i ->
            Fail.value where $"target class {i} is not among the {classes} classes" $"Classes are 0 to {classes - 1}."
        | None when targets.IsEmpty -> Fail.value where "'target_class_ids' is empty" "Name at least one class."
        | None -> ()

        let update (state: Tensor[]) (t: Tensor) (p: Tensor) (w: Tensor) =
            let m = IoUMetrics.matrix (dtype, classes, ignored, readTrue t, readPred p, w)
            [| Lax.add state[0] m |]

        let total = MetricMath.zeros dtype "total_confusion_matrix" [ classes; classes ]

        MetricMath.makeOf className name config [ total ] update (fun state ->
            IoUMetrics.meanOfClasses (classes, targets, state[0]))

    static member private classOf(isSparse: bool, axis: int) : Tensor -> Tensor =
        if isSparse then id else (fun x -> Ops.argmax (x, axis = axis))

    /// The mean of intersection over union of the classes `targetClassIds`, of `numClasses`. Targets and predictions
    /// are class numbers, or scores along `axis` where `sparseYTrue`, `sparseYPred` are false. Targets `ignoreClass` do
    /// not count. Keras: `keras.metrics.IoU`.
    static member IoU
        (
            numClasses: int,
            targetClassIds: int list,
            ?name: string,
            ?dtype: DType,
            ?ignoreClass: int,
            ?sparseYTrue: bool,
            ?sparseYPred: bool,
            ?axis: int
        ) : Metric =
        let name, dtype, axis = defaultArg name "io_u", defaultArg dtype DType.Int32, defaultArg axis -1
        let sparseTrue, sparsePred = defaultArg sparseYTrue true, defaultArg sparseYPred true

        let config = [
            "name", Json.Text name
            "dtype", Json.Text(DType.name dtype)
            "num_classes", Json.Int(int64 numClasses)
            "target_class_ids", ConfigJson.integers targetClassIds
            "ignore_class", ConfigJson.integer ignoreClass
            "sparse_y_true", Json.Bool sparseTrue
            "sparse_y_pred", Json.Bool sparsePred
            "axis", Json.Int(int64 axis)
        ]

        IoUMetrics.make (
            "IoU",
            name,
            dtype,
            config,
            numClasses,
            targetClassIds,
            ignoreClass,
            IoUMetrics.classOf (sparseTrue, axis),
            IoUMetrics.classOf (sparsePred, axis)
        )

    /// Intersection over union of two classes; predictions are 1 from `threshold` (1/2 by default) on.
    /// `targetClassIds` is [ 0; 1 ] by default. Keras: `keras.metrics.BinaryIoU`.
    static member BinaryIoU(?targetClassIds: int list, ?threshold: float, ?name: string, ?dtype: DType) : Metric =
        let targets, threshold = defaultArg targetClassIds [ 0; 1 ], defaultArg threshold 0.5
        let name, dtype = defaultArg name "binary_io_u", defaultArg dtype DType.Int32

        let config = [
            "target_class_ids", ConfigJson.integers targets
            "threshold", Json.Float threshold
            "name", Json.Text name
            "dtype", Json.Text(DType.name dtype)
        ]

        let above (p: Tensor) =
            let p = Types.toFloating p
            Lax.ge p (Lax.fullLike p threshold)

        IoUMetrics.make ("BinaryIoU", name, dtype, config, 2, targets, None, id, above)

    /// The mean of intersection over union of all classes; arguments as with `IoU`. Keras: `keras.metrics.MeanIoU`.
    static member MeanIoU
        (
            numClasses: int,
            ?name: string,
            ?dtype: DType,
            ?ignoreClass: int,
            ?sparseYTrue: bool,
            ?sparseYPred: bool,
            ?axis: int
        ) : Metric =
        let name, dtype, axis = defaultArg name "mean_io_u", defaultArg dtype DType.Int32, defaultArg axis -1
        let sparseTrue, sparsePred = defaultArg sparseYTrue true, defaultArg sparseYPred true

        let config = [
            "num_classes", Json.Int(int64 numClasses)
            "name", Json.Text name
            "dtype", Json.Text(DType.name dtype)
            "ignore_class", ConfigJson.integer ignoreClass
            "sparse_y_true", Json.Bool sparseTrue
            "sparse_y_pred", Json.Bool sparsePred
            "axis", Json.Int(int64 axis)
        ]

        IoUMetrics.make (
            "MeanIoU",
            name,
            dtype,
            config,
            numClasses,
            [ 0 .. numClasses - 1 ],
            ignoreClass,
            IoUMetrics.classOf (sparseTrue, axis),
            IoUMetrics.classOf (sparsePred, axis)
        )

    /// As `IoU`, for one-hot targets and, unless `sparseYPred`, scores. Keras: `keras.metrics.OneHotIoU`.
    static member OneHotIoU
        (
            numClasses: int,
            targetClassIds: int list,
            ?name: string,
            ?dtype: DType,
            ?ignoreClass: int,
            ?sparseYPred: bool,
            ?axis: int
        ) : Metric =
        let name, dtype, axis = defaultArg name "one_hot_io_u", defaultArg dtype DType.Int32, defaultArg axis -1
        let sparsePred = defaultArg sparseYPred false

        let config = [
            "num_classes", Json.Int(int64 numClasses)
            "target_class_ids", ConfigJson.integers targetClassIds
            "name", Json.Text name
            "dtype", Json.Text(DType.name dtype)
            "ignore_class", ConfigJson.integer ignoreClass
            "sparse_y_pred", Json.Bool sparsePred
            "axis", Json.Int(int64 axis)
        ]

        IoUMetrics.make (
            "OneHotIoU",
            name,
            dtype,
            config,
            numClasses,
            targetClassIds,
            ignoreClass,
            IoUMetrics.classOf (false, axis),
            IoUMetrics.classOf (sparsePred, axis)
        )

    /// As `MeanIoU`, for one-hot targets and, unless `sparseYPred`, scores. Keras: `keras.metrics.OneHotMeanIoU`.
    static member OneHotMeanIoU
        (numClasses: int, ?name: string, ?dtype: DType, ?ignoreClass: int, ?sparseYPred: bool, ?axis: int)
        : Metric =
        let name, dtype, axis =
            defaultArg name "one_hot_mean_io_u", defaultArg dtype DType.Int32, defaultArg axis -1

        let sparsePred = defaultArg sparseYPred false

        let config = [
            "num_classes", Json.Int(int64 numClasses)
            "name", Json.Text name
            "dtype", Json.Text(DType.name dtype)
            "ignore_class", ConfigJson.integer ignoreClass
            "sparse_y_pred", Json.Bool sparsePred
            "axis", Json.Int(int64 axis)
        ]

        IoUMetrics.make (
            "OneHotMeanIoU",
            name,
            dtype,
            config,
            numClasses,
            [ 0 .. numClasses - 1 ],
            ignoreClass,
            IoUMetrics.classOf (false, axis),
            IoUMetrics.classOf (sparsePred, axis)
        )

    /// The classes of this file, for the registry.
    static member internal IoUEntries: (string * string list * (ConfigReader -> Metric)) list =
        let common make (c: ConfigReader) : Metric = make c (c.TextOption "name") (LossRecord.DType c)

        [
            "IoU",
            [],
            common (fun c n d ->
                IoUMetrics.IoU(
                    c.Int "num_classes",
                    c.Ints "target_class_ids",
                    ?name = n,
                    ?dtype = d,
                    ?ignoreClass = c.IntOption "ignore_class",
                    sparseYTrue = c.Bool("sparse_y_true", true),
                    sparseYPred = c.Bool("sparse_y_pred", true),
                    axis = c.Int("axis", -1)
                ))
            "BinaryIoU",
            [],
            common (fun c n d ->
                IoUMetrics.BinaryIoU(
                    targetClassIds = c.Ints("target_class_ids", [ 0; 1 ]),
                    threshold = c.Float("threshold", 0.5),
                    ?name = n,
                    ?dtype = d
                ))
            "MeanIoU",
            [],
            common (fun c n d ->
                IoUMetrics.MeanIoU(
                    c.Int "num_classes",
                    ?name = n,
                    ?dtype = d,
                    ?ignoreClass = c.IntOption "ignore_class",
                    sparseYTrue = c.Bool("sparse_y_true", true),
                    sparseYPred = c.Bool("sparse_y_pred", true),
                    axis = c.Int("axis", -1)
                ))
            "OneHotIoU",
            [],
            common (fun c n d ->
                IoUMetrics.OneHotIoU(
                    c.Int "num_classes",
                    c.Ints "target_class_ids",
                    ?name = n,
                    ?dtype = d,
                    ?ignoreClass = c.IntOption "ignore_class",
                    sparseYPred = c.Bool("sparse_y_pred", false),
                    axis = c.Int("axis", -1)
                ))
            "OneHotMeanIoU",
            [],
            common (fun c n d ->
                IoUMetrics.OneHotMeanIoU(
                    c.Int "num_classes",
                    ?name = n,
                    ?dtype = d,
                    ?ignoreClass = c.IntOption "ignore_class",
                    sparseYPred = c.Bool("sparse_y_pred", false),
                    axis = c.Int("axis", -1)
                ))
        ]
