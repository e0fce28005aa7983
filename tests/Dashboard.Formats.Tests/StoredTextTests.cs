using System.Text;
using Dashboard.Formats;

namespace Dashboard.Formats.Tests;

public sealed class StoredTextTests
{
    [Fact]
    public void Text_that_Postgres_takes_is_told_from_other()
    {
        // Not in an attribute, which would replace half of a pair.
        Assert.All((string[])["", "Rosen 🌹 é\n"], text => Assert.True(StoredText.IsStorable(text)));
        Assert.All(
            (string[])["a\0b", "\ud83c", "a\udf39", "\udf39\ud83c", "🌹\ud83c"],
            text => Assert.False(StoredText.IsStorable(text)));
    }

    [Fact]
    public void A_line_has_no_control_characters_and_an_end()
    {
        Assert.Equal("two lines and a tab", StoredText.Line(" two\r\nlines\0 and\ta tab\n"));
        Assert.Equal("abc", StoredText.Line("a\u202eb\u2028c\u001b\u0085"));
        Assert.Equal("a\ufffdb", StoredText.Line("a\ud800b"));
        Assert.Equal("two\nlines\t!", StoredText.Lines("two\nlines\t\0!", 100));
        var cut = StoredText.Line(new string('x', 3_000_000));
        Assert.Equal((StoredText.LongestMessage, '…'), (cut.Length, cut[^1]));
        Assert.Equal(StoredText.LongestMessage - 1, StoredText.Line(string.Concat(Enumerable.Repeat("🌹", 2000))).Length);
    }

    [Theory]
    [InlineData("""{"a":1,"b":[1,{"a":2}],"c":"🌹"}""", null)]
    [InlineData("""[1,"",null,{"a":{"a":1}}]""", null)]
    [InlineData("""{"a":1,"spec":{"b":[0,{"c":1,"c":2}]}}""", "spec.b[1].c")]
    [InlineData("""{"a":1,"\u0061":2}""", "a")]
    [InlineData("""{"a":[["x","\u0000"]]}""", "a[0][1]")]
    [InlineData("""{"a":{"b":"\ud800"}}""", "a.b")]
    [InlineData("""{"a":{"\udc00":1}}""", "a")]
    [InlineData("""{"a":{"x\u0000":1}}""", "a")]
    [InlineData("""{"a":1,}""", "")]
    [InlineData("""{"a":""", "")]
    [InlineData("""{"a":NaN}""", "")]
    [InlineData("nothing", "")]
    public void Json_that_is_no_plain_value_is_refused_at_its_place(string json, string? path) =>
        Assert.Equal(path, StrictJson.Check(Encoding.UTF8.GetBytes(json))?.Path);

    [Fact]
    public void Json_of_any_depth_and_bytes_that_are_no_text_are_refused()
    {
        Assert.NotNull(StrictJson.Check(Encoding.UTF8.GetBytes(new string('[', 100_000))));
        Assert.NotNull(StrictJson.Check([(byte)'"', 0xED, 0xA0, 0x80, (byte)'"']));
        Assert.NotNull(StrictJson.Check([0xFF, 0xFE, (byte)'{', 0, (byte)'}', 0]));
    }
}
