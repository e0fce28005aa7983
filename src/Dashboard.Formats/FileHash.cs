using System.Security.Cryptography;

namespace Dashboard.Formats;

/// <summary>A file's SHA-256 as it is written everywhere: 64 lower-case hex digits.</summary>
public static class FileHash
{
    public static string Sha256(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    public static async Task<string> Sha256Async(string path, CancellationToken stop)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, stop));
    }
}
