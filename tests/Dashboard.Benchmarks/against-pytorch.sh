#!/usr/bin/env bash
# Trains and samples both presets (64 x 64) here and in Debian's PyTorch, in alternation, and prints last a line a preset:
#   <preset> train=<ratio> sample=<ratio> train_best=<ratio> sample_best=<ratio>
# how many times faster this is than PyTorch's default step, and than PyTorch's own best (channels-last, bf16 autocast, tuned malloc).
# usage: bash tests/Dashboard.Benchmarks/against-pytorch.sh [images.zip]     ROUNDS=3 (each with new processes)  LOSS_STEPS=200
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
rounds=${ROUNDS:-3} loss_steps=${LOSS_STEPS:-200}
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

python=/usr/bin/python3
"$python" -c 'import torch' 2>/dev/null || {
  sudo=""; [ "$(id -u)" = 0 ] || sudo="sudo"
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends python3-torch >/dev/null
}

dotnet build "$root/src/Dashboard.Worker" -c Release -v q --nologo
worker="$root/src/Dashboard.Worker/bin/Release/net10.0/Dashboard.Worker.dll"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
ours() { dotnet "$worker" bench ${images:+"$images"} --work "$work" "$@"; }
theirs() { "$python" "$here/peer_pytorch.py" "$work/pixels.bin" "$@"; }

images=${1:-}
ours --export-pixels "$work/pixels.bin" --steps 0 --draws 0

# A preset, the batch to train, its timed steps, the images to draw, the evaluations of each, the timed drawings.
measure() {
  local preset=$1 batch=$2 steps=$3 draw=$4 evaluations=$5 draws=$6 round a b c
  for round in $(seq "$rounds"); do
    a=$(ours --preset "$preset" --set "batchSize=$batch" --steps "$steps" --draws 0 | tail -1)
    b=$(theirs "$preset" default "$batch" train "$steps" | tail -1)
    c=$(theirs "$preset" best "$batch" train "$steps" | tail -1)
    echo "$preset round $round: ours $a; PyTorch $b; at its best $c; load $(cut -d' ' -f1 /proc/loadavg)"
    note "$preset-train" "$a" "$b" "$c"
    a=$(ours --preset "$preset" --set "batchSize=$draw" --evaluations "$evaluations" --steps 0 --draws "$draws" | tail -1)
    b=$(theirs "$preset" default "$draw" sample "$draws" "$evaluations" | tail -1)
    c=$(theirs "$preset" best "$draw" sample "$draws" "$evaluations" | tail -1)
    echo "$preset round $round: ours $a; PyTorch $b; at its best $c; load $(cut -d' ' -f1 /proc/loadavg)"
    note "$preset-sample" "$a" "$b" "$c"
  done
}
note() { echo "$(awk '{print $2}' <<<"$2") $(awk '{print $2}' <<<"$3") $(awk '{print $2}' <<<"$4")" >>"$work/$1"; }

measure ddim-keras 32 8 32 20 2
measure ddpm-keras 8 4 16 4 2

ours --steps 0 --draws 0 --loss-steps "$loss_steps" | tail -1 >"$work/ours-losses"
theirs ddim-keras default 32 losses "$loss_steps" | tail -1 >"$work/theirs-losses"

"$python" - "$work" "$loss_steps" <<'PYTHON'
import statistics, sys
work, steps = sys.argv[1], sys.argv[2]
losses = lambda name: [float(word) for word in open(f"{work}/{name}").read().split()[1:]]
a, b = losses("ours-losses"), losses("theirs-losses")
error = (statistics.variance(a) / len(a) + statistics.variance(b) / len(b)) ** 0.5
print(f"loss around step {steps}, mean of the last {len(a)}: ours {statistics.mean(a):.4f}, PyTorch {statistics.mean(b):.4f}, "
      f"standard error of the difference {error:.4f}")
# Two runs differ by their random weights too, which the error within a run does not show: 5 % on top.
alike = abs(statistics.mean(a) - statistics.mean(b)) <= max(4 * error, 0.05 * statistics.mean(b))
if not alike:
    print("the losses differ by more than noise")


def ratios(preset, what):
    ours, default, best = (statistics.median(column) for column in zip(
        *([float(word) for word in line.split()] for line in open(f"{work}/{preset}-{what}"))))
    return default / ours, best / ours


for preset in ("ddim-keras", "ddpm-keras"):
    train, sample = ratios(preset, "train"), ratios(preset, "sample")
    print(f"{preset} train={train[0]:.2f} sample={sample[0]:.2f} train_best={train[1]:.2f} sample_best={sample[1]:.2f}")
sys.exit(0 if alike else 1)
PYTHON
