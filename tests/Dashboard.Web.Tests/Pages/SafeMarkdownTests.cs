using AngleSharp.Html.Parser;
using Dashboard.Web.Shared;

namespace Dashboard.Web.Tests.Pages;

/// <summary>Notes are anybody's text; what comes of them can neither run nor lead anywhere unseen.</summary>
public sealed class SafeMarkdownTests
{
    private static readonly string[] Allowed =
    [
        "html", "head", "body", "p", "em", "strong", "del", "sub", "sup", "ins", "mark", "a", "img", "ul", "ol", "li", "h3", "h4",
        "h5", "h6", "pre", "code", "blockquote", "table", "thead", "tbody", "tr", "th", "td", "input", "hr", "br",
    ];

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("[x](javascript:alert(1))")]
    [InlineData("[x](  jAvAsCrIpT:alert(1))")]
    [InlineData("[x](java\tscript:alert(1))")]
    [InlineData("[x](&#106;avascript:alert(1))")]
    [InlineData("[x](data:text/html,<script>alert(1)</script>)")]
    [InlineData("[x](vbscript:x)")]
    [InlineData("[x][r]\n\n[r]: javascript:alert(1)")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("![x](javascript:alert(1))")]
    [InlineData("![x](https://example.org/a.png)")]
    [InlineData("![](//example.org/a.png)")]
    [InlineData("[x](//example.org)")]
    [InlineData("[x](/\\example.org)")]
    [InlineData("[x](https://example.org \"a\\\" onclick=\\\"alert(1)\")")]
    [InlineData("`<b>` ```\n<i>\n```")]
    [InlineData("# <b onclick=x>a</b>")]
    [InlineData("| <b> | b |\n|---|---|\n| [x](javascript:1) | <script> |")]
    [InlineData("- [ ] <iframe src=x>")]
    public void Nothing_in_notes_runs(string text)
    {
        var page = new HtmlParser().ParseDocument(SafeMarkdown.ToHtml(text).Value);
        foreach (var element in page.All)
        {
            Assert.Contains(element.LocalName, Allowed);
            Assert.DoesNotContain(element.Attributes, a => a.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase));
            if (element.LocalName == "a")
            {
                Assert.Matches("^(https?:|mailto:|#|/[^/\\\\]|/$)", element.GetAttribute("href") ?? "");
            }

            if (element.LocalName == "img")
            {
                Assert.StartsWith("/images/", element.GetAttribute("src"), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Text_is_marked_up()
    {
        var html = SafeMarkdown.ToHtml(
            """
            # Title

            *soft* [other run](/runs/3) https://example.org ![seed 1](/images/aa.png)

            | a | b |
            |---|---|
            | 1 | 2 |
            """).Value;
        Assert.Contains("<h3>Title</h3>", html, StringComparison.Ordinal);
        Assert.Contains("<em>soft</em>", html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"/runs/3\">other run</a>", html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://example.org\" rel=\"noopener noreferrer nofollow\"", html, StringComparison.Ordinal);
        Assert.Contains("<img src=\"/images/aa.png\" alt=\"seed 1\"", html, StringComparison.Ordinal);
        Assert.Contains("<td>2</td>", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(">")]
    [InlineData("[")]
    [InlineData("*a ")]
    [InlineData("- ")]
    [InlineData("![")]
    public void Text_that_nests_deeply_is_still_shown(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, 20_000 / part.Length));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.NotEmpty(SafeMarkdown.ToHtml(text).Value);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
    }
}
