using System.Globalization;
using Dashboard.Storage.Runs.Table;

namespace Dashboard.Web.Shared;

/// <summary>
/// Every address of the dashboard. Names that end in <c>Route</c> are templates for routing; the rest are addresses for links,
/// forms, images and redirects.
/// </summary>
public static class Addresses
{
    public const string Activity = "/";
    public const string Gallery = "/gallery";
    public const string ImageRoute = $"{Images}/{{Id:long}}";
    public const string Workers = "/workers";
    public const string Error = "/error";
    public const string Missing = $"{Error}/missing";
    public const string NotFound = "/not-found";

    public const string Runs = "/runs";
    public const string RunRoute = $"{Runs}/{{Id:long}}";
    public const string NewRun = $"{Runs}/new";
    public const string NewSamples = $"{Runs}/new-samples";
    public const string TrainingRuns = $"{Runs}?kind=training";

    public const string CompareRoute = "/compare";

    public const string Datasets = "/datasets";
    public const string DatasetRoute = $"{Datasets}/{{Id:long}}";

    public const string Accounts = "/accounts";
    public const string Account = "/account";
    public const string SignIn = $"{Account}/sign-in";
    public const string SignOut = $"{Account}/sign-out";
    public const string SignOutEverywhere = $"{Account}/sign-out-everywhere";
    public const string AccessDenied = $"{Account}/denied";
    public const string ChangePassword = $"{Account}/password";
    public const string PasswordChanged = $"{Account}?changed=password";
    public const string ResetPasswordRoute = $"{Account}/reset/{{Id}}/{{Code}}";
    public const string InvitationRoute = $"{Account}/invitation/{{Secret}}";

    public const string Jobs = "/admin/jobs";
    public const string ApiDocument = "/openapi/v1.json";
    public const string Live = "/health/live";
    public const string Ready = "/health/ready";
    public const string Metrics = "/metrics";
    public const string RunHub = "/hubs/runs";

    public const string RunsApi = "/api/runs";
    public const string RunExport = $"{RunsApi}/export";
    public const string RunApiRoute = $"{RunsApi}/{{id:long}}";
    public const string ImagesApi = "/api/images";
    public const string DatasetsApi = "/api/datasets";
    public const string WorkersApi = "/api/workers";
    public const string CheckpointsApi = "/api/checkpoints";
    public const string CheckpointRoute = $"{CheckpointsApi}/{{id:long}}/{CheckpointFile}";
    public const string AverageRoute = $"{CheckpointsApi}/{{id:long}}/{AverageFile}";

    public const string PictureRoute = $"{Images}/{{sha256:regex(^[0-9a-f]{{{{64}}}}$)}}.png";
    public const string ThumbnailRoute = $"{Images}/{{sha256:regex(^[0-9a-f]{{{{64}}}}$)}}.webp";

    /// <summary>Pages by an image's id, and bytes by its hash and a file extension.</summary>
    public const string Images = "/images";

    private const string CheckpointFile = "weights.safetensors";
    private const string AverageFile = "average.safetensors";

    public static string Run(long id) => Text($"{Runs}/{id}");

    /// <param name="tab">Null for the first.</param>
    public static string Run(long id, string? tab) => tab is null ? Run(id) : $"{Run(id)}?tab={tab}";

    /// <summary>The samples of a run at an epoch.</summary>
    public static string Samples(long run, int epoch) => Run(run, "samples") + Text($"&epoch={epoch}");

    /// <summary>Runs beside each other, the first as baseline.</summary>
    public static string Compare(IEnumerable<long> runs) => $"{CompareRoute}?runs={string.Join(',', runs)}";

    /// <summary>The list of runs that have a tag.</summary>
    public static string RunsWithTag(string tag) => $"{Runs}?tag={Uri.EscapeDataString(tag)}";

    /// <summary>The list of runs that used a data set, archived ones too.</summary>
    public static string RunsOn(string dataset)
    {
        var filter = RunFilterParser.Write(RunColumns.Find("dataset")!, "=", dataset) + " and (archived or not archived)";
        return $"{Runs}?filter={Uri.EscapeDataString(filter)}";
    }

    public static string NewRunOn(long dataset) => Text($"{NewRun}?dataset={dataset}");

    /// <summary>The form of a new run, filled with the settings of another one.</summary>
    /// <param name="checkpoint">Whose weights it starts from; null for new weights.</param>
    public static string NewRunLike(long run, long? checkpoint = null) =>
        Text($"{NewRun}?from={run}") + (checkpoint is { } id ? Text($"&checkpoint={id}") : "");

    public static string NewSamplesLike(long run) => Text($"{NewSamples}?from={run}");

    public static string NewSamplesOfRun(long run) => Text($"{NewSamples}?run={run}");

    public static string NewSamplesOf(long checkpoint) => Text($"{NewSamples}?checkpoint={checkpoint}");

    /// <summary>The form of new samples, filled with what an image was drawn with.</summary>
    /// <param name="samplingRun">The run whose settings are taken; null for an image drawn while training.</param>
    public static string NewSamplesLikeImage(long checkpoint, long seed, long? samplingRun) =>
        NewSamplesOf(checkpoint) + Text($"&seed={seed}") + (samplingRun is { } run ? Text($"&from={run}") : "");

    /// <param name="sha256">The image of which a part is drawn anew.</param>
    public static string Inpaint(long checkpoint, string sha256) => NewSamplesOf(checkpoint) + $"&redraw={sha256}";

    public static string Image(long id) => Text($"{Images}/{id}");

    public static string Dataset(long id) => Text($"{Datasets}/{id}");

    /// <summary>A data set's page with one of its pictures open.</summary>
    public static string DatasetImage(long dataset, int index) => Text($"{Datasets}/{dataset}?image={index}");

    public static string ResetPassword(string account, string code) => $"{Account}/reset/{account}/{code}";

    /// <param name="back">Where it leads afterwards: a path of this site.</param>
    public static string SignInFor(string back) => $"{SignIn}?returnUrl={Uri.EscapeDataString(back)}";

    /// <param name="email">Filled in on the page.</param>
    public static string Invitation(string secret, string? email) =>
        $"{Account}/invitation/{secret}" + (string.IsNullOrEmpty(email) ? "" : $"?email={Uri.EscapeDataString(email)}");

    /// <summary>The PNG, by its content's hash.</summary>
    public static string Picture(string sha256) => $"{Images}/{sha256}.png";

    public static string Thumbnail(string sha256) => $"{Images}/{sha256}.webp";

    /// <summary>A run's log as a text file.</summary>
    /// <param name="level">Of the lines to show, and above; null for all.</param>
    public static string RunLogFile(long id, string? level) => $"{RunApi(id)}/log{(level is null ? "" : $"?level={level}")}";

    public static string RunApi(long id) => Text($"{RunsApi}/{id}");

    /// <summary>Where a zip is posted to become a data set.</summary>
    /// <param name="background">What transparent parts lie on.</param>
    /// <param name="level">Which folder is the label: automatic, none or its number.</param>
    /// <param name="nameEncoding">Of names that don't say theirs; empty for the most likely one.</param>
    public static string NewDataset(
        string background, string level = "automatic", bool useSplits = false, string nameEncoding = "") =>
        $"{DatasetsApi}?background={Uri.EscapeDataString(background)}&level={Uri.EscapeDataString(level)}"
            + $"&useSplits={(useSplits ? "true" : "false")}&nameEncoding={Uri.EscapeDataString(nameEncoding)}";

    public static string DatasetApi(long id) => Text($"{DatasetsApi}/{id}");

    public static string DatasetThumbnail(long dataset, int index) => Text($"{DatasetsApi}/{dataset}/images/{index}/thumbnail");

    /// <summary>An image of a data set as it was imported.</summary>
    public static string DatasetPicture(long dataset, int index) => Text($"{DatasetsApi}/{dataset}/images/{index}/picture");

    /// <summary>A checkpoint's whole file.</summary>
    public static string Checkpoint(long id) => Text($"{CheckpointsApi}/{id}/{CheckpointFile}");

    /// <summary>A checkpoint's averaged weights alone.</summary>
    public static string Average(long checkpoint) => Text($"{CheckpointsApi}/{checkpoint}/{AverageFile}");

    private static string Text(FormattableString address) => address.ToString(CultureInfo.InvariantCulture);
}
