import { createRequire } from 'node:module';
import { ACTING_RULES, RULES_VERSION } from './acting.js';
import type { Marker } from './marker.js';

/** Rate of the engine and of every file. */
export const SAMPLE_RATE_HZ = 22_050;

const require = createRequire(import.meta.url);
const own = require('../package.json') as {
  name: string;
  version: string;
  dependencies: Record<string, string>;
};
const ENGINE = '@echogarden/espeak-ng-emscripten';

const NOTICE =
  'Synthetic speech made by a program. No person spoke it. Results on it say nothing about recognising people.';

/** The marker of a corpus before its first clip; it holds no date, so the same call writes the same bytes. */
export function markerFor(seed: number, speakers: number, recordings: number): Marker {
  return {
    kind: 'prosodia-synthetic-corpus',
    formatVersion: 1,
    synthetic: true,
    notice: NOTICE,
    licence: 'CC0-1.0',
    generator: {
      name: own.name,
      version: own.version,
      engine: `eSpeak NG (${ENGINE} ${own.dependencies[ENGINE]})`,
    },
    rulesVersion: RULES_VERSION,
    rules: ACTING_RULES,
    seed,
    speakers,
    recordings,
    sampleRateHz: SAMPLE_RATE_HZ,
    complete: false,
  };
}

/** Beside the marker, for people. */
export const README = `# Synthetic speech

${NOTICE}

The clips were spoken by eSpeak NG and acted by rule: each emotion sets pitch, melody, speed, loudness and voice
quality (\`rules\` in SYNTHETIC.json), with seeded variation from speaker to speaker and from take to take. They
are here so that training, evaluation and recognition can be tried on real audio files without a corpus of
recordings. The rules exaggerate: a figure reached on these clips is a check of the machinery, nothing more.

Names follow RAVDESS: \`03-01-EE-II-SS-RR-AA.wav\`

| part | meaning |
| --- | --- |
| 03-01 | audio only, speech |
| EE | 01 neutral, 02 calm, 03 happy, 04 sad, 05 angry, 06 fearful, 07 disgust, 08 surprised |
| II | 01 normal, 02 strong |
| SS | 01 "Kids are talking by the door", 02 "Dogs are sitting by the door" |
| RR | repetition |
| AA | speaker; even numbers have female voices |

Licence of the clips: CC0-1.0.
`;
