using System.Net.Http.Headers;
using System.Text;
using CsCheck;

namespace Dashboard.Web.Tests.Host;

/// <summary>A request as nobody would write it, on purpose.</summary>
/// <param name="Role">Whose token it carries.</param>
/// <param name="Target">Path and query as they go over the wire.</param>
internal sealed record GeneratedRequest(
    string Role, string Method, string Target, string? ContentType, byte[]? Body, string Accept, string? Range)
{
    public HttpRequestMessage ToMessage()
    {
        var message = new HttpRequestMessage(new HttpMethod(Method), new Uri($"http://localhost{Target}"));
        message.Headers.TryAddWithoutValidation("Accept", Accept);
        if (Range is not null)
        {
            message.Headers.TryAddWithoutValidation("Range", Range);
        }

        if (Body is not null)
        {
            message.Content = new ByteArrayContent(Body);
            if (ContentType is not null)
            {
                message.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
            }
        }

        return message;
    }

    public override string ToString()
    {
        var body = Body is null ? "" : Encoding.UTF8.GetString(Body);
        return $"{Role} {Method} {(Target.Length > 300 ? Target[..300] + "…" : Target)} {ContentType} "
            + (body.Length > 300 ? body[..300] + "…" : body);
    }
}

/// <summary>An endpoint of the host, as its routing tells of it.</summary>
/// <param name="Pattern">Such as <c>api/runs/{id:long}</c>.</param>
internal sealed record Target(string Method, string Pattern);

/// <summary>Generates requests of the kinds that once were answered with 500, and their relatives.</summary>
/// <param name="ids">That exist.</param>
/// <param name="words">Names of parameters and fields, and values that mean something somewhere.</param>
/// <param name="bodies">JSON bodies that are right.</param>
internal sealed class RequestGenerator(
    IReadOnlyList<Target> targets, IReadOnlyList<string> ids, IReadOnlyList<string> words, IReadOnlyList<string> bodies)
{
    private static readonly string[] Texts =
    [
        "", " ", "\0", "a\0b", "\ud800", "\udc00a", "a\udfff", "\u202e", "😀", "%", "_", "\\", "'", "\"", "<b>",
        "../../etc/passwd",
        "null", "true", "NaN", "Infinity", "-1", "0", "1e400", "-1e400", "1.5", "99999999999999999999", "9223372036854775807",
        "-9223372036854775808", "2147483648", "0x10", "1,2,3", "a,b,,c", "[]", "{}", "\r\n", "\u0085", "\u2028", "ª", "١",
        new('x', 3000), new('\u00e9', 1500), "MTAgAA", "MTAgAGE=", "====", "2026-11-25T00:00:00Z", "..", ".", "%00", "%zz",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1e400", "-1e400", "1e-400", "1.5", "99999999999999999999999", "9223372036854775808",
        "2147483648", "NaN", "\"\\ud800\"", "\"\\u0000\"", "\"a\\u0000b\"", "\"\\udc00\\ud800\"", "\"\"", "\" \"", "\"1e400\"",
        "\"NaN\"", "[]", "{}", "[[]]", "[null]", "{\"a\":1,\"a\":2}", "{\"\":0}", "{\"\\u0000\":0}", "\"\\x\"", "'a'", "01",
        "--1",
        "[1,2,]", new string('[', 70) + new string(']', 70), "[" + string.Concat(Enumerable.Repeat("64,", 20_000)) + "64]",
        "[" + string.Concat(Enumerable.Repeat("-1,", 3_000)) + "-1]", "\"" + new string('x', 5_000) + "\"",
        "{" + string.Join(',', Enumerable.Range(0, 500).Select(i => $"\"f{i}\":0")) + "}",
        "\"" + new string('y', 100_000) + "\"",
    ];

    private static readonly string[] ContentTypes =
    [
        "application/json", "application/json", "application/json", "application/json; charset=utf-8",
        "application/json; charset=utf-16", "application/json; charset=nonsense", "application/problem+json", "text/json",
        "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=\"",
        "multipart/form-data; boundary=", "multipart/form-data; boundary=b", "multipart/form-data; boundary=b",
        "multipart/form-data; boundary=b", "multipart/form-data; boundary=" + new string('b', 300), "nonsense", "",
    ];

    private static readonly Gen<string> AnyText = Gen.Frequency(
        (6, (IGen<string>)Gen.OneOf(Texts)),
        (1, Gen.String),
        (1, Gen.Long.Select(number => number.ToString(System.Globalization.CultureInfo.InvariantCulture))));

    public Gen<GeneratedRequest> Requests => Gen.Select(
        Gen.OneOf("viewer", "member", "admin"),
        Gen.Int[0, targets.Count - 1].Select(index => targets[index]).SelectMany(target => Address(target).Select(
            address => (target.Method, Address: address))),
        Content,
        Gen.OneOf("*/*", "application/json", "text/html", "application/xml", "nonsense"),
        Gen.OneOf<string?>(null, null, null, "bytes=-1", "bytes=0-99999999999999999999", "bytes=5-1", "nonsense"),
        (role, target, content, accept, range) =>
        {
            var reads = target.Method is "GET" or "HEAD" or "DELETE" or "OPTIONS";
            return new GeneratedRequest(
                role, target.Method, target.Address, reads ? null : content.Type, reads ? null : content.Bytes, accept, range);
        });

    private Gen<string> Word => Gen.Int[0, words.Count - 1].Select(index => words[index]);

    private Gen<string> Id => Gen.Int[0, ids.Count - 1].Select(index => ids[index]);

    private Gen<string> Value => Gen.Frequency((2, (IGen<string>)AnyText), (1, Id), (1, Word));

    private Gen<(string Type, byte[] Bytes)> Content => Gen.OneOf(ContentTypes).SelectMany(type => Gen.Frequency(
        (8, (IGen<byte[]>)(type.Contains("multipart", StringComparison.Ordinal) ? Multipart
            : type.Contains("urlencoded", StringComparison.Ordinal) ? Query.Select(Encoding.ASCII.GetBytes)
            : Json.Select(text => Encoding.UTF8.GetBytes(text)))),
        (1, Gen.Byte.Array[0, 200]),
        (1, Gen.Const(Array.Empty<byte>()))).Select(bytes => (type, bytes)));

    /// <summary>A right body with some of its values replaced, a name doubled or taken away, or its end cut off.</summary>
    private Gen<string> Json => Gen.Select(
        Gen.Int[0, bodies.Count - 1].Select(index => bodies[index]),
        Gen.Int[0, 200], Gen.OneOf(Values), Gen.Int[0, 9], Gen.Int[0, 400],
        (body, place, value, kind, cut) => kind switch
        {
            0 => body,
            1 => body[..Math.Min(cut, body.Length)],
            2 => "{" + body[1..^1] + "," + body[1..],
            3 => value,
            4 => body.Replace("{", $"{{\"unknown\":{value},", StringComparison.Ordinal),
            _ => ReplaceValue(body, place, value),
        });

    private Gen<string> Query => Gen.Select(Gen.Frequency((4, (IGen<string>)Word), (1, AnyText)), Value).Array[0, 4].Select(
        pairs => string.Join('&', pairs.Select(pair => $"{Encode(pair.Item1)}={Encode(pair.Item2)}")));

    private static Gen<byte[]> Multipart => Gen.Select(
        Gen.OneOf("name", "file", "name\0", "x"), AnyText, Gen.OneOf("a.zip", "", "\ud800", new string('n', 500), "..\\..\\x"),
        Gen.Byte.Array[0, 300], Gen.Int[0, 5],
        (name, value, file, bytes, kind) =>
        {
            var text = new StringBuilder();
            text.Append($"--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            text.Append(
                kind == 0 ? "--b\r\nNonsense\r\n\r\n"
                : kind == 1 ? "--b\r\nContent-Disposition: nonsense\r\n\r\n\r\n"
                : "");
            text.Append($"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file}\"\r\n\r\n");
            byte[] form = [.. Encoding.UTF8.GetBytes(text.ToString()), .. bytes];
            return kind == 2 ? form : [.. form, .. "\r\n--b--\r\n"u8];
        });

    private Gen<string> Address(Target target)
    {
        var parts = target.Pattern.TrimStart('/').Split('/');
        var path = Gen.Select(Gen.Frequency((3, (IGen<string>)Id), (2, Value)), Gen.Frequency((3, (IGen<string>)Id), (2, Value)),
            (one, other) => "/" + string.Join('/', parts.Select((part, index) => Fill(part, index % 2 == 0 ? one : other))));
        return Gen.Select(path, Query, Gen.Int[0, 2], (address, query, with) => with == 0 || query.Length == 0
            ? address
            : $"{address}?{query}");
    }

    /// <summary>Puts a value in place of a route's parameter.</summary>
    private static string Fill(string part, string value)
    {
        var open = part.IndexOf('{', StringComparison.Ordinal);
        if (open < 0)
        {
            return part;
        }

        var encoded = part.Contains("{**", StringComparison.Ordinal) || part.Contains("{*", StringComparison.Ordinal)
            ? Encode(value).Replace("%2F", "/", StringComparison.Ordinal)
            : Encode(value);
        // The test's client sends no path with NUL. Kestrel refuses it before any of our code.
        encoded = encoded.Replace("%00", "", StringComparison.Ordinal);
        return part[..open] + encoded + part[(part.LastIndexOf('}') + 1)..];
    }

    /// <summary>Replaces the value behind one of the body's colons.</summary>
    private static string ReplaceValue(string body, int place, string value)
    {
        var colons = Enumerable.Range(0, body.Length).Where(index => body[index] == ':').ToList();
        if (colons.Count == 0)
        {
            return value;
        }

        var start = colons[place % colons.Count] + 1;
        var (end, depth, quoted) = (start, 0, false);
        for (; end < body.Length; end++)
        {
            quoted ^= body[end] == '"';
            depth += quoted ? 0 : body[end] is '{' or '[' ? 1 : body[end] is '}' or ']' ? -1 : 0;
            if (!quoted && (depth < 0 || (depth == 0 && body[end] == ',')))
            {
                break;
            }
        }

        return body[..start] + value + body[end..];
    }

    /// <summary>Percent-encoded; half of a surrogate pair as the three bytes that it would take.</summary>
    private static string Encode(string text)
    {
        var encoded = new StringBuilder();
        foreach (var letter in text)
        {
            if (char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or '_' or '~')
            {
                encoded.Append(letter);
            }
            else if (letter < 0x80)
            {
                encoded.Append(System.Globalization.CultureInfo.InvariantCulture, $"%{(int)letter:X2}");
            }
            else if (letter < 0x800)
            {
                encoded.Append(
                    System.Globalization.CultureInfo.InvariantCulture, $"%{0xC0 | (letter >> 6):X2}%{0x80 | (letter & 0x3F):X2}");
            }
            else
            {
                encoded.Append(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"%{0xE0 | (letter >> 12):X2}%{0x80 | ((letter >> 6) & 0x3F):X2}%{0x80 | (letter & 0x3F):X2}");
            }
        }

        return encoded.ToString();
    }
}
