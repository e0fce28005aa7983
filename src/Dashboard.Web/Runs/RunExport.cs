using System.Globalization;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Table;
using Dashboard.Web.Accounts;
using Dashboard.Web.Api;
using Dashboard.Web.Shared;

namespace Dashboard.Web.Runs;

/// <summary><c>/api/runs/export</c>: the list of runs as a file, with the columns, filter and order of the page.</summary>
internal static class RunExport
{
    /// <summary>Runs that are read at a time.</summary>
    private const int Chunk = 500;

    private static readonly RunColumn Name = RunColumns.Find("name")!;

    public static void MapRunExport(this IEndpointRouteBuilder routes) =>
        routes.MapGet(Addresses.RunExport, ExportAsync).WithTags("Runs")
            .WithSummary("The list of runs as CSV or JSON, with any columns, such as cols=schedule,kid and filter=kid < 0.02.")
            .Produces<string>(StatusCodes.Status200OK, "text/csv").ProducesValidationProblem();

    private static async Task<IResult> ExportAsync(
        RunTable table, RunQueries runs, ClaimsPrincipal user, string? format, string? q, string? state, string? kind,
        string? owner, string? tag, string? show, string? filter, string? sort, string? cols, CancellationToken stop)
    {
        if (format is not (null or "" or "csv" or "json"))
        {
            return ApiProblems.Of("format", "Give csv or json.");
        }

        var problems = new List<FieldProblem>();
        foreach (var name in (cols ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (RunColumns.Find(name) is null)
            {
                problems.Add(new("cols", $"There is no column “{name}”. Did you mean “{RunColumns.Nearest(name)}”?"));
            }
        }

        var list = new RunListQuery(q, state, kind, owner, tag, show, filter, sort, cols);
        if (!string.IsNullOrEmpty(sort) && list.SortColumn is null)
        {
            problems.Add(new("sort", "There is no such column. Give one as in cols, with a minus before it to turn the order."));
        }

        var (query, wrong) = list.Read(user.ToPerson().Id);
        if (wrong is not null)
        {
            problems.Add(new("filter", wrong.ToString()));
        }

        if (problems.Count > 0)
        {
            return ApiProblems.Of(problems);
        }

        var ids = await table.IdsAsync(query!, stop);
        return format == "json"
            ? TypedResults.Stream(body => WriteJsonAsync(runs, ids, list.Columns, body, stop), "application/json", "runs.json")
            : TypedResults.Stream(
                body => WriteCsvAsync(runs, ids, list.Columns, body, stop), "text/csv; charset=utf-8", "runs.csv");
    }

    private static async Task WriteCsvAsync(
        RunQueries runs, IReadOnlyList<long> ids, IReadOnlyList<RunColumn> columns, Stream body, CancellationToken stop)
    {
        await using var text = new StreamWriter(body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        await text.WriteAsync($"id,name{string.Concat(columns.Select(column => "," + Cell(column.Key)))}\r\n");
        await foreach (var run in ReadAsync(runs, ids, stop))
        {
            var cells = new RunCells(run);
            await text.WriteAsync(run.Id.ToString(CultureInfo.InvariantCulture));
            foreach (var column in columns.Prepend(Name))
            {
                await text.WriteAsync("," + Cell(cells.Value(column)));
            }

            await text.WriteAsync("\r\n");
        }
    }

    private static async Task WriteJsonAsync(
        RunQueries runs, IReadOnlyList<long> ids, IReadOnlyList<RunColumn> columns, Stream body, CancellationToken stop)
    {
        await using var json = new Utf8JsonWriter(body);
        json.WriteStartArray();
        await foreach (var run in ReadAsync(runs, ids, stop))
        {
            var cells = new RunCells(run);
            json.WriteStartObject();
            json.WriteNumber("id", run.Id);
            foreach (var column in columns.Prepend(Name).Where(column => column.Key != "id"))
            {
                json.WritePropertyName(column.Key);
                Write(json, cells.Value(column));
            }

            json.WriteEndObject();
            await json.FlushAsync(stop);
        }

        json.WriteEndArray();
    }

    // The serializer would flush to the answer at once, which must not be written synchronously.
    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case DateTimeOffset at:
                json.WriteStringValue(at);
                break;
            default:
                json.WriteStringValue(value.ToString());
                break;
        }
    }

    /// <summary>In their order; one that was deleted meanwhile is left out.</summary>
    private static async IAsyncEnumerable<RunItem> ReadAsync(
        RunQueries runs, IReadOnlyList<long> ids, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        foreach (var chunk in ids.Chunk(Chunk))
        {
            var found = (await runs.GetAsync(chunk, stop)).ToDictionary(run => run.Id);
            foreach (var id in chunk.Where(found.ContainsKey))
            {
                yield return found[id];
            }
        }
    }

    private static string Cell(object? value) => value switch
    {
        null => "",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        DateTimeOffset at => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        var other => Quoted(other.ToString() ?? ""),
    };

    private static string Quoted(string text)
    {
        // A spreadsheet takes a text that begins so for a formula.
        var safe = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text;
        return safe.AsSpan().ContainsAny(",\"\r\n;")
            ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : safe;
    }
}
