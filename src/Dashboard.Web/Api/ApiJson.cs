using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Runs;
using Dashboard.Web.Shared;

namespace Dashboard.Web.Api;

/// <summary>
/// The JSON of API and hub: the dialect of specs, and the addresses of files, which the database does not know.
/// </summary>
internal static class ApiJson
{
    public static void Configure(JsonSerializerOptions options)
    {
        SpecJson.Configure(options);
        options.TypeInfoResolver = (options.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver())
            .WithAddedModifier(AddAddresses);
    }

    private static void AddAddresses(JsonTypeInfo type)
    {
        Add<ImageItem>(type, "url", image => Addresses.Picture(image.Sha256));
        Add<ImageItem>(type, "thumbnailUrl", image => Addresses.Thumbnail(image.Sha256));
        Add<CheckpointItem>(type, "url", checkpoint => Addresses.Checkpoint(checkpoint.Id));
        Add<DatasetImageItem>(type, "thumbnailUrl", image => Addresses.DatasetThumbnail(image.Dataset, image.Index));
        Add<DatasetImageItem>(type, "pictureUrl", image => Addresses.DatasetPicture(image.Dataset, image.Index));
    }

    private static void Add<T>(JsonTypeInfo type, string name, Func<T, string> address)
    {
        if (type.Type == typeof(T))
        {
            var property = type.CreateJsonPropertyInfo(typeof(string), name);
            property.Get = row => address((T)row);
            property.IsGetNullable = false;
            type.Properties.Add(property);
        }
    }
}
