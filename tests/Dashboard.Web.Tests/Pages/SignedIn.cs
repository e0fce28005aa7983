using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using Dashboard.Storage.Accounts;
using Dashboard.Web.Accounts;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Pages;

/// <summary>A person before a page, with the gate that asks for their rights.</summary>
internal static class SignedIn
{
    public static void AddGate(this IServiceCollection services)
    {
        services.AddScoped<AccessCheck>();
        services.AddScoped<WriteGate>();
    }

    /// <param name="person">With an account as Dashboard.Testing adds it.</param>
    public static BunitAuthorizationContext SignIn(this BunitContext page, Person person) =>
        page.AddAuthorization().SignIn(person);

    /// <inheritdoc cref="SignIn(BunitContext, Person)"/>
    public static BunitAuthorizationContext SignIn(this BunitAuthorizationContext authorization, Person person)
    {
        authorization.SetAuthorized(person.Name).SetRoles(person.Role).SetClaims(
            new Claim(ClaimTypes.NameIdentifier, person.Id),
            new Claim(new ClaimsIdentityOptions().SecurityStampClaimType, person.Id));
        return authorization;
    }
}
