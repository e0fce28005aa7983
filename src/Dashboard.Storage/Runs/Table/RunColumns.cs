using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Storage.Runs.Table;

/// <summary>All columns of runs: their own, the fields of specs, and metrics.</summary>
public static class RunColumns
{
    private static readonly Dictionary<string, RunColumn> ByName = [];

    static RunColumns()
    {
        var fields = SpecFields.Training.Concat(SpecFields.Sampling).DistinctBy(field => field.Path)
            .Where(field => field.Path is not ("dataset" or "run")).ToList();
        All = [.. Own(), .. RunMetrics.All.SelectMany(Measured), .. fields.Select(Setting)];
        // A name of its own comes before a short form; a short form that two could have means neither.
        foreach (var column in All)
        {
            ByName.TryAdd(column.Key.ToUpperInvariant(), column);
        }

        // Group by group, so that "fid" is the metric and not the setting that has it measured.
        foreach (var group in All.GroupBy(column => column.Group))
        {
            var shorts = group.SelectMany(column => column.Aliases.Select(alias => (Name: alias.ToUpperInvariant(), column)));
            foreach (var found in shorts.GroupBy(pair => pair.Name, pair => pair.column))
            {
                if (found.Distinct().ToList() is [var only])
                {
                    ByName.TryAdd(found.Key, only);
                }
            }
        }
    }

    public static IReadOnlyList<RunColumn> All { get; }

    /// <summary>The column of that key or short name, in any case; null where there is none.</summary>
    public static RunColumn? Find(string name) => ByName.GetValueOrDefault(name.ToUpperInvariant());

    /// <summary>The known name most like a mistyped one.</summary>
    public static string Nearest(string name) =>
        All.SelectMany(column => column.Aliases.Prepend(column.Key)).Where(known => Find(known) is not null)
            .MinBy(known => SpecFields.Distance(known, name.Length > 60 ? name[..60] : name))!;

    private static IEnumerable<RunColumn> Own()
    {
        const string group = "Run";
        yield return new("name", "Run", RunColumnKind.Text) { Group = group, Sql = "r.name" };
        yield return new("id", "Number", RunColumnKind.Number) { Group = group, Sql = "r.id::float8" };
        yield return new("state", "State", RunColumnKind.Word)
        {
            Group = group, Sql = "lower(r.state)", Words = Words<RunState>(),
        };
        yield return new("kind", "Kind", RunColumnKind.Word) { Group = group, Sql = "lower(r.kind)", Words = Words<RunKind>() };
        yield return new("owner", "Owner", RunColumnKind.Text) { Group = group, Sql = "r.owner_name" };
        yield return new("dataset", "Data set", RunColumnKind.Text)
        {
            Group = group, Sql = "(SELECT d.name FROM datasets d WHERE d.id = r.dataset_id)",
        };
        yield return new("tag", "Tags", RunColumnKind.Tags) { Group = group, Sql = "r.tags", Aliases = ["tags"] };
        yield return new("notes", "Notes", RunColumnKind.Text) { Group = group, Sql = "nullif(r.notes, '')" };
        yield return new("progress", "Progress", RunColumnKind.Number)
        {
            Group = group,
            Sql = "CASE WHEN r.state = 'Succeeded' THEN 1 WHEN r.images_total = 0 THEN 0 "
                + "ELSE least(0.99, r.images_done::float8 / r.images_total) END",
        };
        yield return new("epoch", "Epoch", RunColumnKind.Number) { Group = group, Sql = "r.epoch::float8" };
        yield return new("step", "Step", RunColumnKind.Number) { Group = group, Sql = "r.step::float8" };
        yield return new("images", "Images seen", RunColumnKind.Number) { Group = group, Sql = "r.images_done::float8" };
        yield return new("worked", "Seconds worked", RunColumnKind.Number) { Group = group, Sql = "r.worked_seconds" };
        yield return new("created", "Queued", RunColumnKind.Moment) { Group = group, Sql = "r.created_at", Aliases = ["queued"] };
        yield return new("started", "Started", RunColumnKind.Moment) { Group = group, Sql = "r.started_at" };
        yield return new("ended", "Ended", RunColumnKind.Moment) { Group = group, Sql = "r.ended_at" };
        yield return new("error", "Error", RunColumnKind.Text) { Group = group, Sql = "r.error" };
        yield return new("computed-on", "Computed on", RunColumnKind.Text) { Group = group, Sql = "r.facts ->> 'device'" };
        yield return new("stars", "Stars", RunColumnKind.Number) { Group = group, Sql = "cardinality(r.starred_by)::float8" };
        yield return new("starred", "Starred by me", RunColumnKind.Flag) { Group = group, Sql = "(@person = ANY(r.starred_by))" };
        yield return new("pinned", "Pinned", RunColumnKind.Flag) { Group = group, Sql = "(r.pinned_at IS NOT NULL)" };
        yield return new("archived", "Archived", RunColumnKind.Flag) { Group = group, Sql = "(r.archived_at IS NOT NULL)" };
    }

    private static IEnumerable<RunColumn> Measured(RunMetric metric)
    {
        var name = metric.Name.Split('/')[^1];
        var best = metric.Better != Better.Neither;
        if (best)
        {
            yield return Of(isBest: true);
        }

        yield return Of(isBest: false);

        RunColumn Of(bool isBest)
        {
            var word = isBest ? "best" : "last";
            // What is shown where a name alone is given: the best of what is validated, the newest of the rest.
            IReadOnlyList<string> alone = isBest == (best && metric.IsValidation) ? [name, metric.Name] : [];
            return new($"{word}.{metric.Name}", $"{metric.Label}, {(isBest ? "best" : "newest")}", RunColumnKind.Number)
            {
                Group = "Metrics",
                Metric = metric,
                IsBest = isBest,
                Aliases = [.. alone, $"{word}.{name}"],
                Sql = $"(r.{word}_metrics ->> '{metric.Name}')::float8",
            };
        }
    }

    private static RunColumn Setting(SpecField field)
    {
        var path = $"'{{{field.Path.Replace('.', ',')}}}'";
        var text = $"(r.spec #>> {path})";
        var (kind, sql) = field.Kind switch
        {
            SpecFieldKind.Number => (
                RunColumnKind.Number, $"CASE WHEN jsonb_typeof(r.spec #> {path}) = 'number' THEN {text}::float8 END"),
            SpecFieldKind.Choice => (RunColumnKind.Word, text),
            SpecFieldKind.Switch => (RunColumnKind.Flag, $"({text} = 'true')"),
            SpecFieldKind.List => (RunColumnKind.Text, $"trim(both '[]' from {text})"),
            _ => (RunColumnKind.Text, text),
        };
        var parts = field.Path.Split('.');
        List<string> aliases = parts.Length > 1 ? [parts[^1]] : [];
        if (parts is [.., var owner, "kind"])
        {
            aliases.Add(owner);
        }

        return new(field.Path, field.Label, kind)
        {
            Group = "Settings",
            Field = field,
            Aliases = aliases,
            Words = [.. field.Choices.Select(choice => choice.Value)],
            Sql = field.When is { } when ? $"CASE WHEN {Holds(when)} THEN {sql} END" : sql,
        };
    }

    /// <summary>A field that does not count in a run has no value there.</summary>
    private static string Holds(SpecCondition when)
    {
        var text = $"r.spec #>> '{{{when.Path.Replace('.', ',')}}}'";
        return when.Values.Count == 0
            ? $"coalesce({text}, '') <> ''"
            : $"coalesce({text}, '') IN ({string.Join(", ", when.Values.Select(value => $"'{value}'"))})";
    }

    private static IReadOnlyList<string> Words<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName)];
}
