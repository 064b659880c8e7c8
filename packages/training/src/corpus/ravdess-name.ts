/** Field 3 of a RAVDESS name, from 01 (Livingstone & Russo 2018, PLoS ONE 13(5): e0196391). */
export const RAVDESS_EMOTIONS = [
  'neutral',
  'calm',
  'happy',
  'sad',
  'angry',
  'fearful',
  'disgust',
  'surprised',
] as const;

export const RAVDESS_STATEMENTS = ['Kids are talking by the door', 'Dogs are sitting by the door'] as const;

export const RAVDESS_ACTORS = 24;

const MODALITIES = ['audio-video', 'video-only', 'audio-only'] as const;
const CHANNELS = ['speech', 'song'] as const;
const INTENSITIES = ['normal', 'strong'] as const;

/** Everything the seven numbers of a RAVDESS name say. */
export interface RavdessName {
  readonly modality: (typeof MODALITIES)[number];
  readonly channel: (typeof CHANNELS)[number];
  readonly emotion: (typeof RAVDESS_EMOTIONS)[number];
  readonly intensity: (typeof INTENSITIES)[number];
  readonly statement: (typeof RAVDESS_STATEMENTS)[number];
  readonly repetition: number;
  readonly actor: number;
  readonly sex: 'female' | 'male';
}

const FIELDS = ['modality', 'channel', 'emotion', 'intensity', 'statement', 'repetition', 'actor'] as const;
const RANGES = [3, 2, 8, 2, 2, 2, RAVDESS_ACTORS] as const;

/**
 * Decodes `03-01-06-01-02-01-12`: audio-only, speech, fearful, normal, "Dogs …", first repetition, actor 12.
 *
 * @param stem  the file's name without folder and extension
 * @returns the fields, or the reason why the name is not one
 */
export function parseRavdessName(stem: string): RavdessName | string {
  const parts = stem.split('-');
  if (parts.length !== FIELDS.length)
    return `Expected ${FIELDS.length} numbers joined by "-" but found ${parts.length} in "${stem}"`;
  const numbers: number[] = [];
  for (const [index, part] of parts.entries()) {
    const value = /^\d\d$/.test(part) ? Number(part) : Number.NaN;
    const highest = RANGES[index]!;
    if (!(value >= 1 && value <= highest))
      return `Expected 01 to ${String(highest).padStart(2, '0')} for ${FIELDS[index]} but received "${part}"`;
    numbers.push(value);
  }
  const [modality, channel, emotion, intensity, statement, repetition, actor] = numbers as FieldNumbers;
  if (emotion === 1 && intensity === 2) return 'Neutral has no strong intensity';
  return {
    modality: MODALITIES[modality - 1]!,
    channel: CHANNELS[channel - 1]!,
    emotion: RAVDESS_EMOTIONS[emotion - 1]!,
    intensity: INTENSITIES[intensity - 1]!,
    statement: RAVDESS_STATEMENTS[statement - 1]!,
    repetition,
    actor,
    sex: actor % 2 === 0 ? 'female' : 'male',
  };
}

type FieldNumbers = [number, number, number, number, number, number, number];

/** The sixty names one actor has in the audio-only speech part, without extension. */
export function ravdessNamesOfActor(actor: number): string[] {
  const names: string[] = [];
  for (let emotion = 1; emotion <= RAVDESS_EMOTIONS.length; emotion++)
    for (const intensity of emotion === 1 ? [1] : [1, 2])
      for (const statement of [1, 2])
        for (const repetition of [1, 2])
          names.push(
            [3, 1, emotion, intensity, statement, repetition, actor]
              .map((n) => String(n).padStart(2, '0'))
              .join('-'),
          );
  return names;
}
