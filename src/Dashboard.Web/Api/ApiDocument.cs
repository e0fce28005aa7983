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
            document.AddComponent(nameof(TrainingSpec), await context.GetOrCreateSchemaAsync(typeof(TrainingSpec), cancellationToken: stop));
            document.AddComponent(nameof(SamplingSpec), await context.GetOrCreateSchemaAsync(typeof(SamplingSpec), cancellationToken: stop));
        }));
}
