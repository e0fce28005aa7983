using System.Text.Json;
using System.Text.Json.Serialization;
using Dashboard.Diffusion.Specs;
using Dashboard.Formats.Labels;

namespace Dashboard.Storage.Datasets;

/// <summary>What an import needs to know, kept as JSON in the data set's row: the web writes it, the worker reads it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(DrawnSource), "drawn-flowers")]
[JsonDerivedType(typeof(ZipSource), "zip")]
[JsonDerivedType(typeof(FolderSource), "folder")]
[JsonDerivedType(typeof(OxfordSource), "oxford-flowers")]
public abstract record DatasetSource
{
    // jsonb keeps no order, so the discriminator need not come first.
    private static readonly JsonSerializerOptions Json = new(SpecJson.Options) { AllowOutOfOrderMetadataProperties = true };

    [JsonIgnore]
    public abstract DatasetKind Kind { get; }

    /// <summary>What transparent parts lie on, as #rrggbb; null for white.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Background { get; init; }

    /// <summary>How images get their labels and their split; null for what is done unasked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LabelOptions? Labels { get; init; }

    public const string White = "#ffffff";

    /// <summary>Of a stored source, also of one that this version does not know.</summary>
    public static string BackgroundOf(string json) =>
        JsonElement.Parse(json).TryGetProperty("background", out var colour) && colour.ValueKind == JsonValueKind.String
            ? colour.GetString()!
            : White;

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="JsonException">No source that this version knows.</exception>
    public static DatasetSource Parse(string json) =>
        JsonSerializer.Deserialize<DatasetSource>(json, Json) ?? throw new JsonException("the source is null");
}

/// <param name="Size">Pixels of a side.</param>
public sealed record DrawnSource(int Count, int Size, long Seed) : DatasetSource
{
    public const int MostImages = 100_000;
    public const int SmallestSize = 16;
    public const int LargestSize = 1024;

    [JsonIgnore]
    public override DatasetKind Kind => DatasetKind.DrawnFlowers;
}

/// <param name="FileName">As the browser called it; the bytes lie where <see cref="DatasetFiles.Upload"/> says.</param>
public sealed record ZipSource(string FileName) : DatasetSource
{
    [JsonIgnore]
    public override DatasetKind Kind => DatasetKind.Zip;
}

/// <param name="Path">Absolute, links resolved, below one of the configured roots.</param>
public sealed record FolderSource(string Path) : DatasetSource
{
    [JsonIgnore]
    public override DatasetKind Kind => DatasetKind.Folder;
}

/// <param name="Mirror">The address of a folder with the three files; null for the publisher's own.</param>
public sealed record OxfordSource(Uri? Mirror = null) : DatasetSource
{
    [JsonIgnore]
    public override DatasetKind Kind => DatasetKind.OxfordFlowers;
}
