namespace Dashboard.Storage.Postgres;

/// <summary>Something happened to a row: read it again.</summary>
/// <param name="Id">Null: to any row, because notifications may have been missed.</param>
public readonly record struct Change(long? Id);
