using System.Reflection;

namespace Dashboard.Diffusion.Specs;

/// <summary>How a field of a spec is written.</summary>
public enum SpecFieldKind
{
    Number,
    Switch,
    Choice,

    /// <summary>Numbers between commas.</summary>
    List,
    Text,
}

/// <param name="Value">As the JSON has it.</param>
/// <param name="Text">As a person reads it.</param>
public sealed record SpecChoice(string Value, string Text);

/// <summary>One field of a spec, read from its property's attributes.</summary>
/// <param name="Path">Its JSON path, by which problems name it.</param>
public sealed record SpecField(string Path, SpecFieldKind Kind, string Label, string Help)
{
    /// <summary>Stands behind the number.</summary>
    public string? Unit { get; init; }

    /// <summary>Seldom changed, so it stands behind an expander.</summary>
    public bool Advanced { get; init; }

    /// <summary>What 0 or an empty value means, where it is not a quantity.</summary>
    public string? Nothing { get; init; }

    public IReadOnlyList<SpecChoice> Choices { get; init; } = [];

    /// <summary>Of a number, or of each entry of a list.</summary>
    public WithinAttribute? Range { get; init; }

    /// <summary>Of a list: how many entries.</summary>
    public EntriesAttribute? Entries { get; init; }

    /// <summary>Where the field counts; null for everywhere.</summary>
    public SpecCondition? When { get; init; }

    /// <summary>Its value in a spec that does not mention it, as <see cref="SpecFields.Text(object?)"/> writes it.</summary>
    public string Default { get; init; } = "";

    /// <summary>Where its default is another one; null for nowhere.</summary>
    public SpecNeed? Need { get; init; }

    /// <summary>Whether it takes no fractions.</summary>
    public bool Whole { get; init; }

    /// <summary>The properties that lead to it.</summary>
    internal IReadOnlyList<PropertyInfo> Properties { get; init; } = [];

    /// <returns>Null where it or a record on the way to it is left out.</returns>
    internal object? Read(object spec) =>
        Properties.Aggregate((object?)spec, (owner, property) => owner is null ? null : property.GetValue(owner));
}

/// <summary>
/// While the choice at <paramref name="Path"/> has this value, a field's default is <paramref name="Default"/>.
/// </summary>
public sealed record SpecNeed(string Path, string Value, string Default);

/// <summary>
/// Holds while the field at <paramref name="Path"/> has one of <paramref name="Values"/>, or any value if there are none.
/// </summary>
/// <param name="Only">Elsewhere every value but the default is refused.</param>
public sealed record SpecCondition(string Path, IReadOnlyList<string> Values, bool Only)
{
    public bool Holds(string text) => Values.Count == 0 ? text.Length > 0 : Values.Contains(text);
}
