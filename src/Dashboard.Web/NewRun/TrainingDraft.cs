using System.Text.Json.Nodes;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Web.NewRun;

/// <summary>A training spec while it is written; what its preset says is usual.</summary>
public sealed class TrainingDraft : SpecDraft<TrainingSpec>
{
    private Preset? preset;
    private JsonObject? presetJson;

    public TrainingDraft(TrainingSpec spec)
        : base(spec, SpecFields.Training) => Check(null);

    public string Dataset => Text("dataset");

    /// <summary>Kept, for a form asks it for every field each time it is drawn.</summary>
    protected override JsonObject? Usual
    {
        get
        {
            if (Presets.Find(Text("preset")) is var found && found != preset)
            {
                (preset, presetJson) = (found, found?.ToJson());
            }

            return presetJson;
        }
    }

    /// <summary>Reads the draft again. With a data set's counts the rules are complete.</summary>
    /// <param name="hasInceptionWeights">Whether InceptionV3's weights are installed.</param>
    public void Check(DatasetFacts? dataset, bool hasInceptionWeights = true) =>
        Check(spec => TrainingRules.Check(spec, dataset, hasInceptionWeights));
}
