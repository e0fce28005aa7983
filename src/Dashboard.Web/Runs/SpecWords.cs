using System.Text.Json;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Web.Runs;

/// <summary>Values as the JSON of specs has them.</summary>
public static class SpecWords
{
    public static string Of<T>(T value)
        where T : struct, Enum => JsonSerializer.SerializeToElement(value, SpecJson.Options).GetString()!;
}
