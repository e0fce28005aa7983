using Dashboard.Diffusion.Schedules;
using Dashboard.Diffusion.Specs;
using Dashboard.Diffusion.Training;

namespace Dashboard.Diffusion.Tests;

public sealed class TrainingMathsTests
{
    /// <summary>
    /// Weights for the squared error of x₀, by their papers: SNR, min(SNR, γ), 1 + SNR; then by what each target's error is.
    /// </summary>
    [Theory]
    [InlineData(0.9)]
    [InlineData(0.3)]
    [InlineData(0.02)]
    public void Weightings_agree_on_every_target(double signal)
    {
        var noise = Math.Sqrt(1 - (signal * signal));
        var snr = signal * signal / (noise * noise);
        foreach (var (kind, weight) in new[]
        {
            (WeightingKind.Snr, snr), (WeightingKind.MinSnr, Math.Min(snr, 5)), (WeightingKind.Edm, 1 + snr),
        })
        {
            var spec = new WeightingSpec { Kind = kind, Gamma = 5 };
            Assert.Equal(1, LossWeights.Of(spec, Parameterization.Image, Loss.Mse, signal, noise) / weight, 10);
            Assert.Equal(1, LossWeights.Of(spec, Parameterization.Noise, Loss.Mse, signal, noise) * snr / weight, 10);
            Assert.Equal(1, LossWeights.Of(spec, Parameterization.Velocity, Loss.Huber, signal, noise) * (1 + snr) / weight, 10);
            Assert.Equal(1, LossWeights.Of(spec, Parameterization.Image, Loss.Mae, signal, noise) / Math.Sqrt(weight), 10);
        }

        Assert.Equal(1, LossWeights.Of(new WeightingSpec(), Parameterization.Image, Loss.Mse, signal, noise));
    }

    [Fact]
    public void The_learning_rate_warms_up_and_falls_along_a_cosine()
    {
        var spec = Presets.Find("ddim-keras")!.Template.Optimizer with
        {
            LearningRate = 2, WarmupSteps = 4, LearningRateSchedule = LearningRateSchedule.Cosine,
        };

        Assert.Equal([0.5, 1, 1.5, 2], Enumerable.Range(1, 4).Select(step => LearningRates.At(spec, step, 104)));
        Assert.Equal(1, LearningRates.At(spec, 54, 104), 12);
        Assert.Equal(0, LearningRates.At(spec, 104, 104), 12);
        Assert.Equal(2, LearningRates.At(spec with { LearningRateSchedule = LearningRateSchedule.Constant }, 104, 104));
    }

    [Fact]
    public void Discrete_times_are_the_schedules_steps_each_as_often()
    {
        var schedule = new LinearBeta(1e-4, 0.02, 10);
        var times = new TimeSampler(new TimesSpec(), schedule, discreteSteps: 10).Draw(new Random(1), 20_000);

        var counts = times.GroupBy(t => Math.Round(t * 10, 9)).OrderBy(group => group.Key).ToList();
        Assert.Equal(Enumerable.Range(1, 10).Select(n => (double)n), counts.Select(group => group.Key));
        Assert.All(counts, group => Assert.InRange(group.Count(), 1800, 2200));
    }

    [Fact]
    public void Stratified_times_fall_once_into_each_part()
    {
        var times = new TimeSampler(new TimesSpec { Kind = TimesKind.Stratified }, new LogSnrLinear(-10, 10), 0)
            .Draw(new Random(1), 64);

        Assert.Equal(Enumerable.Range(0, 64), times.Select(t => (int)(t * 64)).Order());
    }

    [Fact]
    public void Log_normal_times_have_the_wanted_noise_levels()
    {
        var schedule = new Karras(0.002, 80, 7);
        var times = new TimeSampler(new TimesSpec { Kind = TimesKind.LogNormal }, schedule, 0).Draw(new Random(1), 20_000);

        var logSigmas = times.Select(t => -schedule.LogSnr(t) / 2).ToList();
        var mean = logSigmas.Average();
        Assert.Equal(-1.2, mean, 0.03);
        Assert.Equal(1.2, Math.Sqrt(logSigmas.Average(x => (x - mean) * (x - mean))), 0.03);
    }

    [Fact]
    public void Advice_names_the_reason_and_goes_once_it_no_longer_applies()
    {
        var spec = Presets.Find("ddim-keras")!.Template;
        List<EpochSummary> epochs =
            [.. Enumerable.Range(1, 4).Select(epoch => new EpochSummary(epoch, 0.3, 0.3 - (epoch * 0.01), 1.0 / epoch))];
        Assert.Contains("0.300 after epoch 4", Text("high_loss"), StringComparison.Ordinal);
        Assert.Equal("", Text("rising_validation"));

        epochs.Add(new EpochSummary(5, 0.15, 0.20, 0.1));
        Assert.Equal("", Text("high_loss"));

        epochs.AddRange(Enumerable.Range(6, 11).Select(epoch => new EpochSummary(epoch, 0.14, 0.20 + (epoch * 0.001), 0.2)));
        Assert.Contains("since epoch 5", Text("rising_validation"), StringComparison.Ordinal);
        Assert.Contains("epoch 5 (0.1000)", Text("stale_kid"), StringComparison.Ordinal);
        Assert.Equal("", Text("few_images"));
        Assert.Contains("120 images", Text("few_images", images: 120), StringComparison.Ordinal);

        var cold = spec with { Ema = spec.Ema with { Warmup = false } };
        Assert.Contains(
            "still 90", HealthAdvice.Of(cold, epochs, 5000, steps: 100).Single(a => a.Key == "cold_average").Text,
            StringComparison.Ordinal);

        string Text(string key, int images = 5000) =>
            HealthAdvice.Of(spec, epochs, images, 1000).Single(advice => advice.Key == key).Text;
    }

    [Fact]
    public void A_high_loss_is_told_only_of_runs_that_its_rule_was_made_for()
    {
        var spec = Presets.Find("ddim-keras")!.Template;
        Assert.NotEqual("", Text(spec));
        Assert.Equal("", Text(spec, steps: 64));
        Assert.Equal("", Text(spec, epoch: 3));
        Assert.Equal("", Text(spec with { Loss = Loss.Mse }));
        Assert.Equal("", Text(spec with { LossTarget = Parameterization.Velocity }));
        Assert.Equal("", Text(spec with { Parameterization = Parameterization.Velocity }));
        Assert.Equal("", Text(spec with { Schedule = new ScheduleSpec { Kind = ScheduleKind.LinearBeta, Steps = 1000 } }));
        Assert.Equal("", Text(spec with { Schedule = spec.Schedule with { MaxSignalRate = 0.999 } }));
        Assert.Equal("", Text(spec with { Times = new TimesSpec { Kind = TimesKind.LogNormal } }));
        Assert.Equal("", Text(spec with { ImageSize = 16 }));

        static string Text(TrainingSpec spec, int epoch = 4, long steps = 1000) =>
            HealthAdvice.Of(spec, [new EpochSummary(epoch, 0.4, 0.4, null)], 5000, steps)
                .Single(advice => advice.Key == "high_loss").Text;
    }

    [Fact]
    public void Few_images_are_told_only_of_runs_long_enough_to_learn_them_by_heart()
    {
        var spec = Presets.Find("ddim-keras")!.Template with { Repetitions = 1 };
        Assert.Equal("", Text(spec with { Epochs = 9 }));
        Assert.NotEqual("", Text(spec with { Epochs = 10 }));
        Assert.NotEqual("", Text(spec with { Epochs = 2, Repetitions = 5 }));

        static string Text(TrainingSpec spec) =>
            HealthAdvice.Of(spec, [new EpochSummary(1, 0.4, 0.4, null)], 90, 10)
                .Single(advice => advice.Key == "few_images").Text;
    }
}
