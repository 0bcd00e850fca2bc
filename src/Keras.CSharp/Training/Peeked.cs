using System.Collections;

namespace Keras;

/// <summary>
/// Batches whose first one may be looked at before they are walked: the first walk goes on from there, since what comes
/// from a stream cannot be had twice.
/// </summary>
internal sealed class Peeked(IEnumerable<Batch> source) : IEnumerable<Batch>
{
    private IEnumerator<Batch>? begun;

    /// <summary>The first batch; null if there is none.</summary>
    public Batch? First()
    {
        begun = source.GetEnumerator();

        if (begun.MoveNext())
            return begun.Current;

        begun.Dispose();
        begun = null;
        return null;
    }

    public IEnumerator<Batch> GetEnumerator() =>
        Interlocked.Exchange(ref begun, null) is { } walk ? GoOn(walk) : source.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static IEnumerator<Batch> GoOn(IEnumerator<Batch> walk)
    {
        using (walk)
        {
            do yield return walk.Current;
            while (walk.MoveNext());
        }
    }
}
