using System.Globalization;
using Dashboard.Storage.Postgres;
using Npgsql;

namespace Dashboard.Storage.Runs.Table;

/// <summary>A condition as SQL over rows <c>r</c>; every value is a parameter.</summary>
internal sealed class RunConditionSql(string person)
{
    private readonly List<(string Name, object Value)> values = [("person", person)];

    /// <summary>Which runs are shown: never deleted ones, archived ones only where the condition names them.</summary>
    public string Where(RunCondition? condition)
    {
        var archived = condition?.Names("archived") == true ? "" : " AND r.archived_at IS NULL";
        return $"r.deleted_at IS NULL{archived}{(condition is null ? "" : $" AND ({Of(condition)})")}";
    }

    /// <summary>A statement with the values of the conditions that were written.</summary>
    public NpgsqlCommand Command(NpgsqlConnection connection, string sql)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    private string Of(RunCondition condition) => condition switch
    {
        RunCondition.All all => string.Join(" AND ", all.Parts.Select(part => $"({Of(part)})")),
        RunCondition.Any any => string.Join(" OR ", any.Parts.Select(part => $"({Of(part)})")),
        // A run without a value fails every comparison, and so fulfils its opposite.
        RunCondition.Not not => $"NOT coalesce(({Of(not.Part)}), false)",
        RunCondition.Compare compare => Of(compare),
        _ => throw new ArgumentOutOfRangeException(nameof(condition)),
    };

    private string Of(RunCondition.Compare compare)
    {
        var sql = compare.Column.Sql;
        var isEqual = compare.Operator == RunOperator.Equal;
        if (compare.Value is not { } value)
        {
            return compare.Column.Kind == RunColumnKind.Tags
                ? $"cardinality({sql}) {(isEqual ? "=" : ">")} 0"
                : $"({sql}) IS {(isEqual ? "" : "NOT ")}NULL";
        }

        return (compare.Column.Kind, compare.Operator) switch
        {
            (RunColumnKind.Tags, RunOperator.Contains) =>
                $"EXISTS (SELECT 1 FROM unnest({sql}) tag WHERE tag ILIKE {Add(Like.Contains((string)value))})",
            (RunColumnKind.Tags, _) =>
                $"{(isEqual ? "" : "NOT ")}EXISTS (SELECT 1 FROM unnest({sql}) tag WHERE lower(tag) = lower({Add(value)}))",
            (_, RunOperator.Contains) => $"({sql}) ILIKE {Add(Like.Contains((string)value))}",
            (RunColumnKind.Text, _) => $"lower({sql}) {Sign(compare.Operator)} lower({Add(value)})",
            _ => $"({sql}) {Sign(compare.Operator)} {Add(value)}",
        };
    }

    private static string Sign(RunOperator sign) => sign switch
    {
        RunOperator.Equal => "=",
        RunOperator.NotEqual => "IS DISTINCT FROM",
        RunOperator.Less => "<",
        RunOperator.AtMost => "<=",
        RunOperator.More => ">",
        RunOperator.AtLeast => ">=",
        _ => throw new ArgumentOutOfRangeException(nameof(sign)),
    };

    private string Add(object value)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"p{values.Count}");
        values.Add((name, value));
        return $"@{name}";
    }
}
