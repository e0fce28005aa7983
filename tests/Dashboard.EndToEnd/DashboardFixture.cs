namespace Dashboard.EndToEnd;

/// <summary>One dashboard and one browser for all tests of a class.</summary>
public sealed class DashboardFixture : IAsyncLifetime
{
    private DashboardProcess? _dashboard;
    private Chromium? _chromium;

    internal DashboardProcess Dashboard => _dashboard ?? throw new InvalidOperationException("not started");

    internal Chromium Chromium => _chromium ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync()
    {
        _dashboard = await DashboardProcess.StartAsync(TestContext.Current.CancellationToken);
        _chromium = await Chromium.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_chromium is not null)
        {
            await _chromium.DisposeAsync();
        }

        if (_dashboard is not null)
        {
            await _dashboard.DisposeAsync();
        }
    }
}
