using System.Globalization;
using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Diffusion.Training;
using Dashboard.Formats;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Curation;
using Dashboard.Web.Shared;

namespace Dashboard.Web.Runs;

/// <summary>A queued run's id, or what is wrong: <see cref="RunId"/> is null exactly when there are problems.</summary>
public sealed record IntakeResult(long? RunId, IReadOnlyList<FieldProblem> Problems)
{
    /// <summary>Of a run that was queued: what its form would have told before.</summary>
    public IReadOnlyList<FieldProblem> Warnings { get; init; } = [];

    /// <summary>As many of the person's runs wait as may.</summary>
    public bool IsOverQuota { get; init; }

    public static IntakeResult Refused(string field, string message) => new(null, [new FieldProblem(field, message)]);

    public static IntakeResult OverQuota(OverQuotaException refused) =>
        Refused("queue", refused.Message + ".") with { IsOverQuota = true };
}

/// <summary>Takes runs from pages and scripts alike: reads the spec, looks up what it names, checks, queues.</summary>
public sealed class RunIntake(
    RunQueue queue, RunQueries runs, DatasetQueries datasets, GalleryQueries gallery, ArtifactFiles files)
{
    public const int LongestName = RunText.LongestName;

    public async Task<IntakeResult> EnqueueAsync(
        RunKind kind, string? name, JsonElement spec, Person owner, CancellationToken stop = default)
    {
        name = name?.Trim();
        if (CheckName(name) is { } problem)
        {
            return new IntakeResult(null, [problem]);
        }

        try
        {
            return kind == RunKind.Training
                ? await EnqueueTrainingAsync(name!, spec, owner, stop)
                : await EnqueueSamplingAsync(name!, spec, owner, stop);
        }
        catch (OverQuotaException refused)
        {
            return IntakeResult.OverQuota(refused);
        }
    }

    /// <summary>What is wrong with a run's name; null when nothing.</summary>
    public static FieldProblem? CheckName(string? name) => RunText.CheckName(name);

    /// <summary>Whether runs may ask for InceptionV3's features.</summary>
    public bool HasInceptionWeights => File.Exists(files.InceptionWeights);

    private async Task<IntakeResult> EnqueueTrainingAsync(string name, JsonElement json, Person owner, CancellationToken stop)
    {
        var read = SpecReader.ParseTraining(json);
        if (read.Spec is not { } spec)
        {
            return new IntakeResult(null, read.Problems);
        }

        var dataset = await datasets.FindAsync(spec.Dataset, stop);
        var facts = dataset?.State == DatasetState.Ready ? await datasets.FactsAsync(dataset.Id, stop) : null;
        var problems = TrainingRules.Check(spec, facts, HasInceptionWeights);
        if (problems.Count > 0)
        {
            return new IntakeResult(null, problems);
        }

        if (dataset is null)
        {
            return IntakeResult.Refused(
                "dataset",
                $"There is no data set “{spec.Dataset}”. Choose one from /datasets, by its id or its name, or import it first.");
        }

        if (facts is null)
        {
            return IntakeResult.Refused("dataset", dataset.State == DatasetState.Importing
                ? $"“{dataset.Name}” is still being imported. Queue the run when it is ready."
                : $"The import of “{dataset.Name}” failed: {dataset.Error} Import it again.");
        }

        if (dataset.ChangesLabels)
        {
            return IntakeResult.Refused(
                "dataset", $"The labels of “{dataset.Name}” are being changed. Queue the run when that is done.");
        }

        if (spec.ContinueFrom is { } parent && await MissingAsync("continueFrom", parent, stop) is { } missing)
        {
            return new IntakeResult(null, [missing]);
        }

        // By id, so that a data set may be renamed.
        var stored = JsonSerializer.Serialize(
            spec with { Dataset = dataset.Id.ToString(CultureInfo.InvariantCulture) }, SpecJson.Options);
        var total = RunLength.Of(spec, facts.TrainImages).Images;
        return new IntakeResult(
            await queue.EnqueueAsync(
                new RunSubmission(RunKind.Training, name, stored, dataset.Id, ImagesTotal: total), owner, stop),
            [])
        {
            Warnings = TrainingRules.Warn(spec, facts),
        };
    }

    private async Task<IntakeResult> EnqueueSamplingAsync(string name, JsonElement json, Person owner, CancellationToken stop)
    {
        var read = SpecReader.ReadSampling(json);
        if (read.Spec is not { } spec)
        {
            return new IntakeResult(null, read.Problems);
        }

        var (checkpoint, problem) = await FindCheckpointAsync(spec, stop);
        if (checkpoint is null)
        {
            return new IntakeResult(null, [problem!]);
        }

        var trained = await runs.GetAsync(checkpoint.Run, stop);
        var problems = await CheckAgainstTrainingAsync(spec, trained, stop);
        if (problems.Count > 0)
        {
            return new IntakeResult(null, problems);
        }

        var run = new RunSubmission(
            RunKind.Sampling, name, JsonSerializer.Serialize(spec, SpecJson.Options), trained?.Dataset?.Id, checkpoint.Id,
            spec.Slerp?.Count ?? spec.Seeds.Count);
        return new IntakeResult(await queue.EnqueueAsync(run, owner, stop), []);
    }

    private async Task<(CheckpointItem? Checkpoint, FieldProblem? Problem)> FindCheckpointAsync(
        SamplingSpec spec, CancellationToken stop)
    {
        if (spec.Checkpoint is { } id)
        {
            return await MissingAsync("checkpoint", id, stop) is { } missing
                ? (null, missing)
                : (await runs.CheckpointAsync(id, stop), null);
        }

        if (await runs.GetAsync(spec.Run!.Value, stop) is not { } run)
        {
            return (null, new FieldProblem("run", $"There is no run {spec.Run}."));
        }

        return await runs.BestCheckpointAsync(run.Id, stop) is { } best
            ? (best, null)
            : (null, new FieldProblem(
                "run",
                $"“{run.Name}” has no checkpoint yet. Wait for the end of its first epoch, or choose another run."));
    }

    /// <returns>Null if the checkpoint is there.</returns>
    private async Task<FieldProblem?> MissingAsync(string field, long id, CancellationToken stop) =>
        await runs.CheckpointAsync(id, stop) switch
        {
            null => new FieldProblem(field, $"There is no checkpoint {id}. A run's page lists those it has."),
            { Available: false } => new FieldProblem(
                field, $"The file of checkpoint {id} is gone or was replaced by a later one. Choose another."),
            _ => null,
        };

    /// <summary>What only the training run and the gallery can tell of a sampling spec.</summary>
    private async Task<IReadOnlyList<FieldProblem>> CheckAgainstTrainingAsync(
        SamplingSpec spec, RunItem? trained, CancellationToken stop)
    {
        var training = trained?.Training;
        var problems = new List<FieldProblem>(training is null ? [] : SamplingRules.CheckAgainst(training.Schedule, spec));
        if (spec.Label is { } label)
        {
            if (training is not { Labels.Enabled: true })
            {
                problems.Add(new FieldProblem(
                    "label",
                    "The network was trained without labels. Leave label out, or sample from a run with labels.enabled."));
            }
            else if (trained!.Dataset is { } dataset && !await datasets.HasLabelAsync(dataset.Id, label, stop))
            {
                problems.Add(new FieldProblem("label", $"“{dataset.Name}” has no label “{label}”. Its page lists those it has."));
            }
        }

        if (spec.EmaDecay is { } decay && training is not null
            && decay != training.Ema.Decay && !training.Ema.Also.Contains(decay))
        {
            problems.Add(new FieldProblem("emaDecay", training.Ema.Also.Count == 0
                ? "The run kept only its main average. Leave emaDecay out."
                : "The run kept no such average. Leave emaDecay out, or use one of: "
                    + $"{string.Join(", ", training.Ema.Also.Select(Format.Plain))}."));
        }

        if (spec.Inpaint is { } inpaint && !await gallery.HasAsync(inpaint.Image, stop))
        {
            problems.Add(new FieldProblem(
                "inpaint.image", "There is no such image in the gallery. Name one by its SHA-256, which its page shows."));
        }

        return problems;
    }
}
