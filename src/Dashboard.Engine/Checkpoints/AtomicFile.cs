using System.Runtime.InteropServices;

namespace Dashboard.Engine.Checkpoints;

/// <summary>Replaces a file so that a crash or a full disk leaves either the old one or the new one, whole.</summary>
internal static partial class AtomicFile
{
    public static T Write<T>(string path, Func<Stream, T> write)
    {
        var temporary = path + ".tmp";
        T result;
        try
        {
            using var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20);
            result = write(stream);
            stream.Flush(flushToDisk: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        File.Move(temporary, path, overwrite: true);
        FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return result;
    }

    /// <summary>The rename itself is durable only once the folder is on the disk too; .NET has no call for it.</summary>
    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(folder, flags: 0);
        if (descriptor >= 0)
        {
            _ = Sync(descriptor);
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
