import type { ClipRecognizer, Recognizer } from '@prosodia/runtime';
import { ClientLimits } from './client-limits.js';
import { Metrics } from './metrics.js';
import type { ServerSettings } from './options.js';
import type { ProfileStore } from './profile-store.js';

/** What every route works with. */
export interface ServerContext {
  readonly settings: ServerSettings;
  readonly recognizer: Recognizer;
  /** Who answers for clips: the recognizer, or a server behind us. */
  readonly answers: ClipRecognizer;
  /** People's profiles, where they are kept. */
  readonly profiles: ProfileStore | undefined;
  readonly metrics: Metrics;
  readonly requests: ClientLimits;
  readonly streams: ClientLimits;
  /** Aborted when the server has waited long enough for what it accepted. */
  readonly ending: AbortSignal;
}

export function createContext(
  settings: ServerSettings,
  recognizer: Recognizer,
  parts: Pick<ServerContext, 'answers' | 'ending' | 'profiles'>,
): ServerContext {
  return {
    settings,
    recognizer,
    ...parts,
    metrics: new Metrics(),
    requests: new ClientLimits(settings.maxRequestsPerClient, Number.MAX_SAFE_INTEGER),
    streams: new ClientLimits(settings.maxStreamsPerClient, settings.maxStreams),
  };
}
