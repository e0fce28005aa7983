using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Runs;

namespace Dashboard.Worker.Executing;

/// <summary>
/// The spec of a claimed run. A version that can't read it fails the run with words instead of a parser's error.
/// </summary>
internal static class StoredSpec
{
    /// <summary>How the weights of a training run or an import were trained.</summary>
    /// <exception cref="RunFailedException">This version can't read the spec.</exception>
    public static TrainingSpec Training(Run run) =>
        SpecReader.ReadStored(run.Kind, JsonElement.Parse(run.Spec)) ?? throw Unreadable();

    /// <summary>What a sampling run draws.</summary>
    /// <exception cref="RunFailedException">This version can't read the spec.</exception>
    public static SamplingSpec Sampling(Run run) =>
        SpecReader.ReadStoredSampling(run.Kind, JsonElement.Parse(run.Spec)) ?? throw Unreadable();

    private static RunFailedException Unreadable() => new(
        "This version can't read the run's settings. Clone the run to review them, or update the worker.", FailureKind.Input);
}
