using Markdig;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Shared;

/// <summary>
/// Markdown that people wrote, as HTML that can do nothing: tags in it are shown as text, links lead to http, https, mailto or a
/// page of the dashboard, and only its own pictures are shown.
/// </summary>
public static class SafeMarkdown
{
    /// <summary>Headings of a text stand below the page's own two levels.</summary>
    private const int Above = 2;

    private const int LowestHeading = 6;

    private static readonly MarkdownPipeline Pipeline =
        new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UseTaskLists().UseAutoLinks().UseEmphasisExtras().Build();

    public static MarkupString ToHtml(string text)
    {
        using var html = new StringWriter();
        var renderer = new HtmlRenderer(html) { LinkRewriter = link => IsSafe(link) ? link : "#" };
        Pipeline.Setup(renderer);
        try
        {
            var document = Markdown.Parse(text, Pipeline);
            foreach (var heading in document.Descendants<HeadingBlock>())
            {
                heading.Level = Math.Min(heading.Level + Above, LowestHeading);
            }

            foreach (var link in document.Descendants<LinkInline>())
            {
                Tame(link);
            }

            foreach (var link in document.Descendants<AutolinkInline>())
            {
                MarkForeign(link, link.Url);
            }

            renderer.Render(document);
        }
        catch (ArgumentException)
        {
            // Nested too deeply for Markdig: as it was typed.
            return new MarkupString($"<pre>{System.Net.WebUtility.HtmlEncode(text)}</pre>");
        }

        return new MarkupString(html.ToString());
    }

    private static void Tame(LinkInline link)
    {
        if (link.IsImage && !IsOwnPicture(link.Url))
        {
            // A picture elsewhere would tell its server who reads this.
            link.IsImage = false;
            if (link.FirstChild is null)
            {
                link.AppendChild(new LiteralInline(link.Url ?? ""));
            }
        }

        if (!link.IsImage)
        {
            MarkForeign(link, link.Url);
        }
    }

    private static void MarkForeign(MarkdownObject link, string? url)
    {
        if (url is not null && !url.StartsWith('/') && !url.StartsWith('#'))
        {
            link.GetAttributes().AddPropertyIfNotExist("rel", "noopener noreferrer nofollow");
            link.GetAttributes().AddPropertyIfNotExist("target", "_blank");
        }
    }

    private static bool IsSafe(string url) =>
        IsOwn(url) || url.StartsWith('#')
        || (Uri.TryCreate(url, UriKind.Absolute, out var address)
            && (address.Scheme is "http" or "https" or "mailto")
            && url.StartsWith(address.Scheme + ":", StringComparison.OrdinalIgnoreCase));

    /// <summary>A path of this site. Browsers take <c>//</c> and <c>/\</c> for another site's address.</summary>
    private static bool IsOwn(string url) =>
        url.StartsWith('/') && !(url.Length > 1 && url[1] is '/' or '\\') && !url.Any(char.IsControl);

    private static bool IsOwnPicture(string? url) =>
        url is not null && IsOwn(url) && url.StartsWith(Addresses.Images + "/", StringComparison.Ordinal);
}
