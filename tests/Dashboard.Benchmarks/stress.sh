#!/usr/bin/env bash
# Runs on a busy machine: starts the dashboard in a home of its own, keeps the processors busy beside it, queues small
# trainings and drawings by its API, waits until all have ended, and counts the runs that were taken from a worker that lived.
#   bash tests/Dashboard.Benchmarks/stress.sh [--no-avx512] [--one-core]
# RUNS: how many runs (20); LOAD: busy processes (24); NICE: their niceness (10), for at 0 a training, which runs at 5, would
# get a fortieth of a core; LIMIT: seconds until it gives up (1200).
# The last line is runs=… done=… failed=… false_deaths=… crashes=… load=… seconds=…; load is the least during the runs.
# It fails where a run was taken from a worker that lived, or not all runs succeeded.
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${RUNS:-20} busy=${LOAD:-24} nice=${NICE:-10} limit=${LIMIT:-1200} pin=()
for option; do
  case $option in
    # The names of .NET 10 and of earlier ones; oneDNN's and PyTorch's own.
    --no-avx512) export ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 DOTNET_EnableAVX512=0 DOTNET_EnableAVX512F=0 ;;
    --one-core) pin=(taskset -c "$(taskset -cp $$ | grep -oE '[0-9]+' | tail -1)") ;;
    *) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
done

work=$(mktemp -d -t stress-XXXXXX)
chmod 755 "$work" # Postgres may have to run as another user inside it
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port
export Dashboard__Home=$work/home ASPNETCORE_URLS=$url Dashboard__LocalWorkers=1 Dashboard__Datasets__FirstFlowers=64
pids=() app=
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  if [ -n "$app" ]; then kill -TERM "$app" 2>/dev/null || true; wait "$app" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT
die() { echo "$*" >&2; tail -5 "$work/app.log" >&2; exit 1; }
now() { date +%s; }

# The first run of a machine checks its arithmetic; without a cache of its own a machine with other instructions is not asked.
export XDG_CACHE_HOME=$work/cache
"${pin[@]}" setsid bash src/run.sh >"$work/app.log" 2>&1 &
app=$!
giveup=$(($(now) + 300))
until grep -q '^Diffusion Dashboard: ' "$work/app.log"; do
  kill -0 "$app" 2>/dev/null && [ "$(now)" -lt "$giveup" ] || die "The dashboard does not start."
  sleep 0.5
done
token=$(bash src/run.sh tokens add stress --role admin | tail -1)

api() { curl -fsS -H "Authorization: Bearer $token" -H 'Content-Type: application/json' "$@"; }
value() { python3 -c "import json, sys; d = json.load(sys.stdin); print($1)"; }
until dataset=$(api "$url/api/datasets" | value 'next(d["id"] for d in d["items"] if d["state"] == "ready")' 2>/dev/null); do
  [ "$(now)" -lt "$giveup" ] || die "The data set is not ready."
  sleep 1
done

submit() { api -d "$1" "$url/api/runs" | value 'd["id"]'; }
training() { # name seed
  submit "{\"kind\":\"training\",\"name\":\"$1\",\"spec\":{\"preset\":\"ddim-keras\",\"dataset\":$dataset,\"imageSize\":16,
    \"epochs\":2,\"batchSize\":8,\"seed\":$2,\"network\":{\"widths\":[8,16],\"blockDepth\":1},
    \"samples\":{\"count\":2,\"framed\":0,\"frames\":0,\"evaluations\":2},\"evaluation\":{\"kid\":{\"evaluations\":1}}}}"
}
sampling() { # name run
  submit "{\"kind\":\"sampling\",\"name\":\"$1\",\"spec\":{\"run\":$2,\"evaluations\":5,\"frames\":0,\"seeds\":{\"count\":4}}}"
}
load() { cut -d' ' -f1 /proc/loadavg; }

# A drawing needs a checkpoint, so the first training goes ahead of the load.
first=$(training ahead 1)
until state=$(api "$url/api/runs/$first" | value 'd["state"]'); [ "$state" = succeeded ]; do
  [ "$state" != failed ] && [ "$(now)" -lt "$giveup" ] || die "The first training is $state."
  sleep 1
done

for _ in $(seq "$busy"); do
  nice -n "$nice" bash -c 'while :; do :; done' &
  pids+=($!)
done
giveup=$(($(now) + 300))
until awk "BEGIN { exit !($(load) > 20) }"; do
  [ "$(now)" -lt "$giveup" ] && [ "$busy" -gt 20 ] || { echo "The load stays at $(load)." >&2; break; }
  sleep 1
done

started=$(now)
ids=() least=999
for i in $(seq "$runs"); do
  if [ $((i % 2)) = 1 ]; then ids+=("$(training "training $i" "$i")"); else ids+=("$(sampling "drawing $i" "$first")"); fi
done
while :; do
  least=$(awk "BEGIN { l = $(load); print (l < $least ? l : $least) }")
  left=$(api "$url/api/runs?limit=500" | value 'sum(r["state"] not in ("succeeded", "failed", "canceled") for r in d["items"])') ||
    left=unknown
  [ "$left" != 0 ] || break
  [ "$(now)" -lt $((started + limit)) ] || die "After $limit seconds $left runs have not ended."
  sleep 2
done
seconds=$(($(now) - started))

done=0 failed=0 false_deaths=0 crashes=0
for id in "${ids[@]}"; do
  state=$(api "$url/api/runs/$id" | value 'd["state"]')
  if [ "$state" = succeeded ]; then done=$((done + 1)); else failed=$((failed + 1)); fi
  warnings=$(api "$url/api/runs/$id/log?level=warning")
  deaths=$(grep -c 'Interrupted. The worker stopped responding' <<<"$warnings" || true)
  all=$(grep -c 'Interrupted\.' <<<"$warnings" || true)
  false_deaths=$((false_deaths + deaths)) crashes=$((crashes + all - deaths))
  [ "$state" = succeeded ] && [ "$all" = 0 ] || { echo "run $id: $state"; echo "$warnings"; }
done
slow=0
for id in "${ids[@]}"; do
  api "$url/api/runs/$id/log?level=warning" | grep -q 'Starts slowly' && slow=$((slow + 1))
done || true
echo "slow_starts=$slow precision=$(api "$url/api/runs/${ids[0]}" | value 'd["facts"]["precision"]')"
echo "runs=${#ids[@]} done=$done failed=$failed false_deaths=$false_deaths crashes=$crashes load=$least seconds=$seconds"
[ "$false_deaths" = 0 ] && [ "$failed" = 0 ] && [ "$done" = "${#ids[@]}" ]
