using Dashboard.Diffusion.Datasets;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Data;
using Dashboard.Engine.Data.Drawing;
using Dashboard.Engine.Data.Importing;
using Dashboard.Engine.Training;
using Dashboard.Testing;

namespace Dashboard.Engine.Tests.Training;

/// <summary>Drawn flowers at 16×16 and a network of a few thousand weights, so that a run takes a second or two.</summary>
public sealed class SmallRun : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("engine-tests-").FullName;

    public ImageCache Images { get; private set; } = null!;

    public static TrainingSpec Spec { get; } = SmallSpec.Training with
    {
        Dataset = "drawn",
        HorizontalFlip = true,
        Evaluation =
            new EvaluationSpec { Kid = new KidSpec { Evaluations = 2, Extractor = FeatureExtractor.Embedded, Images = 16 } },
        Samples = new SamplesSpec { Count = 3, FirstSeed = 5, Evaluations = 4, Framed = 2, Frames = 3, EveryEpochs = 1 },
    };

    public async ValueTask InitializeAsync()
    {
        var images = Path.Combine(folder, "images");
        await new DatasetImport(images, new ImageLimits())
            .RunAsync(new DrawnFlowers(count: 80, size: 32, seed: 3), _ => ValueTask.CompletedTask, CancellationToken.None);
        Images = ImageCache.Open(images, Spec.ImageSize, progress: null, CancellationToken.None);
    }

    /// <summary>An empty folder of its own for each run.</summary>
    public string NewFolder() => Directory.CreateDirectory(Path.Combine(folder, Guid.NewGuid().ToString("N"))).FullName;

    /// <summary>Trains to the end, or until <paramref name="onEvent"/> cancels, and returns what was reported.</summary>
    public List<RunEvent> Train(
        TrainingSpec spec,
        string checkpoints,
        string? resumeFrom = null,
        Action<RunEvent, CancellationTokenSource>? onEvent = null,
        string? continueFrom = null)
    {
        using var stop = new CancellationTokenSource();
        var events = new List<RunEvent>();
        var job = new TrainingJob
        {
            Spec = spec,
            Images = Images,
            CheckpointFolder = checkpoints,
            ResumeFrom = resumeFrom,
            ContinueFrom = continueFrom,
            Report = told =>
            {
                events.Add(told);
                onEvent?.Invoke(told, stop);
            },
        };
        try
        {
            Trainer.Run(job, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The test asked for it.
        }

        return events;
    }

    public ValueTask DisposeAsync()
    {
        Images.Dispose();
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
