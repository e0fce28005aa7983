using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Dashboard.Formats;

namespace Dashboard.Engine.Downloads;

/// <summary>Downloads a file into a folder. What came before an interruption is kept, and only the rest is requested.</summary>
/// <param name="baseAddress">Ends in a slash.</param>
internal sealed class ResumingDownload(HttpClient http, Uri baseAddress, DownloadOptions options, string folder)
{
    /// <summary>Yields the fraction that has arrived, and ends when the whole file is there with the right checksum.</summary>
    /// <exception cref="DownloadFailedException">The server can't be reached, refuses, or holds another file.</exception>
    public async IAsyncEnumerable<double> FetchAsync(RemoteFile file, [EnumeratorCancellation] CancellationToken stop)
    {
        var path = Path.Combine(folder, file.Name);
        var address = new Uri(baseAddress, file.Name);
        if (File.Exists(path))
        {
            yield break;
        }

        var partial = path + ".part";
        var failures = 0;
        while (true)
        {
            var before = Length(partial);
            string? trouble = null;
            var complete = false;
            await using (var pieces = ReceiveAsync(address, partial, stop).GetAsyncEnumerator(stop))
            {
                while (!complete && trouble is null)
                {
                    try
                    {
                        complete = !await pieces.MoveNextAsync();
                    }
                    catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException && !IsOurDisk(e))
                    {
                        trouble = e.Message;
                    }

                    if (!complete && trouble is null)
                    {
                        yield return pieces.Current;
                    }
                }
            }

            if (complete)
            {
                break;
            }

            failures = Length(partial) > before ? 1 : failures + 1;
            if (failures >= options.Attempts)
            {
                throw new DownloadFailedException(
                    $"{address} can't be downloaded ({trouble}). Try again later: the download resumes where it stopped.");
            }

            await Task.Delay(options.FirstPause * Math.Pow(2, failures - 1), stop);
        }

        if (file.Md5 is not null)
        {
            await VerifyAsync(partial, file, stop);
        }

        File.Move(partial, path);
    }

    private async IAsyncEnumerable<double> ReceiveAsync(
        Uri address, string partial, [EnumeratorCancellation] CancellationToken stop)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        var have = Length(partial);
        if (have > 0)
        {
            request.Headers.Range = new RangeHeaderValue(have, null);
        }

        silence.CancelAfter(options.Silence);
        using var response = await Guard(http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token), stop);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable
            && response.Content.Headers.ContentRange?.Length == have)
        {
            // Everything had come before the interruption.
            yield break;
        }

        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            File.Delete(partial);
        }

        response.EnsureSuccessStatusCode();

        // A server without ranges starts again from the first byte.
        var resumed = response.StatusCode == HttpStatusCode.PartialContent;
        var total = response.Content.Headers.ContentRange?.Length ?? response.Content.Headers.ContentLength;
        await using var target = new FileStream(partial, resumed ? FileMode.Append : FileMode.Create, FileAccess.Write);
        await using var body = await response.Content.ReadAsStreamAsync(stop);
        var buffer = new byte[1 << 17];
        while (true)
        {
            silence.CancelAfter(options.Silence);
            var read = await Guard(body.ReadAsync(buffer, silence.Token).AsTask(), stop);
            if (read == 0)
            {
                break;
            }

            await target.WriteAsync(buffer.AsMemory(0, read), stop);
            await target.FlushAsync(stop);
            yield return total > 0 ? Math.Min(1, (double)target.Length / total.Value) : 0;
        }

        if (total > target.Length)
        {
            throw new HttpRequestException("the connection was closed too early");
        }
    }

    /// <summary>Tells a connection that went silent from a person who cancels.</summary>
    private static async Task<T> Guard<T>(Task<T> work, CancellationToken stop)
    {
        try
        {
            return await work;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException("the server is silent");
        }
    }

    private static async Task VerifyAsync(string path, RemoteFile file, CancellationToken stop)
    {
        string found;
        await using (var stream = File.OpenRead(path))
        {
            // The publisher's checksum; against accidents, not against an attacker.
#pragma warning disable CA5351
            found = Convert.ToHexStringLower(await MD5.HashDataAsync(stream, stop));
#pragma warning restore CA5351
        }

        if (found != file.Md5)
        {
            File.Delete(path);
            throw new DownloadFailedException(
                $"{file.Name} arrived with the checksum {found}, not {file.Md5}: the server holds another file, or it was "
                    + "damaged on the way. Import again, or name another mirror.");
        }
    }

    // A full disk is not the server's fault: asking again would not help.
    private static bool IsOurDisk(Exception e) =>
        e is IOException full and not HttpIOException && e.InnerException is null && FullDisk.Caused(full);

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;
}
