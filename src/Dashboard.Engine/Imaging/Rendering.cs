using System.Globalization;

namespace Dashboard.Engine.Imaging;

/// <summary>
/// How encoded pictures become pixels. A pack names the one that it was imported with, so that its pixels, and with them its
/// checkpoints, stay the same in later versions of the program.
/// </summary>
/// <param name="Version">
/// 1 leaves colour profiles alone and turns only JPEG; 2 converts to sRGB and turns every container that has an orientation.
/// </param>
/// <param name="Background">What transparent parts lie on, as #rrggbb.</param>
public sealed record Rendering(int Version, string Background = Rendering.White)
{
    public const string White = "#ffffff";

    /// <summary>Of packs that name none.</summary>
    public static Rendering First { get; } = new(1);

    /// <summary>Of packs that are imported now.</summary>
    public static Rendering Current { get; } = new(2);

    internal bool ConvertsProfiles => Version >= 2;

    internal bool TurnsEveryContainer => Version >= 2;

    /// <exception cref="FormatException">No #rrggbb.</exception>
    internal (byte Red, byte Green, byte Blue) BackgroundColour()
    {
        if (Background.Length != 7 || Background[0] != '#')
        {
            throw new FormatException($"{Background} is not a colour of the form #rrggbb.");
        }

        return (Part(1), Part(3), Part(5));

        byte Part(int at) => byte.Parse(Background.AsSpan(at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
