using System.Text.Json;
using Dashboard.Diffusion.Specs;
using Dashboard.Formats.Labels;

namespace Dashboard.Storage.Datasets;

/// <summary>What is known of a data set's labels, kept as JSON in its row.</summary>
/// <param name="Options">By what its images are labelled.</param>
/// <param name="Findings">What its import found in the names of all files; null for sources without folders.</param>
/// <param name="Wanted">What a worker is changing them to; null if nothing is under way.</param>
/// <param name="Error">Why the last change was not made.</param>
public sealed record LabelState(
    LabelOptions Options, LabelFindings? Findings = null, LabelOptions? Wanted = null, string? Error = null)
{
    // What a later version adds is passed over.
    private static readonly JsonSerializerOptions Json = SpecJson.Configure(new JsonSerializerOptions());

    /// <summary>Of data sets that were imported before there were any.</summary>
    public static LabelState Unknown { get; } = new(new LabelOptions());

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <param name="json">Null for <see cref="Unknown"/>.</param>
    public static LabelState Parse(string? json) =>
        json is null ? Unknown : JsonSerializer.Deserialize<LabelState>(json, Json) ?? Unknown;
}
