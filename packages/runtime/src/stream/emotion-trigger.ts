import type { Recognition } from '@prosodia/contracts';
import { checkedNumber, checkFields, refusal } from '../option-checks.js';
import type { StreamEvent } from './events.js';

const FIELDS = ['labels', 'above', 'forSec', 'below', 'clearForSec', 'patienceSec'];

export interface TriggerOptions {
  /** Emotions whose probabilities are added up; at least one. */
  readonly labels: readonly string[];
  /** The alarm is raised when their sum stays at or above this, 0 to 1 … */
  readonly above: number;
  /** … for this long; 1 unless given. */
  readonly forSec?: number | undefined;
  /** It is over when the sum stays at or below this (0.8 times `above` unless given) … */
  readonly below?: number | undefined;
  /** … for this long (`forSec` unless given). */
  readonly clearForSec?: number | undefined;
  /** Without an answer for this long, what was counted towards a change is forgotten; 3 unless given. */
  readonly patienceSec?: number | undefined;
}

/** The alarm was raised (`active`) or is over. */
export interface TriggerChange {
  readonly type: 'trigger';
  readonly active: boolean;
  /** When it was decided. */
  readonly timeSec: number;
  /** Since when the probability has been beyond its threshold. */
  readonly sinceSec: number;
  /** Sum of the labels' probabilities now. */
  readonly probability: number;
}

export interface EmotionTrigger {
  readonly active: boolean;
  /** Takes a stream's event (others than answers change nothing) and says whether the alarm changes by it. */
  take(event: StreamEvent): TriggerChange | undefined;
}

/**
 * An alarm on a stream: "angry or fearful above p for t seconds", with hysteresis.
 *
 * One noisy window does not ring it: the labels' joint probability must stay above for `forSec` of answers, and
 * then at or below a lower threshold before it is over. Between the thresholds nothing changes.
 *
 * @throws ProsodiaError INVALID_ARGUMENT naming the option
 * @example
 * const alarm = emotionTrigger({ labels: ['angry', 'fearful'], above: 0.7, forSec: 2 });
 * for await (const event of stream) if (alarm.take(event)?.active) ring();
 */
export function emotionTrigger(options: TriggerOptions): EmotionTrigger {
  const { labels, above, forSec, below, clearForSec, patienceSec } = triggerSettings(options);
  let active = false;
  let sinceSec: number | undefined;
  let lastSec = Number.NEGATIVE_INFINITY;

  const weigh = ({ probabilities, endSec }: Recognition): TriggerChange | undefined => {
    const probability = labels.reduce((sum, label) => sum + (probabilities[label] ?? 0), 0);
    if (endSec - lastSec > patienceSec) sinceSec = undefined;
    lastSec = endSec;
    const beyond = active ? probability <= below : probability >= above;
    if (!beyond) {
      sinceSec = undefined;
      return undefined;
    }
    sinceSec ??= endSec;
    if (endSec - sinceSec < (active ? clearForSec : forSec)) return undefined;
    const change: TriggerChange = {
      type: 'trigger',
      active: !active,
      timeSec: endSec,
      sinceSec,
      probability,
    };
    active = !active;
    sinceSec = undefined;
    return change;
  };

  return {
    get active() {
      return active;
    },
    take: (event) => (event.type === 'provisional' ? weigh(event) : undefined),
  };
}

/** Every option filled in and checked. */
function triggerSettings(options: TriggerOptions) {
  checkFields('trigger options', options, FIELDS);
  const { labels, forSec = 1, patienceSec = 3 } = options;
  if (
    !Array.isArray(labels) ||
    labels.length === 0 ||
    !labels.every((label) => label && typeof label === 'string')
  )
    throw refusal('at least one label for labels', labels);
  const share = (name: string, value: unknown) =>
    checkedNumber(name, value, { min: 0, max: 1, fractions: true });
  const span = (name: string, value: unknown, min = 0) =>
    checkedNumber(name, value, { min, max: 600, fractions: true });
  const above = share('above', options.above);
  const below = share('below', options.below ?? 0.8 * above);
  if (below > above) throw refusal(`no more than above (${above}) for below`, below);
  return {
    ...{ labels: labels as readonly string[], above, below },
    forSec: span('forSec', forSec),
    clearForSec: span('clearForSec', options.clearForSec ?? forSec),
    patienceSec: span('patienceSec', patienceSec, 0.1),
  };
}
