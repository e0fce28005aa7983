using Dashboard.Storage.Runs.Curation;
using Dashboard.Web.Runs;

namespace Dashboard.Web.Tests.Pages;

public sealed class RunDeleterTests
{
    [Fact]
    public void The_question_says_what_is_lost_what_hangs_on_it_and_for_how_long_it_can_be_undone()
    {
        var run = new RunDependents(
            1200, 2, 3_400_000, [new RunName(7, "more")], [.. Enumerable.Range(1, 5).Select(i => new RunName(i, $"drawn {i}"))]);
        Assert.Equal(
            "1,200 pictures and 2 checkpoints go with it (3.4 MB). Training started from its checkpoints in “more” (run 7); "
                + "what these made stays. Pictures were drawn from its checkpoints in “drawn 1” (run 1), “drawn 2” "
                + "(run 2), “drawn 3” (run 3) and 2 more runs; these stay, but can't be drawn again. It can be restored for "
                + "24 hours, then it is removed for good.",
            RunDeleter.Question([run], TimeSpan.FromDays(1)));
        var none = new RunDependents(0, 0, 0, [], []);
        Assert.Equal(
            "0 pictures and 0 checkpoints go with them (0 B). They can be restored for 30 min 00 s, then they are removed for "
                + "good.",
            RunDeleter.Question([none, none], TimeSpan.FromMinutes(30)));
    }
}
