using System.Globalization;
using Dashboard.Storage.Runs;

namespace Dashboard.Web.Shared;

/// <summary>Numbers, times and sizes as short texts. Invariant culture: a decimal point, commas between thousands.</summary>
public static class Format
{
    private const string Unknown = "–";
    private static readonly string[] ByteUnits = ["B", "KB", "MB", "GB", "TB", "PB"];
    private static readonly (double Size, string Suffix)[] Magnitudes = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];

    /// <summary><c>1.4 MB</c>, in steps of 1,000.</summary>
    public static string Bytes(long bytes)
    {
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < ByteUnits.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        return unit == 0 ? $"{bytes} B" : string.Create(CultureInfo.InvariantCulture, $"{Digits(value)} {ByteUnits[unit]}");
    }

    /// <summary><c>1.95 M</c>; small numbers stay whole.</summary>
    public static string Magnitude(double value)
    {
        foreach (var (size, suffix) in Magnitudes)
        {
            if (Math.Abs(value) >= size)
            {
                return $"{Digits(value / size)} {suffix}";
            }
        }

        return value.ToString("0.##", CultureInfo.InvariantCulture);
    }

    /// <summary><c>1,234,567</c>.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>47 %</c>; never 100 % before the end.</summary>
    public static string Percent(double? fraction) => fraction is { } f && double.IsFinite(f)
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(Math.Clamp(f, 0, 1) * 100)} %")
        : Unknown;

    /// <summary><c>1 image</c>, <c>1,234 images</c>.</summary>
    public static string Count(long value, string noun) => $"{Count(value)} {(value == 1 ? noun : noun + "s")}";

    /// <summary>A length of time by its two largest units: <c>2 h 05 min</c>, <c>45 s</c>.</summary>
    public static string Duration(TimeSpan time)
    {
        if (time < TimeSpan.Zero)
        {
            time = TimeSpan.Zero;
        }

        return time switch
        {
            { TotalSeconds: < 1 } => "under 1 s",
            { TotalMinutes: < 1 } => $"{(int)time.TotalSeconds} s",
            { TotalHours: < 1 } => $"{time.Minutes} min {time.Seconds:00} s",
            { TotalDays: < 1 } => $"{time.Hours} h {time.Minutes:00} min",
            _ => $"{(int)time.TotalDays} d {time.Hours} h",
        };
    }

    /// <summary><c>about 5 min 10 s left</c>, <c>less than a second left</c>.</summary>
    public static string Left(double seconds) =>
        seconds < 1 ? "less than a second left" : $"about {Duration((double?)seconds)} left";

    public static string Duration(double? seconds) =>
        seconds is { } s && double.IsFinite(s) && s < TimeSpan.MaxValue.TotalSeconds / 2
            ? Duration(TimeSpan.FromSeconds(s))
            : Unknown;

    /// <summary><c>worked 12 min 05 s, waited 3 min 10 s, paused 1 h 02 min</c>; what took no second is left out.</summary>
    public static string Times(RunTimes times) => string.Join(
        ", ",
        new[] { ("worked", times.Worked), ("waited", times.Waited), ("paused", times.Paused) }
            .Where(part => part.Item2 >= 1)
            .Select(part => $"{part.Item1} {Duration((double?)part.Item2)}"));

    /// <summary>How long ago, coarsely: <c>just now</c>, <c>5 min ago</c>, then the date.</summary>
    public static string Ago(DateTimeOffset at, DateTimeOffset now)
    {
        var age = now - at;
        return age switch
        {
            { TotalSeconds: < 10 } => "just now",
            { TotalMinutes: < 1 } => $"{(int)age.TotalSeconds} s ago",
            { TotalHours: < 1 } => $"{(int)age.TotalMinutes} min ago",
            { TotalDays: < 1 } => $"{(int)age.TotalHours} h ago",
            { TotalDays: < 7 } => $"{(int)age.TotalDays} d ago",
            _ => at.UtcDateTime.ToString("d MMM yyyy", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The exact moment, for titles and logs.</summary>
    public static string Moment(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    public static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A measured value with four significant digits: <c>0.1234</c>, <c>12.34</c>, <c>3.2e-05</c>.</summary>
    public static string Value(double? value) => value is { } v && double.IsFinite(v)
        ? Math.Abs(v) is 0 or (>= 1e-4 and < 1e6)
            ? v.ToString(
                Math.Abs(v) switch { < 1 => "0.0000", < 10 => "0.000", < 100 => "0.00", _ => "0.0" },
                CultureInfo.InvariantCulture)
            : v.ToString("0.##e0", CultureInfo.InvariantCulture)
        : Unknown;

    /// <summary><c>231 images/s</c>.</summary>
    public static string Speed(double? imagesPerSecond) => imagesPerSecond is { } s && double.IsFinite(s)
        ? string.Create(CultureInfo.InvariantCulture, $"{Digits(s)} images/s")
        : Unknown;

    /// <summary>A number as it stands in an address or a field.</summary>
    public static string Plain(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Digits(double value) =>
        value.ToString(Math.Abs(value) switch { < 9.995 => "0.##", < 99.95 => "0.#", _ => "0" }, CultureInfo.InvariantCulture);
}
