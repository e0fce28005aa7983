using Microsoft.Playwright;

namespace Dashboard.EndToEnd;

/// <summary>The system's own Chromium, headless. Playwright's downloads are not used.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Candidates = ["/usr/bin/chromium", "/usr/bin/google-chrome"];

    private readonly IPlaywright playwright;
    private readonly IBrowser browser;

    private Chromium(IPlaywright playwright, IBrowser browser) => (this.playwright, this.browser) = (playwright, browser);

    public static async Task<Chromium> StartAsync()
    {
        var executable = Candidates.FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"no Chromium at {string.Join(" or ", Candidates)}; tests/run.sh installs it");
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = executable,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        });
        return new Chromium(playwright, browser);
    }

    /// <param name="state">Cookies of somebody who signed in, as Playwright keeps them.</param>
    public async Task<IPage> OpenAsync(
        Uri address, int width = 1400, int height = 1000, ColorScheme colors = ColorScheme.Light, string? state = null)
    {
        var page = await browser.NewPageAsync(new BrowserNewPageOptions
        {
            BaseURL = address.ToString(),
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = colors,
            StorageState = state,
        });
        page.SetDefaultTimeout(30_000);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
