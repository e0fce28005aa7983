using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Runs.Table;
using Dashboard.Web.Runs;

namespace Dashboard.Web.Tests.Pages;

public sealed class RunListQueryTests
{
    [Fact]
    public void Columns_are_those_of_the_address_in_its_order_without_repeats_and_strangers()
    {
        Assert.Equal(
            ["schedule.kind", "best.val/kid", "batchSize"],
            new RunListQuery(Cols: "schedule, kid,nonsense,batchSize,best.kid,name").Columns.Select(column => column.Key));
        Assert.Equal("state", new RunListQuery().Columns[0].Key);
    }

    [Fact]
    public void Menus_and_text_are_joined()
    {
        var list = new RunListQuery(Q: "a", State: "Running", Show: "starred", Filter: "kid < 1", Sort: "-kid");
        var (query, problem) = list.Read("ann");
        Assert.Null(problem);
        Assert.Equal(4, Assert.IsType<RunCondition.All>(query!.Condition).Parts.Count);
        Assert.Equal(("best.val/kid", true, "ann"), (query.Sort!.Key, query.Descending, query.Person));
        Assert.Null(new RunListQuery(State: "nonsense", Kind: "7").Read("ann").Query!.Condition);
        Assert.NotNull(new RunListQuery(Filter: "kid").Read("ann").Problem);
    }

    [Fact]
    public void Cells_show_settings_and_metrics_as_people_read_them()
    {
        var spec = Presets.All[0].Template with { Dataset = "1", BatchSize = 32 };
        var run = RunViewTests.Item(1) with
        {
            Spec = System.Text.Json.JsonSerializer.SerializeToElement(spec, SpecJson.Options),
            BestMetrics = new Dictionary<string, double?> { ["val/kid"] = 0.01234567 },
            Tags = ["a", "b"],
        };
        var cells = new RunCells(run);
        Assert.Equal("32 images", cells.Text(RunColumns.Find("batchSize")!));
        Assert.Equal(32.0, cells.Value(RunColumns.Find("batchSize")!));
        Assert.Equal("0.0123", cells.Text(RunColumns.Find("kid")!));
        Assert.Equal("", cells.Text(RunColumns.Find("fid")!));
        Assert.Equal("a b", cells.Value(RunColumns.Find("tag")!));
        // Counts only under another schedule.
        Assert.Null(cells.Value(RunColumns.Find("schedule.rho")!));
        Assert.All(RunColumns.All, column => Assert.NotNull(cells.Text(column)));
    }
}
