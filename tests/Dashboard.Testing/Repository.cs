namespace Dashboard.Testing;

/// <summary>Finds the files that lie around the source code.</summary>
public static class Repository
{
    /// <summary>The folder with Dashboard.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The worker's program, as it was built with these tests.</summary>
    public static string WorkerProgram { get; } = Path.Combine(
        Root, "src", "Dashboard.Worker", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0",
        "Dashboard.Worker.dll");

    /// <summary>A file of ../shared/data, which is not part of the repository; see the README's section on tests.</summary>
    public static string SharedData(string name) => Path.Combine(Root, "..", "shared", "data", name);

    /// <summary>A file of ../shared/cases, inputs from real life; not part of the repository either.</summary>
    public static string SharedCase(string name) => Path.Combine(Root, "..", "shared", "cases", name);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Dashboard.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("There is no Dashboard.sln in a folder above " + AppContext.BaseDirectory);
    }
}
