namespace Dashboard.Web.NewRun;

/// <summary>What people call the samplers and their settings, by the names that specs have for them.</summary>
public static class SamplerWords
{
    public const string EtaHelp = "Fresh noise on the way: 0 is deterministic, 1 as much as the ancestral sampler.";

    public const string VarianceHelp = "How much fresh noise each step adds.";

    public const string OrderHelp = "Evaluations that a step looks back on.";

    public const string ChurnHelp = "Noise added on the way; 0 for none.";

    public const string ChurnNoiseHelp = "Its scale; 1 or a little more.";

    public const string ChurnFromHelp = "None below this noise level.";

    public const string ChurnToHelp = "None above this noise level.";

    public const string SpacingHelp = "How the evaluations are spread from noise to image.";

    public const string ClipHelp = "What is done with predicted images that leave the range of pixels.";

    public const string PercentileHelp = "Share of an image's values that stay as they are. 0.995 is usual.";

    public static IReadOnlyList<(string Value, string Text)> Samplers { get; } =
    [
        ("ddim", "DDIM"), ("ddpm", "DDPM, ancestral"), ("adams-bashforth", "Adams–Bashforth"), ("dpm-solver-2m", "DPM-Solver++ (2M)"),
        ("dpm-solver-sde", "DPM-Solver++ (2M), with fresh noise"), ("heun", "Heun (EDM)"), ("unipc", "UniPC"),
    ];

    public static IReadOnlyList<(string Value, string Text)> Clips { get; } =
        [("none", "Leave them"), ("range", "Cut to the range"), ("dynamic", "Scale down to the range (dynamic)")];

    public static IReadOnlyList<(string Value, string Text)> Spacings { get; } =
        [("even", "Even in time"), ("log-snr", "Even in log-SNR"), ("karras", "Karras (EDM)")];

    public static IReadOnlyList<(string Value, string Text)> Variances { get; } = [("posterior", "Posterior (less noise)"), ("large", "Large (more noise)")];

    /// <summary>The readable name, or the spec's own where there is none.</summary>
    public static string Of(IReadOnlyList<(string Value, string Text)> words, string value) =>
        words.FirstOrDefault(w => w.Value == value).Text ?? value;
}
