using System.Text.Json;
using Dashboard.Diffusion.Specs;
using Dashboard.Formats.Labels;
using Dashboard.Storage.Accounts;

namespace Dashboard.Storage.Datasets;

/// <summary>The labels that options would give to a data set.</summary>
/// <param name="Unlabelled">Images that would have none.</param>
/// <param name="Problems">Why the options can't be used; none when they can.</param>
public sealed record LabelPreview(
    LabelFindings Findings, IReadOnlyList<PreviewedLabel> Labels, int Unlabelled, IReadOnlyList<FieldProblem> Problems);

/// <param name="Folder">As the source calls it.</param>
/// <param name="Samples">Places of some of its images.</param>
public sealed record PreviewedLabel(string Folder, int Images, IReadOnlyList<int> Samples);

/// <param name="Outcome">What came of it where the options had no problem.</param>
public sealed record LabelOutcome(DatasetOutcome Outcome, IReadOnlyList<FieldProblem> Problems);

/// <summary>Shows what other label options would do, checks them, and has them carried out.</summary>
public sealed class DatasetLabelling(DatasetQueries datasets, DatasetStore store, DatasetFiles files)
{
    private const int Samples = 4;

    /// <summary>Null if there is no such data set, or its files are gone.</summary>
    public async Task<LabelPreview?> PreviewAsync(long id, LabelOptions options, CancellationToken stop = default)
    {
        if (await datasets.LabelsAsync(id, stop) is not { } now || await NamesAsync(id, stop) is not { } names)
        {
            return null;
        }

        var problems = LabelRules.Check(options);
        var found = PackLabels.Of(names, problems.Count == 0 ? options : now.Options, now.HasFolders);
        return new LabelPreview(
            found.Findings,
            [
                .. found.Images.Index().Where(image => image.Item.Folder is not null).GroupBy(image => image.Item.Folder!)
                    .Select(label => new PreviewedLabel(
                        label.Key, label.Count(), [.. label.Take(Samples).Select(image => image.Index)]))
                    .OrderBy(label => label.Folder, StringComparer.Ordinal),
            ],
            found.Images.Count(image => image.Folder is null),
            problems.Count == 0 ? LabelRules.Check(options, found, now.HasFolders) : problems);
    }

    /// <summary>Checks the options and has a worker carry them out.</summary>
    /// <returns>Problems of the options, or what came of it.</returns>
    public async Task<LabelOutcome> ChangeAsync(
        long id, LabelOptions wanted, Person person, CancellationToken stop = default)
    {
        var may = await store.MayLabelAsync(id, person, stop);
        if (may.Result != DatasetResult.Done)
        {
            return new(may, []);
        }

        var problems = LabelRules.Check(wanted);
        if (problems.Count == 0)
        {
            wanted = LabelRules.Tidy(wanted);
            if (await PreviewAsync(id, wanted, stop) is not { } preview)
            {
                return new(
                    new DatasetOutcome(
                        DatasetResult.NotPossible, "The data set's files are missing. Import it again.", id), []);
            }

            problems = preview.Problems;
        }

        return problems.Count > 0 ? new(may, problems) : new(await store.LabelAsync(id, wanted, person, stop), []);
    }

    private async Task<IReadOnlyList<PackName>?> NamesAsync(long id, CancellationToken stop)
    {
        try
        {
            return await PackNames.ReadAsync(files.Folder(id), stop);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
