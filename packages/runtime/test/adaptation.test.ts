import fc from 'fast-check';
import { HeadAdaptation } from '../src/voice/adapt-head.js';
import { adaptHeads } from '../src/voice/adaptation.js';
import { type Head, mixtureOf, scoresOf, softmaxInPlace } from '../src/voice/head.js';
import { RunningStatistics } from '../src/voice/running-statistics.js';
import { numbers } from './support.js';

const CLASSES = 8;

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function randomHead(random: () => number, start: number, size: number, temperature = 1): Head {
  return {
    start,
    size,
    kernel: Float64Array.from({ length: size * CLASSES }, () => 0.3 * gaussian(random)),
    bias: Float64Array.from({ length: CLASSES }, () => 0.1 * gaussian(random)),
    temperature,
    weight: 1,
    ridge: 0.5,
  };
}

/** A person: each class lies elsewhere than the trained heads think. */
function person(random: () => number, size: number) {
  const centres = Array.from({ length: CLASSES }, () =>
    Float64Array.from({ length: size }, () => gaussian(random)),
  );
  return (label: number) => ({
    label,
    embedding: centres[label]!.map((value) => value + 0.5 * gaussian(random)),
  });
}

function withDirections(head: Head, count: number, random: () => number): Head {
  const columns = Float64Array.from({ length: head.size * count }, () => 0.3 * gaussian(random));
  return { ...head, directions: { columns, count, ridge: 0.1 } };
}

/**
 * How far the weights are from where the objective is flat, written down straight from its definition: the change is
 * −½ (I / ridge + D Dᵀ / ridge of D) times the gradient of the cross-entropy.
 */
function distance(head: Head, adapted: Head, examples: { embedding: Float64Array; label: number }[]) {
  const kernel = new Float64Array(head.kernel.length);
  const bias = new Float64Array(CLASSES);
  for (const { embedding, label } of examples) {
    const probabilities = scoresOf(adapted, embedding);
    softmaxInPlace(probabilities);
    for (let c = 0; c < CLASSES; c++) {
      const away = (probabilities[c]! - (c === label ? 1 : 0)) / head.temperature;
      bias[c]! += away;
      for (let i = 0; i < head.size; i++) kernel[i * CLASSES + c]! += away * embedding[head.start + i]!;
    }
  }
  const away = [
    ...[...bias].map((value, c) => value / head.ridge / 2 + adapted.bias[c]! - head.bias[c]!),
    ...priorTimes(head, kernel).map((value, i) => value / 2 + adapted.kernel[i]! - head.kernel[i]!),
  ];
  return Math.sqrt(away.reduce((sum, value) => sum + value * value, 0));
}

function priorTimes({ size, ridge, directions }: Head, kernel: Float64Array): number[] {
  const { columns, count, ...along } = directions ?? { columns: [], count: 0, ridge: 1 };
  return [...kernel].map((value, at) => {
    const [i, c] = [Math.floor(at / CLASSES), at % CLASSES];
    let product = value / ridge;
    for (let k = 0; k < count; k++)
      for (let j = 0; j < size; j++)
        product +=
          (columns[i * count + k]! * columns[j * count + k]! * kernel[j * CLASSES + c]!) / along.ridge;
    return product;
  });
}

it('finds the minimum of the loss it states, for any size and temperature, with and without directions', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom(0.5, 1, 1.7),
      fc.integer({ min: 0, max: 6 }),
      (seed, size, count, temperature, directions) => {
        const random = numbers(seed);
        const plain = randomHead(random, 3, size, temperature);
        const head = directions === 0 ? plain : withDirections(plain, directions, random);
        const speak = person(random, size + 5);
        const examples = Array.from({ length: count }, (_, i) => speak(i % CLASSES));
        const adaptation = new HeadAdaptation(head, examples);
        const coefficients = adaptation.solve();
        const adapted = adaptation.adapted(coefficients);
        expect(distance(head, adapted, examples)).toBeLessThan(0.005);
        const told = adaptation.scoresOf(0, coefficients);
        scoresOf(adapted, examples[0]!.embedding).forEach((score, c) => {
          expect(score).toBeCloseTo(told[c]!, 9);
        });
      },
    ),
    { numRuns: 60 },
  );
});

it('leaving an example out is the same as never having had it', () => {
  const random = numbers(7);
  const head = randomHead(random, 0, 20);
  const speak = person(random, 20);
  const examples = Array.from({ length: 16 }, (_, i) => speak(i % CLASSES));
  const all = new HeadAdaptation(head, examples);
  const without = all.scoresOf(5, all.solve(new Set([5]), all.solve()));
  const rest = new HeadAdaptation(
    head,
    examples.filter((_, i) => i !== 5),
  );
  scoresOf(rest.adapted(rest.solve()), examples[5]!.embedding).forEach((score, c) => {
    expect(score).toBeCloseTo(without[c]!, 4);
  });
});

it('helps a person whom the trained heads misjudge, on clips it never saw, and says so', () => {
  const random = numbers(11);
  const heads = [
    { ...randomHead(random, 0, 24), weight: 0.6 },
    { ...randomHead(random, 24, 40), weight: 0.4 },
  ];
  const speak = person(random, 64);
  const examples = Array.from({ length: 32 }, (_, i) => speak(i % CLASSES));
  const later = Array.from({ length: 200 }, (_, i) => speak(i % CLASSES));
  const { heads: own, report } = adaptHeads(heads, examples, 1.2);
  const right = (used: readonly Head[]) =>
    later.filter(({ embedding, label }) => {
      const answer = mixtureOf(used, embedding, 1.2);
      return answer.indexOf(Math.max(...answer)) === label;
    }).length;
  expect(report.used).toBe(true);
  expect(report.adaptedRight).toBeGreaterThan(report.baseRight);
  expect(right(own)).toBeGreaterThan(right(heads) + 50);
});

it('keeps the trained heads where learning makes a person worse, and for a single label', () => {
  const random = numbers(5);
  const speak = person(random, 24);
  const taught = Array.from({ length: 48 }, (_, i) => speak(i % CLASSES));
  const { heads } = adaptHeads([{ ...randomHead(random, 0, 24), ridge: 0.01 }], taught, 1);
  const clips = Array.from({ length: 24 }, (_, i) => speak(i % CLASSES));
  expect(adaptHeads(heads, clips, 1).report.baseRight).toBe(24);
  // Three in eight labels are wrong: what is learned from them spoils clips that were right.
  const spoiled = clips.map((clip, i) =>
    i % 8 < 3 ? { ...clip, label: (clip.label + 1 + (i % 5)) % CLASSES } : clip,
  );
  const weak = heads.map((head) => ({ ...head, ridge: 1e-4 }));
  expect(adaptHeads(weak, spoiled, 1)).toMatchObject({ heads: weak, report: { used: false } });
  const same = clips.map(({ embedding }) => ({ embedding, label: 3 }));
  expect(adaptHeads(heads, same, 1)).toMatchObject({ heads, report: { used: false } });
  expect(adaptHeads(heads, [], 1).report).toMatchObject({ used: false, reason: 'no labelled clips' });
});

it('says when clips are too few to judge', () => {
  const random = numbers(6);
  const speak = person(random, 24);
  const one = Array.from({ length: CLASSES }, (_, i) => speak(i));
  expect(adaptHeads([randomHead(random, 0, 24)], one, 1).report).toMatchObject({
    clips: 8,
    judged: 0,
    used: true,
    reason: expect.stringContaining('too few'),
  });
});

it('statistics equal those of all rows at once, also after a rest', () => {
  const random = numbers(3);
  const size = 5;
  const clips = Array.from({ length: 9 }, (_, i) =>
    Float32Array.from({ length: size * (1 + (i % 3)) }, () => 1e4 + gaussian(random)),
  );
  const half = new RunningStatistics(size);
  for (const clip of clips.slice(0, 4)) half.add(clip);
  const whole = RunningStatistics.from(JSON.parse(JSON.stringify(half.state())));
  for (const clip of clips.slice(4)) whole.add(clip);
  const rows = clips.flatMap((clip) =>
    Array.from({ length: clip.length / size }, (_, row) => clip.subarray(row * size, (row + 1) * size)),
  );
  for (let i = 0; i < size; i++) {
    const mean = rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length;
    const variance = rows.reduce((sum, row) => sum + (row[i]! - mean) ** 2, 0) / rows.length;
    expect(whole.mean[i]).toBeCloseTo(mean, 2);
    expect(whole.deviation[i]).toBeCloseTo(Math.sqrt(variance), 6);
  }
});
