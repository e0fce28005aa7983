using System.Text.Json;

namespace Dashboard.Formats.Labels;

/// <summary>Reads of a pack's index only what its images are called.</summary>
public static class PackNames
{
    /// <param name="folder">Of the data set.</param>
    /// <exception cref="IOException">There is no index.</exception>
    /// <exception cref="JsonException">It can't be read.</exception>
    public static async Task<IReadOnlyList<PackName>> ReadAsync(string folder, CancellationToken stop)
    {
        await using var file = File.OpenRead(Path.Combine(folder, ArtifactNames.PackIndex));
        var index = await JsonSerializer.DeserializeAsync<Index>(file, JsonSerializerOptions.Web, stop);
        return index?.Images is { } images
            ? [.. images.Select(image => image.ToName())]
            : throw new JsonException("the index is empty");
    }

    private sealed record Index(Image[] Images);

    private sealed record Image(string Name, string? Label, byte[]? NameBytes, string? FullName, string? OwnLabel)
    {
        public PackName ToName() => new(FullName ?? Name ?? "", NameBytes, OwnLabel ?? Label);
    }
}
