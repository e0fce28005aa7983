using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Dashboard.Diffusion.Specs;

/// <summary>
/// The one JSON dialect of specs, API and checkpoints: camelCase names, kebab-case values, unknown fields refused.
/// </summary>
public static class SpecJson
{
    public static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    });

    /// <summary>A value as specs write it: <c>adams-bashforth</c>.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => JsonSerializer.SerializeToElement(value, Options).GetString()!;

    /// <summary>A spec as JSON, every field of it.</summary>
    public static JsonObject ToObject<T>(T spec)
        where T : class => JsonSerializer.SerializeToNode(spec, Options)!.AsObject();

    /// <summary>Gives any serializer the dialect's names and values.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.NumberHandling = JsonNumberHandling.AllowReadingFromString;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false));
        return options;
    }
}
