#!/usr/bin/python3
"""Every schedule and every sampler a second time, in double precision, each as its paper states it and not as the C# does.

The images are one normally distributed number, so that the perfect network is known in closed form. Remakes trajectories.json; with
--plot picture.png it also draws how the deterministic samplers come to the exact solution (wants matplotlib). Needs numpy.
"""

import argparse
import json
import math
import pathlib

import numpy

FOLDER = pathlib.Path(__file__).parent
MEAN, DEVIATION, START = 0.4, 0.6, 0.83


# ---- schedules: signal power ᾱ at a time t from 0 (image) to 1 (noise)

def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def bounded(power):
    """ᾱ with a log-SNR between -20 and 20."""
    return min(max(power, sigmoid(-20)), sigmoid(20))


def signal_power(schedule, t):
    kind = schedule["kind"]
    if kind == "cosine-signal-rates":
        first, last = math.acos(schedule["maxSignalRate"]), math.acos(schedule["minSignalRate"])
        return math.cos((1 - t) * first + t * last) ** 2
    if kind == "linear-beta":
        steps = schedule["steps"]
        betas = numpy.linspace(schedule["betaStart"], schedule["betaEnd"], steps)
        powers = numpy.concatenate([[1.0], numpy.cumprod(1 - betas)])
        return math.exp(numpy.interp(t * steps, numpy.arange(steps + 1), numpy.log(powers)))
    if kind == "cosine":
        f = lambda u: math.cos((u + 0.008) / 1.008 * math.pi / 2) ** 2
        return bounded(f(t) / f(0))
    if kind == "sigmoid":
        start, end = schedule["sigmoidStart"], schedule["sigmoidEnd"]
        return bounded((sigmoid(end) - sigmoid(start + t * (end - start))) / (sigmoid(end) - sigmoid(start)))
    if kind == "log-snr-linear":
        return sigmoid(schedule["maxLogSnr"] * (1 - t) + schedule["minLogSnr"] * t)
    if kind == "karras":
        rho = schedule["rho"]
        sigma = ((1 - t) * schedule["minSigma"] ** (1 / rho) + t * schedule["maxSigma"] ** (1 / rho)) ** rho
        return 1 / (1 + sigma**2)
    raise ValueError(kind)


def cleanest_time(schedule):
    return 1 / schedule["steps"] if schedule["kind"] == "linear-beta" else 0


def signal_rate(schedule, t):
    rate = math.sqrt(signal_power(schedule, t))
    if not schedule.get("zeroTerminalSnr"):
        return rate
    # Lin et al. 2024, algorithm 1
    last, first = math.sqrt(signal_power(schedule, 1)), math.sqrt(signal_power(schedule, cleanest_time(schedule)))
    return (rate - last) * first / (first - last)


SCHEDULES = [
    {"kind": "cosine-signal-rates", "minSignalRate": 0.02, "maxSignalRate": 0.95},
    {"kind": "linear-beta", "betaStart": 1e-4, "betaEnd": 0.02, "steps": 1000},
    {"kind": "cosine"},
    {"kind": "sigmoid", "sigmoidStart": -3, "sigmoidEnd": 3},
    {"kind": "log-snr-linear", "minLogSnr": -8, "maxLogSnr": 5},
    {"kind": "karras", "minSigma": 0.002, "maxSigma": 80, "rho": 7},
]


# ---- the grid of times, and what is known there

class Level:
    def __init__(self, time, signal):
        self.time, self.signal, self.noise = time, signal, math.sqrt((1 - signal) * (1 + signal))
        self.sigma, self.half_log_snr = self.noise / signal, math.log(signal / self.noise)

    def image(self, x):
        """The mean of the image given x, by Bayes' rule for two normal distributions."""
        gain = self.signal * DEVIATION**2 / (self.signal**2 * DEVIATION**2 + self.noise**2)
        return MEAN + gain * (x - self.signal * MEAN)

    def noise_in(self, x):
        return (x - self.signal * self.image(x)) / self.noise

    def spread(self):
        return math.sqrt(self.signal**2 * DEVIATION**2 + self.noise**2)


def time_of(schedule, half_log_snr):
    low, high = cleanest_time(schedule), 1.0
    for _ in range(200):
        middle = (low + high) / 2
        if Level(middle, signal_rate(schedule, middle)).half_log_snr > half_log_snr:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def grid(schedule, count, spacing):
    if spacing == "even":
        times = [1 - i / count for i in range(count)]
    else:
        ends = [Level(t, signal_rate(schedule, t)).half_log_snr for t in (1, cleanest_time(schedule))]
        if spacing == "log-snr":
            places = numpy.linspace(*ends, count)
        else:
            places = [-7 * math.log(root) for root in numpy.linspace(*(math.exp(-end / 7) for end in ends), count)]
        times = [1.0, *(time_of(schedule, place) for place in places[1:-1]), cleanest_time(schedule)][:count]
    return [Level(t, signal_rate(schedule, t)) for t in times]


# ---- samplers: the x of each evaluation, and the finished image

def ddim(levels, settings, fresh):
    """Song et al. 2021, equations 12 and 16."""
    x = START
    for now, then in zip(levels, levels[1:]):
        yield x
        spread = settings.get("eta", 0) * math.sqrt(then.noise**2 / now.noise**2) * math.sqrt(1 - now.signal**2 / then.signal**2)
        x = then.signal * now.image(x) + math.sqrt(then.noise**2 - spread**2) * now.noise_in(x) + (spread * fresh() if spread else 0)
    yield x


def ddpm(levels, settings, fresh):
    """Ho et al. 2020, equations 6 and 7 with x0 predicted."""
    x = START
    for now, then in zip(levels, levels[1:]):
        yield x
        alpha = now.signal**2 / then.signal**2
        beta, left = 1 - alpha, now.noise**2
        mean = then.signal * beta / left * now.image(x) + math.sqrt(alpha) * then.noise**2 / left * x
        variance = beta if settings.get("variance") == "large" else then.noise**2 / left * beta
        x = mean + math.sqrt(variance) * fresh()
    yield x


def adams_bashforth(levels, settings, fresh):
    table = [[1], [1.5, -0.5], [23 / 12, -16 / 12, 5 / 12], [55 / 24, -59 / 24, 37 / 24, -9 / 24],
             [1901 / 720, -2774 / 720, 2616 / 720, -1274 / 720, 251 / 720]]
    x, noises = START, []
    for now, then in zip(levels, levels[1:]):
        yield x
        noises.insert(0, now.noise_in(x))
        weights = table[min(settings["order"], len(noises)) - 1]
        noise = sum(weight * one for weight, one in zip(weights, noises))
        x = then.signal * (x - now.noise * noise) / now.signal + then.noise * noise
    yield x


def dpm_solver(levels, settings, fresh):
    """Lu et al. 2022b, algorithm 2, and the SDE form of their appendix with eta 1 and the midpoint rule."""
    x, before, last_step = START, None, None
    for now, then in zip(levels, levels[1:]):
        yield x
        step, image = then.half_log_snr - now.half_log_snr, now.image(x)
        slope = 0 if before is None else (image - before) / (last_step / step)
        if settings["sampler"] == "dpm-solver-2m":
            x = then.noise / now.noise * x - then.signal * math.expm1(-step) * (image + slope / 2)
        else:
            gain = -math.expm1(-2 * step)
            x = then.noise / now.noise * math.exp(-step) * x + then.signal * gain * (image + slope / 2) + then.noise * math.sqrt(gain) * fresh()
        before, last_step = image, step
    yield x


def unipc(levels, settings, fresh):
    """Zhao et al. 2023 with B(h) = e^h - 1 and x0 predicted; the corrected x is what the next step starts from."""
    def coefficients(ratios, hh):
        phi, factorial, rows, right = math.expm1(hh) / hh - 1, 1, [], []
        for i in range(1, len(ratios) + 1):
            rows.append([ratio ** (i - 1) for ratio in ratios])
            right.append(phi * factorial / math.expm1(hh))
            factorial *= i + 1
            phi = phi / hh - 1 / factorial
        return numpy.array(rows), numpy.array(right)

    images, x, corrected, pending = [], START, START, None
    for i, now in enumerate(levels):
        yield x
        images.append(now.image(x))
        if pending:
            corrected = pending(images[-1])
        else:
            corrected = x
        if i + 1 == len(levels):
            return
        then = levels[i + 1]
        order = min(settings["order"], i + 1)
        step = then.half_log_snr - now.half_log_snr
        ratios = [(levels[i - k].half_log_snr - now.half_log_snr) / step for k in range(1, order)]
        differences = [(images[-1 - k] - images[-1]) / ratio for k, ratio in enumerate(ratios, 1)]
        rows, right = coefficients([*ratios, 1.0], -step)
        base = then.noise / now.noise * corrected - then.signal * math.expm1(-step) * images[-1]
        if order == 1:
            predictor = []
        else:
            predictor = [0.5] if order == 2 else numpy.linalg.solve(rows[:-1, :-1], right[:-1])
        x = base - then.signal * math.expm1(-step) * sum(rho * d for rho, d in zip(predictor, differences))
        corrector = [0.5] if order == 1 else numpy.linalg.solve(rows, right)

        def pending(newest, base=base, then=then, step=step, corrector=corrector, differences=differences, image=images[-1]):
            terms = [*differences, newest - image]
            return base - then.signal * math.expm1(-step) * sum(rho * d for rho, d in zip(corrector, terms))


def heun(levels_of, schedule, settings, fresh):
    """Karras et al. 2022, algorithm 2, in their coordinates x/signal; churn where the schedule has a noisier level to start from."""
    evaluations, churn = settings["evaluations"], settings.get("churn", {})
    levels = levels_of((evaluations + 2) // 2)
    ends_with_euler = 2 * len(levels) - 1 > evaluations
    now, x = levels[0], START / levels[0].signal
    for i, then in enumerate(levels[1:], 1):
        is_last = i == len(levels) - 1
        yield x * now.signal
        slope = (x - now.image(x * now.signal)) / now.sigma
        stepped = x + (then.sigma - now.sigma) * slope
        if not (is_last and ends_with_euler):
            yield stepped * then.signal
            slope = (slope + (stepped - then.image(stepped * then.signal)) / then.sigma) / 2
            stepped = x + (then.sigma - now.sigma) * slope
        x, now = stepped, then
        if churn.get("amount", 0) > 0 and not is_last:
            gamma = min(churn["amount"] / len(levels), math.sqrt(2) - 1)
            time = time_of(schedule, -math.log(then.sigma * (1 + gamma)))
            now = Level(time, signal_rate(schedule, time))
            x += math.sqrt(now.sigma**2 - then.sigma**2) * churn.get("noise", 1) * fresh()
    yield x * now.signal


WALKS = {"ddim": ddim, "ddpm": ddpm, "adams-bashforth": adams_bashforth, "dpm-solver-2m": dpm_solver, "dpm-solver-sde": dpm_solver, "unipc": unipc}


def noise_source():
    """The k-th fresh noise is 1.2 sin(1.7 k + 0.3)."""
    count = iter(range(1_000_000))
    return lambda: 1.2 * math.sin(1.7 * next(count) + 0.3)


def walk(schedule, settings):
    """The x of each evaluation, and the last level."""
    spacing, fresh = settings["spacing"], noise_source()
    if settings["sampler"] == "heun":
        levels_of = lambda count: grid(schedule, count, spacing)
        visited = list(heun(levels_of, schedule, settings, fresh))
        return visited, levels_of((settings["evaluations"] + 2) // 2)[-1]
    levels = grid(schedule, settings["evaluations"], spacing)
    return list(WALKS[settings["sampler"]](levels, settings, fresh)), levels[-1]


SAMPLERS = [
    {"sampler": "ddim"}, {"sampler": "ddim", "eta": 0.6}, {"sampler": "ddpm", "variance": "posterior"}, {"sampler": "ddpm", "variance": "large"},
    *({"sampler": "adams-bashforth", "order": order} for order in (1, 2, 3, 4, 5)),
    {"sampler": "dpm-solver-2m"}, {"sampler": "dpm-solver-sde"}, {"sampler": "heun"}, {"sampler": "heun", "churn": {"amount": 3}},
    *({"sampler": "unipc", "order": order} for order in (1, 2, 3)),
]


def goldens():
    times = [0.001, 0.1, 0.25, 0.5, 0.77, 0.9, 0.999, 1]
    schedules = [
        {"schedule": (spec := {**schedule, "zeroTerminalSnr": zero}), "times": times, "signalRates": [signal_rate(spec, t) for t in times]}
        for schedule in SCHEDULES for zero in (False, True)
    ]
    trajectories = []
    for schedule, spacing in ((0, "even"), (1, "even"), (4, "log-snr"), (5, "karras"), (5, "log-snr")):
        for sampler in SAMPLERS:
            for evaluations in (7, 10):
                settings = {**sampler, "spacing": spacing, "evaluations": evaluations}
                visited, last = walk(SCHEDULES[schedule], settings)
                trajectories.append({"schedule": SCHEDULES[schedule], "settings": settings, "visited": visited, "image": last.image(visited[-1])})
    return {"mean": MEAN, "deviation": DEVIATION, "start": START, "schedules": schedules, "trajectories": trajectories}


def plot(path):
    import matplotlib
    matplotlib.use("svg")
    from matplotlib import pyplot

    schedule, counts = SCHEDULES[4], [9, 17, 33, 65, 129, 257, 513]
    figure, axes = pyplot.subplots(figsize=(7.2, 4.6))
    shown = [("ddim", {}), ("adams-bashforth", {"order": 2}), ("dpm-solver-2m", {}), ("heun", {}),
             ("unipc", {"order": 1}), ("unipc", {"order": 2}), ("unipc", {"order": 3})]
    for name, more in shown:
        errors = []
        for count in counts:
            visited, last = walk(schedule, {"sampler": name, "spacing": "log-snr", "evaluations": count, **more})
            first = grid(schedule, 2, "log-snr")[0]
            exact = last.signal * MEAN + (START - first.signal * MEAN) / first.spread() * last.spread()
            errors.append(abs(visited[-1] - exact))
        axes.loglog(counts, errors, marker="o", markersize=3, label=f"{name} {more.get('order', '')}".strip())
    for order in (1, 2, 3, 4):
        axes.loglog(counts[3:], [0.2 * 4.0**order * (count / 9.0) ** -order * 10.0 ** -order for count in counts[3:]], color="#999999", linewidth=0.7, linestyle=":")
    axes.set_xlabel("network evaluations")
    axes.set_ylabel("distance from the exact solution")
    axes.legend(fontsize=8, frameon=False)
    axes.grid(True, which="major", alpha=0.25)
    figure.tight_layout()
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--plot")
    options = arguments.parse_args()
    made = goldens()
    (FOLDER / "trajectories.json").write_text(json.dumps(made, indent=1))
    print(f"{len(made['schedules'])} schedules, {len(made['trajectories'])} trajectories")
    if options.plot:
        plot(options.plot)
