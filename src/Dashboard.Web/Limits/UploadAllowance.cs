using System.Collections.Concurrent;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Artifacts;
using Dashboard.Web.Shared;
using Dashboard.Web.Uploads;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Limits;

/// <summary>
/// Whether a person may bring more: by what is free on the disk, and by what the person has. Admins have no quota, but no more
/// disk than the others.
/// </summary>
public sealed class UploadAllowance(IOptions<LimitOptions> options, UsageQueries usage, ArtifactFiles files)
{
    private readonly ConcurrentDictionary<string, long> underWay = new();

    /// <summary>Bytes that are free where artifacts are kept.</summary>
    public long FreeBytes => new DriveInfo(files.Root).AvailableFreeSpace;

    /// <summary>Asks before the first byte is read. What is admitted counts until the upload is disposed of.</summary>
    /// <param name="announced">Null where the request does not say.</param>
    /// <exception cref="UploadRefusedException">507 where the disk is too full, 413 where the person has too much.</exception>
    public async Task<UploadInProgress> BeginAsync(Person person, long? announced, CancellationToken stop)
    {
        CheckDisk(announced ?? 0);
        var upload = new UploadInProgress(this, person.Id, person.IsAdmin ? long.MaxValue : await LeftAsync(person, stop));
        try
        {
            upload.Take(announced ?? 0);
            return upload;
        }
        catch
        {
            upload.Dispose();
            throw;
        }
    }

    /// <summary>Why this person may start no further import, or null.</summary>
    public async Task<string?> RefuseAsync(Person person, CancellationToken stop) =>
        person.IsAdmin || await LeftAsync(person, stop) > 0 ? null : OverQuota().Message;

    internal void CheckDisk(long more)
    {
        var free = FreeBytes;
        if (free - more < options.Value.KeepFreeBytes)
        {
            throw new UploadRefusedException(
                "file",
                $"The server's disk has {Format.Bytes(free)} free, of which {Format.Bytes(options.Value.KeepFreeBytes)} are "
                    + "kept. Ask an admin to delete data sets, or to make room.",
                StatusCodes.Status507InsufficientStorage);
        }
    }

    internal long Add(string person, long bytes) => underWay.AddOrUpdate(person, bytes, (_, before) => before + bytes);

    internal UploadRefusedException OverQuota() => new(
        "file",
        $"Your data sets, uploads and imported weights would take more than {Format.Bytes(options.Value.BytesPerPerson)}. "
            + "Delete data sets, or ask an admin to raise Dashboard:Limits:BytesPerPerson.",
        StatusCodes.Status413PayloadTooLarge);

    private async Task<long> LeftAsync(Person person, CancellationToken stop) =>
        options.Value.BytesPerPerson - (await usage.OfAsync(person.Id, stop)).Bytes;
}

/// <summary>One upload's part of what its person may have.</summary>
public sealed class UploadInProgress(UploadAllowance allowance, string person, long left) : IDisposable
{
    /// <summary>Bytes between two looks at the disk.</summary>
    private const long Stride = 64 << 20;

    private long taken;
    private long written;
    private long looked;

    /// <summary>Told each piece before it is written.</summary>
    /// <exception cref="UploadRefusedException">It is too much.</exception>
    public void Write(int bytes)
    {
        written += bytes;
        if (written - looked > Stride)
        {
            looked = written;
            allowance.CheckDisk(0);
        }

        if (written > taken)
        {
            Take(written - taken);
        }
    }

    public void Dispose() => allowance.Add(person, -taken);

    internal void Take(long bytes)
    {
        taken += bytes;
        if (allowance.Add(person, bytes) > left)
        {
            throw allowance.OverQuota();
        }
    }
}
