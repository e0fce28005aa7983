using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Storage.Runs.Table;

public enum RunColumnKind
{
    Text,

    /// <summary>One of few words.</summary>
    Word,
    Number,
    Moment,
    Flag,

    /// <summary>Several words.</summary>
    Tags,
}

/// <summary>Something by which runs are shown, sorted and filtered.</summary>
/// <param name="Key">As it stands in addresses and filters, such as <c>schedule.kind</c> or <c>best.val/kid</c>.</param>
/// <param name="Label">As a person reads it.</param>
public sealed record RunColumn(string Key, string Label, RunColumnKind Kind)
{
    /// <summary>Under which heading menus show it.</summary>
    public required string Group { get; init; }

    /// <summary>Other names by which filters find it.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Of a <see cref="RunColumnKind.Word"/>: all that it can be.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>The field of the spec that it shows; null for another column.</summary>
    public SpecField? Field { get; init; }

    /// <summary>The metric that it shows; null for another column.</summary>
    public RunMetric? Metric { get; init; }

    /// <summary>The metric's best value instead of its newest.</summary>
    public bool IsBest { get; init; }

    /// <summary>Its value in a row <c>r</c> of the table; <c>@person</c> is who asks.</summary>
    internal string Sql { get; init; } = "";
}
