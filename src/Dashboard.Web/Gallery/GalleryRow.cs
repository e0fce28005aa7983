using Dashboard.Storage.Gallery;

namespace Dashboard.Web.Gallery;

/// <summary>A row of tiles: what the wall virtualises, since Blazor can't virtualise a grid.</summary>
public sealed record GalleryRow(int Index, IReadOnlyList<ImageItem> Images);
