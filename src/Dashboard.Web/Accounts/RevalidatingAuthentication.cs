using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Accounts;

/// <summary>Notices within an open page that its person signed out, was disabled or was given another role.</summary>
internal sealed class RevalidatingAuthentication(
    ILoggerFactory logs, IServiceScopeFactory scopes, IOptions<AccountOptions> options)
    : RevalidatingServerAuthenticationStateProvider(logs)
{
    private readonly RightsPulse pulse = new(scopes, logs.CreateLogger<RevalidatingAuthentication>());

    protected override TimeSpan RevalidationInterval => options.Value.Revalidation;

    protected override Task<bool> ValidateAuthenticationStateAsync(AuthenticationState state, CancellationToken stop) =>
        pulse.StillHoldsAsync(state.User, stop);
}
