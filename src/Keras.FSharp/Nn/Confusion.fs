/// Counting hits and misses of predictions above thresholds, for the metrics that rest on a confusion matrix.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Confusion

/// How predictions are counted.
[<NoEquality; NoComparison>]
type Counting = {
    DType: DType
    Thresholds: float[]
    /// True for thresholds i / (n - 1) (the outer ones may lie a little outside): one pass sorts all predictions into
    /// buckets, instead of one for each threshold.
    IsEven: bool
    /// True where each column of [samples, labels] is counted by itself.
    IsMultiLabel: bool
    /// One per label, for data that is not counted by label; null for none.
    LabelWeights: Tensor
    /// Only the k highest predictions of a row count as positive.
    TopK: int option
    /// Only this class counts.
    ClassId: int option
}

/// Weighted counts for each threshold ([thresholds], or [thresholds, labels]).
[<Struct; NoEquality; NoComparison>]
type Counts = {
    TruePositives: Tensor
    FalsePositives: Tensor
    TrueNegatives: Tensor
    FalseNegatives: Tensor
}

/// Far below all predictions.
let lowest = -1e10

let plain (dtype: DType) (thresholds: float list) : Counting = {
    DType = dtype
    Thresholds = List.toArray thresholds
    IsEven = false
    IsMultiLabel = false
    LabelWeights = null
    TopK = None
    ClassId = None
}

/// True for thresholds that are evenly spread over [0, 1].
let isEven (thresholds: float[]) : bool =
    let n = thresholds.Length

    n >= 3
    && thresholds
       |> Seq.indexed
       |> Seq.forall (fun (i, t) ->
           let even = float (float32 i / float32 (n - 1))
           abs (t - even) <= Backends.Config.Epsilon + 1e-5 * abs even)

/// All but the k highest predictions of each row put far below.
let private onlyTop (k: int) (p: Tensor) : Tensor =
    let classes = p.Shape[p.Rank - 1]

    if k > classes then
        Fail.value "metrics" $"'top_k' is {k}, the predictions have {classes} classes" ""

    let struct (_, indices) = Lax.topK k p
    let hot = Ops.oneHot (indices, classes, dtype = p.DType)
    let kept = Lax.sum (Dims.own [| hot.Rank - 2 |]) hot
    Lax.select (Lax.gt kept (Lax.zerosLike kept)) p (Lax.fullLike p lowest)

/// Weights of what is positive and of what is negative, and predictions, each [samples, labels].
let private prepare (c: Counting) (yTrue: Tensor) (yPred: Tensor) (w: Tensor) : struct (Tensor * Tensor * Tensor) =
    let t, p = Lax.convert c.DType yTrue, Lax.convert c.DType yPred
    let struct (t, p) = LossMath.sameRank t p

    if not (t.Shape.Equals p.Shape) then
        Fail.value
            "metrics"
            $"the targets have shape {yTrue.Shape}, the predictions {yPred.Shape}"
            "Give one target for each prediction."

    let p =
        match c.TopK with
        | Some k -> onlyTop k p
        | None -> p

    let w = MetricMath.spread p.Shape (if isNull w then null else Lax.convert c.DType w)
    let w = if isNull w then Lax.onesLike p else w

    let w =
        if isNull c.LabelWeights then
            w
        else
            Lax.mul w (Lax.broadcastTo w.Shape c.LabelWeights)

    let t, p, w =
        match c.ClassId with
        | None -> t, p, w
        | Some _ when p.Rank < 2 ->
            Fail.value "metrics" $"'class_id' needs predictions by class, they have shape {p.Shape}" ""
        | Some i ->
            let last = p.Rank - 1
            let i = Axis.one "metrics" p.Shape[last] i
            Lax.sliceAxis last i (i + 1) t, Lax.sliceAxis last i (i + 1) p, Lax.sliceAxis last i (i + 1) w

    let form =
        if c.IsMultiLabel then
            if p.Rank <> 2 then
                Fail.value "metrics" $"'multi_label' needs predictions [samples, labels], they have shape {p.Shape}" ""

            p.Shape
        else
            Dims.own [| p.Size; 1 |]

    let t, p, w = Lax.reshape form t, Lax.reshape form p, Lax.reshape form w
    let positive = Lax.ne t (Lax.zerosLike t)
    let zero = Lax.zerosLike w
    struct (Lax.select positive w zero, Lax.select positive zero w, p)

/// Counts by buckets between evenly spread thresholds.
let private byBuckets (c: Counting) (positive: Tensor) (negative: Tensor) (p: Tensor) : Counts =
    let n, labels = c.Thresholds.Length, p.Shape[1]
    let withMargin = c.Thresholds[0] < 0.0 || c.Thresholds[n - 1] > 1.0
    let last = Lax.scalar p.DType (float (n - 1))
    let bucket = Lax.shift -1.0 (Lax.ceil (Lax.mul (LossMath.within 0.0 1.0 p) last))
    let below = Lax.lt bucket (Lax.zerosLike bucket)
    let bucket = Lax.convert DType.Int32 (LossMath.atLeast 0.0 bucket)
    let offset = Lax.mul (Lax.iota p.Shape DType.Int32 1) (Lax.scalarInt DType.Int32 (int64 n))
    let place = Lax.add bucket offset

    // A prediction of 0 is above no threshold, unless the first one is below 0. What is out of range is not counted.
    let place =
        if withMargin then
            place
        else
            Lax.select below (Lax.full place.Shape DType.Int32 (Scalar.Int(int64 (n * labels)))) place

    let flat (x: Tensor) = Lax.reshape (Dims.own [| x.Size |]) x

    let above (w: Tensor) =
        let empty = Lax.full (Dims.own [| n * labels |]) c.DType (Scalar.Int 0L)
        let counted = Lax.scatter ScatterOp.Add 0 (flat place) (flat w) empty
        let byLabel = Lax.reshape (Dims.own [| labels; n |]) counted
        Lax.swapLast (Lax.cumulative ReduceOp.Sum 1 true byLabel)

    let total (w: Tensor) = Lax.sum (Dims.own [| 0 |]) w
    let tp, fp = above positive, above negative

    {
        TruePositives = tp
        FalsePositives = fp
        TrueNegatives = Lax.sub (total negative) fp
        FalseNegatives = Lax.sub (total positive) tp
    }

/// Counts by comparing each prediction with each threshold.
let private byThreshold (c: Counting) (positive: Tensor) (negative: Tensor) (p: Tensor) : Counts =
    let n = c.Thresholds.Length
    let limits = Host.floats c.DType (Dims.own [| n; 1; 1 |]) c.Thresholds
    let lead (x: Tensor) = Lax.reshape (Dims.cons 1 x.Shape) x
    let above = Lax.gt (lead p) limits
    let below = Lax.logicalNot above

    let count (which: Tensor) (w: Tensor) = Lax.sum (Dims.own [| 1 |]) (Lax.mul (Lax.convert c.DType which) (lead w))

    {
        TruePositives = count above positive
        FalsePositives = count above negative
        TrueNegatives = count below negative
        FalseNegatives = count below positive
    }

/// The counts of one batch; weights may be null.
let count (c: Counting) (yTrue: Tensor) (yPred: Tensor) (w: Tensor) : Counts =
    let struct (positive, negative, p) = prepare c yTrue yPred w

    let counts =
        if c.IsEven then
            byBuckets c positive negative p
        else
            byThreshold c positive negative p

    if c.IsMultiLabel then
        counts
    else
        let vector (x: Tensor) = Lax.reshape (Dims.own [| c.Thresholds.Length |]) x

        {
            TruePositives = vector counts.TruePositives
            FalsePositives = vector counts.FalsePositives
            TrueNegatives = vector counts.TrueNegatives
            FalseNegatives = vector counts.FalseNegatives
        }
