"""An ablation through a running dashboard's API: decay rule x parameterization x schedule, each with several seeds and the same number of images.

Queues what is not there yet (runs are found by name, so it can be stopped and started again), waits, and prints a Markdown table:
the lowest validation KID of each run, its mean and standard error over seeds.

usage: DASHBOARD_TOKEN=... python3 ablation.py http://127.0.0.1:5080 images.zip [--seeds 3] [--epochs 8] [--size 32] [--no-wait]
"""
import argparse
import itertools
import json
import os
import pathlib
import statistics
import time
import urllib.parse
import urllib.request
import uuid

DECAYS = ["independent", "times-learning-rate"]
PARAMETERIZATIONS = ["noise", "velocity", "image"]
SCHEDULES = {
    "cosine-signal-rates": {"kind": "cosine-signal-rates"},
    "linear-beta": {"kind": "linear-beta", "betaStart": 1e-4, "betaEnd": 0.02, "steps": 1000},
    "cosine": {"kind": "cosine"},
}

arguments = argparse.ArgumentParser()
arguments.add_argument("url")
arguments.add_argument("images", type=pathlib.Path)
arguments.add_argument("--seeds", type=int, default=3)
arguments.add_argument("--epochs", type=int, default=8)
arguments.add_argument("--size", type=int, default=32)
arguments.add_argument("--no-wait", action="store_true")
options = arguments.parse_args()


def call(path, body=None, content_type="application/json"):
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {os.environ['DASHBOARD_TOKEN']}", "Content-Type": content_type}
    with urllib.request.urlopen(urllib.request.Request(options.url + path, data, headers)) as answer:
        return json.load(answer)


def dataset():
    """The data set of the zip's name, uploaded if there is none."""
    name = options.images.stem
    known = {item["name"]: item for item in call("/api/datasets?limit=200")["items"]}
    if name not in known:
        boundary = uuid.uuid4().hex
        part = f'--{boundary}\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n'
        call("/api/datasets", b"".join([
            (part % ("name", "")).encode(), name.encode(), b"\r\n",
            (part % ("file", f'; filename="{options.images.name}"')).encode(), options.images.read_bytes(), f"\r\n--{boundary}--\r\n".encode(),
        ]), f"multipart/form-data; boundary={boundary}")
    while True:
        found = next(item for item in call("/api/datasets?limit=200")["items"] if item["name"] == name)
        if found["state"] == "ready":
            return name
        if found["state"] == "failed":
            raise SystemExit(found["error"])
        time.sleep(1)


def runs():
    found, cursor = {}, ""
    while cursor is not None:
        page = call("/api/runs?kind=training&limit=200&q=ablation" + (f"&cursor={urllib.parse.quote(cursor)}" if cursor else ""))
        found.update({run["name"]: run for run in page["items"]})
        cursor = page["nextCursor"]
    return found


def name_of(cell, seed):
    decay, parameterization, schedule = cell
    return f"ablation {parameterization} {schedule} {decay} {options.size}px {options.epochs} epochs seed {seed}"


def spec_of(cell, seed, images):
    decay, parameterization, schedule = cell
    return {
        "preset": "ddim-keras", "dataset": images, "imageSize": options.size, "epochs": options.epochs, "seed": seed,
        "schedule": SCHEDULES[schedule], "parameterization": parameterization, "lossTarget": parameterization,
        # Ten times the preset's decay, for these runs are a fraction of the length that it is meant for.
        "optimizer": {"decayRule": decay, "weightDecay": 1e-3},
        # Schedules that end in nearly pure noise ask the first step to divide by almost nothing: every cell clips the image.
        "evaluation": {"kid": {"evaluations": 5, "clip": "range", "images": 0, "everyEpochs": options.epochs}},
        "samples": {"count": 18, "evaluations": 20, "clip": "range", "everyEpochs": options.epochs},
    }


def best_kid(run):
    answer = call(f"/api/runs/{run['id']}/metrics?names=val/kid")
    return min((point["value"] for series in answer["series"] for point in series["points"]), default=None)


def cell_text(values):
    if not values:
        return "…"
    error = f" ± {statistics.stdev(values) / len(values) ** 0.5:.4f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.4f}{error} ({len(values)})"


cells = list(itertools.product(DECAYS, PARAMETERIZATIONS, SCHEDULES))
wanted = [(cell, seed) for seed in range(1, options.seeds + 1) for cell in cells]
images, known = dataset(), runs()
for cell, seed in wanted:
    if name_of(cell, seed) not in known:
        call("/api/runs", {"kind": "training", "name": name_of(cell, seed), "spec": spec_of(cell, seed, images)})

while not options.no_wait and any(run["state"] in ("queued", "running", "pausing") for run in runs().values()):
    time.sleep(10)

known = runs()
for name, run in known.items():
    if run["state"] not in ("succeeded", "queued", "running"):
        print(f"{name}: {run['state']}: {run['error']}")
print(f"| parameterization | schedule | {' | '.join(DECAYS)} |\n| --- | --- |{' ---: |' * len(DECAYS)}")
for parameterization, schedule in itertools.product(PARAMETERIZATIONS, SCHEDULES):
    kids = [
        [best_kid(run) for seed in range(1, options.seeds + 1)
         if (run := known.get(name_of((decay, parameterization, schedule), seed))) and run["state"] == "succeeded"]
        for decay in DECAYS
    ]
    print(f"| {parameterization} | {schedule} | {' | '.join(cell_text(values) for values in kids)} |")
