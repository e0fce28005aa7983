namespace Dashboard.Engine.Data;

/// <summary>A decoded image: rows from the top, three bytes (R, G, B) per pixel, nothing between rows.</summary>
/// <param name="Rgb">Height × width × 3 bytes.</param>
public sealed record PixelImage(int Width, int Height, byte[] Rgb);
