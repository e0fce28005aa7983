using Bunit;
using Dashboard.Web.Shared;
using Dashboard.Web.Uploads;
using Microsoft.JSInterop;

namespace Dashboard.Web.Tests.Pages;

public sealed class JsModuleTests : BunitContext
{
    [Fact]
    public async Task A_module_is_imported_once_and_only_when_it_is_used()
    {
        var unused = new JsModule(JSInterop.JSRuntime, "scroll");
        await unused.DisposeAsync();
        Assert.Empty(JSInterop.Invocations["import"]);

        JSInterop.SetupModule("./js/scroll.js").Mode = JSRuntimeMode.Loose;
        var used = new JsModule(JSInterop.JSRuntime, "scroll");
        await used.InvokeVoidAsync("toEnd");
        await used.InvokeVoidAsync("toEnd");
        Assert.Single(JSInterop.Invocations["import"]);
    }

    [Fact]
    public async Task A_browser_that_is_gone_does_not_disturb_the_release()
    {
        await new Gone().ReleaseAsync("dispose");
        await ((IJSObjectReference?)null).ReleaseAsync("dispose");
    }

    [Fact]
    public async Task Canceling_an_upload_aborts_no_other_one()
    {
        var module = JSInterop.SetupModule("./js/upload.js");
        List<string> names = ["first", "second"];
        var requests = names.ToDictionary(name => name, name =>
        {
            var request = module.SetupModule("send", call => call.Arguments[2] is string sent && sent == name);
            request.Mode = JSRuntimeMode.Loose;
            return request;
        });
        var uploads = names.ToDictionary(name => name, _ => Render<FileUpload>(p => p.Add(u => u.Address, "/api/datasets")));
        foreach (var (name, upload) in uploads)
        {
            await upload.InvokeAsync(() => upload.Instance.SendAsync(name));
        }

        await uploads["first"].InvokeAsync(uploads["first"].Instance.CancelAsync);
        Assert.Single(requests["first"].Invocations["abort"]);
        Assert.Empty(requests["second"].Invocations["abort"]);
    }

    private sealed class Gone : IJSObjectReference
    {
        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) =>
            throw new JSDisconnectedException("gone");

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) =>
            throw new JSDisconnectedException("gone");

        public ValueTask DisposeAsync() => throw new JSDisconnectedException("gone");
    }
}
