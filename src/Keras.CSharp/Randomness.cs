namespace Keras;

/// <summary>The keys that models and layers use where nobody gave them one: one sequence for the process.</summary>
internal static class Randomness
{
    private static readonly Lock Gate = new();
    private static FSharp.Tensor? key;
    private static Random seeds = new();

    /// <summary>Starts the sequence anew.</summary>
    public static void Seed(int seed)
    {
        lock (Gate)
        {
            key = FSharp.Random.key(seed);
            seeds = new Random(seed);
        }
    }

    /// <summary>
    /// The next key; within the call of a layer that of the call, within a transformation one that follows from the key of
    /// the transformation.
    /// </summary>
    public static FSharp.Tensor Next()
    {
        // A call on data outside training brings no key along: then the sequence of the process goes on.
        if (LayerScope.Call is { } call && (call.IsBuild || call.Frame!.Key is not null))
            return call.NextKey()!;

        if (VariableScope.Current?.NextKey() is { } traced)
            return traced;

        lock (Gate)
        {
            var (next, result) = FSharp.Random.split(key ?? FSharp.Random.key(seeds.Next()));
            key = next;
            return result!;
        }
    }

    /// <summary>A number to start another sequence from.</summary>
    public static int NextSeed()
    {
        lock (Gate)
            return seeds.Next();
    }
}
