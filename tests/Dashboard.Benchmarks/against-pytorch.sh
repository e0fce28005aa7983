#!/usr/bin/env bash
# Trains and samples preset ddim-keras (64 x 64, batch 32) here and in Debian's PyTorch, in alternation, and prints last
# "ddim-keras train=<ratio> sample=<ratio>": how many times faster than PyTorch's default step this is.
# usage: bash tests/Dashboard.Benchmarks/against-pytorch.sh [images.zip]     ROUNDS=3 (each with a new process of both)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
rounds=${ROUNDS:-3} steps=${STEPS:-10} draws=${DRAWS:-3} loss_steps=${LOSS_STEPS:-200}
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
# GOMP_SPINCOUNT: as the worker starts its runs.
ours() { GOMP_SPINCOUNT=10000 dotnet "$worker" bench ${1:+"$1"} --work "$work" "${@:2}"; }
theirs() { "$python" "$here/unet_pytorch.py" "$work/pixels.bin" "$@"; }

images=${1:-}
ours "$images" --export-pixels "$work/pixels.bin" --steps 0 --draws 0
theirs train 1 | sed -n 1p

for what in train sample; do
  for round in $(seq "$rounds"); do
    if [ "$what" = train ]; then
      a=$(ours "$images" --steps "$steps" --draws 0 | tail -1); b=$(theirs train "$steps" | tail -1)
    else
      a=$(ours "$images" --steps 0 --draws "$draws" | tail -1); b=$(theirs sample "$draws" | tail -1)
    fi
    echo "round $round: ours $a; PyTorch $b; load $(cut -d' ' -f1 /proc/loadavg)"
    echo "$a" | awk '{print $2}' >>"$work/ours-$what"; echo "$b" | awk '{print $2}' >>"$work/theirs-$what"
  done
done

ours "$images" --steps 0 --draws 0 --loss-steps "$loss_steps" | tail -1 >"$work/ours-losses"
theirs losses "$loss_steps" | tail -1 >"$work/theirs-losses"

"$python" - "$work" "$loss_steps" <<'PYTHON'
import statistics, sys
work, steps = sys.argv[1], sys.argv[2]
numbers = lambda name: [float(word) for word in open(f"{work}/{name}").read().split() if word != "losses"]
a, b = numbers("ours-losses"), numbers("theirs-losses")
error = (statistics.variance(a) / len(a) + statistics.variance(b) / len(b)) ** 0.5
print(f"loss around step {steps}, mean of the last {len(a)}: ours {statistics.mean(a):.4f}, PyTorch {statistics.mean(b):.4f}, "
      f"standard error of the difference {error:.4f}")
# Two runs differ by their random weights too, which the error within a run does not show: 5 % on top.
alike = abs(statistics.mean(a) - statistics.mean(b)) <= max(4 * error, 0.05 * statistics.mean(b))
if not alike:
    print("the losses differ by more than noise")
ratio = lambda what: statistics.median(numbers(f"theirs-{what}")) / statistics.median(numbers(f"ours-{what}"))
print(f"ddim-keras train={ratio('train'):.2f} sample={ratio('sample'):.2f}")
sys.exit(0 if alike else 1)
PYTHON
