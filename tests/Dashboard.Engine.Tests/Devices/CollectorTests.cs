using System.Diagnostics;
using static TorchSharp.torch;

namespace Dashboard.Engine.Tests.Devices;

public sealed class CollectorTests
{
    /// <summary>
    /// TorchSharp holds no reference to a Scalar while native code reads it. In optimized code the collector then frees it under
    /// the call, which fails with "Expected false to be true" or worse; <see cref="Engine.Devices.NativeEnvironment"/> prevents
    /// that.
    /// </summary>
    [Fact]
    public async Task Numbers_live_as_long_as_the_native_call_that_reads_them()
    {
        using var done = new CancellationTokenSource(TimeSpan.FromSeconds(6));
        var collector = Task.Run(
            () =>
            {
                while (!done.IsCancellationRequested)
                {
                    GC.Collect(0);
                    GC.WaitForPendingFinalizers();
                }
            },
            TestContext.Current.CancellationToken);

        using var sum = zeros([64], ScalarType.BFloat16);
        using var one = ones([64], ScalarType.BFloat16);
        for (var i = 0; !done.IsCancellationRequested; i++)
        {
            sum.add_(one);
            if (i % 100 == 0)
            {
                sum.zero_();
            }
        }

        await collector;
    }
}
