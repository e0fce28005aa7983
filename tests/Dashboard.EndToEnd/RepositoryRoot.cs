namespace Dashboard.EndToEnd;

internal static class RepositoryRoot
{
    public static string Path { get; } = Find();

    /// <summary>Real photographs that stand beside the repository; see the README's section on tests.</summary>
    public static string Flowers { get; } = System.IO.Path.Combine(Path, "..", "shared", "data", "flowers5.zip");

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Dashboard.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("no Dashboard.sln above the tests");
    }
}
