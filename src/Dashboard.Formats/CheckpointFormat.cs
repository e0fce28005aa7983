namespace Dashboard.Formats;

/// <summary>The words of checkpoint files that engine and storage both must know.</summary>
public static class CheckpointFormat
{
    /// <summary>All that a run needs to go on.</summary>
    public const string Run = "diffusion-dashboard-1";

    /// <summary>The averaged weights alone, under the network's own names.</summary>
    public const string WeightsOnly = "diffusion-dashboard-weights-1";

    /// <summary>What the names of a run's averaged weights begin with.</summary>
    public const string Average = "ema.";

    /// <summary>Metadata key of the checksum over everything else.</summary>
    public const string Checksum = "checksum";
}
