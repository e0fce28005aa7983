namespace Dashboard.Web.Runs;

/// <summary>What people call the samplers and their settings, by the names that specs have for them.</summary>
public static class SamplerWords
{
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
