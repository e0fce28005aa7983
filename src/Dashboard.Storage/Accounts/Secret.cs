using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Dashboard.Storage.Accounts;

/// <summary>A random secret of 192 bits: what its holder shows, and the hash that is kept of it.</summary>
/// <param name="Text">32 characters of base64url.</param>
/// <param name="Hash">SHA-256 of the text. With 192 random bits nothing slower is needed.</param>
public sealed record Secret(string Text, byte[] Hash)
{
    public static Secret New()
    {
        var text = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
        return new(text, HashOf(text));
    }

    public static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
