using System.Globalization;
using System.Text;
using Dashboard.Formats;

namespace Dashboard.Storage.Postgres;

/// <summary>Where the next page starts: the last row's id, and its name where the order is by name. Opaque to callers.</summary>
internal sealed record Cursor(long Id, string Name = "")
{
    public override string ToString() =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Id} {Name}")))
            .TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>Null for no cursor, and for one that is not ours: the list then begins at its start.</summary>
    public static Cursor? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        try
        {
            var padded = text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '=');
            var parts = Encoding.UTF8.GetString(Convert.FromBase64String(padded)).Split(' ', 2);
            var name = parts.ElementAtOrDefault(1) ?? "";
            return long.TryParse(parts[0], CultureInfo.InvariantCulture, out var id) && StoredText.IsStorable(name)
                ? new Cursor(id, name)
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
