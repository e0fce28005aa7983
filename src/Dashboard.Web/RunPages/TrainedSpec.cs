using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Runs;
using Dashboard.Web.NewRun;

namespace Dashboard.Web.RunPages;

/// <summary>How the weights of a run came to be.</summary>
public static class TrainedSpec
{
    /// <returns>Null for a run that has no weights of its own, or whose spec this version can't read.</returns>
    public static TrainingSpec? Of(RunItem run) => run.Kind switch
    {
        RunKind.Training => SpecDraft.From(run.Spec).Shape,
        RunKind.Import when run.Spec.TryGetProperty("training", out var training) => SpecDraft.From(training).Shape,
        _ => null,
    };

    /// <summary>Whether a run has weights of its own.</summary>
    public static bool HasWeights(RunItem run) => run.Kind is RunKind.Training or RunKind.Import;
}
