using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Migrations
{
    /// <inheritdoc />
    public partial class Pictures : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "hash",
                table: "dataset_images",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "is_animated",
                table: "dataset_images",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "is_transparent",
                table: "dataset_images",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "left_out",
                table: "dataset_images",
                type: "boolean",
                nullable: false,
                defaultValue: false);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "hash",
                table: "dataset_images");

            migrationBuilder.DropColumn(
                name: "is_animated",
                table: "dataset_images");

            migrationBuilder.DropColumn(
                name: "is_transparent",
                table: "dataset_images");

            migrationBuilder.DropColumn(
                name: "left_out",
                table: "dataset_images");
        }
    }
}
