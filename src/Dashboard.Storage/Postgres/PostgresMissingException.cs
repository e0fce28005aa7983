namespace Dashboard.Storage.Postgres;

/// <summary>No Postgres server is installed here. The message says what to do.</summary>
public sealed class PostgresMissingException : Exception
{
    public PostgresMissingException()
        : this("There is no PostgreSQL here. Install it (Debian, Ubuntu: apt-get install postgresql) or set ConnectionStrings__Dashboard to one that runs.")
    {
    }

    public PostgresMissingException(string message)
        : base(message)
    {
    }

    public PostgresMissingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
