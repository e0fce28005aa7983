using Dashboard.Web.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Dashboard.Web.Tests.Host;

public sealed class AssetsOfBuildTests
{
    [Fact]
    public async Task Packages_in_the_home_of_the_user_who_built_are_one_clear_line()
    {
        var manifest = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(
                manifest,
                """
                {"ContentRoots":["/root-of-nobody/.nuget/packages/"],"Root":{"Children":null,"Asset":null,"Patterns":[
                    {"ContentRootIndex":0,"Pattern":"**","Depth":0}]}}
                """,
                TestContext.Current.CancellationToken);
            var builder = WebApplication.CreateBuilder();
            builder.WebHost.UseSetting(WebHostDefaults.StaticWebAssetsKey, manifest);
            var refused = Assert.Throws<StartupException>(() => builder.WebHost.UseAssetsOfBuild());
            Assert.Contains("/root-of-nobody/.nuget/packages", refused.Message, StringComparison.Ordinal);
            Assert.Contains("run bash src/run.sh there", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused.Message);
        }
        finally
        {
            File.Delete(manifest);
        }
    }
}
