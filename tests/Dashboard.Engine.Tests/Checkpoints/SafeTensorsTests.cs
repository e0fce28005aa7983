using System.Buffers.Binary;
using System.Text;
using Dashboard.Engine.Checkpoints;
using static TorchSharp.torch;

namespace Dashboard.Engine.Tests.Checkpoints;

public sealed class SafeTensorsTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    [Fact]
    public void What_is_written_is_read_back()
    {
        using var scope = NewDisposeScope();
        var transposed = arange(6, dtype: ScalarType.Float32).view(2, 3).t();
        var written = SafeTensorsWriter.Write(
            path,
            [
                new("half", tensor([1.5f, -2f]).to(ScalarType.BFloat16)),
                new("transposed", transposed),
                new("count", tensor(7L)),
            ],
            new Dictionary<string, string> { ["who"] = "wir, \"mit\" Ümlaut" });

        Assert.Equal(new FileInfo(path).Length, written.Bytes);
        using var file = SafeTensorsFile.Read(path);
        Assert.Equal("wir, \"mit\" Ümlaut", file.Metadata["who"]);
        Assert.Equal([3, 2], file.Tensors["transposed"].shape);
        Assert.Equal([0f, 3, 1, 4, 2, 5], file.Tensors["transposed"].data<float>().ToArray());
        Assert.Equal(ScalarType.BFloat16, file.Tensors["half"].dtype);
        Assert.Equal(-2, file.Tensors["half"].to(ScalarType.Float32)[1].item<float>());
        Assert.Equal(7, file.Tensors["count"].item<long>());
    }

    [Fact]
    public void The_bytes_are_those_of_the_format()
    {
        using var scope = NewDisposeScope();
        SafeTensorsWriter.Write(path, [new("a", tensor([1f]))], new Dictionary<string, string>());
        var bytes = File.ReadAllBytes(path);
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);

        Assert.Equal(0, length % 8);
        Assert.Equal(
            """{"__metadata__":{},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""",
            Encoding.UTF8.GetString(bytes, 8, length).TrimEnd());
        Assert.Equal(1f, BitConverter.ToSingle(bytes, 8 + length));
        Assert.Equal(8 + length + 4, bytes.Length);
    }

    [Theory]
    [InlineData("", "cut short")]
    [InlineData("{\"a\":", "not JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "does not fit")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "does not fit")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", "does not fit")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", "does not fit")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "cut short: tensor \"a\"")]
    [InlineData("""{"a":{"dtype":"X9","shape":[1],"data_offsets":[0,4]}}""", "unknown type X9")]
    [InlineData("""{"a":{"shape":[1]}}""", "lacks a field")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", "lacks a field")]
    public void A_broken_file_is_refused_in_words(string header, string reason)
    {
        using var stream = new MemoryStream();
        if (header.Length > 0)
        {
            stream.Write(BitConverter.GetBytes((long)header.Length));
            stream.Write(Encoding.UTF8.GetBytes(header));
            stream.Write(new byte[8]);
            stream.Position = 0;
        }

        var failure = Assert.Throws<InvalidDataException>(() => SafeTensorsFile.Read(stream));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A file of another program may hold such tensors beside those that are asked for.</summary>
    [Fact]
    public void A_type_that_torch_lacks_is_refused_only_when_its_tensor_is_asked_for()
    {
        const string header = """
            {"a":{"dtype":"U16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}}
            """;
        using var stream = new MemoryStream(
            [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), 0, 0, 0, 0, 7]);
        using var file = SafeTensorsFile.Read(stream);

        Assert.Equal(["b"], file.Tensors.Keys);
        Assert.Equal(["a"], file.Skipped.Keys);
        Assert.Equal(7, file.Find("b")!.item<byte>());
        Assert.Null(file.Find("c"));
        var failure = Assert.Throws<InvalidDataException>(() => file.Find("a"));
        Assert.Equal("tensor \"a\" has the type U16, which can't be used here", failure.Message);
    }

    /// <summary>400 tensors on the same 4 MiB would take 1.6 GiB.</summary>
    [Fact]
    public void Tensors_that_share_bytes_are_refused_before_any_is_read()
    {
        const int size = 4 << 20;
        var entries = Enumerable.Range(0, 400).Select(i => $$"""
            "{{i}}":{"dtype":"U8","shape":[{{size}}],"data_offsets":[0,{{size}}]}
            """);
        var header = $"{{{string.Join(',', entries)}}}";
        using var stream = new MemoryStream();
        stream.Write(BitConverter.GetBytes((long)header.Length));
        stream.Write(Encoding.UTF8.GetBytes(header));
        var dataStart = stream.Position;
        stream.SetLength(dataStart + size);

        var failure = Assert.Throws<InvalidDataException>(() => SafeTensorsFile.Read(stream));
        Assert.Contains("tensors overlap", failure.Message, StringComparison.Ordinal);
        Assert.Equal(dataStart, stream.Position);
    }

    public void Dispose() => File.Delete(path);
}
