using System.Text.Json;

namespace Dashboard.Storage.Postgres;

/// <param name="NextCursor">Gives the next page; null on the last one.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);
