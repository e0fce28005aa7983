using Dashboard.Web.Shared;

namespace Dashboard.Web.Tests.Pages;

public sealed class TileGridTests
{
    [Theory]
    [InlineData(1000, 112, 8, 8)]
    [InlineData(952, 112, 8, 8)]
    [InlineData(951, 112, 8, 7)]
    [InlineData(100, 112, 8, 2)]
    public void As_many_tiles_stand_in_a_row_as_fit_and_two_at_least(double width, int tile, int gap, int columns) =>
        Assert.Equal(columns, TileGrid.Fit(width, tile, gap).Columns);

    [Theory]
    [InlineData(1000, 112, 8)]
    [InlineData(731, 104, 6)]
    public void Tiles_are_square_and_fill_the_width(double width, int tile, int gap)
    {
        var grid = TileGrid.Fit(width, tile, gap);
        var side = grid.RowHeight - gap;
        Assert.True(side >= tile);
        Assert.Equal(width, (side * grid.Columns) + (gap * (grid.Columns - 1)), 0.01);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(8, 1)]
    [InlineData(9, 2)]
    public void The_last_row_need_not_be_full(int tiles, int rows) => Assert.Equal(rows, TileGrid.Fit(1000, 112, 8).Rows(tiles));
}
