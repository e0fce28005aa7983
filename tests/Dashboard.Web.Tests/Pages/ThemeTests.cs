using System.Text.RegularExpressions;
using Dashboard.Web.Hosting;
using Dashboard.Web.Shared;
using MudBlazor;
using MudBlazor.Utilities;

namespace Dashboard.Web.Tests.Pages;

/// <summary>WCAG 2.2, 1.4.3: text at 4.5 : 1 or more.</summary>
public sealed class ThemeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Text_can_be_read_on_every_surface(bool dark)
    {
        Palette palette = dark ? DashboardTheme.Theme.PaletteDark : DashboardTheme.Theme.PaletteLight;
        MudColor[] texts =
        [
            palette.TextPrimary, palette.TextSecondary, palette.Primary, palette.Error, palette.Success, palette.Warning,
        ];
        foreach (var surface in new[] { palette.Surface, palette.Background })
        {
            foreach (var text in texts)
            {
                Assert.True(Contrast(text, surface) >= 4.5, $"{text} on {surface} has {Contrast(text, surface):0.00}");
            }
        }

        Assert.True(Contrast(palette.PrimaryContrastText, palette.Primary) >= 4.5);
    }

    [Fact]
    public void Pages_without_MudBlazor_find_every_colour_that_they_use()
    {
        var styles = File.ReadAllText(Path.Combine(ContentRoot.Find(), "wwwroot", "account.css"));
        var used = Regex.Matches(styles, @"var\((--mud-palette-[\w-]+)\)").Select(m => m.Groups[1].Value).ToHashSet();
        Assert.NotEmpty(used);
        Assert.DoesNotMatch("#[0-9a-f]{3}", styles);
        Assert.All(used, name => Assert.Equal(3, Regex.Count(DashboardTheme.Variables, $"{name}: #[0-9a-f]{{6}};")));
    }

    private static double Contrast(MudColor one, MudColor other)
    {
        var (light, dark) = (Luminance(one), Luminance(other));
        return (Math.Max(light, dark) + 0.05) / (Math.Min(light, dark) + 0.05);
    }

    private static double Luminance(MudColor colour) =>
        (0.2126 * Linear(colour.R)) + (0.7152 * Linear(colour.G)) + (0.0722 * Linear(colour.B));

    private static double Linear(byte channel)
    {
        var value = channel / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
    }
}
