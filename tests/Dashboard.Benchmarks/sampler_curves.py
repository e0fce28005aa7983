"""KID against network evaluations for every sampler, from one checkpoint: a line of JSON a measurement, then a picture.

Measurements that are in the file already are not made again, so that it can be stopped and started. Wants matplotlib (Debian:
python3-matplotlib) and a built worker (dotnet build src/Dashboard.Worker -c Release).
usage: sampler_curves.py checkpoint.safetensors images.zip measurements.jsonl picture.png [--evaluations 2 4 8 16 32 64] [--clip range]
"""
import argparse
import json
import pathlib
import subprocess

WORKER = pathlib.Path(__file__).parents[2] / "src/Dashboard.Worker/bin/Release/net10.0/Dashboard.Worker.dll"
SAMPLERS = {
    "DDIM": ["sampler=ddim"],
    "DDPM, posterior variance": ["sampler=ddpm", "variance=posterior"],
    "DDPM, large variance": ["sampler=ddpm", "variance=large"],
    "Adams–Bashforth 2": ["sampler=adams-bashforth", "order=2"],
    "Adams–Bashforth 3": ["sampler=adams-bashforth", "order=3"],
    "DPM-Solver++ 2M": ["sampler=dpm-solver-2m", "spacing=log-snr"],
    "DPM-Solver++ SDE": ["sampler=dpm-solver-sde", "spacing=log-snr"],
    "Heun (EDM)": ["sampler=heun", "spacing=karras"],
    "UniPC 2": ["sampler=unipc", "order=2", "spacing=log-snr"],
}

arguments = argparse.ArgumentParser()
arguments.add_argument("checkpoint")
arguments.add_argument("images")
arguments.add_argument("measurements", type=pathlib.Path)
arguments.add_argument("picture")
arguments.add_argument("--evaluations", type=int, nargs="+", default=[2, 4, 8, 16, 32, 64])
arguments.add_argument("--clip", default="range")
arguments.add_argument("--work", default="/tmp/dashboard-measure")
options = arguments.parse_args()

made = [json.loads(line) for line in options.measurements.read_text().splitlines()] if options.measurements.exists() else []
for name, fields in SAMPLERS.items():
    missing = set(options.evaluations) - {line["evaluations"] for line in made if line["name"] == name}
    if not missing:
        continue
    # One process a sampler, which reads the real images' features once.
    command = ["dotnet", WORKER, "measure", options.checkpoint, options.images, "--work", options.work,
               "--evaluations", *map(str, sorted(missing)), "--set", *fields, f"clip={options.clip}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker, options.measurements.open("a") as file:
        for text in worker.stdout:
            line = {"name": name, **json.loads(text)}
            made.append(line)
            print(json.dumps(line), file=file, flush=True)
            print(f"{name}, {line['evaluations']}: {line['kid']:.4f} ± {line['kidError']:.4f}", flush=True)
    if worker.returncode != 0:
        raise SystemExit(worker.returncode)

import matplotlib  # noqa: E402

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402

figure, axes = pyplot.subplots(figsize=(7.6, 4.8))
for name in SAMPLERS:
    points = sorted((line["evaluations"], line["kid"], line["kidError"]) for line in made if line["name"] == name)
    if points:
        axes.errorbar(*zip(*((x, y, e) for x, y, e in points)), marker="o", markersize=3, linewidth=1.3, capsize=2, label=name)
axes.set_xscale("log", base=2)
axes.set_yscale("log")
axes.set_xticks(options.evaluations, [str(count) for count in options.evaluations])
axes.set_xlabel("network evaluations an image")
axes.set_ylabel("KID (lower is better)")
axes.grid(True, which="major", alpha=0.25)
axes.legend(fontsize="small", frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
figure.tight_layout()
figure.savefig(options.picture, dpi=150)

print("| sampler | " + " | ".join(str(count) for count in options.evaluations) + " |\n| --- |" + " ---: |" * len(options.evaluations))
for name in SAMPLERS:
    values = {line["evaluations"]: f"{line['kid']:.4f}" for line in made if line["name"] == name}
    print(f"| {name} | " + " | ".join(values.get(count, "…") for count in options.evaluations) + " |")
