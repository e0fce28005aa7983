using System.Text.Json;
using Dashboard.Formats.Labels;
using Dashboard.Storage.Datasets;
using Dashboard.Web.Shared;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dashboard.Web.Tests.Datasets;

/// <summary>A data set of eight images in folders, as an import leaves it: x/rose with seven, x/tulip with one.</summary>
internal static class Labelled
{
    /// <summary>Does what a worker does with a data set that waits for its import.</summary>
    /// <returns>Its address in the API.</returns>
    public static async Task<string> ImportAsync(IServiceProvider services, long id)
    {
        string[] names = [.. Enumerable.Range(0, 7).Select(i => $"x/rose/{i}.png"), "x/tulip/7.png"];
        var found = FolderLabels.Of(names);
        var recorder = new DatasetRecorder(services.GetRequiredService<NpgsqlDataSource>(), id);
        await recorder.StartAsync(CancellationToken.None);
        recorder.Found(found.Findings);
        foreach (var (i, name) in names.Index())
        {
            await recorder.AddImageAsync(i, name, found.For(name).Label, 20, 20, [9], CancellationToken.None);
        }

        await recorder.CompleteAsync([0, 1], 2, 60, "f", CancellationToken.None);
        var folder = services.GetRequiredService<DatasetFiles>().Folder(id);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "images.json"),
            JsonSerializer.Serialize(new
            {
                fingerprint = "f",
                images = names.Select((name, i) => new { name, label = found.For(name).Label, offset = i, length = 1 }),
            }));
        return Addresses.DatasetApi(id);
    }
}
