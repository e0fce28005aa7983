namespace Dashboard.Web.Shared;

/// <summary>The run that is told of in the bar and in the tab's title of every page of this circuit.</summary>
public sealed class PresentRun
{
    public event Action? Changed;

    /// <summary>Null when nothing runs.</summary>
    public long? Id { get; private set; }

    public string? Name { get; private set; }

    /// <summary><c>47 %</c>.</summary>
    public string? Percent { get; private set; }

    /// <summary>How many more run beside it.</summary>
    public int Others { get; private set; }

    public void Set(long? id, string? name, string? percent, int others)
    {
        if ((id, name, percent, others) == (Id, Name, Percent, Others))
        {
            return;
        }

        (Id, Name, Percent, Others) = (id, name, percent, others);
        Changed?.Invoke();
    }
}
