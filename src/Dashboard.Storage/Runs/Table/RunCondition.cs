namespace Dashboard.Storage.Runs.Table;

public enum RunOperator
{
    Equal,
    NotEqual,
    Less,
    AtMost,
    More,
    AtLeast,

    /// <summary>Has it somewhere in it.</summary>
    Contains,
}

/// <summary>Which runs a filter admits.</summary>
public abstract record RunCondition
{
    private RunCondition()
    {
    }

    /// <summary>Whether a column stands anywhere in it.</summary>
    public bool Names(string key) => this switch
    {
        All all => all.Parts.Any(part => part.Names(key)),
        Any any => any.Parts.Any(part => part.Names(key)),
        Not not => not.Part.Names(key),
        Compare compare => compare.Column.Key == key,
        _ => false,
    };

    /// <summary>Every part holds.</summary>
    public sealed record All(IReadOnlyList<RunCondition> Parts) : RunCondition;

    /// <summary>At least one part holds.</summary>
    public sealed record Any(IReadOnlyList<RunCondition> Parts) : RunCondition;

    public sealed record Not(RunCondition Part) : RunCondition;

    /// <param name="Value">
    /// A text, double, bool or DateTimeOffset, as the column's kind has it; null for a run without a value.
    /// </param>
    public sealed record Compare(RunColumn Column, RunOperator Operator, object? Value) : RunCondition;
}
