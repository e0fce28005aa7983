using Dashboard.Storage;
using Dashboard.Web.Accounts;
using Dashboard.Web.Health;
using Dashboard.Web.Hosting;
using Dashboard.Web.Security;
using Dashboard.Web.Shared;
using Microsoft.EntityFrameworkCore;
using MudBlazor.Services;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = ContentRoot.Find() });

// Outside Development the host does not load the build's static-asset manifest by itself, so an unpublished
// Production run would answer 500 for every _content/ and _framework/ file. Published, this does nothing.
builder.WebHost.UseStaticWebAssets();

builder.Services.AddOptions<DashboardOptions>().BindConfiguration(DashboardOptions.Section).ValidateDataAnnotations().ValidateOnStart();
var connection = builder.Configuration.GetConnectionString("Dashboard");
builder.Services.AddDbContextFactory<DashboardContext>(options => options
    .UseNpgsql(connection, postgres => postgres.MigrationsAssembly("Dashboard.Migrations")).UseSnakeCaseNamingConvention());
builder.Services.AddAccounts();
builder.Services.AddSignInLimit();
builder.Services.AddRazorComponents().AddInteractiveServerComponents();
builder.Services.AddMudServices();
builder.Services.AddPages();
builder.Services.AddProblemDetails();

var app = builder.Build();

app.UseSecurityHeaders();
app.UseWhen(context => MachinePaths.Contains(context.Request.Path), branch =>
{
    branch.UseExceptionHandler();
    branch.UseStatusCodePages();
});
app.UseWhen(context => !MachinePaths.Contains(context.Request.Path), branch =>
{
    branch.UseExceptionHandler("/error", createScopeForErrors: true);
    branch.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
});
app.UseRateLimiter();
app.UseAuthentication();
app.UseAuthorization();
app.UseAntiforgery();

app.MapStaticAssets().AllowAnonymous();
app.MapHealthEndpoints();
app.MapRazorComponents<App>().AddInteractiveServerRenderMode();

await app.RunAsync();
