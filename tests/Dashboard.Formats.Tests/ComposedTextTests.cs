using Dashboard.Formats.Names;

namespace Dashboard.Formats.Tests;

public sealed class ComposedTextTests
{
    // Made with Python's unicodedata.normalize("NFC", …).
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("Mo\u0308hre", "M\u00F6hre")]
    [InlineData("\u30AB\u3099", "\u30AC")]
    [InlineData("\u1112\u1161\u11AB", "\uD55C")]
    [InlineData("\u1112\u1161", "\uD558")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("d\u0307\u0323", "\u1E0D\u0307")]
    [InlineData("\u1E69", "\u1E69")]
    [InlineData("s\u0307\u0323", "\u1E69")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("a\u0301\u0301", "\u00E1\u0301")]
    [InlineData("\u0301a", "\u0301a")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")]
    [InlineData("\U00011099\U000110BA", "\U0001109A")]
    [InlineData("🌷", "🌷")]
    public void Text_is_composed_as_the_standard_says(string text, string expected) =>
        Assert.Equal(expected, ComposedText.Of(text));
}
