using Dashboard.Formats.Labels;
using Dashboard.Storage.Datasets;

namespace Dashboard.Web.Datasets;

/// <summary>The body of <c>POST /api/datasets</c> for everything but an upload.</summary>
/// <param name="Kind"><c>drawn-flowers</c>, <c>folder</c> or <c>oxford-flowers</c>.</param>
/// <param name="Path">Of a folder import: a folder below one of the configured roots.</param>
/// <param name="Count">Of drawn flowers: how many.</param>
/// <param name="Size">Of drawn flowers: pixels of a side.</param>
/// <param name="Seed">Of drawn flowers: the same seed draws the same.</param>
/// <param name="Background">What transparent parts lie on: <c>white</c>, <c>black</c> or a colour such as <c>#80c0ff</c>.</param>
/// <param name="Labels">Of a folder import: how its images get their labels and their split.</param>
public sealed record DatasetRequest(
    string? Name, DatasetKind? Kind, string? Path = null, int Count = 2000, int Size = 96, long Seed = 1,
    string? Background = null, LabelOptions? Labels = null);

public sealed record DatasetCreated(long Id);

public sealed record DatasetRename(string? Name);

/// <param name="LeftOut">True leaves the image out of new runs, false uses it again.</param>
public sealed record DatasetImageChange(bool? LeftOut);
