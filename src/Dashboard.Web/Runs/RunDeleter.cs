using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Curation;
using Dashboard.Web.Accounts;
using Dashboard.Web.Shared;
using MudBlazor;

namespace Dashboard.Web.Runs;

/// <summary>Asks a person whether runs are to be deleted, saying what hangs on them, and offers to undo it.</summary>
public sealed class RunDeleter(
    RunDeletion deletion, CurationLimits limits, WriteGate gate, IDialogService dialogs, ISnackbar snackbar)
{
    private const int UndoMilliseconds = 12_000;
    private const int MostNames = 3;

    /// <returns>Whether at least one was deleted.</returns>
    public async Task<bool> DeleteAsync(IReadOnlyList<RunItem> runs)
    {
        var found = new List<RunDependents>();
        foreach (var run in runs)
        {
            if (await deletion.DependentsAsync(run.Id) is { } dependents)
            {
                found.Add(dependents);
            }
        }

        var title = runs is [var only] ? $"Delete “{only.Name}”?" : $"Delete {Format.Count(runs.Count, "run")}?";
        if (!await dialogs.ConfirmAsync(title, Question(found, limits.KeepDeleted), "Delete", danger: true))
        {
            return false;
        }

        var (deleted, refused) = (new List<long>(), new List<string>());
        foreach (var run in runs)
        {
            if (await gate.DoAsync(person => deletion.DeleteAsync(run.Id, person)) is not { } outcome)
            {
                return false;
            }

            if (outcome.IsDone)
            {
                deleted.Add(run.Id);
            }
            else
            {
                refused.Add($"“{run.Name}” was not deleted: {outcome.Reason}.");
            }
        }

        foreach (var reason in refused.Take(MostNames))
        {
            snackbar.Add(reason, Severity.Warning);
        }

        if (refused.Count > MostNames)
        {
            snackbar.Add($"{Format.Count(refused.Count - MostNames, "more run")} could not be deleted.", Severity.Warning);
        }

        if (deleted.Count > 0)
        {
            OfferUndo(deleted);
        }

        return deleted.Count > 0;
    }

    /// <summary>What is lost and what hangs on it, in sentences.</summary>
    public static string Question(IReadOnlyList<RunDependents> runs, TimeSpan grace)
    {
        var many = runs.Count > 1;
        var sentences = new List<string>
        {
            $"{Format.Count(runs.Sum(run => run.Pictures), "picture")} and "
                + $"{Format.Count(runs.Sum(run => run.Checkpoints), "checkpoint")} go with {(many ? "them" : "it")} "
                + $"({Format.Bytes(runs.Sum(run => run.Bytes))}).",
        };
        if (Names(runs.SelectMany(run => run.Continued)) is { } continued)
        {
            sentences.Add($"Training started from {(many ? "their" : "its")} checkpoints in {continued}; what these made stays.");
        }

        if (Names(runs.SelectMany(run => run.Drawn)) is { } drawn)
        {
            sentences.Add(
                $"Pictures were drawn from {(many ? "their" : "its")} checkpoints in {drawn}; these stay, "
                    + "but can't be drawn again.");
        }

        var time = grace >= TimeSpan.FromHours(1) ? Format.Count((long)grace.TotalHours, "hour") : Format.Duration(grace);
        sentences.Add(many
            ? $"They can be restored for {time}, then they are removed for good."
            : $"It can be restored for {time}, then it is removed for good.");
        return string.Join(' ', sentences);
    }

    private static string? Names(IEnumerable<RunName> runs)
    {
        var all = runs.DistinctBy(run => run.Id).ToList();
        var named = string.Join(", ", all.Take(MostNames).Select(run => $"“{run.Name}” (run {run.Id})"));
        return all.Count switch
        {
            0 => null,
            <= MostNames => named,
            _ => $"{named} and {Format.Count(all.Count - MostNames, "more run")}",
        };
    }

    private void OfferUndo(List<long> ids) => snackbar.Add(
        ids.Count == 1 ? "The run was deleted." : $"{Format.Count(ids.Count, "run")} were deleted.",
        Severity.Normal,
        options =>
        {
            options.VisibleStateDuration = UndoMilliseconds;
            options.Action = "Undo";
            options.ActionColor = Color.Primary;
            options.OnClick = async _ =>
            {
                foreach (var id in ids)
                {
                    if (await gate.DoAsync(person => deletion.RestoreAsync(id, person)) is { IsDone: false } outcome)
                    {
                        snackbar.Add($"Run {id} was not restored: {outcome.Reason}.", Severity.Warning);
                    }
                }
            };
        });
}
