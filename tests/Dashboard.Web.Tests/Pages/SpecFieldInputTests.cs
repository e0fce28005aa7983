using Bunit;
using Dashboard.Diffusion.Specs;
using Dashboard.Web.NewRun;
using MudBlazor.Services;

namespace Dashboard.Web.Tests.Pages;

public sealed class SpecFieldInputTests : BunitContext
{
    public SpecFieldInputTests()
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void A_bad_number_shows_its_problem_in_place_of_the_help()
    {
        var draft = new TrainingDraft(Presets.All[0].Template with { Dataset = "roses" });
        var field = SpecForm.Groups.SelectMany(g => g.Fields).First(f => f.Path == "epochs");
        draft.Set("epochs", "0");
        draft.Check(null);
        var input = Render<SpecFieldInput>(p => p.Add(i => i.Field, field).Add(i => i.Draft, draft));
        Assert.Contains("give a number from 1", input.Find("[data-field=epochs]").TextContent, StringComparison.Ordinal);

        draft.Set("epochs", "5");
        draft.Check(null);
        input.Render();
        Assert.Contains(field.Help, input.Find("[data-field=epochs]").TextContent, StringComparison.Ordinal);
    }
}
