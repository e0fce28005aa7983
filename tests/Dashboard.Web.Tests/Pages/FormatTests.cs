using Dashboard.Storage.Runs;
using Dashboard.Web.Shared;

namespace Dashboard.Web.Tests.Pages;

public sealed class FormatTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1_400_000, "1.4 MB")]
    [InlineData(999_999, "1 MB")]
    [InlineData(31_200_000_000, "31.2 GB")]
    public void Bytes_in_their_largest_unit(long bytes, string expected) => Assert.Equal(expected, Format.Bytes(bytes));

    [Theory]
    [InlineData(0.2, "under 1 s")]
    [InlineData(45, "45 s")]
    [InlineData(125, "2 min 05 s")]
    [InlineData(7_500, "2 h 05 min")]
    [InlineData(190_000, "2 d 4 h")]
    [InlineData(-3, "under 1 s")]
    public void Durations_by_their_two_largest_units(double seconds, string expected) =>
        Assert.Equal(expected, Format.Duration((double?)seconds));

    [Theory]
    [InlineData(0, "0 images")]
    [InlineData(1, "1 image")]
    [InlineData(1_234, "1,234 images")]
    public void One_is_singular(long count, string expected) => Assert.Equal(expected, Format.Count(count, "image"));

    [Theory]
    [InlineData(0.4, "less than a second left")]
    [InlineData(125, "about 2 min 05 s left")]
    public void What_is_left_is_said_in_words(double seconds, string expected) => Assert.Equal(expected, Format.Left(seconds));

    [Theory]
    [InlineData(725, 190, 3720, "worked 12 min 05 s, waited 3 min 10 s, paused 1 h 02 min")]
    [InlineData(45, 0.3, 0, "worked 45 s")]
    [InlineData(0, 0.9, 0, "")]
    public void Work_waiting_and_pauses_are_told_apart(double worked, double waited, double paused, string expected) =>
        Assert.Equal(expected, Format.Times(new RunTimes(worked, waited, paused)));

    [Fact]
    public void An_unknown_duration_is_a_dash() => Assert.Equal("–", Format.Duration((double?)null));

    [Theory]
    [InlineData(0.0, "0 %")]
    [InlineData(0.479, "47 %")]
    [InlineData(0.9999, "99 %")]
    [InlineData(1.0, "100 %")]
    [InlineData(double.NaN, "–")]
    public void A_percentage_is_full_only_at_the_end(double fraction, string expected) =>
        Assert.Equal(expected, Format.Percent(fraction));

    [Theory]
    [InlineData(3, "just now")]
    [InlineData(59, "59 s ago")]
    [InlineData(3_599, "59 min ago")]
    [InlineData(7_200, "2 h ago")]
    [InlineData(864_000, "24 Apr 2026")]
    public void Ages_are_coarse(double seconds, string expected) =>
        Assert.Equal(expected, Format.Ago(Noon.AddSeconds(-seconds), Noon));

    [Theory]
    [InlineData(0.12345, "0.1235")]
    [InlineData(3.14159, "3.142")]
    [InlineData(0.0000321, "3.21e-5")]
    [InlineData(double.PositiveInfinity, "–")]
    public void Values_keep_four_digits(double value, string expected) => Assert.Equal(expected, Format.Value(value));

    [Fact]
    public void Magnitudes_are_short() => Assert.Equal("1.95 M", Format.Magnitude(1_950_627));
}
