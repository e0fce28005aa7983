using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Migrations
{
    /// <inheritdoc />
    public partial class Slerp : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<double>(
                name: "slerp_share",
                table: "images",
                type: "double precision",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "slerp_to",
                table: "images",
                type: "bigint",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "slerp_share",
                table: "images");

            migrationBuilder.DropColumn(
                name: "slerp_to",
                table: "images");
        }
    }
}
