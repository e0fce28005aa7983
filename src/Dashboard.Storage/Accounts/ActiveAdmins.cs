namespace Dashboard.Storage.Accounts;

/// <summary>What an admin handed out ends when they are no admin any more.</summary>
internal static class ActiveAdmins
{
    public static IQueryable<Account> Of(DashboardContext context) =>
        from account in context.Users
        where account.LockoutEnd == null || account.LockoutEnd < DateTimeOffset.MaxValue
        where context.UserRoles.Any(given => given.UserId == account.Id
            && context.Roles.Any(role => role.Id == given.RoleId && role.Name == Roles.Admin))
        select account;
}
