using System.IO.Compression;

namespace Dashboard.EndToEnd;

/// <summary>A small zip of real photographs, with one entry that is not an image.</summary>
internal static class FlowersZip
{
    public const string NoImage = "notes.txt";

    /// <summary>All of the photographs.</summary>
    public static string Photographs => Repository.SharedData("flowers5.zip");

    /// <param name="perLabel">Photographs of each of the five kinds of flower.</param>
    public static void Write(string path, int perLabel)
    {
        using var all = ZipFile.OpenRead(Photographs);
        using var small = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var label in all.Entries.Where(e => e.Length > 0).GroupBy(e => e.FullName.Split('/')[0]))
        {
            foreach (var photograph in label.OrderBy(e => e.FullName, StringComparer.Ordinal).Take(perLabel))
            {
                using var from = photograph.Open();
                using var to = small.CreateEntry(photograph.FullName, CompressionLevel.NoCompression).Open();
                from.CopyTo(to);
            }
        }

        using var note = new StreamWriter(small.CreateEntry(NoImage).Open());
        note.Write("Not a photograph.");
    }
}
