using System.Text.Json;
using System.Text.Unicode;

namespace Dashboard.Formats.SafeTensors;

/// <summary>Reads a header's JSON token by token. Building a tree would take many times the header's length.</summary>
internal ref struct HeaderReader
{
    private const string NotSafeTensors = "not a safetensors file: ";
    private const string WrongField = NotSafeTensors + "its header lacks a field or has a value of the wrong kind";

    private readonly List<SafeTensorsEntry> entries = [];
    private readonly Dictionary<string, string> metadata = [];
    private Utf8JsonReader json;

    /// <summary>Bytes of the metadata's values so far.</summary>
    private long valueBytes;

    private HeaderReader(ReadOnlySpan<byte> header) => json = new Utf8JsonReader(header);

    /// <exception cref="InvalidDataException">Not JSON, not a header, or a tensor whose bytes do not fit its shape.</exception>
    public static (List<SafeTensorsEntry> Entries, Dictionary<string, string> Metadata) Read(ReadOnlySpan<byte> header)
    {
        // The format allows white space after the object, but not before it.
        if (header is not [(byte)'{', ..])
        {
            throw new InvalidDataException(NotSafeTensors + "its header is not a JSON object");
        }

        if (!Utf8.IsValid(header))
        {
            throw new InvalidDataException(NotSafeTensors + "its header is not UTF-8 text");
        }

        try
        {
            var reader = new HeaderReader(header);
            reader.ReadObject();
            return (reader.entries, reader.metadata);
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException(NotSafeTensors + "its header is not JSON", failure);
        }
        catch (InvalidOperationException failure)
        {
            // An escape sequence that is not Unicode, such as half of a surrogate pair.
            throw new InvalidDataException(WrongField, failure);
        }
    }

    private void ReadObject()
    {
        Next();
        var names = new HashSet<string>();
        while (NextName() is { } name)
        {
            if (!names.Add(name))
            {
                throw new InvalidDataException(NotSafeTensors + $"its header has {Message.Quoted(name)} twice");
            }

            Next();
            if (name == SafeTensorsHeader.MetadataKey)
            {
                ReadMetadata();
            }
            else
            {
                entries.Add(ReadEntry(name));
            }
        }

        // Anything but white space is an error here.
        Next();
    }

    private void ReadMetadata()
    {
        // Some writers put null where there is no metadata.
        if (json.TokenType == JsonTokenType.Null)
        {
            return;
        }

        Expect(JsonTokenType.StartObject);
        while (NextName() is { } key)
        {
            json.Read();
            Expect(JsonTokenType.String);
            valueBytes += json.ValueSpan.Length;
            if (!metadata.TryAdd(key, json.GetString()!))
            {
                throw new InvalidDataException(NotSafeTensors + $"its metadata has {Message.Quoted(key)} twice");
            }
        }
    }

    private SafeTensorsEntry ReadEntry(string name)
    {
        Expect(JsonTokenType.StartObject);
        string? typeName = null;
        List<long>? shape = null, offsets = null;
        while (NextName() is { } field)
        {
            Next();
            switch (field)
            {
                case "dtype" when typeName is null:
                    Expect(JsonTokenType.String);
                    typeName = json.GetString()!;
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers();
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers();
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw new InvalidDataException($"tensor {Message.Quoted(name)} has \"{field}\" twice");
                default:
                    json.Skip();
                    break;
            }
        }

        if (typeName is null || shape is null || offsets is not [var start, var end])
        {
            throw new InvalidDataException(WrongField);
        }

        var tensor = $"tensor {Message.Quoted(name)}";
        var type = SafeTensorsType.Find(typeName)
            ?? throw new InvalidDataException($"{tensor} has the unknown type {Message.Shortened(typeName)}");
        if (start < 0 || end < start || SafeTensorsEntry.BytesOf(type, shape) != end - start)
        {
            var dimensions = Message.Shortened(string.Join(", ", shape));
            throw new InvalidDataException($"{tensor}: its shape [{dimensions}] does not fit the bytes {start} to {end}");
        }

        return new SafeTensorsEntry(name, type, shape, start, end);
    }

    private List<long> ReadNumbers()
    {
        Expect(JsonTokenType.StartArray);
        var numbers = new List<long>();
        for (Next(); json.TokenType != JsonTokenType.EndArray; Next())
        {
            Expect(JsonTokenType.Number);
            numbers.Add(json.TryGetInt64(out var number) ? number : throw new InvalidDataException(WrongField));
        }

        return numbers;
    }

    /// <summary>The next property's name; null at the object's end.</summary>
    private string? NextName()
    {
        Next();
        return json.TokenType == JsonTokenType.PropertyName ? json.GetString() : null;
    }

    private void Next()
    {
        json.Read();
        if (json.BytesConsumed - valueBytes > SafeTensorsHeader.LongestStructure)
        {
            throw new InvalidDataException(
                $"its header has more than {SafeTensorsHeader.LongestStructure} bytes besides the values of its metadata");
        }
    }

    private readonly void Expect(JsonTokenType kind)
    {
        if (json.TokenType != kind)
        {
            throw new InvalidDataException(WrongField);
        }
    }
}
