using Dashboard.Storage;
using Dashboard.Storage.Accounts;
using Dashboard.Web.Security;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Accounts;

/// <summary>Who may come in: people by cookie, scripts by bearer token, nobody else.</summary>
internal static class AccountServices
{
    private const string CookieOrToken = "cookie-or-token";

    public static void AddAccounts(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("Diffusion Dashboard").PersistKeysToDbContext<DashboardContext>();

        services.AddIdentityCore<Account>(options =>
            {
                options.User.RequireUniqueEmail = true;
                // Length is what counts; rules on kinds of characters make passwords weaker (NIST SP 800-63B).
                options.Password.RequiredLength = PasswordRules.Shortest;
                options.Password.RequireDigit = false;
                options.Password.RequireLowercase = false;
                options.Password.RequireUppercase = false;
                options.Password.RequireNonAlphanumeric = false;
            })
            .AddRoles<IdentityRole>()
            .AddEntityFrameworkStores<DashboardContext>()
            .AddClaimsPrincipalFactory<AccountPrincipalFactory>()
            .AddPasswordValidator<PasswordRules>()
            .AddSignInManager()
            .AddDefaultTokenProviders();
        services.Configure<SecurityStampValidatorOptions>(
            options => options.OnRefreshingPrincipal = AccountPrincipalFactory.KeepSessionAsync);

        services.AddAuthentication(CookieOrToken)
            .AddPolicyScheme(CookieOrToken, null, options => options.ForwardDefaultSelector = context =>
                context.Request.Headers.ContainsKey("Authorization")
                    ? TokenAuthentication.Scheme
                    : IdentityConstants.ApplicationScheme)
            .AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.Scheme, null)
            .AddIdentityCookies();
        services.AddOptions<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme)
            .Configure<IOptions<AccountOptions>>((cookie, options) => ConfigureCookie(cookie, options.Value));
        services.AddOptions<AntiforgeryOptions>()
            .Configure<IOptions<AccountOptions>>((antiforgery, options) =>
                antiforgery.Cookie.SecurePolicy = Policy(options.Value));

        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Viewer, policy => policy.RequireRole(Roles.Viewer, Roles.Member, Roles.Admin))
            .AddPolicy(Policies.Member, policy => policy.RequireRole(Roles.Member, Roles.Admin))
            .AddPolicy(Policies.Admin, policy => policy.RequireRole(Roles.Admin))
            .SetDefaultPolicy(new AuthorizationPolicyBuilder().RequireRole(Roles.Viewer, Roles.Member, Roles.Admin).Build())
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireRole(Roles.Viewer, Roles.Member, Roles.Admin).Build());

        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, RevalidatingAuthentication>();
        services.AddScoped<AccessCheck>();
        services.AddOptions<AccountOptions>()
            .BindConfiguration(AccountOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddScoped<Invitations>();
        services.AddScoped<InvitationLinks>();
        services.AddSingleton<KnownBrowsers>();
        services.AddScoped<PasswordCheck>();
        services.AddScoped<AccountAdministration>();
        services.AddScoped<AdminDesk>();
        services.AddScoped<WriteGate>();
    }

    private static void ConfigureCookie(CookieAuthenticationOptions options, AccountOptions settings)
    {
        options.Cookie.Name = "dashboard";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = Policy(settings);
        options.LoginPath = Addresses.SignIn;
        options.LogoutPath = Addresses.SignOut;
        options.AccessDeniedPath = Addresses.AccessDenied;
        options.ReturnUrlParameter = "returnUrl";
        options.ExpireTimeSpan = Sessions.Lifetime;
        options.SlidingExpiration = true;
        options.Events.OnValidatePrincipal = CookieRights.ValidateAsync;
        // A script wants a status, a person a page.
        options.Events.OnRedirectToLogin = context => AnswerOrRedirect(context, StatusCodes.Status401Unauthorized);
        options.Events.OnRedirectToAccessDenied = context => AnswerOrRedirect(context, StatusCodes.Status403Forbidden);
    }

    private static CookieSecurePolicy Policy(AccountOptions settings) =>
        settings.SecureCookies ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;

    private static Task AnswerOrRedirect(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        if (MachinePaths.Contains(context.Request.Path))
        {
            context.Response.StatusCode = status;
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }

        return Task.CompletedTask;
    }
}
