using Microsoft.Playwright;

namespace Dashboard.EndToEnd;

/// <summary>Its tests run one after the other on one dashboard; whichever comes first makes the first account.</summary>
[CollectionDefinition]
public sealed class DashboardCollection : ICollectionFixture<DashboardFixture>;

/// <summary>One dashboard and one browser for all tests.</summary>
public sealed class DashboardFixture : IAsyncLifetime
{
    private DashboardProcess? dashboard;
    private Chromium? chromium;
    private bool hasAccount;
    private string? admin;
    private string? viewer;
    private long[]? runs;

    internal DashboardProcess Dashboard => dashboard ?? throw new InvalidOperationException("not started");

    internal Chromium Chromium => chromium ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync()
    {
        dashboard = await DashboardProcess.StartAsync(TestContext.Current.CancellationToken, flowers: 60);
        chromium = await Chromium.StartAsync();
    }

    /// <summary>Signs Ada in, the admin, in the way a person does.</summary>
    public async Task SignInAsync(IPage page)
    {
        if (hasAccount)
        {
            await SignIn.AsAdaAsync(page);
            return;
        }

        await SignIn.MakeFirstAccountAsync(page, Dashboard.FirstAccountLink());
        hasAccount = true;
    }

    /// <summary>A page of Ada's, without going through the sign-in page again.</summary>
    /// <param name="address">Another way to the dashboard than the direct one.</param>
    public async Task<IPage> OpenAsAdminAsync(Uri? address = null)
    {
        if (admin is null)
        {
            var page = await Chromium.OpenAsync(Dashboard.Address);
            await SignInAsync(page);
            admin = await page.Context.StorageStateAsync();
            await page.CloseAsync();
        }

        return await Chromium.OpenAsync(address ?? Dashboard.Address, state: admin);
    }

    /// <summary>A page of somebody who was invited to look on.</summary>
    public async Task<IPage> OpenAsViewerAsync()
    {
        if (viewer is null)
        {
            var link = await Dashboard.RunVerbAsync(
                ["accounts", "add", "cyd@example.org", "--role", "viewer"], TestContext.Current.CancellationToken);
            var page = await Chromium.OpenAsync(Dashboard.Address);
            await SignIn.AcceptAsync(page, new Uri(link), "Cyd", "cyd@example.org");
            viewer = await page.Context.StorageStateAsync();
            await page.CloseAsync();
        }

        return await Chromium.OpenAsync(Dashboard.Address, state: viewer);
    }

    /// <summary>Two small trained runs on drawn flowers, and one that waits, paused; made on the first call.</summary>
    public async Task<IReadOnlyList<long>> SmallRunsAsync()
    {
        if (runs is null)
        {
            var page = await OpenAsAdminAsync();
            runs = await SmallRuns.MakeAsync(page.APIRequest);
            await page.CloseAsync();
        }

        return runs;
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
