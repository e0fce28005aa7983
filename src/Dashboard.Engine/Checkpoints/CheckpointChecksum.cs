using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dashboard.Formats;
using static TorchSharp.torch;

namespace Dashboard.Engine.Checkpoints;

/// <summary>
/// A SHA-256 over all metadata and tensors of a checkpoint, which stands in its metadata: a file that was cut, damaged or edited
/// can be told from a whole one by the file alone.
/// </summary>
internal static class CheckpointChecksum
{
    /// <param name="metadata">Without regard to an entry <see cref="CheckpointFormat.Checksum"/>.</param>
    public static string Of(IReadOnlyDictionary<string, string> metadata, IEnumerable<NamedTensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (key, value) in metadata
            .Where(pair => pair.Key != CheckpointFormat.Checksum)
            .OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Text(key);
            Text(value);
        }

        foreach (var tensor in tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            using var scope = NewDisposeScope();
            Text(tensor.Name);
            Text(string.Join(',', tensor.Value.shape.Select(dimension => dimension.ToString(CultureInfo.InvariantCulture))));
            hash.AppendData(tensor.Value.detach().cpu().contiguous().bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Text(string text)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(text));
            hash.AppendData([0]);
        }
    }
}
