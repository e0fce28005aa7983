using Dashboard.Diffusion.Specs;
using Microsoft.OpenApi;

namespace Dashboard.Web.Api;

/// <summary><c>/openapi/v1.json</c>.</summary>
internal static class ApiDocument
{
    public static void AddApiDocument(this IServiceCollection services) =>
        services.AddOpenApi("v1", options => options.AddDocumentTransformer(async (document, context, stop) =>
        {
            document.Info = new()
            {
                Title = "Diffusion Dashboard",
                Version = "v1",
                Description = "Queue training and sampling runs and read what they made. Errors are RFC 9457 problem details; " +
                    "`bash src/run.sh tokens add <name> --role <role>` makes a token.",
            };
            document.Components ??= new();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes["bearer"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API token.",
            };
            document.Security = [new() { [new OpenApiSecuritySchemeReference("bearer", document)] = [] }];

            // A run's spec is read field by field, so no endpoint names these types.
            document.AddComponent(
                nameof(TrainingSpec), await context.GetOrCreateSchemaAsync(typeof(TrainingSpec), cancellationToken: stop));
            document.AddComponent(
                nameof(SamplingSpec), await context.GetOrCreateSchemaAsync(typeof(SamplingSpec), cancellationToken: stop));
            Explain(document.Components.Schemas![nameof(TrainingSpec)], SpecFields.Training);
            Explain(document.Components.Schemas[nameof(SamplingSpec)], SpecFields.Sampling);
        }));

    /// <summary>Gives each property of a spec the words and the range of its field.</summary>
    private static void Explain(IOpenApiSchema spec, IReadOnlyList<SpecField> fields)
    {
        foreach (var field in fields)
        {
            var owner = field.Path.Split('.').SkipLast(1).Aggregate((IOpenApiSchema?)spec, (schema, name) => Part(schema, name));
            switch (Part(owner, field.Path[(field.Path.LastIndexOf('.') + 1)..]))
            {
                case OpenApiSchema schema:
                    (schema.Title, schema.Description) = (field.Label, field.Help);
                    var number = field.Kind == SpecFieldKind.List ? schema.Items as OpenApiSchema : schema;
                    if (field.Range is { } range && number is not null)
                    {
                        (number.Minimum, number.Maximum) = (range.Least, range.Most);
                    }

                    if (field.Entries is { } entries)
                    {
                        (schema.MinItems, schema.MaxItems, schema.UniqueItems) = (entries.Fewest, entries.Most, entries.Distinct);
                    }

                    break;
                case OpenApiSchemaReference schema:
                    // An enum is shared; words beside the reference belong to this property.
                    (schema.Title, schema.Description) = (field.Label, field.Help);
                    break;
            }
        }
    }

    private static IOpenApiSchema? Part(IOpenApiSchema? schema, string name) =>
        schema?.Properties?.TryGetValue(name, out var part) == true ? part
        : schema?.OneOf?.Concat(schema.AnyOf ?? [])
            .Select(option => Part(option, name)).FirstOrDefault(found => found is not null);
}
