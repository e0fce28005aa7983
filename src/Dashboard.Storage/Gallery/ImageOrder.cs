namespace Dashboard.Storage.Gallery;

/// <summary>
/// The images that a filter admitted at one moment, newest first: a fixed order to scroll through while new ones arrive.
/// </summary>
/// <param name="Newest">The id of the first; 0 where there is none.</param>
/// <param name="Count">Images in all.</param>
public sealed record ImageOrder(long Newest, int Count);

/// <summary>Where an image stands in an <see cref="ImageOrder"/>.</summary>
/// <param name="Place">0 for the first.</param>
/// <param name="Newer">The one before it; null for the first.</param>
/// <param name="Older">The one after it; null for the last.</param>
public sealed record ImagePlace(int Place, long? Newer, long? Older);
