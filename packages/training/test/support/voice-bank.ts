import { createHash } from 'node:crypto';
import type { Recording } from '@prosodia/contracts';
import { FeatureBank } from '../../src/protocol/feature-bank.js';
import { Random } from '../../src/random.js';

export const VOICE_LABELS = ['angry', 'calm', 'sad'] as const;

/** Values of a row. */
const SIZE = 6;

/** A corpus that exists as features alone: emotion, voice and chance in six numbers, learnable and not easy. */
export function voiceBank(speakers: number, copies = 0) {
  const recordings: Recording[] = [];
  const random = new Random(1, 'voices');
  for (let speaker = 1; speaker <= speakers; speaker++)
    for (const emotion of VOICE_LABELS)
      for (const text of ['door', 'dogs'])
        for (const repetition of [1, 2, 3])
          recordings.push({
            path: `/voices/Actor_${speaker}/${emotion}-${text}-${repetition}.wav`,
            corpus: 'voices',
            speaker: `Actor_${String(speaker).padStart(2, '0')}`,
            sex: speaker % 2 === 0 ? 'female' : 'male',
            ...{ emotion, text, repetition, intensity: null, synthetic: false },
          });
  const inputs = new Float32Array(recordings.length * (1 + copies) * SIZE);
  const voices = new Map<string, number>();
  let at = 0;
  for (const { speaker, emotion } of recordings) {
    if (!voices.has(speaker)) voices.set(speaker, random.normal());
    for (let copy = 0; copy <= copies; copy++)
      for (let column = 0; column < SIZE; column++) {
        const heard = column === VOICE_LABELS.indexOf(emotion as 'calm') ? 2 : 0;
        inputs[at++] = heard + voices.get(speaker)! + random.normal();
      }
  }
  const bank = new FeatureBank(
    new Map([['rows', { rowShape: [SIZE], rowsPerRecording: 1 + copies, inputs }]]),
  );
  const contentHashes = recordings.map(({ path }) => createHash('sha256').update(path).digest('hex'));
  return { corpus: { recordings, contentHashes }, bank };
}
