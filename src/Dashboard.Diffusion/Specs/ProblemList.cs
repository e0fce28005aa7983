namespace Dashboard.Diffusion.Specs;

/// <summary>Collects what is wrong, in the words a person needs.</summary>
internal sealed class ProblemList
{
    private readonly List<FieldProblem> found = [];

    public IReadOnlyList<FieldProblem> All => found;

    public void Add(string field, string message) => found.Add(new FieldProblem(field, message));

    public void Require(bool holds, string field, string message)
    {
        if (!holds)
        {
            Add(field, message);
        }
    }

    public void Text(string field, string value, string message) => Require(!string.IsNullOrWhiteSpace(value), field, message);
}
