using System.Text.Json;

namespace Dashboard.Formats;

/// <summary>Where an image's encoded bytes lie in its data set's pack.</summary>
public readonly record struct PackRange(long Offset, int Length);

/// <summary>Reads of a pack's index only where its images lie.</summary>
public static class PackRanges
{
    /// <param name="folder">Of the data set.</param>
    /// <exception cref="IOException">There is no index.</exception>
    /// <exception cref="JsonException">It can't be read.</exception>
    public static async Task<PackRange[]> ReadAsync(string folder, CancellationToken stop)
    {
        await using var file = File.OpenRead(Path.Combine(folder, ArtifactNames.PackIndex));
        var index = await JsonSerializer.DeserializeAsync<Index>(file, JsonSerializerOptions.Web, stop);
        return index?.Images ?? throw new JsonException("the index is empty");
    }

    private sealed record Index(PackRange[] Images);
}
