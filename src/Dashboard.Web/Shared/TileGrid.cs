namespace Dashboard.Web.Shared;

/// <summary>How square tiles fill the width of a wall.</summary>
/// <param name="Columns">0 while the width is not known.</param>
/// <param name="RowHeight">A tile and the gap below it, pixels.</param>
public readonly record struct TileGrid(int Columns, float RowHeight)
{
    private const int FewestColumns = 2;

    /// <param name="width">Of the wall, pixels.</param>
    /// <param name="tile">The least side of a tile; tiles grow until the columns fill the width.</param>
    public static TileGrid Fit(double width, int tile, int gap)
    {
        var columns = Math.Max(FewestColumns, (int)((width + gap) / (tile + gap)));
        return new TileGrid(columns, (float)((width - (gap * (columns - 1))) / columns) + gap);
    }

    public int Rows(int tiles) => (tiles + Columns - 1) / Columns;
}
