namespace Dashboard.Web.Hosting;

internal static class AssetsOfBuild
{
    /// <summary>
    /// Outside Development the host does not load the build's static-asset manifest by itself, so an unpublished Production run
    /// would answer 500 for every _content/ and _framework/ file. Published, this does nothing.
    /// </summary>
    /// <exception cref="StartupException">
    /// The packages that the assets lie in can't be read: they are in the home of the user who built.
    /// </exception>
    public static void UseAssetsOfBuild(this IWebHostBuilder host)
    {
        try
        {
            host.UseStaticWebAssets();
        }
        catch (Exception unreadable) when (unreadable is DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new StartupException(
                $"{Environment.UserName} can't read the packages that this program was built with, for another user built it: "
                    + $"{unreadable.Message} Start it as that user; or clone the repository into a folder of your own and run "
                    + "bash src/run.sh there; or have that user publish it (dotnet publish src/Dashboard.Web -c Release) "
                    + "and start what comes out.");
        }
    }
}
