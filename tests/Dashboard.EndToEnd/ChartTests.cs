using Microsoft.Playwright;

namespace Dashboard.EndToEnd;

/// <summary>What charts.js gives to Plotly, in a browser.</summary>
[Collection<DashboardCollection>]
public sealed class ChartTests(DashboardFixture fixture)
{
    /// <summary>Draws one series, and answers what stands on the chart.</summary>
    private const string Draw = """
        async ([x, y, log]) => {
            const { Figure, plotly } = await import('/js/charts.js');
            const number = value => typeof value === 'number' ? value : Number(value);
            const element = document.createElement('div');
            element.style = 'position:fixed;inset:0 auto auto 0;width:420px;height:300px';
            document.body.append(element);
            const figure = new Figure(await plotly(), element);
            await figure.draw([{ type: 'scatter', mode: 'lines+markers', x: x.map(number), y: y.map(number) }],
                { xTitle: 'epoch', xCounts: true, log, revision: 'a' });
            const { xaxis, yaxis } = element._fullLayout;
            const answer = {
                y: yaxis.range.map(value => log ? 10 ** value : value),
                x: xaxis.range,
                ticks: [...element.querySelectorAll('.ytick text')].map(tick => tick.textContent.replace('−', '-')),
                marks: element.querySelectorAll('.points path').length,
                finite: element.data.every(trace => [...trace.x, ...trace.y].every(Number.isFinite)),
            };
            figure.dispose();
            element.remove();
            return answer;
        }
        """;

    [Fact]
    public async Task A_constant_or_single_value_stands_in_the_middle_of_readable_axes()
    {
        var page = await fixture.OpenAsAdminAsync();
        await EveryPage.GoAsync(page, "/workers");
        foreach (var log in new[] { false, true })
        {
            foreach (var value in new[] { 1e-7, 2e-5, 1e-3, 0.37, 1, 42.5, 16_160, 3e9, -2e-4, -5 })
            {
                foreach (double[] epochs in new double[][] { [1], [0.4], [1, 2, 3] })
                {
                    var chart = await DrawAsync(page, epochs, [.. epochs.Select(_ => (object)value)], log && value > 0);
                    var what = $"{value} at {string.Join(", ", epochs)}, log {log}: {chart}";
                    Assert.True(chart.Y[0] < value && value < chart.Y[1], what);
                    Assert.True(chart.Y[1] - chart.Y[0] <= 3 * Math.Abs(value), what);
                    Assert.True(chart.X[0] < epochs[0] && epochs[^1] < chart.X[1] && chart.X[1] - chart.X[0] < 4, what);
                    Assert.Equal(epochs.Length, chart.Marks);
                    Assert.True(chart.Ticks.Length >= 2 && chart.Ticks.Distinct().Count() == chart.Ticks.Length, what);
                    Assert.DoesNotContain("0", chart.Ticks);
                }
            }
        }

        await page.CloseAsync();
    }

    [Fact]
    public async Task What_is_not_finite_never_reaches_Plotly()
    {
        var page = await fixture.OpenAsAdminAsync();
        await EveryPage.GoAsync(page, "/workers");
        var chart = await DrawAsync(page, [1, 2, 3, 4, 5], [0.5, "NaN", "Infinity", "-Infinity", 0.4], log: false);
        Assert.True(chart.Finite);
        Assert.Equal(2, chart.Marks);
        Assert.InRange(chart.Y[1], 0.4, 1);
        chart = await DrawAsync(page, [1, 2], ["NaN", "NaN"], log: true);
        Assert.True(chart.Finite);
        Assert.Equal(0, chart.Marks);
        await page.CloseAsync();
    }

    [Fact]
    public async Task A_constant_learning_rate_is_not_drawn_as_zero()
    {
        var run = EveryPage.Text((await fixture.SmallRunsAsync())[0]);
        var page = await fixture.OpenAsAdminAsync();
        foreach (var scale in new[] { "", "?linear=true" })
        {
            await EveryPage.GoAsync(page, $"/runs/{run}{scale}");
            var range = await page.EvaluateAsync<double[]>("""
                () => {
                    const { yaxis } = document.querySelector('[aria-label="Learning rate"]')._fullLayout;
                    return yaxis.range.map(value => yaxis.type === 'log' ? 10 ** value : value);
                }
                """);
            Assert.True(range[0] > 0 && range[1] < 0.01, string.Join(" to ", range));
        }

        await page.CloseAsync();
    }

    private static Task<Drawn> DrawAsync(IPage page, double[] x, object[] y, bool log) =>
        page.EvaluateAsync<Drawn>(Draw, new object[] { x, y, log });

    private sealed record Drawn
    {
        public double[] Y { get; init; } = [];

        public double[] X { get; init; } = [];

        public string[] Ticks { get; init; } = [];

        public int Marks { get; init; }

        public bool Finite { get; init; }

        public override string ToString() => $"y {Y[0]} to {Y[1]}, x {X[0]} to {X[1]}, ticks {string.Join(' ', Ticks)}";
    }
}
