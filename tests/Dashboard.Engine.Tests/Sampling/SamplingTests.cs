using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Sampling;
using Dashboard.Diffusion.Schedules;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Data;
using Dashboard.Engine.Networks;
using Dashboard.Engine.Sampling;
using Dashboard.Engine.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Tests.Sampling;

public sealed class SamplingTests(SmallRun run) : IClassFixture<SmallRun>
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.7)]
    public void Follows_the_equations_of_ddim(double eta)
    {
        // A network that answers 0.25 whatever it sees, so that the walk can be computed by hand.
        const double Answer = 0.25;
        const double Fresh = 0.5;
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        using var network = new ResidualUnet(
            new NetworkShape(SmallRun.Spec.Network, SmallRun.Spec.ImageSize), CPU, ScalarType.Float32, random);
        using (no_grad())
        {
            network.named_parameters().Single(p => p.name == "head.bias").parameter.fill_((float)Answer);
        }

        network.eval();
        var schedule = NoiseSchedule.From(SmallRun.Spec.Schedule);
        var seen = new List<double>();
        using var normalizer = new Normalizer(ChannelStatistics.Symmetric, CPU);
        var settings = new SamplerSpec { Sampler = Sampler.Ddim, Evaluations = 4, Eta = eta };
        var drawn = PlanSampler.Draw(
            new Denoiser(network, Parameterization.Noise, normalizer, settings),
            SamplerPlan.Create(schedule, settings),
            TensorLayout.ChannelsLast(ones(1, 3, 8, 8)),
            () => full([1, 3, 8, 8], (float)Fresh),
            (_, _, _, predicted) => seen.Add(predicted.mean().item<float>()),
            inpainting: null,
            CancellationToken.None);

        // Song et al. 2021, equation 12, with rates instead of alphas.
        double x = 1, image = 0;
        var (start, end) = (Math.Acos(0.95), Math.Acos(0.02));
        for (var i = 0; i < 4; i++)
        {
            var (angle, next) = (start + ((1 - (i / 4.0)) * (end - start)), start + ((1 - ((i + 1) / 4.0)) * (end - start)));
            image = (x - (Math.Sin(angle) * Answer)) / Math.Cos(angle);
            Assert.Equal(1, seen[i] / image, 1e-4);
            var sigma = eta * Math.Sin(next) / Math.Sin(angle) * Math.Sqrt(1 - Math.Pow(Math.Cos(angle) / Math.Cos(next), 2));
            x = (Math.Cos(next) * image) + (Math.Sqrt(Math.Pow(Math.Sin(next), 2) - (sigma * sigma)) * Answer) + (sigma * Fresh);
        }

        Assert.Equal(1, drawn.max().item<float>() / image, 1e-4);
        Assert.Equal(1, drawn.min().item<float>() / image, 1e-4);
    }

    [Theory]
    [InlineData(Precision.Fp32, 0)]
    [InlineData(Precision.Auto, 0)]
    [InlineData(Precision.Auto, 1)]
    public void A_seed_gives_the_same_bytes_alone_and_among_others(Precision precision, double eta)
    {
        var folder = run.NewFolder();
        run.Train(SmallRun.Spec with { Epochs = 1, Precision = precision }, folder);
        var checkpoint = Path.Combine(folder, "last.safetensors");

        using var sampler = new CheckpointSampler();
        var alone = Draw(7, 1);
        Assert.Equal(alone, Draw(7, 4));
        Assert.Equal(alone, Draw(5, 16));
        Assert.Equal(alone, Draw(1, 40));
        Assert.NotEqual(alone, Draw(8, 1, seed: 8));

        byte[] Draw(long first, int count, long seed = 7)
        {
            var images = new List<ImageEvent>();
            var spec = new SamplingSpec
            {
                Evaluations = 5, Eta = eta, Frames = 0, Seeds = new SeedRange { First = first, Count = count },
            };
            sampler.Draw(
                spec, checkpoint, picture: null, told => images.AddRange(told is ImageEvent image ? [image] : []),
                CancellationToken.None);
            Assert.Equal(count, images.Count);
            return images.Single(image => image.Seed == seed).Png;
        }
    }

    public static TheoryData<SamplesSpec> Samples =>
    [
        SmallRun.Spec.Samples,
        SmallRun.Spec.Samples with
        {
            Sampler = Sampler.Ddpm, Variance = AncestralVariance.Large, Clip = ImageClip.Dynamic, Percentile = 0.9,
        },
        SmallRun.Spec.Samples with { Sampler = Sampler.Heun, Churn = new ChurnSpec { Amount = 2 }, Spacing = TimeSpacing.Karras },
    ];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Draws_from_a_checkpoint_what_the_run_itself_drew(SamplesSpec samples)
    {
        var folder = run.NewFolder();
        var trained = run.Train(SmallRun.Spec with { Samples = samples }, folder).OfType<ImageEvent>()
            .Last(image => image is { Seed: 6, Frame: null });
        var drawn = new List<RunEvent>();
        using var sampler = new CheckpointSampler();
        sampler.Draw(
            new SamplingSpec(samples) { Frames = 2, Seeds = new SeedRange { First = 6, Count = 1 } },
            Path.Combine(folder, "last.safetensors"),
            picture: null,
            drawn.Add,
            CancellationToken.None);

        var image = Assert.Single(drawn.OfType<ImageEvent>(), image => image.Frame is null);
        Assert.Equal(trained.Png, image.Png);
        Assert.Equal(2, image.Clock.Epoch);
        Assert.Equal(SpecJson.Word(samples.Sampler), image.Sampler);
        Assert.Equal(4, drawn.OfType<ImageEvent>().Count(frame => frame.Frame is not null));
        Assert.Equal(1, drawn.OfType<ProgressEvent>().Last().ImagesDone);
    }

    [Fact]
    public void Stops_within_an_evaluation()
    {
        var folder = run.NewFolder();
        run.Train(SmallRun.Spec with { Epochs = 1 }, folder);
        using var stop = new CancellationTokenSource();
        using var sampler = new CheckpointSampler();
        var frames = 0;
        Assert.Throws<OperationCanceledException>(() => sampler.Draw(
            new SamplingSpec { Evaluations = 1000, Frames = 1000, Seeds = new SeedRange { Count = 1 } },
            Path.Combine(folder, "last.safetensors"),
            picture: null,
            told =>
            {
                if (told is ImageEvent && ++frames == 6)
                {
                    stop.Cancel();
                }
            },
            stop.Token));
        Assert.Equal(6, frames);
    }

    [Fact]
    public void A_missing_checkpoint_is_told_in_words()
    {
        using var sampler = new CheckpointSampler();
        var failure = Assert.Throws<RunFailedException>(() =>
            sampler.Draw(
                new SamplingSpec(), Path.Combine(run.NewFolder(), "gone.safetensors"), null, _ => { }, CancellationToken.None));
        Assert.Equal(FailureKind.Input, failure.Kind);
        Assert.Contains("gone.safetensors", failure.Message, StringComparison.Ordinal);
    }
}
