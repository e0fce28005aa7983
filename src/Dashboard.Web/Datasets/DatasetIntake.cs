using System.Globalization;
using Dashboard.Diffusion.Specs;
using Dashboard.Formats;
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
        return (wrong ?? unclear) is { } refusal
            ? new IntakeResult(null, refusal)
            : await SaveAsync(request.Name!, from! with { Background = background }, owner, null, stop);
    }

    /// <summary>From a zip that was received whole and looked at. It is moved away if the data set is made.</summary>
    /// <param name="background">What transparent parts lie on; null for white.</param>
    public async Task<IntakeResult> CreateAsync(
        Upload upload, Person owner, string? background = null, CancellationToken stop = default)
    {
        var (colour, unclear) = ReadBackground(background);
        return (CheckName(upload.Name) ?? unclear) is { } problem
            ? new IntakeResult(null, problem)
            : await SaveAsync(
                upload.Name!, new ZipSource(upload.FileName) { Background = colour }, owner, upload.Path, stop);
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
