using System.Text.Json.Serialization;
using Dashboard.Engine.Imaging;

namespace Dashboard.Engine.Data;

/// <summary>One line of a pack's index.</summary>
/// <param name="Name">The entry's path in its source, for people.</param>
/// <param name="Label">The sub-folder or class, if the source has any.</param>
/// <param name="Validation">Held out of training.</param>
/// <param name="Offset">First byte in the pack file.</param>
/// <param name="Sha256">Of the encoded bytes, lower-case hex.</param>
/// <param name="Width">Pixels, upright.</param>
/// <param name="Rendered">
/// What makes its pixels others than the first rendering on white would give, such as "converted"; part of the fingerprint.
/// </param>
public sealed record PackedImage(
    string Name, string? Label, bool Validation, long Offset, int Length, string Sha256, int Width, int Height,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Rendered = null)
{
    /// <summary>The name as the archive has it, if its encoding was guessed or chosen.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? NameBytes { get; init; }

    /// <summary>The name in full, where <see cref="Name"/> leaves out what can't be shown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FullName { get; init; }

    /// <summary>The label as the source called it, where a person renamed it or took it away.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OwnLabel { get; init; }
}

/// <summary>The index file beside the pack, written last: a folder without one holds no data set.</summary>
/// <param name="Fingerprint">SHA-256 over each image's hash and split, in order.</param>
/// <param name="Rendering">How its images become pixels; null in packs of the first version.</param>
internal sealed record PackIndex(string Fingerprint, IReadOnlyList<PackedImage> Images, Rendering? Rendering = null);
