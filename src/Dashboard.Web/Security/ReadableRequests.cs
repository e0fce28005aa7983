using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Dashboard.Formats;
using Dashboard.Web.Api;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Dashboard.Web.Security;

/// <summary>
/// Refuses what no endpoint can read, once and in front of all: text that can't be stored in addresses, forms and JSON, broken
/// JSON and forms, and JSON bodies beyond their limit. Uploads are read by <see cref="Uploads.UploadReader"/> instead.
/// </summary>
internal static class ReadableRequests
{
    /// <summary>Bytes of a JSON body. The longest spec takes some 6 KB.</summary>
    public const int LongestJson = 64 << 10;

    /// <summary>Bytes of any other body that is not an upload: forms and what Blazor sends without web sockets.</summary>
    public const long LongestBody = 1 << 20;

    private const string Unreadable = "It has NUL or half of a surrogate pair in it. Take it out.";

    public static IApplicationBuilder UseReadableRequests(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        if (await RefuseAsync(context) is { } refusal)
        {
            await refusal.ExecuteAsync(context);
        }
        else
        {
            await next(context);
        }
    });

    private static async Task<IResult?> RefuseAsync(HttpContext context)
    {
        var request = context.Request;
        return !StoredText.IsStorable(request.Path.Value)
                ? ApiProblems.Of("path", $"The address can't be read. {Unreadable}")
            : Unstorable(request.Query) is { } parameter ? ApiProblems.Of(parameter, Unreadable)
            : WrongPageQuery(context) is { } problem ? problem
            : request.HasJsonContentType() ? await RefuseJsonAsync(request, context.RequestAborted)
            : request.HasFormContentType && !request.Path.StartsWithSegments("/api")
                ? await RefuseFormAsync(request, context.RequestAborted)
            : null;
    }

    private static async Task<IResult?> RefuseJsonAsync(HttpRequest request, CancellationToken stop)
    {
        if (request.GetTypedHeaders().ContentType?.Charset is { HasValue: true } charset
            && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            return TypedResults.Problem(
                "Send JSON in UTF-8.",
                statusCode: StatusCodes.Status415UnsupportedMediaType,
                title: "The request cannot be read.");
        }

        var body = new byte[LongestJson + 1];
        var length = request.ContentLength > LongestJson
            ? body.Length
            : await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, stop);
        if (length > LongestJson)
        {
            return ApiProblems.TooLarge("body", $"A JSON body has at most {LongestJson >> 10} KiB. Send less.");
        }

        request.Body = new MemoryStream(body, 0, length, writable: false);
        return length > 0 && StrictJson.Check(body.AsSpan(0, length)) is { } problem
            ? ApiProblems.Of(problem.Path.Length > 0 ? problem.Path : "body", problem.Message)
            : null;
    }

    private static async Task<IResult?> RefuseFormAsync(HttpRequest request, CancellationToken stop)
    {
        try
        {
            var form = await request.ReadFormAsync(stop);
            return Unstorable(form) is { } field ? ApiProblems.Of(field, Unreadable) : null;
        }
        catch (Exception damaged) when (
            damaged is InvalidDataException or IOException or FormatException or ArgumentException
            && damaged is not BadHttpRequestException)
        {
            return ApiProblems.Of("body", "The form is incomplete or damaged. Send it again.");
        }
    }

    /// <summary>The first name of a query or form with a text that can't be stored.</summary>
    private static string? Unstorable(IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> fields)
    {
        foreach (var (name, values) in fields)
        {
            if (!StoredText.IsStorable(name) || values.Any(value => !StoredText.IsStorable(value)))
            {
                return StoredText.Line(name, 100) is { Length: > 0 } shown ? shown : "query";
            }
        }

        return null;
    }

    /// <summary>A page reads its numbers from the query itself, and would fail on anything else.</summary>
    private static ValidationProblem? WrongPageQuery(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not { } page)
        {
            return null;
        }

        foreach (var property in page.Type.GetProperties(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance))
        {
            if (property.GetCustomAttribute<SupplyParameterFromQueryAttribute>() is not { } source)
            {
                continue;
            }

            var name = source.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            foreach (var text in context.Request.Query[name].Where(text => !string.IsNullOrEmpty(text)))
            {
                var reads = type == typeof(int) ? int.TryParse(text, CultureInfo.InvariantCulture, out _)
                    : type == typeof(long) ? long.TryParse(text, CultureInfo.InvariantCulture, out _)
                    : type != typeof(bool) || bool.TryParse(text, out _);
                if (!reads)
                {
                    return ApiProblems.Of(
                        name, type == typeof(bool) ? "Give true or false." : "Give a whole number, or leave it out.");
                }
            }
        }

        return null;
    }
}
