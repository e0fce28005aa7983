using System.Security.Cryptography;
using System.Text;

namespace Dashboard.Worker.Verbs;

/// <summary>
/// Names what is made from a zip or a folder by what is in it, so that other images under an old name are never taken for those
/// that were packed before.
/// </summary>
internal static class SourceKey
{
    private const string Origin = "source.txt";

    // Part of every key: raised when an import makes something else of the same files.
    private const string Version = "1";

    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = FileAttributes.ReparsePoint,
        RecurseSubdirectories = true,
    };

    /// <summary>SHA-256 over names and contents, as far as they can be read; the first 32 digits of it.</summary>
    public static string Of(string source)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(Version));
        if (Directory.Exists(source))
        {
            foreach (var file in new DirectoryInfo(source).EnumerateFiles("*", Everything)
                .OrderBy(file => file.FullName, StringComparer.Ordinal))
            {
                Add(hash, Path.GetRelativePath(source, file.FullName), file);
            }
        }
        else if (File.Exists(source))
        {
            Add(hash, "", new FileInfo(source));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..32];
    }

    /// <summary>Deletes what was made from the same zip or folder when it held something else.</summary>
    /// <param name="folder">What was made now.</param>
    public static void RemoveOlder(string folder, string? source)
    {
        var origin = source is null ? folder : Path.TrimEndingDirectorySeparator(Path.GetFullPath(source));
        foreach (var other in Directory.EnumerateDirectories(Path.GetDirectoryName(folder)!))
        {
            if (Path.Combine(other, Origin) is var named && File.Exists(named) && File.ReadAllText(named) == origin)
            {
                Directory.Delete(other, recursive: true);
            }
        }

        File.WriteAllText(Path.Combine(folder, Origin), origin);
    }

    private static void Add(IncrementalHash hash, string name, FileInfo file)
    {
        // Lengths keep one file's end and the next one's start apart.
        hash.AppendData(Encoding.UTF8.GetBytes($"\n{name.Length} {name} "));
        try
        {
            // Pipes and devices have no length, and reading them may never end.
            if (file.Length > 0)
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{file.Length} "));
                using var content = file.OpenRead();
                hash.AppendData(SHA256.HashData(content));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            hash.AppendData("unreadable"u8);
        }
    }
}
