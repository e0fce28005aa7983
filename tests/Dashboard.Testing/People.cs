using Dashboard.Storage;
using Dashboard.Storage.Accounts;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Testing;

/// <summary>
/// Accounts as rows, whose security stamp is their id, for tests without a web process: what is written asks whether its person
/// still has rights.
/// </summary>
public static class People
{
    public static async Task AddPeopleAsync(this IServiceProvider services, params Person[] people)
    {
        await using var context = await services.GetRequiredService<IDbContextFactory<DashboardContext>>().CreateDbContextAsync();
        foreach (var person in people)
        {
            if (!await context.Roles.AnyAsync(role => role.Id == person.Role))
            {
                context.Roles.Add(new IdentityRole(person.Role)
                {
                    Id = person.Role, NormalizedName = person.Role.ToUpperInvariant(),
                });
            }

            context.Users.Add(new Account
            {
                Id = person.Id, DisplayName = person.Name, UserName = person.Id, SecurityStamp = person.Id,
            });
            context.UserRoles.Add(new() { UserId = person.Id, RoleId = person.Role });
            await context.SaveChangesAsync();
        }
    }
}
