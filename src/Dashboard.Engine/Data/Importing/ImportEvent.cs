using Dashboard.Engine.Imaging;
using Dashboard.Formats.Labels;

namespace Dashboard.Engine.Data.Importing;

/// <summary>What an import tells while it works. Nothing here knows of Postgres.</summary>
public abstract record ImportEvent;

/// <param name="Index">Its place in the pack.</param>
/// <param name="Width">Pixels, upright.</param>
/// <param name="Thumbnail">A square JPEG of <see cref="Thumbnail.Size"/> pixels.</param>
public sealed record ImportedImage(int Index, string Name, string? Label, int Width, int Height, byte[] Thumbnail) : ImportEvent
{
    public bool IsTransparent { get; init; }

    /// <summary>Only its first frame is used.</summary>
    public bool IsAnimated { get; init; }

    /// <summary>Of <see cref="PerceptualHash"/>; null if the picture shows too little.</summary>
    public long? Hash { get; init; }

    /// <summary>Not used by runs: a person left its label out.</summary>
    public bool IsLeftOut { get; init; }
}

/// <summary>What the names of all images say; once, before the first image.</summary>
public sealed record ImportFindings(LabelFindings Findings) : ImportEvent;

/// <param name="Reason">In words for a person.</param>
public sealed record SkippedEntry(string Name, string Reason) : ImportEvent;

/// <param name="Fraction">0…1.</param>
/// <param name="Phase">What is being done, in words.</param>
public sealed record ImportProgress(double Fraction, string Phase) : ImportEvent;
