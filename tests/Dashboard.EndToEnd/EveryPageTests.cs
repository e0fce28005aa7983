using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Dashboard.EndToEnd;

/// <summary>What holds on every page, whoever made it.</summary>
[Collection<DashboardCollection>]
public sealed class EveryPageTests(DashboardFixture fixture)
{
    private const int Wide = 1600;
    private const int Narrow = 400;

    // Two cores are all that a small machine has.
    private const int AtOnce = 2;

    /// <summary>All pages take five minutes; by default every fourth is judged.</summary>
    private const int Share = 4;
    private const int Stops = 30;

    private static readonly string[] Grave = ["serious", "critical"];

    // Plotly's hundreds of ticks and marks; the charts' own elements around them are judged.
    private static readonly AxeRunContext WithoutDrawings = new() { Exclude = [new AxeSelector(".main-svg")] };

    /// <summary>The ground that the browser shows is dark or light, as it was asked to be.</summary>
    private const string Coloured = """
        dark => {
            const paint = document.createElement('canvas').getContext('2d');
            const ground = document.querySelector('.account') ? document.body : document.documentElement;
            paint.fillStyle = getComputedStyle(ground).backgroundColor;
            return (parseInt(paint.fillStyle.slice(1, 3), 16) < 128) === dark;
        }
        """;

    /// <summary>
    /// Names the element with the focus if it looks as it does without, by its own lines and those of what is around it.
    /// </summary>
    private const string Unseen = """
        () => {
            const look = element => {
                const lines = [];
                for (let node = element, i = 0; node && i < 5; node = node.parentElement, i++) {
                    const parts = [[node, null], [node, '::before'], [node, '::after']];
                    for (const part of node.querySelectorAll(':scope > .mud-input-outlined-border')) {
                        parts.push([part, null]);
                    }
                    for (const [part, pseudo] of parts) {
                        const style = getComputedStyle(part, pseudo);
                        lines.push(style.outlineStyle === 'none' ? '' : style.outline);
                        lines.push(style.boxShadow, style.borderColor, style.borderWidth, style.transform);
                    }
                }
                return lines.join('|');
            };
            const focused = document.activeElement;
            // A dialog's guards pass the focus on; a heading has it after a navigation, for screen readers.
            if (!focused || focused === document.body || focused.matches('.pointer-events-none, [tabindex="-1"]')) {
                return null;
            }
            const seen = look(focused);
            focused.blur();
            const plain = look(focused);
            focused.focus({ preventScroll: true, focusVisible: true });
            const box = focused.getBoundingClientRect();
            const name = (focused.ariaLabel ?? focused.textContent).trim().slice(0, 40);
            return seen === plain || box.width === 0 ? `${focused.tagName}.${focused.className} "${name}"` : null;
        }
        """;

    [Fact]
    public async Task Axe_finds_nothing_serious_and_no_page_scrolls_sideways()
    {
        var found = new ConcurrentBag<string>();
        var stranger = await fixture.Chromium.OpenAsync(fixture.Dashboard.Address);
        await JudgeAsync(stranger, new(EveryPage.BeforeSignIn), found);
        await stranger.CloseAsync();

        var pages = new List<IPage>();
        while (pages.Count < AtOnce)
        {
            pages.Add(await fixture.OpenAsAdminAsync());
        }

        var addresses = await EveryPage.AddressesAsync(pages[0], await fixture.SmallRunsAsync());
        var all = Environment.GetEnvironmentVariable("DASHBOARD_AXE_ALL") == "1";
        var waiting = new ConcurrentQueue<string>(addresses.Where((_, place) => all || place % Share == 0));
        await Task.WhenAll(pages.Select(page => JudgeAsync(page, waiting, found)));
        await Task.WhenAll(pages.Select(page => page.CloseAsync()));

        Assert.True(found.IsEmpty, string.Join('\n', found.Distinct().Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task The_focus_is_seen_wherever_Tab_brings_it()
    {
        var page = await fixture.OpenAsAdminAsync();
        await page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        var run = EveryPage.Text((await fixture.SmallRunsAsync())[0]);
        var unseen = new List<string>();
        foreach (var address in new[]
        {
            "/", "/runs", "/runs/new", $"/runs/{run}?tab=checkpoints", "/compare", "/gallery", "/account/password",
        })
        {
            await EveryPage.GoAsync(page, address);
            for (var stop = 0; stop < Stops; stop++)
            {
                await page.Keyboard.PressAsync("Tab");
                if (await page.EvaluateAsync<string?>(Unseen) is { } element)
                {
                    unseen.Add($"{address}: {element}");
                }
            }
        }

        await page.CloseAsync();
        Assert.True(unseen.Count == 0, string.Join('\n', unseen.Distinct()));
    }

    [Fact]
    public async Task A_viewer_is_offered_only_what_a_viewer_may_do()
    {
        var runs = await fixture.SmallRunsAsync();
        var page = await fixture.OpenAsViewerAsync();
        var refused = new SortedSet<string>(StringComparer.Ordinal);
        var followed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var address in await EveryPage.AddressesAsync(page, runs))
        {
            await EveryPage.GoAsync(page, address);
            var links = await page.EvaluateAsync<string[]>("""
                [...document.querySelectorAll('a[href]')].map(link => link.href)
                    .filter(address => address.startsWith(location.origin)).map(address => address.split('#')[0])
                """);
            foreach (var link in links.Where(followed.Add))
            {
                var answer = await page.APIRequest.GetAsync(link);
                if (answer.Status == 403 || answer.Url.Contains("/account/denied", StringComparison.Ordinal))
                {
                    refused.Add($"{address} leads to {link}");
                }
            }

            foreach (var control in await page.EvaluateAsync<string[]>(Changes))
            {
                refused.Add($"{address} offers {control}");
            }
        }

        await page.CloseAsync();
        Assert.True(refused.Count == 0, string.Join('\n', refused));
    }

    /// <summary>Controls that change something for all; a viewer has them for the own account only.</summary>
    private const string Changes = """
        location.pathname.startsWith('/account/') || location.pathname === '/account' ? [] :
            [...document.querySelectorAll('main button, main input, [role=dialog] button')]
                .map(control => control.ariaLabel || control.textContent.trim() || control.dataset.test || control.type)
                .filter(name => [
                    'queue', 'draw', 'train', 'import', 'add', 'rename', 'delete', 'remove', 'cancel', 'pause', 'resume', 'retry',
                    'again', 'clone', 'continue', 'generate', 'inpaint', 'invite', 'move', 'leave out', 'upload',
                ].some(verb => name.toLowerCase().includes(verb))
                    && !/compar|add a run|add-run|add a filter|^queued$/i.test(name))
        """;

    private static async Task JudgeAsync(IPage page, ConcurrentQueue<string> addresses, ConcurrentBag<string> found)
    {
        while (addresses.TryDequeue(out var address))
        {
            await page.SetViewportSizeAsync(Wide, 1000);
            await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
            await EveryPage.GoAsync(page, address);
            await page.EvaluateAsync("document.querySelectorAll('details').forEach(details => details.open = true)");
            foreach (var (width, dark) in new[] { (Wide, false), (Wide, true), (Narrow, false) })
            {
                await JudgeAsync(page, address, width, dark, found);
            }
        }
    }

    private static async Task JudgeAsync(IPage page, string address, int width, bool dark, ConcurrentBag<string> found)
    {
        await page.SetViewportSizeAsync(width, 1000);
        await page.EmulateMediaAsync(new()
        {
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
        });
        await page.WaitForFunctionAsync(Coloured, dark);

        // Light and dark differ in colours alone, so in the dark only the rules for colours are asked.
        var options = new AxeRunOptions
        {
            RunOnly = dark ? new RunOnlyOptions { Type = "rule", Values = ["color-contrast", "link-in-text-block"] } : null,
            ResultTypes = [ResultType.Violations],
        };
        var axe = await page.RunAxe(WithoutDrawings, options);
        foreach (var violation in axe.Violations.Where(v => Grave.Contains(v.Impact)))
        {
            foreach (var node in violation.Nodes)
            {
                var why = node.Any.Concat(node.All).Concat(node.None).FirstOrDefault()?.Message;
                found.Add($"{address}, {(dark ? "dark" : "light")}, {width} px: {violation.Id}: {node.Target}: {why}");
            }
        }

        var over = await page.EvaluateAsync<int>("document.scrollingElement.scrollWidth - innerWidth");
        if (over > 0)
        {
            found.Add($"{address}, {width} px: scrolls {over} px sideways");
        }
    }
}
