using MudBlazor;
using MudBlazor.Utilities;

namespace Dashboard.Web.Shared;

/// <summary>
/// Neutral surfaces of almost no chroma, so that the images carry the colour; petrol for actions, coral for what is compared.
/// Every text colour has a contrast of 4.5 : 1 or more on its surface.
/// </summary>
public static class DashboardTheme
{
    private static readonly string[] Sans =
        ["Inter", "ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"];

    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#0b6b6b",
            PrimaryContrastText = "#ffffff",
            Secondary = "#b3452c",
            SecondaryContrastText = "#ffffff",
            Tertiary = "#6b5aa8",
            TertiaryContrastText = "#ffffff",
            Info = "#1f6aa5",
            Success = "#266a3d",
            Warning = "#8a5a00",
            Error = "#b3261e",
            Background = "#f5f5f2",
            BackgroundGray = "#ecece8",
            Surface = "#ffffff",
            AppbarBackground = "#ffffff",
            AppbarText = "#1d2324",
            DrawerBackground = "#f5f5f2",
            DrawerText = "#3d4647",
            DrawerIcon = "#566263",
            TextPrimary = "#1d2324",
            TextSecondary = "#566263",
            TextDisabled = "#8b9596",
            ActionDefault = "#566263",
            ActionDisabled = "#a4adad",
            ActionDisabledBackground = "#e5e6e2",
            LinesDefault = "#dfe1dc",
            LinesInputs = "#a9b1b0",
            TableLines = "#e5e6e2",
            TableHover = "#0b6b6b0d",
            Divider = "#dfe1dc",
            DividerLight = "#eceee9",
            Skeleton = "#1d23240f",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#5cc5bc",
            PrimaryContrastText = "#08201f",
            Secondary = "#ff9d7c",
            SecondaryContrastText = "#2b0f06",
            Tertiary = "#b3a4ea",
            TertiaryContrastText = "#191233",
            Info = "#7dbcf0",
            InfoContrastText = "#07192a",
            Success = "#7fcb98",
            SuccessContrastText = "#07210f",
            Warning = "#e8b65c",
            WarningContrastText = "#251a02",
            Error = "#ff8a80",
            ErrorContrastText = "#2c0703",
            Black = "#0c0f10",
            Background = "#111516",
            BackgroundGray = "#0c0f10",
            Surface = "#191e20",
            AppbarBackground = "#191e20",
            AppbarText = "#e6eaea",
            DrawerBackground = "#111516",
            DrawerText = "#c3cbcb",
            DrawerIcon = "#9aa5a5",
            TextPrimary = "#e6eaea",
            TextSecondary = "#9fabab",
            TextDisabled = "#6c7778",
            ActionDefault = "#9fabab",
            ActionDisabled = "#566061",
            ActionDisabledBackground = "#242a2c",
            LinesDefault = "#2b3234",
            LinesInputs = "#4d5859",
            TableLines = "#252c2e",
            TableHover = "#5cc5bc14",
            Divider = "#2b3234",
            DividerLight = "#22282a",
            Skeleton = "#ffffff12",
        },
        LayoutProperties = new LayoutProperties
        {
            DefaultBorderRadius = "10px",
            DrawerWidthLeft = "216px",
            AppbarHeight = "56px",
        },
        Typography = new Typography
        {
            Default = new DefaultTypography
            {
                FontFamily = Sans,
                FontSize = ".9375rem",
                LineHeight = "1.5",
                LetterSpacing = "normal",
            },
            H4 = new H4Typography
            {
                FontFamily = Sans,
                FontSize = "1.5rem",
                FontWeight = "650",
                LineHeight = "1.25",
                LetterSpacing = "-.015em",
            },
            H5 = new H5Typography
            {
                FontFamily = Sans,
                FontSize = "1.125rem",
                FontWeight = "620",
                LineHeight = "1.3",
                LetterSpacing = "-.01em",
            },
            H6 = new H6Typography
            {
                FontFamily = Sans,
                FontSize = "1rem",
                FontWeight = "620",
                LineHeight = "1.35",
                LetterSpacing = "-.005em",
            },
            // Fields show their value in this one.
            Subtitle1 = new Subtitle1Typography
            {
                FontFamily = Sans,
                FontSize = ".9375rem",
                FontWeight = "400",
                LineHeight = "1.4",
                LetterSpacing = "normal",
            },
            Subtitle2 = new Subtitle2Typography
            {
                FontFamily = Sans,
                FontSize = ".8125rem",
                FontWeight = "600",
                LineHeight = "1.4",
                LetterSpacing = "normal",
            },
            Body1 = new Body1Typography
            {
                FontFamily = Sans,
                FontSize = ".9375rem",
                LineHeight = "1.5",
                LetterSpacing = "normal",
            },
            Body2 = new Body2Typography
            {
                FontFamily = Sans,
                FontSize = ".875rem",
                LineHeight = "1.45",
                LetterSpacing = "normal",
            },
            Button = new ButtonTypography
            {
                FontFamily = Sans,
                FontSize = ".875rem",
                FontWeight = "600",
                TextTransform = "none",
                LetterSpacing = "normal",
            },
            Caption = new CaptionTypography
            {
                FontFamily = Sans,
                FontSize = ".8125rem",
                LineHeight = "1.4",
                LetterSpacing = "normal",
            },
            Overline = new OverlineTypography
            {
                FontFamily = Sans,
                FontSize = ".75rem",
                FontWeight = "600",
                TextTransform = "none",
                LetterSpacing = ".02em",
                LineHeight = "1.4",
            },
        },
    };
    /// <summary>
    /// The colours of both palettes as CSS, under MudBlazor's names: for pages without MudBlazor, and until it has its own.
    /// </summary>
    public static string Variables { get; } =
        $$"""
        :root { {{Css(Theme.PaletteLight)}} }
        [data-theme="dark"] { {{Css(Theme.PaletteDark)}} }
        @media (prefers-color-scheme: dark) { [data-theme="system"] { {{Css(Theme.PaletteDark)}} } }
        """;

    private static string Css(Palette palette) => string.Join(' ', new (string Name, MudColor Colour)[]
    {
        ("background", palette.Background),
        ("surface", palette.Surface),
        ("text-primary", palette.TextPrimary),
        ("text-secondary", palette.TextSecondary),
        ("primary", palette.Primary),
        ("primary-text", palette.PrimaryContrastText),
        ("error", palette.Error),
        ("success", palette.Success),
        ("divider", palette.Divider),
        ("lines-inputs", palette.LinesInputs),
    }.Select(c => $"--mud-palette-{c.Name}: {c.Colour.ToString(MudColorOutputFormats.Hex)};"));
}
