// The same metric of several runs in one chart, a chart a metric; all charts share their x axis.
import { Figure, axes, plotly } from './charts.js';

/** One metric of all compared runs. */
class MetricChart extends Figure {
    constructor(library, element, zoomed) {
        super(library, element);
        this.metric = element.dataset.metric;
        this.error = element.dataset.error || undefined;
        this.log = element.dataset.log === 'true';
        this.unit = element.dataset.unit || undefined;
        this.zoomed = zoomed;
    }

    async show(histories, options) {
        const traces = options.runs.flatMap(run => this.traces(run, histories.get(run.id), options)).filter(trace => trace.x.length > 0);
        await this.draw(traces, {
            xTitle: axes[options.x].title, xCounts: axes[options.x].counts, yTitle: this.unit, log: this.log && !options.linear, revision: `${options.x}-${options.linear}`,
        });
        if (!this.listens) {
            this.listens = true;
            this.element.on('plotly_relayout', change => this.changed(change));
        }
        await this.zoom(options.zoom);
    }

    changed(change) {
        if (this.moving) {
            return;
        }
        if (change['xaxis.autorange']) {
            this.zoomed(null);
        } else if (change['xaxis.range[0]'] !== undefined) {
            this.zoomed(`${Number(change['xaxis.range[0]']).toPrecision(6)}:${Number(change['xaxis.range[1]']).toPrecision(6)}`);
        }
    }

    /** @param range such as "2:10", or nothing for all. */
    async zoom(range) {
        const [from, to] = (range ?? '').split(':').map(Number.parseFloat);
        const wanted = Number.isFinite(from) && Number.isFinite(to) && from < to ? [from, to] : null;
        this.moving = true;
        try {
            await this.plotly.relayout(this.element, wanted ? { 'xaxis.range': wanted } : { 'xaxis.autorange': true });
        } finally {
            this.moving = false;
        }
    }

    traces(run, history, options) {
        const points = history?.get(this.metric) ?? [];
        const axis = axes[options.x];
        const chart = { options: run, start: points.length > 0 ? Date.parse(points[0].wallTime) : 0 };
        const errors = this.error ? new Map((history?.get(this.error) ?? []).map(point => [point.step, point.value])) : undefined;
        const trace = {
            ...this.curve(run.label, run.tone, points, point => axis.of(point, chart), errors?.size > 0 ? errors : undefined),
            legendgroup: String(run.id),
        };
        if (!(options.smoothing > 0) || trace.x.length < 3) {
            return [trace];
        }
        return [
            { ...trace, opacity: 0.3, showlegend: false, hoverinfo: 'skip', hovertemplate: undefined, mode: 'lines', line: { ...trace.line, width: 1 } },
            { ...trace, y: smoothed(trace.y, options.smoothing), mode: 'lines', error_y: undefined },
        ];
    }
}

/** Exponential moving average, corrected for its start. */
function smoothed(values, weight) {
    let sum = 0, norm = 0;
    return values.map(value => {
        sum = sum * weight + value * (1 - weight);
        norm = norm * weight + 1 - weight;
        return sum / norm;
    });
}

class CompareCharts {
    constructor(library, element, page) {
        Object.assign(this, { library, element, page, charts: new Map(), histories: new Map(), versions: new Map() });
    }

    async show(options) {
        this.options = options;
        const panels = [...this.element.querySelectorAll('[data-metric]')];
        for (const [panel, chart] of this.charts) {
            if (!panels.includes(panel)) {
                chart.dispose();
                this.charts.delete(panel);
            }
        }
        for (const panel of panels.filter(panel => !this.charts.has(panel))) {
            this.charts.set(panel, new MetricChart(this.library, panel, range => this.zoom(range)));
        }
        await Promise.all(options.runs.map(run => this.load(run, options.buckets)));
        if (!this.disposed && this.options === options) {
            await Promise.all([...this.charts.values()].map(chart => chart.show(this.histories, options)));
        }
    }

    async load(run, buckets) {
        if (this.versions.get(run.id) === run.version) {
            return;
        }
        this.versions.set(run.id, run.version);
        const answer = await fetch(`/api/runs/${run.id}/metrics?buckets=${buckets}`);
        if (answer.status === 404) {
            return;
        }
        if (!answer.ok) {
            throw new Error(`The history of ${run.label} could not be read (HTTP ${answer.status}).`);
        }
        const history = await answer.json();
        this.histories.set(run.id, new Map(history.series.map(series => [series.name, series.points])));
    }

    async zoom(range) {
        this.options.zoom = range;
        await Promise.all([...this.charts.values()].map(chart => chart.zoom(range)));
        await this.page.invokeMethodAsync('Zoomed', range);
    }

    dispose() {
        this.disposed = true;
        this.charts.forEach(chart => chart.dispose());
    }
}

export async function compareCharts(element, page) {
    return new CompareCharts(await plotly(), element, page);
}
