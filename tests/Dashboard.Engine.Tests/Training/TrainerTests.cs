using System.Security.Cryptography;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Checkpoints;
using Dashboard.Engine.Metrics;
using Dashboard.Engine.Networks;
using TorchSharp;

namespace Dashboard.Engine.Tests.Training;

public sealed class TrainerTests(SmallRun run) : IClassFixture<SmallRun>
{
    [Fact]
    public void Fid_precision_and_recall_are_measured_where_asked_for_and_the_floor_is_told_once()
    {
        var kid = SmallRun.Spec.Evaluation.Kid with { Sampler = Sampler.Unipc, Order = 3 };
        var spec = SmallRun.Spec with { Evaluation = new EvaluationSpec { Kid = kid, Fid = true, PrecisionRecall = true } };
        var events = run.Train(spec, run.NewFolder());

        var facts = events.OfType<FactEvent>().ToDictionary(fact => fact.Name, fact => fact.Value);
        var measured = events.OfType<MetricsEvent>().Where(told => told.Values.ContainsKey("val/kid")).ToList();
        Assert.Equal(spec.Epochs, measured.Count);
        Assert.Contains("unipc, 2 sampling steps, order 3", facts["kid_protocol"], StringComparison.Ordinal);
        Assert.Contains("real training images", facts["kid_protocol"], StringComparison.Ordinal);
        var floors = events.OfType<FloorEvent>().ToDictionary(floor => floor.Metric, floor => floor.Value);
        Assert.InRange(floors["val/precision"], 0.01, 1);
        Assert.InRange(floors["val/recall"], 0.01, 1);
        Assert.All(measured, told =>
        {
            // Two epochs draw noise, which is farther from flowers than other flowers are.
            Assert.True(told.Values["val/kid"] > floors["val/kid"]);
            Assert.True(told.Values["val/fid"] > floors["val/fid"]);
            Assert.InRange(told.Values["val/precision"], 0, 1);
            Assert.InRange(told.Values["val/recall"], 0, 1);
        });
    }

    [Fact]
    public void An_extractor_without_its_weights_fails_before_the_first_step()
    {
        var kid = SmallRun.Spec.Evaluation.Kid with { Extractor = FeatureExtractor.Inception75 };
        var told = new List<RunEvent>();

        var failure = Assert.Throws<RunFailedException>(() => run.Train(
            SmallRun.Spec with { Evaluation = SmallRun.Spec.Evaluation with { Kid = kid } }, run.NewFolder(),
            onEvent: (what, _) => told.Add(what)));

        Assert.Equal(FailureKind.Input, failure.Kind);
        Assert.DoesNotContain(told, what => what is ProgressEvent or MetricsEvent);
    }

    [Fact]
    public void Reports_losses_kid_samples_frames_and_checkpoints_of_each_epoch()
    {
        var folder = run.NewFolder();
        var events = run.Train(SmallRun.Spec, folder);

        var epochs = events.OfType<MetricsEvent>().Where(metrics => metrics.Values.ContainsKey("val/noise_loss")).ToList();
        Assert.Equal([1, 2], epochs.Select(metrics => metrics.Clock.Epoch));
        Assert.All(epochs, metrics => Assert.Superset(
            new HashSet<string>
            {
                "train/noise_loss", "train/image_loss", "val/image_loss", "val/kid", "val/kid_error", "perf/images_per_second",
            },
            metrics.Values.Keys.ToHashSet()));
        Assert.True(epochs[1].Values["train/noise_loss"] < epochs[0].Values["train/noise_loss"]);

        var samples = events.OfType<ImageEvent>().Where(image => image.Frame is null).ToList();
        Assert.Equal([5L, 6, 7, 5, 6, 7], samples.Select(image => image.Seed));
        var frames = events.OfType<ImageEvent>().Where(image => image.Frame is not null && image.Clock.Epoch == 2).ToList();
        Assert.Equal(2 * 3 * 2, frames.Count);
        Assert.Equal([0, 2, 3], frames.Select(image => image.Frame!.Index).Distinct());
        Assert.Equal([1, 0.5, 0.25], frames.Select(image => image.Frame!.Time).Distinct());

        // What the last frame predicts is the finished sample.
        var predicted = frames.Single(image => image.Seed == 6 && image.Frame is { Index: 3, Shows: FrameShows.Predicted });
        Assert.Equal(samples[4].Png, predicted.Png);

        var last = events.OfType<CheckpointEvent>().Last();
        Assert.Equal(CheckpointKind.Last, last.Kind);
        Assert.Equal(last.Sha256, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(last.Path))));
        Assert.Equal(last.Bytes, new FileInfo(last.Path).Length);
        Assert.Contains(events, told => told is CheckpointEvent { Kind: CheckpointKind.Best, Kid: not null });
        Assert.Superset(
            new HashSet<string> { "kid_protocol", "device", "precision", "parameters", "feature_extractor" },
            events.OfType<FactEvent>().Select(fact => fact.Name).ToHashSet());
        Assert.Equal("val/kid", Assert.Single(events.OfType<FloorEvent>()).Metric);
        Assert.Equal(["best.safetensors", "last.safetensors"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
    }

    /// <summary>With everything measured that can be: labels, charts and best values come from the table.</summary>
    [Fact]
    public void Every_reported_metric_has_a_row_in_the_table()
    {
        var spec = SmallRun.Spec with
        {
            Epochs = 1,
            LossTarget = Parameterization.Velocity,
            Evaluation = SmallRun.Spec.Evaluation with { Fid = true, PrecisionRecall = true },
            Checkpoint = new CheckpointSpec { EverySeconds = 0 },
        };
        var reported = run.Train(spec, run.NewFolder()).OfType<MetricsEvent>().SelectMany(told => told.Values.Keys).ToHashSet();

        Assert.Superset(new HashSet<string> { "train/loss", "train/loss_q4", "val/recall", "memory/resident" }, reported);
        Assert.Subset(RunMetrics.All.Select(metric => metric.Name).ToHashSet(), reported);
    }

    [Fact]
    public void A_data_set_that_does_not_fill_one_step_is_refused()
    {
        var spec = SmallRun.Spec with { BatchSize = 64, Optimizer = SmallRun.Spec.Optimizer with { AccumulatedBatches = 2 } };
        var failure = Assert.Throws<RunFailedException>(() => run.Train(spec, run.NewFolder()));

        Assert.Equal(FailureKind.Input, failure.Kind);
        Assert.Contains("does not fill one step of 128", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Precision.Fp32, 3)]
    [InlineData(Precision.Auto, 11)]
    public void A_run_that_was_stopped_ends_in_the_same_bits_as_one_that_was_not(Precision precision, int stopAtStep)
    {
        var spec = SmallRun.Spec with { Precision = precision };
        var (straight, interrupted) = (run.NewFolder(), run.NewFolder());
        run.Train(spec, straight);

        StopAtStep(spec, interrupted, stopAtStep);
        using (var stopped = Opened(interrupted))
        {
            Assert.Equal(stopAtStep, stopped.Header.Position.Step);
        }

        run.Train(spec, interrupted, Path.Combine(interrupted, "last.safetensors"));
        AssertSameCheckpoint(straight, interrupted);
    }

    /// <summary>Everything that has randomness or memory of its own, at once.</summary>
    [Theory]
    [InlineData(NetworkKind.ResidualUnet)]
    [InlineData(NetworkKind.AttentionUnet)]
    public void A_run_with_every_option_goes_on_in_the_same_bits_too(NetworkKind network)
    {
        var spec = SmallRun.Spec with
        {
            BatchSize = 4,
            Network = SmallRun.Spec.Network with { Kind = network, Dropout = 0.2, AttentionResolutions = [8], NormGroups = 4 },
            Parameterization = Parameterization.Velocity,
            LossTarget = Parameterization.Velocity,
            Loss = Loss.Huber,
            Weighting = new WeightingSpec { Kind = WeightingKind.MinSnr },
            Times = new TimesSpec { Kind = TimesKind.LogNormal },
            Schedule = new ScheduleSpec { Kind = ScheduleKind.Cosine, ZeroTerminalSnr = true },
            Optimizer = SmallRun.Spec.Optimizer with
            {
                AccumulatedBatches = 2, MaxGradientNorm = 0.5, WarmupSteps = 5,
                LearningRateSchedule = LearningRateSchedule.Cosine,
            },
            Ema = new EmaSpec { Decay = 0, Warmup = true, HalfLifeImages = 50, Also = [0.9, 0.99] },
            Labels = new LabelsSpec { Enabled = true },
            Augmentation = new AugmentationSpec { Probability = 0.5 },
        };
        Assert.Empty(TrainingRules.Check(spec));
        var (straight, interrupted) = (run.NewFolder(), run.NewFolder());
        run.Train(spec, straight);

        StopAtStep(spec, interrupted, 5);
        run.Train(spec, interrupted, Path.Combine(interrupted, "last.safetensors"));
        AssertSameCheckpoint(straight, interrupted);

        using var last = Opened(straight);
        Assert.Equal(16, last.Header.Position.Step);
        Assert.Contains("ema_also.1.head.weight", last.File.Tensors.Keys);
        Assert.Equal(run.Images.Labels, last.Header.Labels);
    }

    [Fact]
    public void Accumulated_batches_make_one_step()
    {
        var spec =
            SmallRun.Spec with { Epochs = 1, BatchSize = 4, Optimizer = SmallRun.Spec.Optimizer with { AccumulatedBatches = 3 } };
        var last = run.Train(spec, run.NewFolder()).OfType<MetricsEvent>().Last().Clock;

        Assert.Equal(run.Images.Training.Count / 12, last.Step);
        Assert.Equal(last.Step * 12, last.ImagesSeen);
    }

    [Fact]
    public void A_run_that_continues_another_starts_from_its_averaged_weights()
    {
        var (parent, child) = (run.NewFolder(), run.NewFolder());
        run.Train(SmallRun.Spec, parent);
        var continued = Path.Combine(parent, "last.safetensors");

        // Stopped by its first words, before any step.
        run.Train(SmallRun.Spec with { Seed = 2 }, child, onEvent: (_, stop) => stop.Cancel(), continueFrom: continued);

        using var before = Opened(parent);
        using var after = Opened(child);
        Assert.Equal(0, after.Header.Position.Step);
        foreach (var name in after.File.Tensors.Keys.Where(name => name.StartsWith("network.", StringComparison.Ordinal)))
        {
            var average = before.File.Tensors[name.Replace("network.", "ema.", StringComparison.Ordinal)];
            Assert.True(after.File.Tensors[name].bytes.SequenceEqual(average.bytes), name);
        }
    }

    [Theory]
    [InlineData("spec")]
    [InlineData("ema.head.bias")]
    public void A_checkpoint_that_was_changed_is_refused(string what)
    {
        var folder = run.NewFolder();
        run.Train(SmallRun.Spec with { Epochs = 1 }, folder);
        var path = Path.Combine(folder, "last.safetensors");
        var bytes = File.ReadAllBytes(path);
        if (what == "spec")
        {
            // Another learning rate of the same length.
            var place = bytes.AsSpan().IndexOf("0.001"u8);
            bytes[place + 4] = (byte)'2';
        }
        else
        {
            bytes[^1] ^= 1;
        }

        File.WriteAllBytes(path, bytes);
        var failure = Assert.Throws<RunFailedException>(() => run.Train(SmallRun.Spec, folder, path));

        Assert.Equal(FailureKind.Input, failure.Kind);
        Assert.Contains("checksum", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_another_shape_name_the_first_tensor_that_differs()
    {
        var parent = run.NewFolder();
        run.Train(SmallRun.Spec with { Epochs = 1 }, parent);
        var wider = SmallRun.Spec with { Network = SmallRun.Spec.Network with { Widths = [8, 24] } };

        var failure = Assert.Throws<RunFailedException>(() =>
            run.Train(wider, run.NewFolder(), continueFrom: Path.Combine(parent, "last.safetensors")));

        Assert.Equal(FailureKind.Input, failure.Kind);
        Assert.Contains("ema.middle.0.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("24", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("validating")]
    [InlineData("measuring KID")]
    [InlineData("drawing samples")]
    public void A_run_that_was_stopped_after_an_epoch_goes_on_where_it_was(string phase)
    {
        var (straight, interrupted) = (run.NewFolder(), run.NewFolder());
        run.Train(SmallRun.Spec, straight);
        var before = run.Train(SmallRun.Spec, interrupted, onEvent: (told, stop) =>
        {
            if (told is ProgressEvent progress && progress.Phase == phase)
            {
                stop.Cancel();
            }
        });
        Assert.IsType<CheckpointEvent>(before[^1]);
        var after = run.Train(SmallRun.Spec, interrupted, Path.Combine(interrupted, "last.safetensors"));

        AssertSameCheckpoint(straight, interrupted);
        var measured = before.Concat(after).OfType<MetricsEvent>().Where(metrics => metrics.Values.ContainsKey("val/kid"));
        Assert.Equal([1, 2], measured.Select(metrics => metrics.Clock.Epoch));
    }

    [Fact]
    public void Leaves_no_tensor_behind()
    {
        run.Train(SmallRun.Spec with { Epochs = 1 }, run.NewFolder());
        var before = TensorCount();
        run.Train(SmallRun.Spec with { Epochs = 1 }, run.NewFolder());
        var after = TensorCount();

        // TorchSharp's counter never takes back the tensor that a Parameter was made of; memory it does.
        using var random = new torch.Generator(0);
        using var network = new ResidualUnet(
            new NetworkShape(SmallRun.Spec.Network, SmallRun.Spec.ImageSize), torch.CPU, torch.ScalarType.Float32, random);
        using var features = new FeatureNetwork(random);
        var miscounted = (2 * network.parameters().Count()) + features.parameters().Count();
        Assert.Equal(before + miscounted, after);
    }

    [Fact]
    public void Every_step_has_as_many_tensors_as_the_one_before()
    {
        var counts = new List<long>();
        run.Train(SmallRun.Spec with { BatchSize = 2, Epochs = 1 }, run.NewFolder(), onEvent: (told, stop) =>
        {
            if (told is MetricsEvent && told.Clock.Epoch == 0)
            {
                counts.Add(torch.Tensor.TotalCount);
            }
        });
        Assert.Single(counts.Distinct());
    }

    [Fact]
    public void A_diverging_loss_fails_with_the_step()
    {
        var spec = SmallRun.Spec with { Optimizer = SmallRun.Spec.Optimizer with { LearningRate = 1e30 } };
        var failure = Assert.Throws<RunFailedException>(() => run.Train(spec, run.NewFolder()));
        Assert.Equal(FailureKind.Diverged, failure.Kind);
        Assert.Contains("step", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("checkpoint", failure.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_run_that_diverges_after_a_checkpoint_names_it()
    {
        var folder = run.NewFolder();
        var steps = run.Train(SmallRun.Spec with { Epochs = 1 }, folder).OfType<CheckpointEvent>().Last().Clock.Step;
        var spec = SmallRun.Spec with { Optimizer = SmallRun.Spec.Optimizer with { LearningRate = 1e30 } };
        var failure = Assert.Throws<RunFailedException>(
            () => run.Train(spec, folder, Path.Combine(folder, "last.safetensors")));
        Assert.Equal(FailureKind.Diverged, failure.Kind);
        Assert.EndsWith(
            $"The last checkpoint is of epoch 1, step {steps}: trying again goes on from it.", failure.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Too_large_a_batch_for_memory_says_what_to_lower()
    {
        // Widths that ask for more than any machine can address; the allocation is refused at once.
        var spec = SmallRun.Spec with { Network = SmallRun.Spec.Network with { Widths = [4_000_000, 4_000_000] } };
        var failure = Assert.Throws<RunFailedException>(() => run.Train(spec, run.NewFolder()));
        Assert.Equal(FailureKind.OutOfMemory, failure.Kind);
        Assert.Contains("Lower", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("checkpoint", failure.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_full_disk_keeps_the_old_checkpoint()
    {
        var folder = run.NewFolder();
        StopAtStep(SmallRun.Spec, folder, 3);
        var path = Path.Combine(folder, "last.safetensors");
        var old = File.ReadAllBytes(path);

        // Whatever is written through this link fails with ENOSPC.
        File.CreateSymbolicLink(path + ".tmp", "/dev/full");
        var failure = Assert.Throws<RunFailedException>(() => run.Train(SmallRun.Spec, folder, path));

        Assert.Equal(FailureKind.DiskFull, failure.Kind);
        Assert.EndsWith("step 3: trying again goes on from it.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(old, File.ReadAllBytes(path));
        run.Train(SmallRun.Spec, folder, path);
    }

    [Fact]
    public void A_checkpoint_of_other_images_or_another_network_is_refused()
    {
        var folder = run.NewFolder();
        StopAtStep(SmallRun.Spec, folder, 1);
        var path = Path.Combine(folder, "last.safetensors");

        var wider = SmallRun.Spec with { Network = SmallRun.Spec.Network with { Widths = [8, 32] } };
        var failure = Assert.Throws<RunFailedException>(() => run.Train(wider, folder, path));
        Assert.Equal(FailureKind.Input, failure.Kind);
        Assert.Contains("network.", failure.Message, StringComparison.Ordinal);

        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        failure = Assert.Throws<RunFailedException>(() => run.Train(SmallRun.Spec, folder, path));
        Assert.Contains("cut short", failure.Message, StringComparison.Ordinal);
    }

    private void StopAtStep(TrainingSpec spec, string folder, int step)
    {
        // Progress comes at most twice a second; a look at the loss at every checkpoint, and one is due after every step.
        var eager = spec with { Checkpoint = new CheckpointSpec { EverySeconds = 0 } };
        run.Train(eager, folder, onEvent: (told, stop) =>
        {
            if (told is CheckpointEvent && told.Clock.Step >= step)
            {
                stop.Cancel();
            }
        });
    }

    private static long TensorCount()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }

    private static Opening Opened(string folder) => new(Path.Combine(folder, "last.safetensors"));

    private static void AssertSameCheckpoint(string expectedFolder, string actualFolder)
    {
        using var expected = Opened(expectedFolder);
        using var actual = Opened(actualFolder);
        Assert.Equivalent(expected.Header.Position, actual.Header.Position, strict: true);
        Assert.Equal(expected.File.Tensors.Keys.Order(), actual.File.Tensors.Keys.Order());
        Assert.All(expected.File.Tensors, pair =>
            Assert.True(pair.Value.bytes.SequenceEqual(actual.File.Tensors[pair.Key].bytes), pair.Key));
    }

    private sealed class Opening : IDisposable
    {
        public Opening(string path) => (File, Header) = Checkpoint.Open(path);

        public SafeTensorsFile File { get; }

        public CheckpointHeader Header { get; }

        public void Dispose() => File.Dispose();
    }
}
