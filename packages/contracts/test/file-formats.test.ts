import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { z } from 'zod';
import {
  featureConfigSchema,
  isModelCard,
  type ModelCard,
  modelCardSchema,
  voiceProfileProblem,
  voiceProfileSchema,
} from '../src/index.js';

const features = featureConfigSchema.parse({});
const head = { name: 'h', start: 0, size: 4, kernel: 'k', bias: 'b', temperature: 1, weight: 1, ridge: 2 };
const interval = { value: 0.5, low: 0.4, high: 0.6 };
const CARD: ModelCard = {
  formatVersion: 3,
  name: 'n',
  recipe: 'r',
  labels: ['angry', 'calm'],
  inputs: [
    { name: 'mean', input: { summary: 'mean', features, shape: [13, 1] } },
    { name: 'frames', input: { summary: 'frames', features, frames: 8, shape: [8, 13] } },
    {
      name: 'all',
      input: { summary: 'functionals', version: 'functionals-2', groups: ['pitch'], shape: [9] },
    },
    {
      name: 'steps',
      input: { summary: 'sequence', features, trimDb: 35, poolFrames: 4, frames: 8, shape: [8, 14] },
    },
  ],
  outputs: { logits: 'logits', probabilities: 'probabilities', embedding: 'embedding', embeddingSize: 4 },
  heads: [head],
  calibration: { temperature: 1.2, method: 'temperature' },
  speaker: {
    tau: 3,
    minClips: 2,
    embeddingSize: 4,
    heads: [head],
    statistics: [{ of: 'output', name: 'patches', size: 4 }],
    calibration: { temperature: 1, method: 'none' },
  },
  variants: [
    { augmentations: [], weight: 0.5 },
    { augmentations: [{ kind: 'pitch', semitones: 2, formants: 'keep', seed: 0 }], weight: 0.25 },
    { augmentations: [{ kind: 'noise', snrDb: 20, color: 'pink', seed: 1 }], weight: 0.25 },
  ],
  network: { parameters: 9, layers: [{ name: 'l', kind: 'Dense', outputShape: '8', parameters: 9 }] },
  training: {
    ...{ corpus: 'c', synthetic: false, licence: 'l', recordings: 1, rows: 1, speakers: ['1'] },
    ...{ engine: 'e', epochs: 1, bestEpoch: 1, seed: 1, splitHash: '' },
  },
  evaluation: {
    ...{ protocol: 'p', caveat: '', testRows: 1, testSpeakers: ['2'], accuracy: interval, uar: interval },
    ...{ macroF1: 0.5, recalls: { angry: 0.5, calm: 0.5 } },
  },
  limits: ['none'],
  software: { node: '20' },
  graphHash: 'a'.repeat(64),
};

it.each([
  ['model-card', modelCardSchema],
  ['voice-profile', voiceProfileSchema],
])('the published schema of a %s is made of the one in the code', (name, schema) => {
  const published: unknown = JSON.parse(
    readFileSync(new URL(`../formats/${name}.schema.json`, import.meta.url), 'utf8'),
  );
  expect(published).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(schema, { reused: 'ref' }))));
});

it('says where a profile is wrong', () => {
  const profile = {
    ...{ kind: 'prosodia voice', formatVersion: 1, graphHash: 'a'.repeat(64), clips: 1 },
    statistics: [[{ rows: 1, mean: [1], squares: [2] }]],
    examples: [{ label: 'calm', embedding: 'AAAA' }],
  };
  expect(voiceProfileProblem(profile)).toBeUndefined();
  expect(voiceProfileProblem(null)).toMatch(/^the whole: .*object/);
  expect(voiceProfileProblem({ ...profile, clips: -1 })).toMatch(/^clips: -1/);
  const endless: unknown = JSON.parse('[[{ "rows": 1, "mean": [1e999], "squares": [2] }]]');
  expect(voiceProfileProblem({ ...profile, statistics: endless })).toBe('a number is not finite.');
  expect(voiceProfileProblem({ ...profile, colour: 1 })).toBe('colour: not expected.');
  expect(voiceProfileProblem({ ...profile, examples: [{ label: 'calm', embedding: '!' }] })).toMatch(
    /^examples\/0\/embedding: /,
  );
});

it('says yes to a complete card and no to one whose defaults are left out', () => {
  expect(isModelCard(CARD)).toBe(true);
  const { topDb: _, ...partial } = features;
  const short = {
    ...CARD,
    inputs: [{ name: 'x', input: { summary: 'mean', features: partial, shape: [13] } }],
  };
  expect(modelCardSchema.safeParse(short).success).toBe(true);
  expect(isModelCard(short)).toBe(false);
  expect(isModelCard({ ...CARD, calibration: JSON.parse('{ "temperature": 1e999, "method": "" }') })).toBe(
    false,
  );
});

const nearly = fc.oneof(
  fc.constantFrom(0, -1, 1, 0.5, 1e-9, 3, 48, 2048, 2 ** 53, '', 'x', null, true),
  fc.constantFrom('calm', 'kaldi', 'povey', 'logits', 'sequence', [], {}, [1], ['a', 'b'], 'constructor'),
  fc.jsonValue({ maxDepth: 1 }),
);

/** A card with one thing in it changed, left out or added. */
const changed = fc
  .record({ steps: fc.array(fc.nat(), { minLength: 1, maxLength: 8 }), value: nearly, add: fc.nat(9) })
  .map(({ steps, value, add }) => {
    const card = JSON.parse(JSON.stringify(CARD)) as unknown;
    let place = card as Record<string, unknown>;
    for (const step of steps) {
      const names = Object.keys(place);
      const name = names[step % Math.max(1, names.length)] ?? 'extra';
      const inner = place[name];
      if (typeof inner === 'object' && inner !== null && step !== steps.at(-1)) {
        place = inner as Record<string, unknown>;
        continue;
      }
      if (add === 0 && !Array.isArray(place)) place.extra = value;
      else if (add === 1 && !Array.isArray(place)) delete place[name];
      else place[name] = value;
      break;
    }
    // Out of JSON, as cards come.
    return JSON.parse(JSON.stringify(card)) as unknown;
  });

it('says yes only to what the enforced schema takes as it is', () => {
  let accepted = 0;
  fc.assert(
    fc.property(changed, (card) => {
      const { success, data } = modelCardSchema.safeParse(card);
      if (!isModelCard(card)) return;
      accepted++;
      expect(success).toBe(true);
      expect(isDeepStrictEqual(JSON.parse(JSON.stringify(data)), card)).toBe(true);
    }),
    { numRuns: 400 },
  );
  expect(accepted).toBeGreaterThan(10);
});
