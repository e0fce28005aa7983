using System.CommandLine;
using System.Text.Json.Nodes;
using Dashboard.Diffusion.Specs;
using Dashboard.Worker.Verbs;

namespace Dashboard.Worker.Tests;

public sealed class FieldOptionTests
{
    [Fact]
    public void An_unknown_field_is_answered_with_the_nearest()
    {
        var refused = Assert.Throws<ArgumentException>(() => Read("sampelr=unipc"));
        Assert.Contains("Did you mean sampler?", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_may_be_set_alone_or_with_its_whole_part()
    {
        Assert.Equal(4, Read("sampler=heun", "churn.amount=4").Churn.Amount);
        Assert.Equal(1.003, Read("sampler=heun", "churn={\"amount\":4,\"noise\":1.003}").Churn.Noise);
    }

    private static SamplerSpec Read(params string[] assignments)
    {
        var fields = new FieldOption("sampler=unipc", SpecFields.Sampler);
        var command = new RootCommand { fields.Option };
        return fields.Read(command.Parse(["--set", .. assignments]), new JsonObject(), SpecReader.ReadSampler);
    }
}
