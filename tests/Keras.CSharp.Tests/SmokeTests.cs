using Xunit;

namespace Keras.Tests;

public class SmokeTests
{
    [Fact]
    public void TheTestProgramRuns() => Assert.Equal(2, 1 + 1);
}
