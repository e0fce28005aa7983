using System.Globalization;
using System.Security.Cryptography;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Engine.Tests.Training;

public sealed class InterruptionTests(SmallRun run, ITestOutputHelper output) : IClassFixture<SmallRun>
{
    private static readonly int Runs = int.Parse(
        Environment.GetEnvironmentVariable("DASHBOARD_INTERRUPTED_RUNS") ?? "50", CultureInfo.InvariantCulture);

    /// <summary>As small as a run can be, with a checkpoint after every step.</summary>
    private static readonly TrainingSpec Spec = SmallRun.Spec with
    {
        Network = SmallRun.Spec.Network with { Widths = [4, 8], EmbeddingDims = 8 },
        BatchSize = 16,
        Evaluation = new EvaluationSpec
        {
            Kid = new KidSpec { Evaluations = 1, Extractor = FeatureExtractor.Embedded, Images = 4 },
        },
        Samples = SmallRun.Spec.Samples with { Count = 2, Evaluations = 2, Framed = 1, Frames = 1 },
        Checkpoint = new CheckpointSpec { EverySeconds = 0 },
    };

    /// <summary>
    /// Runs are stopped in order, or break off as a killed process does, at whatever they report next: a step's checkpoint, a
    /// metric, a picture. Each goes on from the last file on the disk, is interrupted up to twice more, and must end in the same
    /// bytes. DASHBOARD_INTERRUPTED_RUNS raises their number.
    /// </summary>
    [Fact]
    public void Runs_interrupted_at_random_moments_end_in_the_same_weights()
    {
        var straight = run.NewFolder();
        var moments = run.Train(Spec, straight).Count;
        var expected = Hash(straight);
        var random = new Random(17);
        var (stops, kills) = (0, 0);

        for (var i = 0; i < Runs; i++)
        {
            var folder = run.NewFolder();
            for (var interruptions = random.Next(1, 4); interruptions > 0; interruptions--)
            {
                var (moment, kill) = (random.Next(moments), random.Next(2) == 1);
                if (Interrupt(folder, moment, kill))
                {
                    (stops, kills) = kill ? (stops, kills + 1) : (stops + 1, kills);
                }
            }

            run.Train(Spec, folder, ResumeFrom(folder));
            Assert.Equal(expected, Hash(folder));
            Directory.Delete(folder, recursive: true);
        }

        output.WriteLine($"{Runs} runs, {stops} times stopped, {kills} times killed, {moments} moments each");
        Assert.True(stops > Runs / 4 && kills > Runs / 4);
    }

    /// <returns>Whether the run got as far as that moment.</returns>
    private bool Interrupt(string folder, int moment, bool kill)
    {
        var reached = false;
        var told = 0;
        try
        {
            run.Train(Spec, folder, ResumeFrom(folder), (_, stop) =>
            {
                if (told++ != moment)
                {
                    return;
                }

                reached = true;
                if (kill)
                {
                    throw new KilledException();
                }

                stop.Cancel();
            });
        }
        catch (KilledException)
        {
            // Nothing was saved on the way out.
        }

        return reached;
    }

    private static string? ResumeFrom(string folder) =>
        Path.Combine(folder, "last.safetensors") is var path && File.Exists(path) ? path : null;

    private static string Hash(string folder) =>
        Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "last.safetensors"))));

    private sealed class KilledException : Exception;
}
