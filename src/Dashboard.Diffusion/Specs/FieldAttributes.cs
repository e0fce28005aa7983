using System.Globalization;

namespace Dashboard.Diffusion.Specs;

/// <summary>What a person reads about a property of a spec.</summary>
/// <param name="label">Unique among the fields of a spec.</param>
/// <param name="help">What it does, and which value is usual.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FieldAttribute(string label, string help) : Attribute
{
    public string Label => label;

    public string Help => help;

    /// <summary>Stands behind the number.</summary>
    public string? Unit { get; init; }

    /// <summary>Seldom changed, so forms keep it behind an expander.</summary>
    public bool Advanced { get; init; }

    /// <summary>What 0 or an empty value means, where it is not a quantity.</summary>
    public string? Nothing { get; init; }
}

/// <summary>What a person reads for a member of an enum.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class WordAttribute(string text) : Attribute
{
    public string Text => text;
}

/// <summary>The range of a number, or of each entry of a list, both ends included.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WithinAttribute : Attribute
{
    // A long does not fit into a double: seeds go up to 2^63.
    private readonly (long Least, long Most)? whole;
    private readonly (double Least, double Most) real;

    public WithinAttribute(long least, long most) =>
        (whole, real, Least, Most) = ((least, most), (least, most), Text(least), Text(most));

    public WithinAttribute(double least, double most) => (real, Least, Most) = ((least, most), Text(least), Text(most));

    public string Least { get; }

    public string Most { get; }

    /// <summary>NaN lies in no range.</summary>
    public bool Holds(object number) => whole is { } range && number is int or long
        ? Convert.ToInt64(number, CultureInfo.InvariantCulture) is var n && n >= whole!.Value.Least && n <= whole.Value.Most
        : Convert.ToDouble(number, CultureInfo.InvariantCulture) is var x && x >= real.Least && x <= real.Most;

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}

/// <summary>How many numbers a list has, both ends included.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EntriesAttribute(int fewest, int most) : Attribute
{
    public int Fewest => fewest;

    public int Most => most;

    /// <summary>Whether each number stands there once at most.</summary>
    public bool Distinct { get; init; }
}

/// <summary>The property counts only while another one has one of these values; without values, while it has any.</summary>
/// <param name="property">A property of the same record or of one around it.</param>
/// <param name="values">An empty string stands for a property that is left out.</param>
[AttributeUsage(AttributeTargets.Property)]
public class ShownWhenAttribute(string property, params object[] values) : Attribute
{
    public string Property => property;

    public IReadOnlyList<object> Values => values;
}

/// <summary>As <see cref="ShownWhenAttribute"/>; elsewhere every value but the default is refused.</summary>
public sealed class OnlyWhenAttribute(string property, params object[] values) : ShownWhenAttribute(property, values);

/// <summary>Another default while a choice has this value, for a choice that can't do without.</summary>
/// <param name="property">A choice of the same record.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DefaultWhenAttribute(string property, object value, object usual) : Attribute
{
    public string Property => property;

    public object Value => value;

    public object Usual => usual;
}

/// <summary>
/// Tells the fields of a part apart from the same fields elsewhere in the spec, in brackets behind their labels.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PartAttribute(string name) : Attribute
{
    public string Name => name;
}
