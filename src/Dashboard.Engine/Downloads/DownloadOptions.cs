namespace Dashboard.Engine.Downloads;

/// <summary>How patient a download is.</summary>
public sealed record DownloadOptions
{
    /// <summary>Failures in a row, none of which brought a byte, after which the download is given up.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>Before the second attempt; doubled each time.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A connection that brings nothing for so long counts as lost.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);
}
