using Dashboard.Testing;

namespace Dashboard.Diffusion.Tests;

/// <summary>What .editorconfig asks for, but no analyzer checks.</summary>
public sealed class SourceStyleTests
{
    private const int LongestLine = 130;

    private static readonly string[] Folders = ["src", "tests"];

    [Fact]
    public void No_line_of_code_is_longer_than_130_characters()
    {
        var files = Folders.Select(folder => Path.Combine(Repository.Root, folder))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Where(file => Path.GetExtension(file) is ".cs" or ".razor")
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "migrations" or "bin" or "obj"))
            .Order(StringComparer.Ordinal)
            .ToList();
        Assert.NotEmpty(files);

        var tooLong = files.SelectMany(path => File.ReadLines(Path.Combine(Repository.Root, path))
            .Select((line, index) => (Line: line, At: $"{path}:{index + 1}"))
            .Where(one => one.Line.Length > LongestLine)
            .Select(one => one.At)).ToList();
        Assert.True(tooLong.Count == 0, string.Join('\n', tooLong));
    }
}
