using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Dashboard.Engine.Data;

/// <summary>
/// The images of a pack that are not used. People may change which at any time; so each selection that was opened is kept beside
/// the pack under its fingerprint, and a run goes on with the one that its checkpoint names.
/// </summary>
internal sealed class LeftOut
{
    private readonly HashSet<int> images;

    private LeftOut(IEnumerable<int> images, string fingerprint) => (this.images, Fingerprint) = ([.. images], fingerprint);

    /// <summary>The pack's own if nothing is left out.</summary>
    public string Fingerprint { get; }

    public bool IsEmpty => images.Count == 0;

    public bool Has(int image) => images.Contains(image);

    /// <param name="wanted">What people leave out now.</param>
    /// <param name="fingerprint">Of an earlier selection; it comes before what is wanted now.</param>
    public static LeftOut Of(ImagePack pack, string folder, IReadOnlyCollection<int> wanted, string? fingerprint)
    {
        if (fingerprint == pack.Fingerprint)
        {
            return new LeftOut([], pack.Fingerprint);
        }

        if (fingerprint is not null && Read(PathOf(folder, fingerprint)) is { } earlier)
        {
            return new LeftOut(earlier, fingerprint);
        }

        int[] sorted = [.. wanted.Where(i => i >= 0 && i < pack.Images.Count).Distinct().Order()];
        if (sorted.Length == 0)
        {
            return new LeftOut([], pack.Fingerprint);
        }

        var text = string.Create(CultureInfo.InvariantCulture, $"{pack.Fingerprint} without {string.Join(' ', sorted)}");
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
        Write(PathOf(folder, name), sorted);
        return new LeftOut(sorted, name);
    }

    private static string PathOf(string folder, string fingerprint) =>
        Path.Combine(folder, "left-out", $"{Path.GetFileName(fingerprint)}.json");

    private static int[]? Read(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize<int[]>(File.ReadAllBytes(path)) : null;

    private static void Write(string path, int[] images)
    {
        if (File.Exists(path))
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(images));
        File.Move(temporary, path, overwrite: true);
    }
}
