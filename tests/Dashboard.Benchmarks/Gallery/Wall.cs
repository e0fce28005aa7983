namespace Dashboard.Benchmarks.Gallery;

/// <summary>What a person sees of the gallery's tiles, asked in the browser itself.</summary>
internal static class Wall
{
    private const string Seen = """
        const seen = () => {
          const inside = element => {
            const box = element.getBoundingClientRect();
            return box.bottom > 0 && box.top < innerHeight;
          };
          const tiles = [...document.querySelectorAll('[data-image] img')].filter(inside);
          return tiles.length > 0 && tiles.every(tile => tile.complete && tile.naturalWidth > 0)
            && ![...document.querySelectorAll('.ghost')].some(inside);
        };
        """;

    /// <summary>Until every tile in sight shows its picture.</summary>
    public const string Settle = $$"""
        () => new Promise(done => {
          {{Seen}}
          const look = () => seen() ? done() : requestAnimationFrame(look);
          look();
        })
        """;

    /// <summary>Drags the scrollbar to a share of its way; milliseconds until every tile in sight shows its picture.</summary>
    public const string Drag = $$"""
        share => new Promise(done => {
          {{Seen}}
          const first = () => document.querySelector('[data-image]')?.dataset.image;
          const before = first();
          const began = performance.now();
          scrollTo(0, share * (document.scrollingElement.scrollHeight - innerHeight));
          const look = () => (first() !== before && seen()) || performance.now() - began > 20000
            ? done(performance.now() - began) : requestAnimationFrame(look);
          requestAnimationFrame(look);
        })
        """;
}
