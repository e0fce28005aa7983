using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Runs;
using Dashboard.Web.Runs;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Dashboard.Web.RunPages;

/// <summary>A run's log as it grows. Only the newest lines are held.</summary>
public sealed partial class RunLogView : ComponentBase, IAsyncDisposable
{
    private const int Most = 2000;

    private readonly List<LogItem> lines = [];
    private ElementReference box;
    private JsModule module = default!;
    private (long Run, int Version, string? Level)? loaded;
    private bool follow = true;
    private bool grown;

    [Parameter, EditorRequired]
    public required RunView View { get; set; }

    /// <summary>Of the lines to show, and above; anything but a level's word shows all.</summary>
    [Parameter]
    public string? Level { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required RunQueries Runs { get; set; }

    [Inject]
    public required IJSRuntime Script { get; set; }

    private static readonly IReadOnlyList<(string? Word, string Title)> Levels =
    [
        (null, "All lines"),
        (SpecJson.Word(RunLogLevel.Warning), "Warnings and errors"),
        (SpecJson.Word(RunLogLevel.Error), "Errors"),
    ];

    private string? Shown => Levels.FirstOrDefault(level => level.Word == Level).Word;

    public ValueTask DisposeAsync() => module.DisposeAsync();

    protected override void OnInitialized() => module = new JsModule(Script, "scroll");

    protected override async Task OnParametersSetAsync()
    {
        var level = Shown;
        if (loaded == (View.Run.Id, View.LogVersion, level))
        {
            return;
        }

        if (loaded?.Level != level)
        {
            lines.Clear();
        }

        loaded = (View.Run.Id, View.LogVersion, level);
        var least = RunLogText.ReadLevel(level, []);
        IReadOnlyList<LogItem> more;
        do
        {
            var after = lines.Count == 0 ? 0 : lines[^1].Sequence;
            more = await Runs.LogsAsync(View.Run.Id, least, after, Most);
            if (loaded?.Level != level)
            {
                // Another level was chosen meanwhile.
                return;
            }

            // Two reads can overlap while they wait for Postgres.
            var newest = lines.Count == 0 ? 0 : lines[^1].Sequence;
            lines.AddRange(more.Where(l => l.Sequence > newest));
            lines.RemoveRange(0, Math.Max(0, lines.Count - Most));
        }
        while (more.Count == Most);
        grown = true;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (grown && follow)
        {
            grown = false;
            await module.InvokeVoidAsync("toEnd", box);
        }
    }

    private string AddressOf(string? level) => Navigation.GetUriWithQueryParameter("level", level);

    private void Follow(bool on) => (follow, grown) = (on, on);
}
