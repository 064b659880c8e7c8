import { parseWith, type Recognition } from '@prosodia/contracts';
import { z } from 'zod';
import type { StreamEvent } from './events.js';

const triggerSchema = z
  .strictObject({
    /** Emotions whose probabilities are added up. */
    labels: z.array(z.string().min(1)).min(1),
    /** The alarm is raised when their sum stays at or above this … */
    above: z.number().min(0).max(1),
    /** … for this long. */
    forSec: z.number().min(0).max(600).default(1),
    /** It is over when the sum stays at or below this (0.8 times `above` unless given) … */
    below: z.number().min(0).max(1).optional(),
    /** … for this long (`forSec` unless given). */
    clearForSec: z.number().min(0).max(600).optional(),
    /** Without an answer for this long, what was counted towards a change is forgotten. */
    patienceSec: z.number().min(0.1).max(600).default(3),
  })
  .refine(({ below, above }) => below === undefined || below <= above, {
    path: ['below'],
    message: 'expected no more than above',
  });

export type TriggerOptions = z.input<typeof triggerSchema>;

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
  const settings = parseWith(triggerSchema, options, 'trigger options');
  const { labels, above, forSec, patienceSec } = settings;
  const { below = 0.8 * above, clearForSec = forSec } = settings;
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
