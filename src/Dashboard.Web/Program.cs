using System.Runtime.InteropServices;
using Dashboard.Web.Hosting;

try
{
    return await RunAsync(args);
}
catch (StartupException error)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}

static async Task<int> RunAsync(string[] args)
{
    var command = DashboardCommand.Parse(args);
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = ContentRoot.Find() });

    builder.WebHost.UseAssetsOfBuild();
    builder.UseDashboardSettings();
    if (command is not null)
    {
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
    }

    // Until the host listens to Ctrl-C itself, it ends the start in order: a Postgres that was started is stopped again.
    using var interrupted = new CancellationTokenSource();
    using var signal = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
    {
        context.Cancel = true;
        interrupted.Cancel();
    });

    await using var home = command is null
        ? await DashboardHome.OpenAsync(builder.Configuration, builder.Environment.ContentRootPath, interrupted.Token)
        : await DashboardHome.ShareAsync(builder.Configuration, builder.Environment.ContentRootPath, interrupted.Token);
    builder.Services.AddDashboard(home);
    await using var app = builder.Build();
    await FirstStart.PrepareDatabaseAsync(app.Services, interrupted.Token);
    if (command is not null)
    {
        await command.RunAsync(app.Services, home.RunningAddress ?? app.Configuration.FirstAddress(), interrupted.Token);
        return 0;
    }

    app.UseDashboard();
    app.MapDashboard();
    await app.StartAsync(interrupted.Token);
    await Greeting.SayAsync(app, home);
    await app.WaitForShutdownAsync();
    return 0;
}
