using System.ComponentModel.DataAnnotations;

namespace Dashboard.Web.Limits;

/// <summary>The settings under <c>Dashboard:Limits</c> in appsettings.json, where each is explained.</summary>
public sealed class LimitOptions
{
    public const string Section = "Dashboard:Limits";

    [Range(1, 1_000_000)]
    public int WaitingRunsPerPerson { get; set; } = 200;

    [Range(0, long.MaxValue)]
    public long BytesPerPerson { get; set; } = 200L << 30;

    [Range(0, long.MaxValue)]
    public long KeepFreeBytes { get; set; } = 2L << 30;

    [Range(1, 1000)]
    public int TagsPerRun { get; set; } = 20;

    // A JSON body may have 64 KiB.
    [Range(1, 40_000)]
    public int LongestNotes { get; set; } = 20_000;

    [Range(0, 24 * 365)]
    public double KeepDeletedHours { get; set; } = 24;
}
