type Labels = readonly string[];

/** A number that only grows. Label values come from the code (a route, a status), never from a request: each makes a series. */
export type Counter = { readonly add: (amount: number, ...labels: Labels) => void };
/** Observations in cumulative buckets. */
export type Histogram = { readonly observe: (value: number, ...labels: Labels) => void };

type Series = { readonly render: () => string };

/** One process's metrics, in the Prometheus text exposition format 0.0.4. */
export class Metrics {
  readonly #series = new Map<string, Series>();

  constructor() {
    this.gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
    this.gauge('process_heap_used_bytes', 'JavaScript heap in use.', () => process.memoryUsage().heapUsed);
    const started = Date.now() / 1000 - process.uptime();
    this.gauge('process_start_time_seconds', 'Start of the process, Unix time.', () => started);
    this.counted('process_cpu_seconds_total', 'User and system processor time.', () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    });
  }

  /** Registers a counter; its name ends in `_total`. Throws RangeError for a name or label in use or not of Prometheus' form. */
  counter(name: string, help: string, labels: Labels = []): Counter {
    const values = new Map<string, number>();
    this.#register(name, help, 'counter', labels, () => [...values].map(([key, value]) => sample(name, key, value)));
    return {
      add: (amount, ...given) => {
        const key = labelled(labels, given);
        values.set(key, (values.get(key) ?? 0) + amount);
      },
    };
  }

  /** Registers a counter that somebody else keeps. */
  counted(name: string, help: string, read: () => number): void {
    this.#register(name, help, 'counter', [], () => [sample(name, '', read())]);
  }

  /** Registers a value read at each scrape. */
  gauge(name: string, help: string, read: () => number): void {
    this.#register(name, help, 'gauge', [], () => [sample(name, '', read())]);
  }

  /** Registers a histogram over ascending upper bounds (`+Inf` is added). */
  histogram(name: string, help: string, bounds: readonly number[], labels: Labels = []): Histogram {
    const series = new Map<string, { counts: number[]; sum: number }>();
    this.#register(name, help, 'histogram', labels, () =>
      [...series].flatMap(([key, { counts, sum }]) => renderHistogram(name, key, bounds, counts, sum)),
    );
    return {
      observe: (value, ...given) => {
        const key = labelled(labels, given);
        let entry = series.get(key);
        if (entry === undefined) {
          entry = { counts: Array<number>(bounds.length + 1).fill(0), sum: 0 };
          series.set(key, entry);
        }
        const above = bounds.findIndex((bound) => value <= bound);
        const slot = above === -1 ? bounds.length : above;
        entry.counts[slot] = (entry.counts[slot] ?? 0) + 1;
        entry.sum += value;
      },
    };
  }

  /** All of it, as text. */
  render(): string {
    return [...this.#series.values()].map((series) => series.render()).join('');
  }

  #register(name: string, help: string, type: string, labels: Labels, samples: () => string[]): void {
    if (![name, ...labels].every((word) => /^[a-z_][a-z0-9_]*$/.test(word)))
      throw new RangeError(`${name}: not a metric name`);
    if (this.#series.has(name)) throw new RangeError(`${name}: registered twice`);
    const head = `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
    this.#series.set(name, { render: () => head + samples().join('') });
  }
}

function renderHistogram(
  name: string,
  key: string,
  bounds: readonly number[],
  counts: number[],
  sum: number,
): string[] {
  let cumulative = 0;
  const buckets = counts.map((count, index) => {
    cumulative += count;
    const bound = `le="${bounds[index] ?? '+Inf'}"`;
    return sample(`${name}_bucket`, key === '' ? bound : `${key},${bound}`, cumulative);
  });
  return [...buckets, sample(`${name}_sum`, key, sum), sample(`${name}_count`, key, cumulative)];
}

const sample = (name: string, labels: string, value: number): string =>
  `${name}${labels === '' ? '' : `{${labels}}`} ${Number.isFinite(value) ? value : 'NaN'}\n`;

function labelled(names: Labels, values: Labels): string {
  if (names.length !== values.length) throw new RangeError('every label has a value');
  return names.map((name, index) => `${name}="${escaped(values[index] ?? '')}"`).join(',');
}

const escaped = (value: string): string =>
  /["\\\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;
