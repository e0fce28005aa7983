using Bunit;
using Dashboard.Diffusion.Specs;
using Dashboard.Web.NewRun;
using MudBlazor.Services;

namespace Dashboard.Web.Tests.Pages;

public sealed class FormProblemsTests : BunitContext
{
    public FormProblemsTests()
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void Each_wrong_field_is_named_by_its_label_and_leads_to_itself()
    {
        var draft = new TrainingDraft(Presets.All[0].Template with { Dataset = "roses" });
        draft.Set("epochs", "0");
        draft.Set("imageSize", "huge");
        draft.Check(null);
        var list = Render<FormProblems>(p => p.Add(l => l.Draft, draft).Add(l => l.Fields, SpecFields.Training));
        Assert.Contains("Fix 2 fields first", list.Markup, StringComparison.Ordinal);
        Assert.Equal(["Epochs", "Image size"], list.FindAll("button").Select(b => b.TextContent).Order());

        draft.Set("epochs", "3");
        draft.Set("imageSize", "64");
        draft.Check(null);
        list.Render();
        Assert.Empty(list.FindAll("button"));
    }
}
