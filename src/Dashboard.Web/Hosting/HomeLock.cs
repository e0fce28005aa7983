namespace Dashboard.Web.Hosting;

/// <summary>
/// One dashboard for each home. The kernel drops the lock with its process, so a killed dashboard leaves nothing stale,
/// and the file is closed in child processes, so none of them keeps it.
/// </summary>
internal sealed class HomeLock : IDisposable
{
    private readonly FileStream file;
    private readonly string addressFile;

    private HomeLock(FileStream file, string addressFile) => (this.file, this.addressFile) = (file, addressFile);

    // errno of Linux, which .NET puts into HResult.
    private const int NoSpaceLeft = 28;
    private const int ReadOnlyDisk = 30;

    /// <summary>Null when another process has it.</summary>
    /// <exception cref="IOException">The file can't be made.</exception>
    public static HomeLock? TryTake(string home)
    {
        try
        {
            var file = new FileStream(Path.Combine(home, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.Delete(AddressFile(home));
            return new(file, AddressFile(home));
        }
        catch (IOException error) when (error is not (DirectoryNotFoundException or PathTooLongException)
            && error.HResult is not (NoSpaceLeft or ReadOnlyDisk))
        {
            return null;
        }
    }

    /// <summary>Where the dashboard that holds this home answers; null while it is still starting.</summary>
    public static string? ReadAddress(string home) =>
        File.Exists(AddressFile(home)) && File.ReadAllText(AddressFile(home)).Trim() is { Length: > 0 } address ? address : null;

    public void WriteAddress(string address)
    {
        // Renamed into place, so that a reader sees a whole address or none.
        File.WriteAllText(addressFile + ".new", address + "\n");
        File.Move(addressFile + ".new", addressFile, overwrite: true);
    }

    public void Dispose()
    {
        File.Delete(addressFile);
        file.Dispose();
    }

    private static string AddressFile(string home) => Path.Combine(home, "address");
}
