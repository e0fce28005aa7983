# A worker with CUDA. The build machine needs no GPU, so the backend is named. Build from the repository root:
#   docker build -f docker/worker.Dockerfile -t diffusion-dashboard-worker .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Dashboard.Worker -c Release -p:TorchBackend=cuda -o /app

# libtorch brings CUDA's libraries; the driver comes from the host through the NVIDIA container toolkit.
FROM mcr.microsoft.com/dotnet/runtime:10.0
WORKDIR /app
COPY --from=build /app .
RUN mkdir -p /data && chown app /data
USER app
VOLUME /data
ENV Dashboard__Artifacts=/data/artifacts NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
ENTRYPOINT ["dotnet", "Dashboard.Worker.dll", "serve"]
