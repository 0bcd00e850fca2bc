using Keras.FSharp;

namespace Keras;

/// <summary>
/// Random tensors (<c>keras.random</c>; the class is not called <c>Random</c>, which every C# program has already). Without
/// a seed, numbers follow from <see cref="Utils.SetRandomSeed"/>; within the call of a layer, from the key of that call.
/// The same seed gives the same numbers each time; a <see cref="SeedGenerator"/> gives others each time.
/// </summary>
public static class KerasRandom
{
    /// <summary>Normally distributed numbers.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="mean">The mean.</param>
    /// <param name="stddev">The standard deviation.</param>
    /// <param name="dtype">A float type; that of the settings by default.</param>
    /// <param name="seed">A number or a generator.</param>
    public static Tensor Normal(
        Shape shape,
        double mean = 0,
        double stddev = 1,
        DType? dtype = null,
        Seed? seed = null
    ) => Moved(FSharp.Random.normal(FloatType("normal", dtype), shape.Core, Key(seed)), mean, stddev);

    /// <summary>Normally distributed numbers that lie within two standard deviations of the mean.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="mean">The mean.</param>
    /// <param name="stddev">The standard deviation before what lies outside is drawn again.</param>
    /// <param name="dtype">A float type; that of the settings by default.</param>
    /// <param name="seed">A number or a generator.</param>
    public static Tensor TruncatedNormal(
        Shape shape,
        double mean = 0,
        double stddev = 1,
        DType? dtype = null,
        Seed? seed = null
    ) =>
        Moved(
            FSharp.Random.truncatedNormal(FloatType("truncated_normal", dtype), shape.Core, -2, 2, Key(seed)),
            mean,
            stddev
        );

    /// <summary>Numbers uniformly distributed from <paramref name="minval"/> up to <paramref name="maxval"/>.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="minval">The smallest.</param>
    /// <param name="maxval">The bound that is not reached.</param>
    /// <param name="dtype">A float type; that of the settings by default.</param>
    /// <param name="seed">A number or a generator.</param>
    public static Tensor Uniform(
        Shape shape,
        double minval = 0,
        double maxval = 1,
        DType? dtype = null,
        Seed? seed = null
    ) => new(FSharp.Random.uniform(FloatType("uniform", dtype), shape.Core, minval, maxval, Key(seed)));

    /// <summary>Integers from <paramref name="minval"/> up to <paramref name="maxval"/>, which is not reached.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="minval">The smallest.</param>
    /// <param name="maxval">The bound that is not reached.</param>
    /// <param name="dtype">An integer type.</param>
    /// <param name="seed">A number or a generator.</param>
    public static Tensor RandInt(Shape shape, long minval, long maxval, DType dtype = DType.Int32, Seed? seed = null) =>
        new(FSharp.Random.randint((FSharp.DType)dtype, shape.Core, minval, maxval, Key(seed)));

    /// <summary>Gamma distributed numbers.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="alpha">The concentration; broadcast to the shape.</param>
    /// <param name="dtype">A float type; that of the settings by default.</param>
    /// <param name="seed">A number or a generator.</param>
    public static Tensor Gamma(Shape shape, Tensor alpha, DType? dtype = null, Seed? seed = null) =>
        new(RandomSamplers.gamma(Parameter(alpha, shape, FloatType("gamma", dtype)), shape.Core, Key(seed)));

    /// <summary>Beta distributed numbers.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="alpha">The first concentration; broadcast to the shape.</param>
    /// <param name="beta">The second concentration; broadcast to the shape.</param>
    /// <param name="dtype">A float type; that of the settings by default.</param>
    /// <param name="seed">A number or a generator.</param>
    public static Tensor Beta(Shape shape, Tensor alpha, Tensor beta, DType? dtype = null, Seed? seed = null)
    {
        var type = FloatType("beta", dtype);
        var (a, b) = (Parameter(alpha, shape, type), Parameter(beta, shape, type));
        return new(RandomSamplers.beta(a, b, shape.Core, Key(seed)));
    }

    /// <summary>The numbers of successes in independent trials.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="counts">The numbers of trials; broadcast to the shape.</param>
    /// <param name="probabilities">The probabilities of success; broadcast to the shape.</param>
    /// <param name="dtype">A float type; that of the settings by default.</param>
    /// <param name="seed">A number or a generator.</param>
    public static Tensor Binomial(
        Shape shape,
        Tensor counts,
        Tensor probabilities,
        DType? dtype = null,
        Seed? seed = null
    )
    {
        var type = FloatType("binomial", dtype);
        var (n, p) = (Parameter(counts, shape, type), Parameter(probabilities, shape, type));
        return new(RandomSamplers.binomial(n, p, shape.Core, Key(seed)));
    }

    /// <summary>Classes drawn with the probabilities softmax(logits): (batch, numSamples).</summary>
    /// <param name="logits">(batch, classes).</param>
    /// <param name="numSamples">How many for each row.</param>
    /// <param name="dtype">An integer type.</param>
    /// <param name="seed">A number or a generator.</param>
    public static Tensor Categorical(Tensor logits, int numSamples, DType dtype = DType.Int32, Seed? seed = null) =>
        new Tensor(FSharp.Random.categoricalN(numSamples, logits.Core, Key(seed))).Cast(dtype);

    /// <summary>The tensor with a share of its elements set to zero and the rest scaled, so that the mean stays.</summary>
    /// <param name="inputs">The tensor.</param>
    /// <param name="rate">The share, from 0 up to 1, which is not reached.</param>
    /// <param name="noiseShape">The shape of what is drawn, broadcast to that of the tensor; -1 for the tensor's size.</param>
    /// <param name="seed">A number or a generator.</param>
    public static Tensor Dropout(Tensor inputs, double rate, Shape? noiseShape = null, Seed? seed = null)
    {
        if (!(rate >= 0 && rate < 1))
            throw Fs.Refuse("random.dropout", $"the rate is {rate}", "It lies in [0, 1).");

        var sizes = noiseShape?.Select((n, axis) => n < 0 ? inputs.Shape[axis] : n) ?? inputs.Shape;
        var kept = new Tensor(FSharp.Random.bernoulli(1 - rate, new Shape([.. sizes]).Core, Key(seed)));
        return Ops.Where(kept, inputs * (1 / (1 - rate)), 0.0);
    }

    /// <summary>The tensor with the slices along an axis in another order.</summary>
    /// <param name="x">The tensor.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="seed">A number or a generator.</param>
    public static Tensor Shuffle(Tensor x, int axis = 0, Seed? seed = null) =>
        new(FSharp.Random.shuffle(axis, x.Core, Key(seed)));

    private static Tensor Moved(FSharp.Tensor? x, double mean, double stddev) => new Tensor(x) * stddev + mean;

    private static FSharp.Tensor Parameter(Tensor x, Shape shape, FSharp.DType dtype) =>
        Ops.BroadcastTo(x.Cast((DType)dtype), shape.ToArray()).Core;

    private static FSharp.DType FloatType(string function, DType? dtype)
    {
        var type = dtype is { } d ? (FSharp.DType)d : FSharp.Backends.Config.FloatX;

        return DTypeModule.isFloat(type)
            ? type
            : throw Fs.Refuse($"random.{function}", $"the dtype is {(DType)type}", "A float type is needed.");
    }

    private static FSharp.Tensor Key(Seed? seed) => seed?.Next() ?? Randomness.Next();
}

/// <summary>Where random numbers come from: a number, which always gives the same, or a <see cref="SeedGenerator"/>.</summary>
public sealed class Seed
{
    private readonly Func<FSharp.Tensor> next;

    private Seed(Func<FSharp.Tensor> next) => this.next = next;

    /// <summary>The same numbers each time.</summary>
    /// <param name="seed">A number that is not negative.</param>
    public static implicit operator Seed(int seed) => new(() => new FSharp.SeedGenerator(Fs.Some(seed), null!).State!);

    /// <summary>Other numbers each time, in the order of the generator.</summary>
    /// <param name="generator">The generator.</param>
    public static implicit operator Seed(SeedGenerator generator) => new(() => generator.Next().Core);

    internal FSharp.Tensor Next() => next();
}

/// <summary>
/// Gives a new key for random numbers at each use (<c>keras.random.SeedGenerator</c>). For code outside compiled functions;
/// layers and compiled steps have keys of their own.
/// </summary>
/// <param name="seed">A number that is not negative; one is drawn where it is absent.</param>
/// <param name="name">The name.</param>
public sealed class SeedGenerator(int? seed = null, string? name = null)
{
    private readonly FSharp.SeedGenerator core = new(Fs.Option(seed), Fs.Option(name));
    private readonly Lock gate = new();

    /// <summary>The name.</summary>
    public string Name => core.Name;

    /// <summary>The number it began with.</summary>
    public int Seed => core.Seed;

    /// <summary>The key that comes next: uint32 (2).</summary>
    public Tensor State => new(core.State);

    /// <summary>The next key: uint32 (2).</summary>
    /// <param name="ordered">Whether keys count up; else they are scattered.</param>
    public Tensor Next(bool ordered = true)
    {
        lock (gate)
            return new Tensor(core.Next(Fs.Some(ordered)));
    }
}
