using System.Text;
using System.Text.Json;
using Dashboard.Formats.SafeTensors;

namespace Dashboard.Formats.Tests;

public sealed class SafeTensorsHeaderTests
{
    private const string Valid = """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""";

    /// <summary>A header and the count of bytes after it. The reference implementation reads each of them.</summary>
    public static TheoryData<string, int> WellFormed => new()
    {
        { "{}", 0 },
        { Valid + "   ", 1 },
        { $$"""{"__metadata__":null,{{Tensor("a", "U8", "1", 0, 1)}}}""", 1 },
        { $$"""{"__metadata__":{},{{Tensor("a", "U8", "1", 0, 1)}}}""", 1 },
        { $"{{{Tensor("b", "U8", "1", 2, 3)},{Tensor("a", "U8", "2", 0, 2)}}}", 3 },
        { $"{{{Tensor("a", "F32", "", 0, 4)}}}", 4 },
        { $"{{{Tensor("a", "F32", "0", 0, 0)},{Tensor("b", "F32", "2,0", 0, 0)}}}", 0 },
        { $"{{{Tensor("a", "U8", "2", 0, 2)},{Tensor("none", "U8", "0", 2, 2)},{Tensor("b", "U8", "1", 2, 3)}}}", 3 },
        { """{"a":{"shape":[2],"more":{"x":[1]},"data_offsets":[0,2],"dtype":"U8"}}""", 2 },
        { Single("BOOL", "3", 3), 3 },
        { Single("I8", "3", 3), 3 },
        { Single("I16", "3", 6), 6 },
        { Single("U16", "3", 6), 6 },
        { Single("I32", "3", 12), 12 },
        { Single("U32", "3", 12), 12 },
        { Single("I64", "3", 24), 24 },
        { Single("U64", "3", 24), 24 },
        { Single("F16", "3", 6), 6 },
        { Single("BF16", "3", 6), 6 },
        { Single("F64", "3", 24), 24 },
        { Single("C64", "3", 24), 24 },
        { Single("F8_E4M3", "3", 3), 3 },
        { Single("F8_E5M2", "3", 3), 3 },
        { Single("F8_E8M0", "3", 3), 3 },
        { Single("F6_E2M3", "4", 3), 3 },
        { Single("F6_E3M2", "4", 3), 3 },
        { Single("F4", "4", 2), 2 },
    };

    /// <summary>A header, the count of bytes after it, and a part of the reason why it is refused.</summary>
    public static TheoryData<string, int, string> Malformed => new()
    {
        // Text.
        { " {}", 0, "its header is not a JSON object" },
        { "[1]", 0, "its header is not a JSON object" },
        { "null", 0, "its header is not a JSON object" },
        { """{"a":""", 0, "its header is not JSON" },
        { "{} {}", 0, "its header is not JSON" },
        { "{}\0\0", 0, "its header is not JSON" },
        { """{"a":1,}""", 0, "wrong kind" },
        { """{"__metadata__":{},}""", 0, "its header is not JSON" },
        { """{"__metadata__":{"a":"1"}/**/}""", 0, "its header is not JSON" },
        { """{"\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "wrong kind" },
        { """{"a":{"x":""" + new string('[', 70) + new string(']', 70) + "}}", 0, "its header is not JSON" },

        // Fields.
        { """{"a":1}""", 0, "wrong kind" },
        { """{"a":null}""", 0, "wrong kind" },
        { """{"a":{}}""", 0, "lacks a field" },
        { """{"a":{"shape":[1],"data_offsets":[0,1]}}""", 1, "lacks a field" },
        { """{"a":{"dtype":"U8","data_offsets":[0,1]}}""", 1, "lacks a field" },
        { """{"a":{"dtype":"U8","shape":[1]}}""", 1, "lacks a field" },
        { """{"a":{"dtype":8,"shape":[1],"data_offsets":[0,1]}}""", 1, "wrong kind" },
        { """{"a":{"dtype":"U8","shape":1,"data_offsets":[0,1]}}""", 1, "wrong kind" },
        { """{"a":{"dtype":"U8","shape":["1"],"data_offsets":[0,1]}}""", 1, "wrong kind" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}""", 1, "lacks a field" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}""", 1, "lacks a field" },
        { Single("U8", "1.5", 1), 1, "wrong kind" },
        { Single("U8", "1.0", 1), 1, "wrong kind" },
        { Single("U8", "9223372036854775808", 1), 1, "wrong kind" },
        { Single("F99", "1", 4), 4, "tensor \"a\" has the unknown type F99" },
        { Single("f32", "1", 4), 4, "tensor \"a\" has the unknown type f32" },

        // Metadata.
        { """{"__metadata__":[]}""", 0, "wrong kind" },
        { """{"__metadata__":"a"}""", 0, "wrong kind" },
        { """{"__metadata__":{"a":1}}""", 0, "wrong kind" },
        { """{"__metadata__":{"a":null}}""", 0, "wrong kind" },
        { """{"__metadata__":{"a":{"b":"c"}}}""", 0, "wrong kind" },

        // Duplicates.
        { """{"__metadata__":{"a":"1","a":"2"}}""", 0, "its metadata has \"a\" twice" },
        { """{"__metadata__":{},"__metadata__":{}}""", 0, "its header has \"__metadata__\" twice" },
        { """{"__metadata__":null,"__metadata__":{}}""", 0, "its header has \"__metadata__\" twice" },
        { $"{{{Tensor("a", "U8", "1", 0, 1)},{Tensor("a", "U8", "1", 1, 2)}}}", 2, "its header has \"a\" twice" },
        { $"{{{Tensor("a", "U8", "1", 0, 1)},{Tensor("\\u0061", "U8", "1", 1, 2)}}}", 2, "its header has \"a\" twice" },
        { """{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "tensor \"a\" has \"dtype\" twice" },
        { """{"a":{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}}""", 1, "tensor \"a\" has \"shape\" twice" },

        // Sizes.
        { Single("F32", "2", 4), 4, "tensor \"a\": its shape [2] does not fit the bytes 0 to 4" },
        { Single("F32", "", 8), 8, "tensor \"a\": its shape [] does not fit the bytes 0 to 8" },
        { Single("F32", "-1", 4), 4, "does not fit" },
        { Single("F32", "-1,-1", 4), 4, "does not fit" },
        { Single("F32", "0,-1", 0), 0, "does not fit" },
        { Single("F32", "4611686018427387904,4", 0), 0, "does not fit" },
        { Single("F32", "4294967296,4294967296,4294967296,4294967296", 0), 0, "does not fit" },
        { Single("F4", "3", 2), 2, "does not fit" },

        // Places.
        { $"{{{Tensor("a", "F32", "1", -4, 0)}}}", 0, "does not fit the bytes -4 to 0" },
        { $"{{{Tensor("a", "U8", "1", 1, 0)}}}", 1, "does not fit the bytes 1 to 0" },
        { $"{{{Tensor("a", "U8", "1", 1, 2)}}}", 2, "tensor \"a\" begins at byte 1, not at 0" },
        { $"{{{Tensor("a", "U8", "0", 1, 1)}}}", 1, "tensor \"a\" begins at byte 1, not at 0" },
        { $"{{{Tensor("a", "U8", "2", 0, 2)},{Tensor("b", "U8", "2", 1, 3)}}}", 3, "tensor \"b\" begins at byte 1, not at 2" },
        { $"{{{Tensor("a", "U8", "2", 0, 2)},{Tensor("b", "U8", "2", 0, 2)}}}", 2, "tensor \"b\" begins at byte 0, not at 2" },
        { $"{{{Tensor("a", "U8", "4", 0, 4)},{Tensor("b", "U8", "1", 1, 2)}}}", 4, "tensors overlap or leave a gap" },
        { $"{{{Tensor("a", "U8", "1", 0, 1)},{Tensor("b", "U8", "1", 2, 3)}}}", 3, "tensor \"b\" begins at byte 2, not at 1" },
        { Single("U8", "9", 9), 8, "cut short: tensor \"a\" ends 1 bytes after the file does" },
        { Single("U8", "1", 1), 8, "the file has 7 bytes more than its header describes" },
        { "{}", 1, "the file has 1 bytes more than its header describes" },
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_header_is_read_back_as_it_was_written()
    {
        var written = SafeTensorsHeader.Write(
            [
                ("weight", SafeTensorsType.Find("F32")!, [2, 3]),
                ("none", SafeTensorsType.Find("BF16")!, [0, 7]),
                ("step", SafeTensorsType.Find("I64")!, []),
            ],
            new Dictionary<string, string> { ["who"] = "a \"team\" in Zürich" });
        using var file = new MemoryStream([.. written, .. new byte[24 + 8]]);

        foreach (var header in new[] { SafeTensorsHeader.Read(file), await SafeTensorsHeader.ReadAsync(file, Stop) })
        {
            Assert.Equal(["weight", "none", "step"], header.Entries.Select(e => e.Name));
            Assert.Equal(["F32", "BF16", "I64"], header.Entries.Select(e => e.Type.Name));
            Assert.Equal([(0L, 24L), (24L, 24L), (24L, 32L)], header.Entries.Select(e => (e.Start, e.End)));
            Assert.Equal([2L, 3L], header.Entries[0].Shape);
            Assert.Equal("a \"team\" in Zürich", header.Metadata["who"]);
            Assert.Equal((written.Length, 0), (header.DataStart, header.DataStart % 8));
        }
    }

    [Theory]
    [MemberData(nameof(WellFormed))]
    public void A_well_formed_header_is_read(string header, int dataBytes)
    {
        using var file = File(header, dataBytes);
        Assert.Equal(dataBytes, SafeTensorsHeader.Read(file).Entries.Sum(e => e.Length));
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public void A_malformed_header_is_refused_with_its_reason(string header, int dataBytes, string reason)
    {
        using var file = File(header, dataBytes);
        Assert.Contains(reason, Refusal(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[0], "cut short")]
    [InlineData(new byte[] { 2, 0, 0, 0, 0, 0, 0 }, "cut short")]
    [InlineData(new byte[] { 3, 0, 0, 0, 0, 0, 0, 0, 1, 2 }, "a header of 3 bytes in a file of 10")]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 128, 1, 2 }, "a header of -9223372036854775808 bytes")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 127, 1, 2 }, "a header of 9223372036854775807 bytes")]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 1, 2 }, "a header of 0 bytes")]
    public async Task A_length_that_the_file_can_not_have_is_refused(byte[] bytes, string reason)
    {
        using var file = new MemoryStream(bytes);
        Assert.Contains(reason, Refusal(file), StringComparison.Ordinal);
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => SafeTensorsHeader.ReadAsync(file, Stop));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_is_not_unicode_is_refused_even_where_nobody_looks()
    {
        byte[] json = [.. """{"a":{"x":" """u8, 0xFF, .. "\"}}"u8];
        using var file = new MemoryStream([.. BitConverter.GetBytes((long)json.Length), .. json]);
        Assert.Contains("its header is not UTF-8 text", Refusal(file), StringComparison.Ordinal);
    }

    /// <summary>So that an upload can't ask for much memory.</summary>
    [Fact]
    public void A_header_that_is_too_long_is_refused_before_it_is_read()
    {
        using var file = new MemoryStream();
        file.Write(BitConverter.GetBytes(SafeTensorsHeader.LongestHeader + 1L));
        file.SetLength(SafeTensorsHeader.LongestHeader + 100L);
        Assert.Contains("a header of 33554433 bytes", Refusal(file), StringComparison.Ordinal);
    }

    /// <summary>All tensors are empty, so that the rules for their places let any number of them pass.</summary>
    [Fact]
    public void A_header_of_too_many_tensors_is_refused()
    {
        var tensors = Enumerable.Range(0, 100_000).Select(i => Tensor($"{i}", "U8", "0", 0, 0));
        using var file = File($"{{{string.Join(',', tensors)}}}", 0);
        Assert.Contains("more than 4194304 bytes besides the values of its metadata", Refusal(file), StringComparison.Ordinal);
    }

    [Fact]
    public void A_shape_of_too_many_dimensions_is_refused()
    {
        using var file = File(Single("U8", string.Join(',', Enumerable.Repeat(1, 3_000_000)), 1), 1);
        Assert.Contains("more than 4194304 bytes besides the values of its metadata", Refusal(file), StringComparison.Ordinal);
    }

    [Fact]
    public void Metadata_of_too_many_keys_is_refused()
    {
        var metadata = Enumerable.Range(0, 1_000_000).Select(i => $"\"{i}\":\"\"");
        using var file = File($$$"""{"__metadata__":{{{{string.Join(',', metadata)}}}}}""", 0);
        Assert.Contains("more than 4194304 bytes besides the values of its metadata", Refusal(file), StringComparison.Ordinal);
    }

    /// <summary>A checkpoint keeps a line for each epoch.</summary>
    [Fact]
    public void Metadata_of_the_longest_run_is_read_back()
    {
        const double any = 0.1234567890123456;
        var epochs = JsonSerializer.Serialize(Enumerable.Range(0, 100_000).Select(epoch =>
            new { epoch, trainNoiseLoss = any, validationNoiseLoss = any, kid = any }));
        var written = SafeTensorsHeader.Write(
            [("a", SafeTensorsType.Find("U8")!, [1])], new Dictionary<string, string> { ["position"] = epochs });
        using var file = new MemoryStream([.. written, 0]);

        Assert.InRange(written.Length, SafeTensorsHeader.LongestStructure, SafeTensorsHeader.LongestHeader);
        Assert.Equal(epochs, SafeTensorsHeader.Read(file).Metadata["position"]);
    }

    [Fact]
    public void A_long_name_is_shortened_in_messages()
    {
        var name = new string('n', 1_000_000);
        using var wrongPlace = File($"{{{Tensor(name, "U8", "1", 1, 2)}}}", 2);
        using var wrongShape = File($"{{{Tensor(name, "U8", "2", 0, 1)}}}", 1);
        using var wrongType = File($"{{{Tensor("a", name, "2", 0, 1)}}}", 1);

        Assert.All(new[] { wrongPlace, wrongShape, wrongType }, file => Assert.InRange(Refusal(file).Length, 50, 250));
    }

    [Fact]
    public void A_name_in_a_message_keeps_to_its_line()
    {
        using var file = File($"{{{Tensor("a\\r\\n\\u001b[31mb", "U8", "2", 0, 1)}}}", 1);
        Assert.StartsWith("tensor \"a [31mb\":", Refusal(file), StringComparison.Ordinal);
    }

    private static string Refusal(Stream file) => Assert.Throws<InvalidDataException>(() => SafeTensorsHeader.Read(file)).Message;

    private static string Single(string type, string shape, long end) => $"{{{Tensor("a", type, shape, 0, end)}}}";

    private static string Tensor(string name, string type, string shape, long start, long end) =>
        $$"""
        "{{name}}":{"dtype":"{{type}}","shape":[{{shape}}],"data_offsets":[{{start}},{{end}}]}
        """;

    private static MemoryStream File(string header, int dataBytes)
    {
        var json = Encoding.UTF8.GetBytes(header);
        return new MemoryStream([.. BitConverter.GetBytes((long)json.Length), .. json, .. new byte[dataBytes]]);
    }
}
