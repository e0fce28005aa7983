using System.Globalization;
using Microsoft.Playwright;

namespace Dashboard.EndToEnd;

/// <summary>The addresses of all pages with something on them, and when one of them is all there.</summary>
internal static class EveryPage
{
    // Before these the page is an outline of itself, without contents to judge.
    private const string Settled = """
        () => document.querySelector('h1') && !document.querySelector('.mud-skeleton')
            && [...document.querySelectorAll('.chart, .plot')].every(chart => chart.querySelector('.main-svg'))
        """;

    private static readonly string[] Tabs = ["charts", "samples", "denoise", "checkpoints", "log", "spec"];

    /// <summary>What is shown before somebody signs in.</summary>
    public static IReadOnlyList<string> BeforeSignIn { get; } =
        ["/account/sign-in", "/account/invitation/wrong", "/account/reset/wrong/wrong", "/nowhere"];

    /// <param name="page">Of somebody who is signed in.</param>
    /// <param name="runs">Two that were trained and one that waits.</param>
    public static async Task<IReadOnlyList<string>> AddressesAsync(IPage page, IReadOnlyList<long> runs)
    {
        var (run, other, paused) = (Text(runs[0]), Text(runs[1]), Text(runs[2]));
        var image = await FirstAsync(page, $"/api/images?run={run}");
        var dataset = await FirstAsync(page, "/api/datasets");
        return
        [
            "/", "/runs", "/runs?q=nothing-has-this-name", $"/runs/new?dataset={dataset}", $"/runs/new-samples?run={run}",
            .. Tabs.Select(tab => $"/runs/{run}?tab={tab}"),
            $"/runs/{paused}", $"/runs/{paused}?tab=checkpoints", "/runs/999999", "/compare", $"/compare?runs={run},{other}",
            "/gallery", $"/gallery?image={image}", $"/images/{image}", "/datasets", $"/datasets/{dataset}",
            $"/datasets/{dataset}?image=0", "/workers", "/accounts", "/account", "/account/password", "/account/sign-out",
            "/account/denied", "/error", "/nowhere",
        ];
    }

    /// <summary>Goes there and waits until the page is all there.</summary>
    public static async Task GoAsync(IPage page, string address)
    {
        await page.GotoAsync(address);
        await page.WaitForFunctionAsync(Settled);
    }

    public static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);

    /// <summary>The id of the first item of a list.</summary>
    private static async Task<string> FirstAsync(IPage page, string list)
    {
        var answer = (await (await page.APIRequest.GetAsync(list)).JsonAsync())!.Value;
        return Text(answer.GetProperty("items")[0].GetProperty("id").GetInt64());
    }
}
