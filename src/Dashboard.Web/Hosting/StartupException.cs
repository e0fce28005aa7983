namespace Dashboard.Web.Hosting;

/// <summary>Something that the person at the terminal can mend: printed as one line, without a stack.</summary>
internal sealed class StartupException(string message) : Exception(message);
