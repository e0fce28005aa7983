namespace Dashboard.Storage.Runs;

internal static class FiniteValue
{
    /// <summary>Null for NaN and infinities, which JSON can't hold.</summary>
    public static double? Of(double value) => double.IsFinite(value) ? value : null;
}
