/// Distributions that are sampled by rejection. A fixed number of candidates is drawn at once and the first that is
/// accepted is kept: no loop whose length depends on values, so everything stays traceable and can be differentiated.
/// The chance that no candidate is accepted is below 1e-12. Equal to JAX in distribution, not in numbers.
namespace Keras.FSharp

open System

/// Gamma, beta and binomial numbers.
[<RequireQualifiedAccess>]
module RandomSamplers =
    let private candidates = 16

    /// A scalar constant in the dtype of `x`.
    let private c (x: Tensor) (value: float) : Tensor = Lax.scalar x.DType value

    let private lead (n: int) (shape: Dims) : Dims = Dims.cons n shape

    /// The first candidate along axis 0 that is accepted.
    let private firstAccepted (accepted: Tensor) (values: Tensor) : Tensor =
        let first = Lax.argReduce true 0 (Lax.convert DType.Int32 accepted)
        let chosen = Lax.eq (Lax.iota values.Shape DType.Int32 0) (Lax.broadcastTo values.Shape first)
        Lax.sum (Dims.own [| 0 |]) (Lax.select chosen values (Lax.zerosLike values))

    let private checkFloat (where: string) (x: Tensor) =
        if not (DType.isFloat x.DType) then
            Fail.value where $"the parameter is a tensor {x.Aval}, a float type is needed" ""

    /// Half precision is too coarse for acceptance tests: there `f` works in float32.
    let private widened (dtype: DType) (f: DType -> Tensor) : Tensor =
        let d = if DType.size dtype < 4 then DType.Float32 else dtype
        Lax.convert dtype (f d)

    let private logGammaOf (alpha: Tensor) (shape: Dims) (key: Tensor) : Tensor =
        let dtype = alpha.DType
        let alpha = Lax.broadcastTo shape alpha
        let keys = Random.splitN 3 key
        let one = Lax.onesLike alpha
        let small = Lax.lt alpha one
        // Marsaglia and Tsang need alpha >= 1; below, a number for alpha + 1 is scaled by u^(1/alpha).
        let d = Lax.sub (Lax.select small (Lax.add alpha one) alpha) (c alpha (1.0 / 3.0))
        let k = Lax.div (c alpha (1.0 / 3.0)) (Lax.sqrt d)
        let all = lead candidates shape
        let x = Random.normal dtype all keys[0]
        let t = Lax.add (Lax.mul x k) (c alpha 1.0)
        let v = Lax.mul t (Lax.square t)
        let positive = Lax.gt v (Lax.zerosLike v)
        let safe = Lax.select positive v (Lax.onesLike v)
        let u = Random.uniform dtype all 0.0 1.0 keys[1]
        let logV = Lax.log safe
        let bound = Lax.add (Lax.scale 0.5 (Lax.square x)) (Lax.mul d (Lax.add (Lax.sub (c x 1.0) safe) logV))
        let accepted = Lax.logicalAnd positive (Lax.lt (Lax.log u) bound)
        let sample = Lax.add (Lax.log d) (firstAccepted accepted logV)
        let boost = Lax.div (Lax.neg (Random.exponential dtype shape keys[2])) alpha
        Lax.add sample (Lax.select small boost (Lax.zerosLike alpha))

    /// The logarithms of gamma distributed numbers with shape parameter `alpha` > 0 (broadcast to `shape`) and scale 1:
    /// finite even where the numbers themselves are too small for the dtype.
    let logGamma (alpha: Tensor) (shape: Dims) (key: Tensor) : Tensor =
        checkFloat "random.gamma" alpha
        widened alpha.DType (fun d -> logGammaOf (Lax.convert d alpha) shape key)

    /// Gamma distributed numbers with shape parameter `alpha` > 0 (a float tensor, broadcast to `shape`) and scale 1
    /// (`keras.random.gamma`).
    let gamma (alpha: Tensor) (shape: Dims) (key: Tensor) : Tensor =
        checkFloat "random.gamma" alpha
        widened alpha.DType (fun d -> Lax.exp (logGammaOf (Lax.convert d alpha) shape key))

    /// Beta distributed numbers with parameters `a`, `b` > 0 (float tensors, broadcast to `shape`): `keras.random.beta`.
    let beta (a: Tensor) (b: Tensor) (shape: Dims) (key: Tensor) : Tensor =
        checkFloat "random.beta" a
        checkFloat "random.beta" b
        let key1, key2 = Random.split key

        // x / (x + y) by logarithms, which do not underflow for small parameters.
        widened a.DType (fun d ->
            let x = logGammaOf (Lax.convert d a) shape key1
            let y = logGammaOf (Lax.convert d b) shape key2
            Lax.logistic (Lax.sub x y))

    /// Where n·p is small: how many geometrically distributed waiting times fit into n trials.
    let private binomialByWaiting (n: Tensor) (p: Tensor) (shape: Dims) (key: Tensor) : Tensor =
        let u = Random.uniform n.DType (lead 64 shape) (Math.Pow(2.0, -126.0)) 1.0 key
        let waits = Lax.ceil (Lax.div (Lax.log u) (Lax.log1p (Lax.neg p)))
        let times = Lax.cumulative ReduceOp.Sum 0 false waits
        Lax.sum (Dims.own [| 0 |]) (Lax.convert n.DType (Lax.le times (Lax.broadcastTo times.Shape n)))

    /// log(k!) less Stirling's leading terms.
    let private stirlingTail (k: Tensor) : Tensor =
        let exact =
            Lax.sub
                (Lax.lgamma (Lax.shift 1.0 k))
                (Lax.add
                    (Lax.sub (Lax.mul (Lax.shift 0.5 k) (Lax.log (Lax.shift 1.0 k))) (Lax.shift 1.0 k))
                    (c k (0.5 * Math.Log(2.0 * Math.PI))))

        let r = Lax.reciprocal (Lax.shift 1.0 k)
        let r2 = Lax.square r
        let series = Lax.mul r (Lax.sub (c k (1.0 / 12.0)) (Lax.scale (1.0 / 360.0) r2))
        Lax.select (Lax.lt k (c k 10.0)) exact series

    /// Where n·p is at least 10 and p at most 1/2: Hörmann's transformed rejection (BTRS).
    let private binomialByRejection (n: Tensor) (p: Tensor) (shape: Dims) (key: Tensor) : Tensor =
        let dtype = n.DType
        let keys = Random.splitN 2 key
        let all = lead 32 shape
        let one = c n 1.0
        let q = Lax.sub one p
        let deviation = Lax.sqrt (Lax.mul n (Lax.mul p q))
        let b = Lax.shift 1.15 (Lax.scale 2.53 deviation)
        let a = Lax.add (Lax.shift -0.0873 (Lax.scale 0.0248 b)) (Lax.scale 0.01 p)
        let center = Lax.shift 0.5 (Lax.mul n p)
        let vr = Lax.sub (c n 0.92) (Lax.div (c n 4.2) b)
        let alpha = Lax.mul (Lax.add (c n 2.83) (Lax.div (c n 5.1) b)) deviation
        let mode = Lax.floor (Lax.mul (Lax.shift 1.0 n) p)
        let u = Random.uniform dtype all -0.5 0.5 keys[0]
        let v = Random.uniform dtype all (Math.Pow(2.0, -126.0)) 1.0 keys[1]
        let us = Lax.sub (c n 0.5) (Lax.abs u)
        let k = Lax.floor (Lax.add (Lax.mul (Lax.add (Lax.div (Lax.scale 2.0 a) us) b) u) center)
        let valid = Lax.logicalAnd (Lax.ge k (Lax.zerosLike k)) (Lax.le k (Lax.broadcastTo k.Shape n))
        let k = Lax.clamp (c n 0.0) n k
        let quick = Lax.logicalAnd (Lax.ge us (c n 0.07)) (Lax.le v vr)

        let logV = Lax.log (Lax.div (Lax.mul v alpha) (Lax.add (Lax.div a (Lax.square us)) b))

        let term x y z = Lax.mul x (Lax.log (Lax.div y z))
        let n1, m1, k1 = Lax.shift 1.0 n, Lax.shift 1.0 mode, Lax.shift 1.0 k
        let nm1, nk1 = Lax.shift 1.0 (Lax.sub n mode), Lax.shift 1.0 (Lax.sub n k)
        let odds = Lax.div p q

        let bound =
            [
                term (Lax.shift 0.5 mode) m1 (Lax.mul odds nm1)
                term n1 nm1 nk1
                term (Lax.shift 0.5 k) (Lax.mul nk1 odds) k1
                stirlingTail mode
                stirlingTail (Lax.sub n mode)
                Lax.neg (stirlingTail k)
                Lax.neg (stirlingTail (Lax.sub n k))
            ]
            |> List.reduce Lax.add

        let accepted = Lax.logicalAnd valid (Lax.logicalOr quick (Lax.le logV bound))
        firstAccepted accepted k

    let private binomialOf (counts: Tensor) (p: Tensor) (shape: Dims) (key: Tensor) : Tensor =
        let keys = Random.splitN 2 key
        let n = Lax.broadcastTo shape counts
        let p = Lax.broadcastTo shape p
        let one = Lax.onesLike n
        // The rarer outcome is counted.
        let flipped = Lax.gt p (c n 0.5)
        let p = Lax.select flipped (Lax.sub one p) p
        let large = Lax.ge (Lax.mul n p) (c n 10.0)
        let never = Lax.logicalOr (Lax.le p (c n 0.0)) (Lax.le n (c n 0.0))
        // Where a method does not apply it gets parameters that do it no harm.
        let half = c n 0.5
        let few = binomialByWaiting n (Lax.select (Lax.logicalOr large never) half p) shape keys[0]
        let many = binomialByRejection (Lax.select large n (c n 40.0)) (Lax.select large p half) shape keys[1]
        let rare = Lax.select never (Lax.zerosLike n) (Lax.select large many few)
        Lax.select flipped (Lax.sub n rare) rare

    /// How many of `counts` trials succeed with probability `p` each (float tensors, broadcast to `shape`; the result
    /// has the dtype of counts; `keras.random.binomial`).
    let binomial (counts: Tensor) (p: Tensor) (shape: Dims) (key: Tensor) : Tensor =
        checkFloat "random.binomial" counts
        checkFloat "random.binomial" p
        widened counts.DType (fun d -> binomialOf (Lax.convert d counts) (Lax.convert d p) shape key)
