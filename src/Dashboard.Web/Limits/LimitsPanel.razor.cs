using Dashboard.Storage.Artifacts;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Limits;

/// <summary>For admins: what people may have, and what they have.</summary>
public sealed partial class LimitsPanel : ComponentBase
{
    private const int Most = 100;

    private IReadOnlyList<PersonUsage> people = [];

    [Inject]
    public required IOptions<LimitOptions> Options { get; set; }

    [Inject]
    public required UploadAllowance Allowance { get; set; }

    [Inject]
    public required UsageQueries Usage { get; set; }

    [Inject]
    public required OrphanCheck Orphans { get; set; }

    protected override async Task OnInitializedAsync() => people = [.. (await Usage.ListAsync()).Take(Most)];
}
