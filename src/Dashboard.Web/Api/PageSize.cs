using Dashboard.Diffusion.Specs;

namespace Dashboard.Web.Api;

/// <summary>Bounds of what one request may ask for.</summary>
internal static class PageSize
{
    public const int Most = 500;

    /// <summary>What is wrong with a <c>limit</c>; null when nothing.</summary>
    public static FieldProblem? Check(int? limit, int most = Most) =>
        limit is null || (limit >= 1 && limit <= most) ? null : new FieldProblem("limit", $"Give a number from 1 to {most}.");
}
