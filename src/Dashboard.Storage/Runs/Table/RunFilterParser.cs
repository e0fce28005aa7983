using System.Globalization;
using Dashboard.Formats;

namespace Dashboard.Storage.Runs.Table;

/// <summary>What is wrong with a filter.</summary>
/// <param name="Position">Of the first letter that is wrong, 1 for the text's first.</param>
/// <param name="Message">With the remedy.</param>
public sealed record RunFilterProblem(int Position, string Message)
{
    public override string ToString() => $"At letter {Position}: {Message}";
}

/// <summary>
/// Reads filters such as <c>schedule = karras and (kid &lt; 0.02 or tag = paper) and not archived</c>.
/// <code>
/// any     = all { "or" all }
/// all     = part { "and" part }
/// part    = "not" part | "(" any ")" | flag | column operator value
/// operator= "=" | "!=" | "&lt;" | "&lt;=" | "&gt;" | "&gt;=" | "~"
/// value   = word | "quoted text" | none
/// </code>
/// </summary>
public sealed class RunFilterParser
{
    private const int Longest = 2000;
    private const int Deepest = 40;

    private static readonly Dictionary<string, RunOperator> Operators = new(StringComparer.Ordinal)
    {
        ["="] = RunOperator.Equal,
        ["!="] = RunOperator.NotEqual,
        ["<"] = RunOperator.Less,
        ["<="] = RunOperator.AtMost,
        [">"] = RunOperator.More,
        [">="] = RunOperator.AtLeast,
        ["~"] = RunOperator.Contains,
    };

    private readonly List<Token> tokens;
    private int next;
    private int depth;

    private RunFilterParser(List<Token> tokens) => this.tokens = tokens;

    private enum TokenKind
    {
        Word,
        Quoted,
        Operator,
        Open,
        Close,
        End,
    }

    private Token Present => tokens[next];

    /// <returns>The condition, null for an empty text, which admits all; or what is wrong.</returns>
    public static (RunCondition? Condition, RunFilterProblem? Problem) Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return (null, null);
        }

        try
        {
            if (text.Length > Longest || !StoredText.IsStorable(text))
            {
                throw new WrongFilterException(1, $"A filter has at most {Longest} letters, and none of them NUL. Shorten it.");
            }

            var parser = new RunFilterParser(Read(text));
            var condition = parser.ReadAny();
            return parser.Present.Kind == TokenKind.End
                ? (condition, null)
                : throw parser.Wrong(
                    parser.Present.Kind == TokenKind.Close
                        ? "This bracket closes nothing. Take it away."
                        : "Join two conditions by “and” or “or”.");
        }
        catch (WrongFilterException wrong)
        {
            return (null, new RunFilterProblem(wrong.Position, wrong.Message));
        }
    }

    /// <summary>A condition as text that <see cref="Parse"/> reads.</summary>
    public static string Write(RunColumn column, string sign, string value) =>
        $"{column.Key} {sign} {(value.Length > 0 && value.All(IsOfWord) && !IsReserved(value) ? value : Quote(value))}";

    private static string Quote(string value) => $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static bool IsReserved(string word) => word.ToUpperInvariant() is "AND" or "OR" or "NOT" or "NONE";

    private static bool IsOfWord(char letter) =>
        !char.IsWhiteSpace(letter) && !"()<>=!~\"“”,".Contains(letter, StringComparison.Ordinal);

    private static List<Token> Read(string text)
    {
        var tokens = new List<Token>();
        for (var at = 0; at < text.Length;)
        {
            var letter = text[at];
            if (char.IsWhiteSpace(letter))
            {
                at++;
                continue;
            }

            var start = at;
            var kind = letter switch
            {
                '(' => TokenKind.Open,
                ')' => TokenKind.Close,
                '"' or '“' or '”' => TokenKind.Quoted,
                '<' or '>' or '=' or '!' or '~' => TokenKind.Operator,
                _ => TokenKind.Word,
            };
            string read;
            switch (kind)
            {
                case TokenKind.Quoted:
                    (read, at) = ReadQuoted(text, start);
                    break;
                case TokenKind.Operator:
                    at += at + 1 < text.Length && text[at + 1] == '=' && letter != '~' ? 2 : 1;
                    read = text[start..at] == "==" ? "=" : text[start..at];
                    break;
                case TokenKind.Word:
                    while (at < text.Length && IsOfWord(text[at]))
                    {
                        at++;
                    }

                    read = text[start..at];
                    if (read.Length == 0)
                    {
                        throw new WrongFilterException(start + 1, $"“{letter}” means nothing here. Take it away.");
                    }

                    break;
                default:
                    read = text[start..++at];
                    break;
            }

            tokens.Add(new Token(kind, read, start + 1));
        }

        tokens.Add(new Token(TokenKind.End, "", text.Length + 1));
        return tokens;
    }

    /// <summary>A quotation mark within stands twice.</summary>
    private static (string Text, int After) ReadQuoted(string text, int start)
    {
        var read = new System.Text.StringBuilder();
        for (var at = start + 1; at < text.Length; at++)
        {
            if (!"\"“”".Contains(text[at], StringComparison.Ordinal))
            {
                read.Append(text[at]);
            }
            else if (at + 1 < text.Length && text[at] == '"' && text[at + 1] == '"')
            {
                read.Append('"');
                at++;
            }
            else
            {
                return (read.ToString(), at + 1);
            }
        }

        throw new WrongFilterException(start + 1, "This quotation mark has no partner. Add one behind the text.");
    }

    private RunCondition ReadAny()
    {
        if (++depth > Deepest)
        {
            throw Wrong($"Brackets and “not” may be nested {Deepest} deep. Write it flatter.");
        }

        var parts = new List<RunCondition> { ReadAll() };
        while (IsWord("OR"))
        {
            next++;
            parts.Add(ReadAll());
        }

        depth--;
        return parts is [var only] ? only : new RunCondition.Any(parts);
    }

    private RunCondition ReadAll()
    {
        var parts = new List<RunCondition> { ReadPart() };
        while (IsWord("AND"))
        {
            next++;
            parts.Add(ReadPart());
        }

        return parts is [var only] ? only : new RunCondition.All(parts);
    }

    private RunCondition ReadPart()
    {
        if (IsWord("NOT"))
        {
            next++;
            if (++depth > Deepest)
            {
                throw Wrong($"Brackets and “not” may be nested {Deepest} deep. Write it flatter.");
            }

            var part = ReadPart();
            depth--;
            return new RunCondition.Not(part);
        }

        if (Present.Kind == TokenKind.Open)
        {
            var open = Present;
            next++;
            var inner = ReadAny();
            if (Present.Kind != TokenKind.Close)
            {
                throw new WrongFilterException(open.Position, "This bracket is not closed. Add a “)”.");
            }

            next++;
            return inner;
        }

        return ReadComparison();
    }

    private RunCondition.Compare ReadComparison()
    {
        var name = Present;
        if (name.Kind != TokenKind.Word)
        {
            throw Wrong("A column is missing here, such as in “kid < 0.02” or “state = running”.");
        }

        var column = RunColumns.Find(name.Text)
            ?? throw Wrong(
                $"There is no column “{StoredText.Line(name.Text, 60)}”. Did you mean “{RunColumns.Nearest(name.Text)}”? "
                    + "A part of a name is found by name ~ \"…\".");
        next++;
        if (Present.Kind != TokenKind.Operator)
        {
            return column.Kind == RunColumnKind.Flag
                ? new RunCondition.Compare(column, RunOperator.Equal, true)
                : throw Wrong($"Say how to compare {column.Key}: by = != < <= > >= or ~ (contains).");
        }

        if (!Operators.TryGetValue(Present.Text, out var sign))
        {
            throw Wrong("There is no such comparison. Use = != < <= > >= or ~ (contains).");
        }

        Check(column, sign);
        next++;
        if (Present.Kind is not (TokenKind.Word or TokenKind.Quoted) || IsWord("AND") || IsWord("OR"))
        {
            throw Wrong($"A value is missing behind {column.Key} {tokens[next - 1].Text}.");
        }

        var value = IsWord("NONE") && sign is RunOperator.Equal or RunOperator.NotEqual && IsWord("NONE")
            ? null
            : ReadValue(column, sign);
        next++;
        return new RunCondition.Compare(column, sign, value);
    }

    private void Check(RunColumn column, RunOperator sign)
    {
        var fits = sign switch
        {
            RunOperator.Equal or RunOperator.NotEqual => true,
            RunOperator.Contains => column.Kind is RunColumnKind.Text or RunColumnKind.Word or RunColumnKind.Tags,
            _ => column.Kind is RunColumnKind.Number or RunColumnKind.Moment,
        };
        if (!fits)
        {
            throw Wrong(column.Kind switch
            {
                RunColumnKind.Number or RunColumnKind.Moment => $"{column.Key} is compared by = != < <= > or >=.",
                RunColumnKind.Flag => $"{column.Key} is yes or no: write “{column.Key}” or “not {column.Key}”.",
                _ => $"{column.Key} is compared by =, != or ~ (contains).",
            });
        }
    }

    private object ReadValue(RunColumn column, RunOperator sign)
    {
        var text = Present.Text;
        switch (column.Kind)
        {
            case RunColumnKind.Number:
                return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                    && double.IsFinite(number)
                    ? number
                    : throw Wrong($"{column.Key} is a number. Give one such as 0.02 or 1e-4.");
            case RunColumnKind.Moment:
                return DateTimeOffset.TryParse(
                    text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                    out var moment)
                    ? moment
                    : throw Wrong($"{column.Key} is a moment. Give one such as 2026-11-25 or \"2026-11-25 14:00\" (UTC).");
            case RunColumnKind.Flag:
                return text.ToUpperInvariant() switch
                {
                    "YES" or "TRUE" => true,
                    "NO" or "FALSE" => false,
                    _ => throw Wrong($"{column.Key} is yes or no."),
                };
            case RunColumnKind.Word when sign != RunOperator.Contains:
                return column.Words.FirstOrDefault(word => string.Equals(word, text, StringComparison.OrdinalIgnoreCase))
                    ?? throw Wrong(
                        $"{column.Key} has no value “{StoredText.Line(text, 60)}”. "
                            + $"It is one of {string.Join(", ", column.Words)}.");
            default:
                return text;
        }
    }

    private bool IsWord(string word) =>
        Present.Kind == TokenKind.Word && string.Equals(Present.Text, word, StringComparison.OrdinalIgnoreCase);

    private WrongFilterException Wrong(string message) => new(Present.Position, message);

    private sealed record Token(TokenKind Kind, string Text, int Position);

    private sealed class WrongFilterException(int position, string message) : Exception(message)
    {
        public int Position => position;
    }
}
