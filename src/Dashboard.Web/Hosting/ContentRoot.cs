namespace Dashboard.Web.Hosting;

/// <summary>Where wwwroot/ and appsettings.json are: beside the published app, or at the repository root.</summary>
internal static class ContentRoot
{
    public static string Find()
    {
        var app = AppContext.BaseDirectory;
        for (var folder = new DirectoryInfo(app); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Dashboard.sln")))
            {
                return folder.FullName;
            }
        }

        return File.Exists(Path.Combine(app, "appsettings.json"))
            ? app
            : throw new DirectoryNotFoundException($"No appsettings.json beside the app ({app}) and no Dashboard.sln above it.");
    }
}
