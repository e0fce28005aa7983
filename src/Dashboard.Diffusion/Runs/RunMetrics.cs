namespace Dashboard.Diffusion.Runs;

/// <summary>All metrics that this version reports: the one place for what pages, rankings and charts know about them.</summary>
public static class RunMetrics
{
    private const string Gibibytes = "GiB";
    private static readonly string[] Bands = ["cleanest", "second", "third", "noisiest"];

    /// <summary>What training minimizes, where that is not the plain noise loss.</summary>
    public static RunMetric Loss { get; } =
        new("train/loss", "Loss, training", "training") { Better = Better.Lower, HasTile = true };

    public static RunMetric ValidationNoiseLoss { get; } =
        new("val/noise_loss", "Noise loss, validation", "validation") { Better = Better.Lower, HasTile = true };

    public static RunMetric NoiseLoss { get; } = new("train/noise_loss", "Noise loss, training", "training")
    {
        Better = Better.Lower, HasTile = true, EpochMeanWith = ValidationNoiseLoss.Name,
    };

    public static RunMetric ImageLoss { get; } =
        new("train/image_loss", "Image loss, training", "training") { Better = Better.Lower, HasTile = true };

    public static RunMetric ValidationImageLoss { get; } =
        new("val/image_loss", "Image loss, validation", "validation") { Better = Better.Lower, HasTile = true };

    public static RunMetric KidError { get; } = new("val/kid_error", "Standard error of KID", "standard error");

    public static RunMetric Kid { get; } = new("val/kid", "KID", "KID")
    {
        Better = Better.Lower, HasTile = true, HasFloor = true, Error = KidError.Name,
    };

    public static RunMetric Fid { get; } =
        new("val/fid", "FID", "FID") { Better = Better.Lower, HasTile = true, HasFloor = true };

    public static RunMetric Precision { get; } =
        new("val/precision", "Precision", "precision") { Better = Better.Higher, HasTile = true, HasFloor = true };

    public static RunMetric Recall { get; } =
        new("val/recall", "Recall", "recall") { Better = Better.Higher, HasTile = true, HasFloor = true };

    public static RunMetric Speed { get; } =
        new("perf/images_per_second", "Speed", "images/s") { Unit = "images/s", HasTile = true };

    /// <summary>The noise loss in each quarter of the diffusion times, from the cleanest images to the noisiest.</summary>
    public static IReadOnlyList<RunMetric> LossBands { get; } =
    [
        .. Bands.Select((band, i) =>
            new RunMetric($"train/loss_q{i + 1}", $"Noise loss, {band} quarter", band) { Better = Better.Lower }),
    ];

    public static RunMetric LearningRate { get; } = new("train/learning_rate", "Learning rate", "learning rate");

    public static RunMetric GradientNorm { get; } = new("train/gradient_norm", "Gradient norm", "gradient norm");

    public static RunMetric GpuUtilization { get; } = new("gpu/utilization", "GPU: utilization", "utilization");

    public static RunMetric GpuMemory { get; } = new("gpu/memory", "GPU: memory", "memory") { Unit = Gibibytes };

    public static RunMetric GpuMemoryPeak { get; } =
        new("gpu/memory_peak", "GPU: memory peak", "memory peak") { Unit = Gibibytes };

    public static RunMetric Memory { get; } = new("memory/resident", "Memory: resident", "resident") { Unit = Gibibytes };

    public static RunMetric MemoryPeak { get; } =
        new("memory/resident_peak", "Memory: resident peak", "resident peak") { Unit = Gibibytes };

    /// <summary>In the order in which pages show them.</summary>
    public static IReadOnlyList<MetricChart> Charts { get; } =
    [
        new("loss", "Loss", [Loss]) { Text = "What training minimizes: the weighted loss on its target.", Log = true },
        new("noise-loss", "Noise loss", [NoiseLoss, ValidationNoiseLoss])
        {
            Text = "Distance between true and predicted noise, whatever the loss target is.", Log = true, Always = true,
        },
        new("image-loss", "Image loss", [ImageLoss, ValidationImageLoss])
        {
            Text = "Distance between the true image and the network's prediction of it.", Log = true, Always = true,
        },
        new("kid", "KID", [Kid])
        {
            Text = "Distance between generated and validation images.", Log = true, Always = true, Facts = ["kid_protocol"],
        },
        new("speed", "Speed", [Speed]) { Text = "Training images per second.", Always = true, Facts = ["device", "precision"] },
        new("fid", "FID", [Fid])
        {
            Text = "Distance by mean and covariance of the images' features. Unreliable for few images.",
            Log = true,
            Facts = ["feature_extractor"],
        },
        new("precision-recall", "Precision and recall", [Precision, Recall])
        {
            Text = "Share of samples that look real, and share of the data set's variety that samples show.",
            Facts = ["feature_extractor"],
        },
        new("quartiles", "Loss by noise level", LossBands)
        {
            Text = "Training's noise loss in four bands of noise, from the cleanest quarter to the noisiest.", Log = true,
        },
        new("learning-rate", "Learning rate", [LearningRate]) { Text = "After warm-up and schedule." },
        new("gradient-norm", "Gradient norm", [GradientNorm]) { Text = "Over all parameters, before clipping.", Log = true },
        .. new[] { GpuUtilization, GpuMemory, GpuMemoryPeak, Memory, MemoryPeak }.Select(Alone),
    ];

    public static IReadOnlyList<RunMetric> All { get; } = [.. Charts.SelectMany(chart => chart.Metrics), KidError];

    /// <summary>The metric of that name; one that only a newer version knows gets a label made of its name.</summary>
    public static RunMetric Of(string name) => All.FirstOrDefault(metric => metric.Name == name) ?? Unknown(name);

    /// <summary>The charts of a run, in their order.</summary>
    /// <param name="measured">Names of all metrics that the run has reported.</param>
    public static IReadOnlyList<MetricChart> ChartsOf(IEnumerable<string> measured)
    {
        var names = measured.ToHashSet();
        return
        [
            .. Charts.Where(chart => chart.Always || chart.Metrics.Any(metric => names.Contains(metric.Name))),
            .. names.Except(All.Select(metric => metric.Name)).Order(StringComparer.Ordinal).Select(Unknown).Select(Alone),
        ];
    }

    /// <summary>Names of the metrics whose best value is the lowest, or the highest.</summary>
    public static string[] NamesWith(Better better) =>
        [.. All.Where(metric => metric.Better == better).Select(metric => metric.Name)];

    private static RunMetric Unknown(string name)
    {
        var parts = name.Split('/', 2);
        var words = parts[^1].Replace('_', ' ');
        var group = parts[0] switch
        {
            _ when parts.Length == 1 => null,
            "train" => "Training",
            "val" => "Validation",
            "perf" => "Performance",
            "gpu" => "GPU",
            "memory" => "Memory",
            var other => other,
        };
        return new RunMetric(name, group is null ? words : $"{group}: {words}", words);
    }

    private static MetricChart Alone(RunMetric metric) =>
        new(metric.Name.Replace('/', '-'), metric.Label, [metric]) { Text = "As reported by the worker." };
}
