using System.Globalization;
using System.Numerics;

namespace Dashboard.Diffusion.Specs;

/// <summary>Collects what is wrong, in the words a person needs.</summary>
internal sealed class RuleBook
{
    private readonly List<SpecProblem> problems = [];

    public IReadOnlyList<SpecProblem> Problems => problems;

    public void Add(string field, string message) => problems.Add(new SpecProblem(field, message));

    public void Require(bool holds, string field, string message)
    {
        if (!holds)
        {
            Add(field, message);
        }
    }

    public void Text(string field, string value, string message) => Require(!string.IsNullOrWhiteSpace(value), field, message);

    /// <summary>NaN lies in no range.</summary>
    public void Range<T>(string field, T value, T least, T most)
        where T : INumber<T> =>
        Require(
            value >= least && value <= most,
            field,
            string.Create(CultureInfo.InvariantCulture, $"{value} is not allowed: give a number from {least} to {most}."));
}
