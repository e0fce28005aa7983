using Microsoft.JSInterop;

namespace Dashboard.Web.Shared;

/// <summary>One of our JavaScript modules, imported when it is first used and released with its component.</summary>
/// <param name="name">File name below <c>wwwroot/js</c>, without extension.</param>
public sealed class JsModule(IJSRuntime script, string name) : IAsyncDisposable
{
    private Task<IJSObjectReference>? imported;

    public async Task InvokeVoidAsync(string function, params object?[] arguments) =>
        await (await ImportAsync()).InvokeVoidAsync(function, arguments);

    public async Task<T> InvokeAsync<T>(string function, params object?[] arguments) =>
        await (await ImportAsync()).InvokeAsync<T>(function, arguments);

    public async ValueTask DisposeAsync()
    {
        if (imported is { IsFaulted: false, IsCanceled: false })
        {
            await JsReference.ReleaseAsync(async () => await (await imported).DisposeAsync());
        }
    }

    private Task<IJSObjectReference> ImportAsync() =>
        imported ??= script.InvokeAsync<IJSObjectReference>("import", $"./js/{name}.js").AsTask();
}

/// <summary>Lets go of objects in the browser.</summary>
public static class JsReference
{
    /// <param name="farewell">A function of the object that is called first, such as "dispose".</param>
    public static Task ReleaseAsync(this IJSObjectReference? reference, string? farewell = null) => ReleaseAsync(async () =>
    {
        if (reference is not null && farewell is not null)
        {
            await reference.InvokeVoidAsync(farewell);
        }

        if (reference is not null)
        {
            await reference.DisposeAsync();
        }
    });

    internal static async Task ReleaseAsync(Func<Task> release)
    {
        try
        {
            await release();
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and its objects with it.
        }
    }
}
