using Dashboard.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace Dashboard.Migrations;

/// <summary>Lets <c>dotnet ef migrations add</c> make a context; it never connects.</summary>
public sealed class DesignTimeContexts : IDesignTimeDbContextFactory<DashboardContext>
{
    public DashboardContext CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<DashboardContext>();
        options.UseDashboard(NpgsqlDataSource.Create("Host=localhost;Database=design"));
        return new DashboardContext(options.Options);
    }
}
