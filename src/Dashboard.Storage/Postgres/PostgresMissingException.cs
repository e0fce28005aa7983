namespace Dashboard.Storage.Postgres;

/// <summary>No Postgres server can be started here. The message says what to do.</summary>
public sealed class PostgresMissingException(string message) : Exception(message)
{
    public PostgresMissingException()
        : this("PostgreSQL is not installed. Install it (Debian, Ubuntu: apt-get install postgresql), "
            + "or set ConnectionStrings__Dashboard to a running one.")
    {
    }
}
