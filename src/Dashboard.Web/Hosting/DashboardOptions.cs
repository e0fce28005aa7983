using System.ComponentModel.DataAnnotations;

namespace Dashboard.Web.Hosting;

/// <summary>The settings under <c>Dashboard</c> in appsettings.json, where each is explained.</summary>
public sealed class DashboardOptions
{
    public const string Section = "Dashboard";

    [Required]
    public string Home { get; set; } = ".data";

    public string Artifacts { get; set; } = "";

    [Required, Url]
    public string Url { get; set; } = "http://127.0.0.1:5080";

    [Range(-1, 64)]
    public int LocalWorkers { get; set; } = -1;

    public string WorkerProgram { get; set; } = "";
}
