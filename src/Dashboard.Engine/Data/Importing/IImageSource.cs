using Dashboard.Formats.Labels;

namespace Dashboard.Engine.Data.Importing;

/// <summary>Where the images of a data set come from.</summary>
public interface IImageSource
{
    /// <summary>Reads everything once, in an order that is the same each time.</summary>
    /// <exception cref="ImportRefusedException">The source as a whole can't be imported.</exception>
    IAsyncEnumerable<SourceItem> ReadAsync(CancellationToken cancellationToken);
}

public abstract record SourceItem;

/// <summary>A candidate: whether it is an image is found out by who reads it.</summary>
/// <param name="Content">The encoded bytes. Called once and on any thread, so that drawn images are drawn on all cores.</param>
/// <param name="Validation">The source's own split, if it brings one.</param>
public sealed record SourceEntry(string Name, string? Label, Func<byte[]> Content, bool? Validation = null) : SourceItem
{
    /// <summary>The name's bytes, where another encoding may be meant.</summary>
    public byte[]? NameBytes { get; init; }

    /// <summary>Kept, but not used by runs: a person left its label out.</summary>
    public bool IsLeftOut { get; init; }
}

/// <summary>What the names of all images say; comes first, from sources with folders.</summary>
public sealed record SourceFindings(LabelFindings Findings) : SourceItem;

/// <summary>An entry that the source itself leaves out.</summary>
public sealed record SourceProblem(string Name, string Reason) : SourceItem;

/// <param name="Fraction">0…1 of the whole import.</param>
public sealed record SourceProgress(double Fraction, string Phase) : SourceItem;

/// <summary>A source that is not imported at all. The message says why and what to do, for a person.</summary>
public sealed class ImportRefusedException(string message, Exception? inner = null) : Exception(message, inner);
