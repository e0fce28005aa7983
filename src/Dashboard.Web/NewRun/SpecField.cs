namespace Dashboard.Web.NewRun;

/// <summary>How a field of a spec is entered.</summary>
public enum SpecFieldKind
{
    Number,
    Switch,
    Choice,

    /// <summary>Numbers between commas.</summary>
    List,
}

/// <param name="Value">As the JSON has it.</param>
/// <param name="Text">As a person reads it.</param>
public sealed record SpecChoice(string Value, string Text);

/// <summary>One field of a training spec as the form shows it.</summary>
/// <param name="Path">Its JSON path, by which problems name it.</param>
/// <param name="Help">What it does, in plain words.</param>
/// <param name="Unit">Stands behind the number.</param>
public sealed record SpecField(string Path, string Label, string Help, SpecFieldKind Kind = SpecFieldKind.Number, string? Unit = null)
{
    public IReadOnlyList<SpecChoice> Choices { get; init; } = [];

    /// <summary>Seldom changed, so it stands behind an expander.</summary>
    public bool Advanced { get; init; }

    /// <summary>What 0 or an empty list says, where it isn't a quantity.</summary>
    public string? Nothing { get; init; }

    /// <summary>Where the field matters; null for everywhere.</summary>
    public SpecCondition? When { get; init; }
}

/// <summary>Holds while the field at <paramref name="Path"/> has one of <paramref name="Values"/>.</summary>
public sealed record SpecCondition(string Path, params IReadOnlyList<string> Values);

/// <param name="Id">Names the group in the page.</param>
/// <param name="Text">What the group is about, in one sentence.</param>
public sealed record SpecGroup(string Id, string Title, string Text, IReadOnlyList<SpecField> Fields);
