using Dashboard.Testing;

namespace Dashboard.Worker.Tests;

/// <summary>The scripts of ../shared/cases, as they are: problems that people had with the terminal's verbs.</summary>
public sealed class CaseScriptTests
{
    [Fact]
    public async Task Another_run_does_not_replace_the_checkpoint_of_the_first()
    {
        var said = await RunAsync("cli-overwrites-run.sh");
        Assert.Equal(2, said.Length);
        Assert.Equal(said[0], said[1]);
    }

    [Fact]
    public async Task A_resume_goes_on_with_the_run_s_own_spec()
    {
        // The second command names no field, and goes on.
        var said = await RunAsync("cli-resume-other-spec.sh");
        Assert.Contains("epoch 2 step", said[0], StringComparison.Ordinal);
        Assert.All(said.Skip(1), line => Assert.StartsWith("epoch 3", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Files_that_are_left_out_are_said() =>
        Assert.Contains("30 of 36 files were left out:", await RunAsync("cli-silent-skips.sh"));

    [Theory]
    [InlineData("folder-name-not-utf8.sh")]
    [InlineData("folder-lost-and-found.sh")]
    public async Task An_odd_name_and_a_closed_folder_do_not_stop_an_import(string script)
    {
        Assert.SkipUnless(Environment.UserName == "root", "root runs it as another user");
        Assert.Equal("exit 0", (await RunAsync(script))[^1]);
    }

    private static async Task<string[]> RunAsync(string script)
    {
        var path = Repository.SharedCase(script);
        Assert.SkipUnless(File.Exists(path), "needs ../shared/cases, which is not part of the repository");
        var (_, said, complained) = await WorkerVerb.ProgramAsync("bash", [path], start =>
        {
            start.WorkingDirectory = Repository.Root;
            start.Environment["W"] = $"dotnet {Repository.WorkerProgram}";
        });
        return [.. (said + complained).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}
