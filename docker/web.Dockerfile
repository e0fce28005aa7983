# The web process alone; Postgres and the workers are containers of their own. Build from the repository root:
#   docker build -f docker/web.Dockerfile -t diffusion-dashboard-web .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Dashboard.Web -c Release -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
RUN mkdir -p /data && chown app /data
USER app
VOLUME /data
ENV ASPNETCORE_URLS=http://+:5080 Dashboard__Home=/data Dashboard__LocalWorkers=0
EXPOSE 5080
ENTRYPOINT ["dotnet", "Dashboard.Web.dll"]
