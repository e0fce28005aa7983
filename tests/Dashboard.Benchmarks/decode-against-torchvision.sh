#!/usr/bin/env bash
# Decodes, crops and resizes a zip of photographs to 64 x 64 here and with torchvision's loader, all cores, in alternation, and prints
# last "decode=<ratio>": how many times faster this is.
# usage: bash tests/Dashboard.Benchmarks/decode-against-torchvision.sh images.zip     ROUNDS=3
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
rounds=${ROUNDS:-3} images=$1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

python=/usr/bin/python3
"$python" -c 'import torchvision' 2>/dev/null || {
  sudo=""; [ "$(id -u)" = 0 ] || sudo="sudo"
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends python3-torchvision >/dev/null
}

dotnet build "$root/src/Dashboard.Worker" -c Release -v q --nologo
worker="$root/src/Dashboard.Worker/bin/Release/net10.0/Dashboard.Worker.dll"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
"$python" -m zipfile -e "$images" "$work/unpacked"
ours() { dotnet "$worker" bench "$images" --work "$work" --steps 0 --draws 0 --decode | grep '^decode'; }

ours >/dev/null
for round in $(seq "$rounds"); do
  a=$(ours); b=$("$python" "$here/decode_torchvision.py" "$work/unpacked")
  echo "round $round: ours $a; torchvision $b; load $(cut -d' ' -f1 /proc/loadavg)"
  echo "$(awk '{print $2}' <<<"$a") $(awk '{print $2}' <<<"$b")" >>"$work/times"
done
"$python" - "$work/times" <<'PYTHON'
import statistics, sys
ours, theirs = (statistics.median(column) for column in zip(*([float(word) for word in line.split()] for line in open(sys.argv[1]))))
print(f"decode={theirs / ours:.2f}")
PYTHON
