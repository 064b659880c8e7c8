import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** What Prometheus is told; routes by their patterns, so that no client makes new series. */
export class Metrics {
  readonly #registry = new Registry();
  readonly requests: Histogram<'method' | 'route' | 'status'>;
  readonly clips: Counter<'outcome'>;
  readonly streams: Gauge;
  readonly streamEvents: Counter<'type'>;
  readonly heardSeconds: Counter;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.requests = new Histogram({
      name: 'prosodia_http_request_seconds',
      help: 'Time from request to answer',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers,
    });
    this.clips = new Counter({
      name: 'prosodia_clips_total',
      help: 'Uploaded clips, by outcome: ok or an error code',
      labelNames: ['outcome'],
      registers,
    });
    this.streams = new Gauge({ name: 'prosodia_streams', help: 'Streams that are open', registers });
    this.streamEvents = new Counter({
      name: 'prosodia_stream_events_total',
      help: 'Events sent on streams',
      labelNames: ['type'],
      registers,
    });
    this.heardSeconds = new Counter({
      name: 'prosodia_stream_audio_seconds_total',
      help: 'Audio received on streams',
      registers,
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
