using System.Linq.Expressions;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Queue;

namespace Dashboard.Storage.Runs;

/// <summary>What a person queued. This row is the truth; the Hangfire job is only a ticket that asks for the next one.</summary>
public sealed class Run
{
    /// <summary><see cref="RunStates.IsHeld"/> for queries.</summary>
    public static readonly Expression<Func<Run, bool>> IsHeld =
        run => run.State == RunState.Running || run.State == RunState.Pausing;

    /// <summary>As in the trigger: a worker that has said nothing for this long does not work.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    public long Id { get; init; }

    public required RunKind Kind { get; init; }

    public required string Name { get; set; }

    /// <summary>Markdown that people wrote about it.</summary>
    public string Notes { get; init; } = "";

    /// <summary>Short words, in the order in which they were given.</summary>
    public string[] Tags { get; init; } = [];

    /// <summary>Ids of the people and tokens that starred it.</summary>
    public string[] StarredBy { get; init; } = [];

    /// <summary>Since when it stands at the top of the team's list; null where it does not.</summary>
    public DateTimeOffset? PinnedAt { get; init; }

    /// <summary>Since when lists leave it out; null where they show it.</summary>
    public DateTimeOffset? ArchivedAt { get; init; }

    /// <summary>
    /// Since when it is deleted. Queries of the context leave such a run out; its row and files go after a grace time.
    /// </summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Name of the person who deleted it.</summary>
    public string? DeletedBy { get; init; }

    public RunState State { get; set; } = RunState.Queued;

    /// <summary>The complete spec as JSON, presets filled in.</summary>
    public required string Spec { get; init; }

    /// <summary>Where it waits, decided by its kind once: <see cref="TicketOffice.QueueOf"/>.</summary>
    public required string Queue { get; init; }

    /// <summary>Waiting runs of a queue start in ascending order.</summary>
    public required double Position { get; set; }

    public string? OwnerId { get; init; }

    public string? OwnerName { get; init; }

    /// <summary>The data set of a training run, or of the checkpoint that a sampling run draws from.</summary>
    public long? DatasetId { get; init; }

    /// <summary>The checkpoint that a sampling run draws from.</summary>
    public long? CheckpointId { get; init; }

    /// <summary>Raised by each claim: the fence. A write that carries an older attempt touches nothing.</summary>
    public int Attempt { get; set; }

    /// <summary>Claims that ended in a crash since the last new checkpoint; too many fail the run.</summary>
    public int Crashes { get; set; }

    /// <summary>Last number given to anything that happened to this run; rises by one each.</summary>
    public long Sequence { get; set; }

    /// <summary>
    /// Events recorded under this attempt: tells a recorder whether a commit that it lost sight of went through.
    /// </summary>
    public long Reported { get; set; }

    /// <summary>
    /// The sequence at which rows were last taken back because a run went on from an older checkpoint; 0 for never.
    /// </summary>
    public long RewindSequence { get; set; }

    public Guid? WorkerId { get; set; }

    public DateTimeOffset? HeartbeatAt { get; set; }

    /// <summary>Set when a person asks a running run to cancel or pause.</summary>
    public RunCommand Request { get; set; }

    public long Step { get; set; }

    public int Epoch { get; set; }

    /// <summary>Progress: images done, of <see cref="ImagesTotal"/>.</summary>
    public long ImagesDone { get; set; }

    public long ImagesTotal { get; set; }

    public double? ImagesPerSecond { get; set; }

    /// <summary>When the worker expects to be done.</summary>
    public DateTimeOffset? ExpectedEndAt { get; set; }

    public string? Phase { get; set; }

    /// <summary>Why it failed, in words for a person.</summary>
    public string? Error { get; set; }

    /// <summary>Facts by name as JSON: <c>kid_protocol</c>, <c>device</c>, <c>parameters</c>.</summary>
    public string Facts { get; set; } = "{}";

    /// <summary>The newest value of each metric by name, as JSON.</summary>
    public string LastMetrics { get; set; } = "{}";

    /// <summary>The best value, by name, of each metric that has a better direction, as JSON.</summary>
    public string BestMetrics { get; set; } = "{}";

    /// <summary>
    /// Since when it has its state. A trigger of the database, <c>runs_times</c>, sets it with each change of the state, whoever
    /// makes it, and adds the time in the state before to <see cref="WorkedSeconds"/>, <see cref="WaitedSeconds"/> or
    /// <see cref="PausedSeconds"/>.
    /// </summary>
    public DateTimeOffset StateSince { get; init; }

    /// <summary>A worker had it. The time after its last heartbeat counts as waiting.</summary>
    public double WorkedSeconds { get; init; }

    public double WaitedSeconds { get; init; }

    public double PausedSeconds { get; init; }

    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>How it has spent its time, with the state that it has now.</summary>
    public RunTimes TimesAt(DateTimeOffset now)
    {
        var spent = Math.Max(0, (now - StateSince).TotalSeconds);
        var worked = Math.Clamp(((HeartbeatAt ?? StateSince) + Silence - StateSince).TotalSeconds, 0, spent);
        return new RunTimes(
            WorkedSeconds + (State.IsHeld() ? worked : 0),
            WaitedSeconds + (State.IsHeld() ? spent - worked : State == RunState.Queued ? spent : 0),
            PausedSeconds + (State == RunState.Paused ? spent : 0));
    }
}
