using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Migrations
{
    /// <inheritdoc />
    public partial class Labels : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "is_hashed",
                table: "datasets",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "labels",
                table: "datasets",
                type: "jsonb",
                nullable: true);

            // Imports have made hashes for a while; what they did needs not be done again.
            migrationBuilder.Sql(
                """
                UPDATE datasets d SET is_hashed = true
                WHERE EXISTS (SELECT 1 FROM dataset_images i WHERE i.dataset_id = d.id AND i.hash IS NOT NULL)
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "is_hashed",
                table: "datasets");

            migrationBuilder.DropColumn(
                name: "labels",
                table: "datasets");
        }
    }
}
