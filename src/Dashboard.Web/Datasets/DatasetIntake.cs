using System.Globalization;
using Dashboard.Diffusion.Specs;
using Dashboard.Formats;
using Dashboard.Formats.Labels;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Datasets;
using Dashboard.Web.Limits;
using Dashboard.Web.Uploads;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Datasets;

/// <summary>A new data set's id, or what is wrong: <see cref="Id"/> is null exactly when there is a problem.</summary>
public sealed record IntakeResult(long? Id, FieldProblem? Problem)
{
    /// <summary>The person has as many bytes as may be.</summary>
    public bool IsOverQuota { get; init; }

    public static IntakeResult Refused(string field, string message) => new(null, new FieldProblem(field, message));
}

/// <summary>What is asked of a zip's import, as it stands in the address.</summary>
/// <param name="Background">What transparent parts lie on; null for white.</param>
/// <param name="Level">automatic, none, or the number of the folder that is the label.</param>
public sealed record UploadOptions(
    string? Background = null, string? Level = null, string? UseSplits = null, string? NameEncoding = null);

/// <summary>
/// Takes data sets from pages and scripts alike: checks what is asked for, then makes the row and the import's ticket.
/// </summary>
public sealed class DatasetIntake(
    DatasetStore book, FolderRoots roots, IOptions<DatasetOptions> options, UploadAllowance allowance)
{
    public async Task<IntakeResult> CreateAsync(DatasetRequest request, Person owner, CancellationToken stop = default)
    {
        if (CheckName(request.Name) is { } problem)
        {
            return new IntakeResult(null, problem);
        }

        var (from, wrong) = request.Kind switch
        {
            DatasetKind.DrawnFlowers => Drawn(request),
            DatasetKind.Folder => Folder(request, owner),
            DatasetKind.OxfordFlowers => (new OxfordSource(options.Value.OxfordMirror), null),
            DatasetKind.Zip => (null, new FieldProblem(
                "kind", "A zip is uploaded: send multipart/form-data with the fields name and file.")),
            _ => (null, new FieldProblem("kind", "Give drawn-flowers, folder or oxford-flowers.")),
        };
        var (background, unclear) = ReadBackground(request.Background);
        return (wrong ?? unclear ?? CheckLabels(request)) is { } refusal
            ? new IntakeResult(null, refusal)
            : await SaveAsync(
                request.Name!,
                from! with { Background = background, Labels = request.Labels is { } labels ? LabelRules.Tidy(labels) : null },
                owner, null, stop);
    }

    /// <summary>From a zip that was received whole and looked at. It is moved away if the data set is made.</summary>
    public async Task<IntakeResult> CreateAsync(
        Upload upload, Person owner, UploadOptions options, CancellationToken stop = default)
    {
        var (colour, unclear) = ReadBackground(options.Background);
        var (labels, unknown) = ReadLabels(options);
        return (CheckName(upload.Name) ?? unclear ?? unknown) is { } problem
            ? new IntakeResult(null, problem)
            : await SaveAsync(
                upload.Name!, new ZipSource(upload.FileName) { Background = colour, Labels = labels }, owner, upload.Path, stop);
    }

    /// <summary>Label options, or what is wrong with them; both null for what is done unasked.</summary>
    public static (LabelOptions? Labels, FieldProblem? Problem) ReadLabels(UploadOptions options)
    {
        int? level = options.Level?.Trim().ToLowerInvariant() switch
        {
            null or "" or "automatic" => null,
            "none" => 0,
            var text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1,
        };
        bool? splits = options.UseSplits?.Trim().ToLowerInvariant() switch
        {
            null or "" or "false" => false,
            "true" => true,
            _ => null,
        };
        if (level is < 0 or > FolderLabels.MostLevels)
        {
            return (null, new FieldProblem(
                "level",
                $"Give automatic, none, or the folder that is the label: 1 for the outermost, up to {FolderLabels.MostLevels}."));
        }

        if (splits is not { } useSplits)
        {
            return (null, new FieldProblem("useSplits", "Give true or false."));
        }

        var labels = new LabelOptions
        {
            Level = level, UseSplits = useSplits,
            NameEncoding = string.IsNullOrWhiteSpace(options.NameEncoding) ? null : options.NameEncoding.Trim(),
        };
        return LabelRules.Check(labels) is [var problem, ..] ? (null, problem)
            : labels.ReadsAs(new LabelOptions()) ? (null, null)
            : (labels, null);
    }

    /// <summary>A background as #rrggbb, or what is wrong with it; both null for white.</summary>
    public static (string? Colour, FieldProblem? Problem) ReadBackground(string? text) => text?.Trim().ToLowerInvariant() switch
    {
        null or "" or "white" or DatasetSource.White => (null, null),
        "black" => ("#000000", null),
        ['#', .. { Length: 6 } digits] colour when digits.All(char.IsAsciiHexDigit) => (colour, null),
        _ => (null, new FieldProblem("background", "Give white, black or a colour of six hexadecimal digits such as #80c0ff.")),
    };

    /// <summary>What is wrong with a name; null when nothing.</summary>
    public static FieldProblem? CheckName(string? name) =>
        string.IsNullOrWhiteSpace(name) || name.Trim().Length > DatasetStore.LongestName || name.Any(char.IsControl)
            || !StoredText.IsStorable(name)
            ? new FieldProblem("name", $"Give the data set a name of 1 to {DatasetStore.LongestName} characters in one line.")
        : name.Trim().All(char.IsAsciiDigit)
            ? new FieldProblem("name", "A name of digits only would be taken for a number. Add a letter.")
        : null;

    private async Task<IntakeResult> SaveAsync(
        string name, DatasetSource from, Person owner, string? upload, CancellationToken stop)
    {
        if (upload is null && await allowance.RefuseAsync(owner, stop) is { } refusal)
        {
            return IntakeResult.Refused("file", refusal) with { IsOverQuota = true };
        }

        var outcome = await book.CreateAsync(name.Trim(), from, owner, upload, stop);
        return outcome.Result == DatasetResult.Done
            ? new IntakeResult(outcome.Id, null)
            : IntakeResult.Refused("name", outcome.Reason!);
    }

    private static FieldProblem? CheckLabels(DatasetRequest request) =>
        request.Labels is not { } labels ? null
        : request.Kind != DatasetKind.Folder
            ? new FieldProblem(
                "labels", "Only zips and folders have label options. The labels of the others can be changed later.")
        : LabelRules.Check(labels) is [var problem, ..] ? problem with { Field = $"labels.{problem.Field}" }
        : null;

    private static (DatasetSource? Source, FieldProblem? Problem) Drawn(DatasetRequest request) => request switch
    {
        { Count: < 2 or > DrawnSource.MostImages } => (null, new FieldProblem(
            "count",
            string.Create(CultureInfo.InvariantCulture, $"Give a number of images from 2 to {DrawnSource.MostImages:N0}."))),
        { Size: < DrawnSource.SmallestSize or > DrawnSource.LargestSize } => (null, new FieldProblem(
            "size", $"Give a size from {DrawnSource.SmallestSize} to {DrawnSource.LargestSize} pixels.")),
        _ => (new DrawnSource(request.Count, request.Size, request.Seed), null),
    };

    private (DatasetSource? Source, FieldProblem? Problem) Folder(DatasetRequest request, Person owner)
    {
        if (!owner.IsAdmin)
        {
            return (null, new FieldProblem("kind", "Only an admin may import a folder of the server. Upload a zip, or ask one."));
        }

        var (path, problem) = roots.Resolve(request.Path);
        return path is null ? (null, new FieldProblem("path", problem!)) : (new FolderSource(path), null);
    }
}
