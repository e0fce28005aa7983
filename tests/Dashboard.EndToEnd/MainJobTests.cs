using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.EndToEnd;

/// <summary>The whole story of a new user, in a real browser, on real photographs at a small size.</summary>
[Collection<DashboardCollection>]
public sealed partial class MainJobTests(DashboardFixture fixture)
{
    private static readonly LocatorAssertionsToBeVisibleOptions Slowly = new() { Timeout = 180_000 };

    [Fact]
    public async Task From_the_first_link_to_pictures_in_the_gallery()
    {
        Assert.SkipUnless(
            File.Exists(FlowersZip.Photographs),
            "needs ../shared/data/flowers5.zip, photographs that are not part of the repository");
        var page = await fixture.Chromium.OpenAsync(fixture.Dashboard.Address);
        var trouble = new List<string>();
        page.PageError += (_, error) => trouble.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                trouble.Add(message.Text);
            }
        };

        await fixture.SignInAsync(page);
        await ImportFlowersAsync(page);
        var training = await QueueTrainingAsync(page);
        await WatchTrainingAsync(page);
        await LookAtFramesAsync(page, training);
        await DrawSamplesAsync(page, training);
        await FindThemInTheGalleryAsync(page);

        Assert.Empty(trouble);
    }

    private async Task ImportFlowersAsync(IPage page)
    {
        var zip = Path.Combine(fixture.Dashboard.Home, "flowers.zip");
        FlowersZip.Write(zip, perLabel: 40);

        await page.GetByRole(AriaRole.Link, new() { Name = "Data sets" }).First.ClickAsync();
        await page.Locator("[data-test=add-dataset]").First.ClickAsync();
        await page.Locator("[data-test=dataset-file]").SetInputFilesAsync(zip);
        await page.Locator("[data-test=dataset-name]").FillAsync("real flowers");
        await page.Locator("[data-test=dataset-submit]").ClickAsync();

        await page.WaitForURLAsync(DatasetPage());
        await Expect(page.Locator("[data-test=image-count]")).ToHaveTextAsync("200", new() { Timeout = 120_000 });
        await page.GetByText("1 skipped: what and why").ClickAsync();
        await Expect(page.GetByText(FlowersZip.NoImage)).ToBeVisibleAsync();
        await Expect(page.Locator("a[data-image] img").First).ToBeVisibleAsync();
    }

    private static async Task<long> QueueTrainingAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "New run" }).First.ClickAsync();
        await page.GetByText("real flowers").First.ClickAsync();
        await page.Locator("[data-test=name]").FillAsync("small flowers");
        await page.EvaluateAsync("document.querySelectorAll('details.group').forEach(group => group.open = true)");

        // A mistake is named at its field, and nothing can be queued.
        await FillAsync(page, "imageSize", "63");
        await Expect(page.Locator("[data-field=imageSize]").GetByText("multiple of")).ToBeVisibleAsync();
        await Expect(page.Locator("[data-test=queue]")).ToBeDisabledAsync();

        await FillAsync(page, "imageSize", "32");
        await FillAsync(page, "epochs", "3");
        await FillAsync(page, "batchSize", "16");
        await FillAsync(page, "network.widths", "16, 24, 32");
        await FillAsync(page, "network.blockDepth", "1");
        await FillAsync(page, "samples.count", "6");
        await FillAsync(page, "samples.framed", "2");
        await FillAsync(page, "samples.frames", "5");
        await Expect(page.Locator("[data-test=queue]")).ToBeEnabledAsync();
        await page.Locator("[data-test=queue]").ClickAsync();

        await page.WaitForURLAsync(RunPage());
        return long.Parse(RunPage().Match(page.Url).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Nothing is reloaded here: what appears was brought by the live path.</summary>
    private static async Task WatchTrainingAsync(IPage page)
    {
        await page.EvaluateAsync("window.notReloaded = true");
        foreach (var metric in new[] { "train/noise_loss", "val/noise_loss", "val/kid" })
        {
            await Expect(page.Locator($"[data-metric='{metric}']")).ToBeVisibleAsync(Slowly);
        }

        await page.Locator("[data-tab=samples]").ClickAsync();
        await Expect(page.Locator("img[data-seed='6']")).ToBeVisibleAsync(Slowly);
        await Expect(Succeeded(page)).ToBeVisibleAsync(Slowly);
        await Expect(page.Locator("img[data-seed]")).ToHaveCountAsync(6);
        Assert.True(await page.EvaluateAsync<bool>("window.notReloaded === true"));
    }

    private static async Task LookAtFramesAsync(IPage page, long training)
    {
        await page.GotoAsync($"/runs/{training}?tab=denoise");
        await Expect(page.Locator("[data-test=frame]")).ToBeVisibleAsync();
        await page.Locator("[data-test=frame]").FillAsync("0");
        await Expect(page.GetByAltText("at t = 1.00, noisy").First).ToBeVisibleAsync();
        Assert.Contains("frame=0", page.Url, StringComparison.Ordinal);

        await page.GotoAsync($"/runs/{training}?tab=checkpoints");
        var download = await page.RunAndWaitForDownloadAsync(() => page.Locator("[data-test=download]").First.ClickAsync());
        Assert.EndsWith(".safetensors", download.SuggestedFilename, StringComparison.Ordinal);
    }

    private static async Task DrawSamplesAsync(IPage page, long training)
    {
        await page.GotoAsync($"/runs/{training}");
        await page.Locator("[data-test=draw]").ClickAsync();
        await page.Locator("[data-field='seeds.count'] input").FillAsync("4");
        await Expect(page.Locator("[data-test=queue]")).ToContainTextAsync("Draw 4 images");
        await page.Locator("[data-test=queue]").ClickAsync();
        await page.WaitForURLAsync(RunPage());
        Assert.NotEqual(training.ToString(CultureInfo.InvariantCulture), RunPage().Match(page.Url).Groups[1].Value);
        await Expect(Succeeded(page)).ToBeVisibleAsync(Slowly);
        await page.Locator("[data-tab=samples]").ClickAsync();
        await Expect(page.Locator("img[data-seed]")).ToHaveCountAsync(4);
    }

    private static async Task FindThemInTheGalleryAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "Gallery" }).First.ClickAsync();
        await page.Locator("[data-image] img").First.ClickAsync();
        await Expect(page.Locator("[data-test=picture]")).ToBeVisibleAsync();

        // What is written beside it makes the same picture again, bit for bit.
        await page.Locator("[data-test=again]").ClickAsync();
        await page.WaitForURLAsync(RunPage());
        await Expect(Succeeded(page)).ToBeVisibleAsync(Slowly);
        await page.Locator("[data-tab=samples]").ClickAsync();
        await page.Locator("img[data-seed]").ClickAsync();
        await Expect(page.Locator("[data-test=twin]").First).ToContainTextAsync("Bit-identical");
    }

    private static ILocator Succeeded(IPage page) => page.Locator("main .state-succeeded").First;

    /// <summary>Opens the expander that holds the field first, as a person would.</summary>
    private static async Task FillAsync(IPage page, string field, string value)
    {
        var input = page.Locator($"[data-field='{field}'] input");
        if (!await input.IsVisibleAsync())
        {
            await page.Locator($"details.advanced:has([data-field='{field}']) > summary").ClickAsync();
        }

        await input.FillAsync(value);
    }

    [GeneratedRegex(@"/datasets/\d+")]
    private static partial Regex DatasetPage();

    [GeneratedRegex(@"/runs/(\d+)")]
    private static partial Regex RunPage();
}
