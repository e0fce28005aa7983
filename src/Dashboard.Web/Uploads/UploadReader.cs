using Dashboard.Formats;
using Dashboard.Formats.Zip;
using Dashboard.Storage.Artifacts;
using Dashboard.Web.Accounts;
using Dashboard.Web.Datasets;
using Dashboard.Web.Limits;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Dashboard.Web.Uploads;

/// <summary>A request that is refused while it is read.</summary>
public sealed class UploadRefusedException(string field, string message, int status = StatusCodes.Status400BadRequest)
    : Exception(message)
{
    public string Field { get; } = field;

    public int Status { get; } = status;
}

/// <summary>
/// Streams the file of a multipart form to disk. Neither memory nor a temporary folder of the framework is used.
/// </summary>
public sealed class UploadReader(ArtifactFiles artifacts, IOptions<DatasetOptions> options, UploadAllowance allowance)
{
    private const int LongestBoundary = 200;
    private const int LongestName = 2000;
    private const int MostSections = 16;

    // Boundaries and headers around the file.
    private const long FormBytes = 1 << 20;

    /// <exception cref="UploadRefusedException">
    /// The form can't be read, has no file, or is too large; nothing stays on disk.
    /// </exception>
    public async Task<Upload> ReceiveAsync(HttpRequest request, CancellationToken stop)
    {
        AllowSize(request);
        var boundary = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            ? HeaderUtilities.RemoveQuotes(type.Boundary).Value
            : null;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > LongestBoundary)
        {
            throw new UploadRefusedException("file", "The multipart form has no usable boundary.");
        }

        using var inProgress = await allowance.BeginAsync(request.HttpContext.User.ToPerson(), request.ContentLength, stop);
        Directory.CreateDirectory(artifacts.UploadFolder);
        var reader = new MultipartReader(boundary, request.Body);
        var path = Path.Combine(artifacts.UploadFolder, $"{Guid.NewGuid():N}.part");
        string? name = null, fileName = null;
        try
        {
            for (var sections = 0; await reader.ReadNextSectionAsync(stop) is { } section; sections++)
            {
                if (sections == MostSections)
                {
                    throw new UploadRefusedException("file", "The form has too many fields; send name and file.");
                }

                if (section.AsFileSection() is { Name: "file", FileStream: { } body } file && fileName is null)
                {
                    fileName = EntryName.ForPeople(Path.GetFileName(file.FileName.Replace('\\', '/')));
                    await SaveAsync(body, path, inProgress, stop);
                }
                else if (section.AsFormDataSection() is { Name: "name" })
                {
                    name = await ReadTextAsync(section.Body, stop);
                }
            }

            return fileName is null
                ? throw new UploadRefusedException("file", "The form has no file. Send it in the field file.")
                : new Upload(name, fileName, path);
        }
        catch (Exception e)
        {
            File.Delete(path);
            throw e is InvalidDataException or IOException { InnerException: null } && e is not BadHttpRequestException
                && !(e is IOException full && FullDisk.Caused(full))
                ? new UploadRefusedException("file", "The form is incomplete or damaged. Send it again.")
                : e;
        }
    }

    private void AllowSize(HttpRequest request)
    {
        var limit = options.Value.MaxUploadBytes;
        if (request.ContentLength - FormBytes > limit)
        {
            throw TooLarge(limit);
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = limit > long.MaxValue - FormBytes ? null : limit + FormBytes;
        }
    }

    private async Task SaveAsync(Stream body, string path, UploadInProgress inProgress, CancellationToken stop)
    {
        await using var file = new FileStream(
            path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
        var buffer = new byte[1 << 17];
        int read;
        while ((read = await body.ReadAsync(buffer, stop)) > 0)
        {
            if (file.Length + read > options.Value.MaxUploadBytes)
            {
                throw TooLarge(options.Value.MaxUploadBytes);
            }

            inProgress.Write(read);
            await file.WriteAsync(buffer.AsMemory(0, read), stop);
        }
    }

    private static async Task<string> ReadTextAsync(Stream body, CancellationToken stop)
    {
        using var reader = new StreamReader(body);
        var buffer = new char[LongestName];
        var read = await reader.ReadBlockAsync(buffer, stop);
        return new string(buffer, 0, read);
    }

    private static UploadRefusedException TooLarge(long limit) => new(
        "file",
        $"The file is larger than {Shared.Format.Bytes(limit)}. Split it, or raise Dashboard:Datasets:MaxUploadBytes.",
        StatusCodes.Status413PayloadTooLarge);
}
