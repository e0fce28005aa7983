namespace Dashboard.Formats.Tests;

public sealed class FileHashTests
{
    /// <summary>The example "abc" of FIPS 180-2, appendix B.1.</summary>
    [Fact]
    public async Task A_file_has_the_hash_of_the_standard()
    {
        const string expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "abc", TestContext.Current.CancellationToken);
            Assert.Equal(expected, FileHash.Sha256(path));
            Assert.Equal(expected, await FileHash.Sha256Async(path, TestContext.Current.CancellationToken));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
