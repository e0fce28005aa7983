using System.Globalization;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Runs.Table;

namespace Dashboard.Web.Runs;

/// <summary>What the list of runs shows, as it stands in an address: menus, the filter's text, order and columns.</summary>
/// <param name="Q">Part of the name.</param>
/// <param name="Show"><c>starred</c> (by who asks) or <c>archived</c>; null for all that is in use.</param>
/// <param name="Filter">In the language of <see cref="RunFilterParser"/>.</param>
/// <param name="Sort">A column; with a minus before it the largest first.</param>
/// <param name="Cols">Columns with commas between them.</param>
public sealed record RunListQuery(
    string? Q = null, string? State = null, string? Kind = null, string? Owner = null, string? Tag = null, string? Show = null,
    string? Filter = null, string? Sort = null, string? Cols = null)
{
    public const int MostColumns = 40;

    private static readonly string[] Usual =
        ["state", "kind", "dataset", "progress", "best.val/kid", "last.val/noise_loss", "owner", "created"];

    /// <summary>Chosen columns in their order; the name comes before them in any case.</summary>
    public IReadOnlyList<RunColumn> Columns =>
    [
        .. (Cols is null ? Usual : Cols.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Select(RunColumns.Find).OfType<RunColumn>().Where(column => column.Key != "name").Distinct().Take(MostColumns),
    ];

    /// <summary>Null for the newest first.</summary>
    public RunColumn? SortColumn => RunColumns.Find(Sort?.TrimStart('-') ?? "");

    public bool Descending => Sort?.StartsWith('-') == true;

    /// <summary>Whether anything but order and columns is chosen.</summary>
    public bool Narrows => Parts("").Count > 0 || !string.IsNullOrWhiteSpace(Filter);

    /// <summary>What to read; or why the filter can't be read.</summary>
    /// <param name="person">Who asks.</param>
    public (RunTableQuery? Query, RunFilterProblem? Problem) Read(string person)
    {
        var (written, problem) = RunFilterParser.Parse(Filter);
        if (problem is not null)
        {
            return (null, problem);
        }

        var parts = Parts(person);
        if (written is not null)
        {
            parts.Add(written);
        }

        return (new RunTableQuery(
            parts.Count == 0 ? null : new RunCondition.All(parts), person, SortColumn, Descending), null);
    }

    /// <summary>The menus as conditions. A menu's value that nobody could choose admits all.</summary>
    private List<RunCondition> Parts(string person)
    {
        var parts = new List<RunCondition>();
        Add("name", RunOperator.Contains, Q);
        Add("state", RunOperator.Equal, Word<RunState>(State));
        Add("kind", RunOperator.Equal, Word<RunKind>(Kind));
        if (!string.IsNullOrWhiteSpace(Owner))
        {
            Add("owner", RunOperator.Contains, Owner);
        }

        Add("tag", RunOperator.Equal, Tag);
        if (Show is "starred" or "archived")
        {
            parts.Add(new RunCondition.Compare(RunColumns.Find(Show)!, RunOperator.Equal, true));
        }

        return parts;

        void Add(string column, RunOperator sign, string? value)
        {
            if (!string.IsNullOrWhiteSpace(value))
            {
                parts.Add(new RunCondition.Compare(RunColumns.Find(column)!, sign, value.Trim()));
            }
        }
    }

    private static string? Word<T>(string? text)
        where T : struct, Enum =>
        Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value)
            ? value.ToString().ToLower(CultureInfo.InvariantCulture)
            : null;
}
