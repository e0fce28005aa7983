using System.CommandLine;

namespace Dashboard.Worker.Verbs;

/// <summary><c>--overwrite</c>: nothing that exists is replaced unasked.</summary>
/// <param name="other">What else a person can do: "name another --output".</param>
internal sealed class OverwriteOption(string other)
{
    public Option<bool> Option { get; } = new("--overwrite") { Description = "Replace what exists already." };

    /// <exception cref="IOException">The file exists and may not be replaced, or a folder stands in its place.</exception>
    public void Check(ParseResult arguments, string file)
    {
        if (Directory.Exists(file))
        {
            throw new IOException($"{file} is a folder: give the name of a file.");
        }

        if (File.Exists(file))
        {
            RefuseUnlessGiven(arguments, $"{file} exists already.");
        }
    }

    /// <param name="what">What would be replaced, as a sentence.</param>
    /// <exception cref="IOException">The option was not given.</exception>
    public void RefuseUnlessGiven(ParseResult arguments, string what)
    {
        if (!arguments.GetValue(Option))
        {
            throw new IOException($"{what} Replace it with --overwrite, or {other}.");
        }
    }
}
