using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Queue;
using Npgsql;

namespace Dashboard.Storage.Runs.Curation;

/// <summary>
/// What people say of a run and how they keep it: name, notes, tags, star, pin, archive. Every change raises the run's sequence
/// and notifies, in the transaction that makes it. The rights of a person are checked here; the texts by <see cref="RunText"/>.
/// </summary>
public sealed class RunCuration(NpgsqlDataSource source, CurationLimits? limits = null)
{
    private readonly CurationLimits limits = limits ?? new();

    /// <summary>Of an own run; an admin changes every run.</summary>
    /// <param name="change">Its texts have been checked.</param>
    /// <exception cref="RightsEndedException">The person has no rights any more.</exception>
    public async Task<QueueOutcome> ChangeAsync(long id, RunChange change, Person person, CancellationToken stop = default)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        person = await connection.EnsureAsync(person, Roles.Viewer, stop);
        var runs = await connection.Command(
            """
            SELECT owner_id, name, notes, tags, pinned_at IS NOT NULL, archived_at IS NOT NULL FROM runs
            WHERE id = @id AND deleted_at IS NULL FOR UPDATE
            """,
            ("id", id)).RowsAsync(row => new Kept(
                row.IsDBNull(0) ? null : row.GetString(0), row.GetString(1), row.GetString(2), row.GetFieldValue<string[]>(3),
                row.GetBoolean(4), row.GetBoolean(5)), stop);
        if (runs is not [var before])
        {
            return QueueOutcome.NotFound(id);
        }

        if (!person.MayChange(before.OwnerId))
        {
            return QueueOutcome.NotAllowed;
        }

        if (change.NotesBefore is { } seen && seen != before.Notes)
        {
            return QueueOutcome.NotPossible("somebody else changed the notes meanwhile; copy yours, and open them again");
        }

        var after = Apply(before, change);
        if (after.Tags.Length > limits.TagsPerRun && after.Tags.Length > before.Tags.Length)
        {
            return QueueOutcome.NotPossible(
                $"the run would have {after.Tags.Length} tags, and {limits.TagsPerRun} may be; take some away first");
        }

        if (IsSame(before, after))
        {
            return QueueOutcome.Done(id);
        }

        await connection.Command(
            """
            UPDATE runs SET name = @name, notes = @notes, tags = @tags, sequence = sequence + 1,
                pinned_at = CASE WHEN @pinned THEN coalesce(pinned_at, now()) END,
                archived_at = CASE WHEN @archived THEN coalesce(archived_at, now()) END
            WHERE id = @id
            """,
            ("id", id), ("name", after.Name), ("notes", after.Notes), ("tags", after.Tags), ("pinned", after.Pinned),
            ("archived", after.Archived)).ExecuteAsync(stop);
        if (after.Name != before.Name)
        {
            await TellAsync(connection, id, $"Renamed from “{before.Name}” to “{after.Name}” by {person.Name}.", stop);
        }

        if (after.Archived != before.Archived)
        {
            await TellAsync(
                connection, id, $"{(after.Archived ? "Archived" : "Taken back from the archive")} by {person.Name}.", stop);
        }

        await connection.NotifyRunAsync(id, stop);
        await transaction.CommitAsync(stop);
        return QueueOutcome.Done(id);
    }

    /// <summary>Sets a person's own star on any run, or takes it away.</summary>
    /// <exception cref="RightsEndedException">The person is no member any more.</exception>
    public async Task<QueueOutcome> StarAsync(long id, bool on, Person person, CancellationToken stop = default)
    {
        if (person.Role == Roles.Viewer)
        {
            return new QueueOutcome(QueueResult.NotAllowed, "viewers only look; ask an admin to make you a member");
        }

        await using var connection = await source.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await connection.EnsureAsync(person, Roles.Member, stop);
        if (!await connection.Command(
            "SELECT true FROM runs WHERE id = @id AND deleted_at IS NULL FOR UPDATE", ("id", id)).ScalarAsync<bool>(stop))
        {
            return QueueOutcome.NotFound(id);
        }

        var changed = await connection.Command(
            $"""
            UPDATE runs SET sequence = sequence + 1, starred_by = {(on ? "array_append" : "array_remove")}(starred_by, @person)
            WHERE id = @id AND (@person = ANY(starred_by)) <> @on
            """,
            ("id", id), ("person", person.Id), ("on", on)).ExecuteAsync(stop);
        if (changed > 0)
        {
            await connection.NotifyRunAsync(id, stop);
        }

        await transaction.CommitAsync(stop);
        return QueueOutcome.Done(id);
    }

    private static Kept Apply(Kept before, RunChange change) => before with
    {
        Name = change.Name is { } name ? RunText.Name(name) : before.Name,
        Notes = change.Notes ?? before.Notes,
        Tags =
        [
            .. (change.Tags ?? before.Tags).Concat(change.MoreTags).Select(RunText.Tag)
                .Except(change.FewerTags.Select(RunText.Tag)).Distinct(),
        ],
        Pinned = change.Pinned ?? before.Pinned,
        Archived = change.Archived ?? before.Archived,
    };

    private static bool IsSame(Kept one, Kept other) =>
        (one.Name, one.Notes, one.Pinned, one.Archived) == (other.Name, other.Notes, other.Pinned, other.Archived)
            && one.Tags.SequenceEqual(other.Tags);

    private static Task TellAsync(NpgsqlConnection connection, long id, string text, CancellationToken stop) =>
        connection.TellRunAsync(id, RunLogLevel.Information, text, stop);

    private sealed record Kept(string? OwnerId, string Name, string Notes, string[] Tags, bool Pinned, bool Archived);
}
