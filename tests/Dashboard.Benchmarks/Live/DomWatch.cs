using System.Text.Json;

namespace Dashboard.Benchmarks.Live;

/// <summary>A moment at which the page showed a metric as of a sequence number.</summary>
internal sealed record Sighting(string Metric, long Sequence, double UnixMilliseconds);

internal static class DomWatch
{
    /// <summary>Notes the moment of each change of a metric's element, in the browser itself.</summary>
    public const string Script = """
        () => {
          window.seenMetrics = [];
          const note = () => {
            const now = performance.timeOrigin + performance.now();
            for (const element of document.querySelectorAll('[data-metric]')) {
              const sequence = Number(element.dataset.sequence);
              if (element.seenSequence !== sequence) {
                element.seenSequence = sequence;
                window.seenMetrics.push([element.dataset.metric, sequence, now]);
              }
            }
          };
          note();
          window.seenMetrics = [];
          new MutationObserver(note).observe(
            document.body, { subtree: true, childList: true, attributes: true, characterData: true });
        }
        """;

    public static IReadOnlyList<Sighting> Read(JsonElement seen) =>
        [.. seen.EnumerateArray().Select(s => new Sighting(s[0].GetString()!, s[1].GetInt64(), s[2].GetDouble()))];
}
