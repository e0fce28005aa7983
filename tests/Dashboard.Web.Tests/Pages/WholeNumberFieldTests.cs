using Bunit;
using Dashboard.Web.Shared;
using MudBlazor.Services;

namespace Dashboard.Web.Tests.Pages;

public sealed class WholeNumberFieldTests : BunitContext
{
    public WholeNumberFieldTests()
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Theory]
    [InlineData("999999999")]
    [InlineData("-5")]
    [InlineData("1e3")]
    [InlineData("99999999999999999999")]
    [InlineData("")]
    public void An_impossible_number_is_marked_and_never_changed(string typed)
    {
        long? value = 96;
        var field = Render<WholeNumberField>(p => p
            .Add(f => f.Label, "Images").Add(f => f.Value, value).Add(f => f.ValueChanged, v => value = v)
            .Add(f => f.Least, 2).Add(f => f.Most, 100_000));
        field.Find("input").Input(typed);
        Assert.Null(value);
        Assert.Contains("Give a whole number from 2 to 100,000.", field.Markup, StringComparison.Ordinal);
        Assert.Equal(typed, field.Find("input").GetAttribute("value") ?? "");

        field.Find("input").Input("2000");
        Assert.Equal(2000, value);
        Assert.DoesNotContain("Give a whole number", field.Markup, StringComparison.Ordinal);
    }
}
