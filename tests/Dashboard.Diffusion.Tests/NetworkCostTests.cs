using Dashboard.Diffusion.Networks;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Tests;

public sealed class NetworkCostTests
{
    /// <summary>The Keras page's own count, and 1.14 giga-multiply-adds.</summary>
    [Fact]
    public void The_keras_network_has_its_published_size()
    {
        var cost = NetworkCost.Of(Presets.Find("ddim-keras")!.Template.Network, 64);

        Assert.Equal(1_950_627, cost.Parameters);
        Assert.Equal(1.14, cost.MultiplyAdds / 1e9, 2);
    }

    /// <summary>The Keras page's count, block by block as in its model summary, and 11.78 giga-multiply-adds.</summary>
    [Fact]
    public void The_keras_attention_network_has_its_published_size()
    {
        var cost = NetworkCost.Of(Presets.Find("ddpm-keras")!.Template.Network, 64);

        Assert.Equal(63_200_387, cost.Parameters);
        Assert.Equal(11.78, cost.MultiplyAdds / 1e9, 2);
    }
}
