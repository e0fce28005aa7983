using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.EndToEnd;

/// <summary>A network that fails is told without covering the page, and its return is used at once.</summary>
[Collection<DashboardCollection>]
public sealed class ReconnectTests(DashboardFixture fixture)
{
    // Between two attempts the page pauses longer than this.
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(1500);

    private static readonly LocatorAssertionsToBeVisibleOptions WithinSeconds = new() { Timeout = 5_000 };

    [Fact]
    public async Task A_lost_connection_is_told_beside_the_page_and_comes_back_with_the_network()
    {
        await using var line = new Line(fixture.Dashboard.Address);
        var page = await fixture.OpenAsAdminAsync(line.Address);
        await EveryPage.GoAsync(page, "/runs");
        await page.EvaluateAsync("window.notReloaded = true");
        var bar = page.Locator("#components-reconnect-modal");
        await Expect(bar).ToBeHiddenAsync();

        // A machine that loses its network knows it.
        line.Cut();
        await page.Context.SetOfflineAsync(true);
        await Expect(bar.GetByText("You are offline.")).ToBeVisibleAsync(WithinSeconds);
        await Expect(bar).ToHaveClassAsync(new Regex("components-reconnect-(show|retrying|failed)"), new() { Timeout = 20_000 });
        Assert.True(await page.EvaluateAsync<bool>("""
            () => {
                const { x, y, height } = document.querySelector('h1').getBoundingClientRect();
                return document.elementFromPoint(x + 5, y + height / 2).closest('h1') !== null
                    && document.getElementById('components-reconnect-modal').offsetHeight < innerHeight / 4;
            }
            """), "the page is covered");

        // Past the quick attempts of the first seconds.
        await Task.Delay(TimeSpan.FromSeconds(4), TestContext.Current.CancellationToken);
        line.Restore();
        var back = Stopwatch.StartNew();
        await page.Context.SetOfflineAsync(false);
        await Expect(bar).ToBeHiddenAsync(new() { Timeout = 20_000 });
        Assert.True(back.Elapsed < AtOnce, $"it took {back.Elapsed} to reconnect");

        // The same page, alive.
        await page.Locator("[data-test=search]").FillAsync("nothing has this name");
        await Expect(page.GetByText("No run matches")).ToBeVisibleAsync();
        Assert.True(await page.EvaluateAsync<bool>("window.notReloaded === true"));
        await page.CloseAsync();
    }

    [Fact]
    public async Task A_dashboard_that_does_not_answer_is_told_within_seconds()
    {
        await using var line = new Line(fixture.Dashboard.Address);
        var page = await fixture.OpenAsAdminAsync(line.Address);
        await EveryPage.GoAsync(page, "/runs");
        var bar = page.Locator("#components-reconnect-modal");
        line.Cut();
        await Expect(bar.GetByText("Connection lost.")).ToBeVisibleAsync(WithinSeconds);
        line.Restore();
        await bar.GetByRole(AriaRole.Button, new() { Name = "Try now" }).ClickAsync();
        await Expect(bar).ToBeHiddenAsync();
        await page.CloseAsync();
    }
}
