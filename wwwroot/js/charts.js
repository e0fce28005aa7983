// Drives Plotly for the dashboard's charts: history by HTTP, increments by interop, colours from the page's theme.
const source = '_content/Plotly.Blazor/plotly-basic-3.7.0.min.js';
let loading;

export function plotly() {
    loading ??= new Promise((resolve, reject) => {
        const script = document.createElement('script');
        script.src = source;
        script.onload = () => resolve(window.Plotly);
        script.onerror = () => {
            loading = undefined;
            reject(new Error('The chart library could not be loaded.'));
        };
        document.head.append(script);
    });
    return loading;
}

const tones = {
    primary: '--mud-palette-primary',
    secondary: '--mud-palette-secondary',
    tertiary: '--mud-palette-tertiary',
    muted: '--mud-palette-text-secondary',
};

/** Numbers that an axis can show. */
const isNumber = value => typeof value === 'number' && Number.isFinite(value);

/** The least and the greatest of many numbers; spreading them as arguments would overflow the stack. */
function extent(values) {
    return values.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
}

/**
 * The range of an axis whose values are all (almost) the same, as Plotly's autorangeoptions; undefined where its own range is good.
 * Plotly would show such values on -1 to 1 around them, where 0.001 looks like 0: "include" widens that range, the clips narrow it.
 */
export function room(values, logarithmic) {
    const [least, most] = extent(values.filter(isNumber));
    const size = Math.max(Math.abs(least), Math.abs(most));
    if (!(most >= least) || most - least > size * 1e-6) {
        return undefined;
    }
    const pad = size > 0 ? size / 2 : 1;
    const [from, to] = logarithmic ? [least / 3, most * 3] : [least === 0 ? 0 : least - pad, most + pad];
    return { include: [from, to], clipmin: from, clipmax: to };
}

/** Powers of ten for numbers that would be rows of zeros. */
function exponents(values) {
    const [least, most] = extent(values);
    return Math.max(Math.abs(least), Math.abs(most)) < 1e-3 ? { exponentformat: 'e', showexponent: 'all' } : { exponentformat: 'SI' };
}

/** Ticks and range of an axis that counts, such as epochs: whole numbers where it shows few of them. */
function counted(values, most) {
    const [first, last] = extent(values);
    const whole = values.every(Number.isInteger);
    if (whole && first === last && last <= 100) {
        return { dtick: 1, tick0: 0, autorangeoptions: { include: [first - 1, last + 1], clipmin: first - 1, clipmax: last + 1 } };
    }
    return last - first >= (whole ? 1 : 2) && last - first <= most ? { dtick: 1, tick0: 0 } : {};
}

/** A trace without the points that no axis can show. */
function finite(trace) {
    const good = trace.x.map((x, i) => isNumber(x) && isNumber(trace.y[i]));
    if (good.every(Boolean)) {
        return trace;
    }
    const keep = values => values.filter((_, i) => good[i]);
    return {
        ...trace, x: keep(trace.x), y: keep(trace.y),
        error_y: trace.error_y && { ...trace.error_y, array: keep(trace.error_y.array) },
    };
}

/** A Plotly figure in the page's colours that keeps the person's zoom, resizes and goes without a trace. */
export class Figure {
    constructor(library, element) {
        this.plotly = library;
        this.element = element;
        // A chart that is put away or taken out has changed its size too, and Plotly refuses what is not shown.
        this.observer = new ResizeObserver(() => this.drawn && element.getClientRects().length > 0 && this.plotly.Plots.resize(element));
        this.observer.observe(element);
    }

    /** A tone as the page shows it, as rgb: a variable may itself depend on light or dark. */
    colour(tone) {
        this.element.style.color = `var(${tones[tone] ?? tone})`;
        const { color } = getComputedStyle(this.element);
        this.element.style.color = '';
        return color;
    }

    /** A metric's values as a trace. A bucket of many values shows its whole range, so that no spike is lost. */
    curve(label, tone, points, x, errors) {
        const xs = [], ys = [], bars = [];
        for (const point of points) {
            for (const value of (point.value !== undefined && point.value !== null ? [point.value] : [point.min, point.max]).filter(isNumber)) {
                xs.push(x(point));
                ys.push(value);
                bars.push(isNumber(errors?.get(point.step)) ? errors.get(point.step) : 0);
            }
        }
        const colour = this.colour(tone);
        return {
            type: 'scatter',
            name: label,
            x: xs,
            y: ys,
            mode: xs.length < 60 ? 'lines+markers' : 'lines',
            line: { color: colour, width: 2 },
            marker: { size: 5, color: colour },
            error_y: errors ? { type: 'data', array: bars, thickness: 1, width: 3, color: colour } : undefined,
            hovertemplate: '%{y:.4~g}',
        };
    }

    draw(curves, { xTitle, xCounts, yTitle, log, revision, level }) {
        const traces = curves.map(finite);
        const text = this.colour('--mud-palette-text-secondary');
        // An unbiased KID can be 0 or less, which no logarithm shows.
        const logarithmic = log && traces.every(trace => trace.y.every(value => value > 0));
        const xs = traces.flatMap(trace => trace.x), ys = traces.flatMap(trace => trace.y);
        // A logarithmic axis has no place for a level of 0 or less.
        const shownLevel = level && isNumber(level.value) && (!logarithmic || level.value > 0) ? level : undefined;
        const shownYs = shownLevel ? [...ys, shownLevel.value] : ys;
        const narrow = this.element.clientWidth < 480;
        const axis = {
            gridcolor: this.colour('--mud-palette-divider-light'),
            linecolor: this.colour('--mud-palette-divider'),
            zeroline: false,
            automargin: true,
            tickfont: { size: 11 },
        };
        const layout = {
            uirevision: revision,
            margin: { l: 48, r: 10, t: 8, b: 36 },
            paper_bgcolor: 'rgba(0,0,0,0)',
            plot_bgcolor: 'rgba(0,0,0,0)',
            font: { family: getComputedStyle(this.element).fontFamily, size: 12, color: text },
            hovermode: 'x unified',
            hoverlabel: {
                bgcolor: this.colour('--mud-palette-surface'),
                bordercolor: this.colour('--mud-palette-divider'),
                font: { color: this.colour('--mud-palette-text-primary') },
            },
            showlegend: traces.filter(trace => trace.showlegend !== false).length > 1,
            legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', font: { size: 12 } },
            xaxis: {
                ...axis,
                title: { text: xTitle, font: { size: 11 }, standoff: 6 },
                nticks: narrow ? 5 : 8,
                tickangle: 0,
                exponentformat: 'SI',
                autorangeoptions: room(xs, false),
                ...(xCounts ? counted(xs, narrow ? 5 : 10) : {}),
            },
            yaxis: {
                ...axis,
                title: yTitle ? { text: yTitle, font: { size: 11 } } : undefined,
                type: logarithmic ? 'log' : 'linear',
                nticks: 6,
                ...exponents(shownYs),
                autorangeoptions: room(shownYs, logarithmic),
            },
        };
        if (shownLevel) {
            const { label, value } = shownLevel;
            layout.shapes = [{ type: 'line', xref: 'paper', x0: 0, x1: 1, y0: value, y1: value, line: { color: text, width: 1, dash: 'dot' } }];
            layout.annotations = [{
                text: label, xref: 'paper', x: 1, xanchor: 'right', yanchor: 'bottom', showarrow: false, font: { size: 11, color: text },
                y: logarithmic ? Math.log10(value) : value,
            }];
        }
        if (!traces.some(trace => trace.x.length > 0)) {
            layout.xaxis.visible = layout.yaxis.visible = false;
            layout.shapes = [];
            layout.annotations = [{ text: 'Nothing measured yet', showarrow: false, font: { size: 13, color: text } }];
            layout.showlegend = false;
        }
        this.drawn = true;
        return this.plotly.react(this.element, traces, layout, {
            displaylogo: false,
            doubleClick: 'reset',
            modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d', 'zoomIn2d', 'zoomOut2d'],
            toImageButtonOptions: { format: 'png', scale: 2 },
        });
    }

    dispose() {
        this.disposed = true;
        this.observer.disconnect();
        if (this.drawn) {
            this.plotly.purge(this.element);
        }
    }
}

export const axes = {
    step: { title: 'step', counts: true, of: point => point.step },
    epoch: { title: 'epoch', counts: true, of: (point, chart) => chart.options.imagesPerEpoch > 0 ? point.imagesSeen / chart.options.imagesPerEpoch : point.epoch },
    images: { title: 'training images seen', of: point => point.imagesSeen },
    time: { title: 'minutes since the first value', of: (point, chart) => (Date.parse(point.wallTime) - chart.start) / 60000 },
};

/** Curves of a run's metrics. Points are kept by series; each is drawn once however often it arrives. */
class RunChart extends Figure {
    constructor(library, element, options) {
        super(library, element);
        this.options = options;
        this.points = new Map(options.series.map(series => [series.name, []]));
        for (const series of options.series.filter(series => series.error)) {
            this.points.set(series.error, []);
        }
    }

    async load() {
        const names = [...this.points.keys()].map(encodeURIComponent).join(',');
        const answer = await fetch(`/api/runs/${this.options.run}/metrics?names=${names}&buckets=${this.options.buckets}`);
        if (!answer.ok) {
            throw new Error(`The chart's history could not be read (HTTP ${answer.status}).`);
        }
        const history = await answer.json();
        for (const { name, points } of history.series) {
            const live = this.points.get(name);
            if (live) {
                const last = points.at(-1)?.sequence ?? 0;
                this.points.set(name, [...points, ...live.filter(point => point.sequence > last)]);
            }
        }
        await this.redraw();
    }

    /** Takes points as they are measured: [{name, step, epoch, imagesSeen, wallTime, value, sequence}]. */
    append(arrived) {
        let fresh = false;
        for (const point of arrived) {
            const points = this.points.get(point.name);
            if (points && point.sequence > (points.at(-1)?.sequence ?? 0)) {
                points.push(point);
                fresh = true;
            }
        }
        if (fresh && this.drawn && !this.asked) {
            this.asked = requestAnimationFrame(() => {
                this.asked = undefined;
                if (!this.disposed) {
                    this.redraw();
                }
            });
        }
    }

    /** Changes axis, scale or colours; what is drawn stays. */
    change(options) {
        Object.assign(this.options, options);
        return this.drawn ? this.redraw() : undefined;
    }

    redraw() {
        const { x, log, series, yTitle, level } = this.options;
        const axis = axes[x];
        const first = [...this.points.values()].map(points => points[0]?.wallTime).filter(Boolean).map(Date.parse);
        this.start = Math.min(...first);
        const traces = series.flatMap(line => {
            const points = this.points.get(line.name);
            if (!line.means) {
                return [this.trace(line, line.label, points, axis)];
            }
            // Values reported within an epoch and the mean of the whole epoch share a name; one line through both would jump.
            const ends = new Set(this.points.get(line.means).map(point => point.step));
            const isMean = point => point.value !== undefined && point.value !== null && ends.has(point.step);
            const within = this.trace(line, `${line.label}, within the epoch`, points.filter(point => !isMean(point)), axis);
            return [
                // A line needs two points; one alone is a mark.
                { ...within, mode: within.x.length > 1 ? 'lines' : 'markers', opacity: 0.5, line: { ...within.line, width: 1.2 } },
                this.trace(line, line.label, points.filter(isMean), axis),
            ];
        }).filter(trace => trace.x.length > 0);
        return this.draw(traces, { xTitle: axis.title, xCounts: axis.counts, yTitle, log, level, revision: `${x}-${log}` });
    }

    trace(line, label, points, axis) {
        const errors = line.error ? new Map(this.points.get(line.error).map(point => [point.step, point.value])) : undefined;
        return this.curve(label, line.tone, points, point => axis.of(point, this), errors);
    }
}

/** Curves given whole, such as a noise schedule's. */
class LinePlot extends Figure {
    show(options) {
        return this.draw(options.curves.map(curve => ({
            type: 'scatter',
            mode: 'lines',
            name: curve.label,
            x: curve.x,
            y: curve.y,
            line: { color: this.colour(curve.tone), width: 2 },
            hovertemplate: '%{y:.4~g}',
        })), { xTitle: options.xTitle, log: false, revision: 'fixed' });
    }
}

export async function runChart(element, options) {
    const chart = new RunChart(await plotly(), element, options);
    await chart.load();
    return chart;
}

export async function linePlot(element, options) {
    const plot = new LinePlot(await plotly(), element);
    await plot.show(options);
    return plot;
}
