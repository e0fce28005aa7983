namespace Dashboard.EndToEnd;

/// <summary>One dashboard and one browser for all tests of a class.</summary>
public sealed class DashboardFixture : IAsyncLifetime
{
    private DashboardProcess? dashboard;
    private Chromium? chromium;

    internal DashboardProcess Dashboard => dashboard ?? throw new InvalidOperationException("not started");

    internal Chromium Chromium => chromium ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync()
    {
        dashboard = await DashboardProcess.StartAsync(TestContext.Current.CancellationToken);
        chromium = await Chromium.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (chromium is not null)
        {
            await chromium.DisposeAsync();
        }

        if (dashboard is not null)
        {
            await dashboard.DisposeAsync();
        }
    }
}
