namespace Dashboard.Testing;

/// <summary>Finds the files that lie around the source code.</summary>
public static class Repository
{
    /// <summary>The folder with Dashboard.sln.</summary>
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Dashboard.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Dashboard.sln lies in no folder above " + AppContext.BaseDirectory);
    }
}
