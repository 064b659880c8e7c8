import { createHash } from 'node:crypto';
import { PROTOCOLS, ProsodiaError, type Protocol, type RowRef, type Split } from '@prosodia/contracts';
import { Random } from '../random.js';
import { checkSplit, type SplitCorpus } from './check-split.js';
import { speakerFolds } from './speaker-folds.js';

export interface SplitOptions {
  readonly protocol: Protocol;
  /** Rows of each recording: 1 and its augmented variants. */
  readonly rowsPerRecording: number;
  readonly seed: number;
  /** Number of folds; each in turn is the test side. 5, i.e. 80/20, unless given. */
  readonly folds?: number | undefined;
  /** From 0. */
  readonly fold?: number | undefined;
  /** `speaker` alone: these speakers are the test side, whatever the folds. */
  readonly testSpeakers?: readonly string[] | undefined;
  /** `speaker` alone: these speakers are the validation side; a fifth of the others unless given. */
  readonly validationSpeakers?: readonly string[] | undefined;
}

/** Said beside every result of a protocol that lets the training side know too much. */
export const PROTOCOL_CAVEATS: Readonly<Record<Protocol, string>> = {
  speaker: '',
  recording:
    'Recordings were divided at random: the same speakers, saying the same sentences, are on both sides. ' +
    'Expect less of a voice it never heard.',
  'augmented-random':
    'Rows were divided at random after augmentation: most test rows are variants of recordings that were ' +
    'trained on, the same rows decided when to stop, and the speakers are the same. It reproduces a published ' +
    'protocol; it is no estimate of what the model does on new speech.',
};

/** Share of the rows not tested that validates: one part in five. */
const VALIDATION_PARTS = 5;

type Sides = Pick<Split, 'train' | 'validation' | 'test'>;

/**
 * Divides the rows of a corpus into training, validation and test side.
 *
 * `speaker`: no speaker is on two sides. `recording`: no recording is, nor are two files of the same bytes. In
 * both, only unaltered recordings (variant 0) validate and test. `augmented-random`: rows are divided whatever
 * they derive from, and the test side validates too (see {@link PROTOCOL_CAVEATS}).
 *
 * @throws ProsodiaError INVALID_ARGUMENT (a fold out of range, an unknown speaker), CORPUS (too few speakers,
 *   a side without rows)
 */
export function makeSplit(corpus: SplitCorpus, options: SplitOptions): Split {
  checkOptions(options);
  const { protocol, seed } = options;
  const sides =
    protocol === 'speaker'
      ? bySpeaker(corpus, options)
      : protocol === 'recording'
        ? byRecording(corpus, options)
        : byRow(corpus, options);
  for (const side of ['train', 'validation', 'test'] as const)
    if (sides[side].length === 0)
      throw new ProsodiaError('CORPUS', `Expected rows on the ${side} side but the split leaves it empty`);
  const split: Split = {
    protocol,
    seed,
    fold: options.fold ?? 0,
    ...sides,
    validationIsTest: protocol === 'augmented-random',
    hash: splitHash(corpus, sides),
  };
  checkSplit(corpus, split);
  return split;
}

function bySpeaker({ recordings }: SplitCorpus, options: SplitOptions): Sides {
  const { testSpeakers, validationSpeakers, seed } = options;
  requireKnown(recordings, testSpeakers, 'testSpeakers');
  requireKnown(recordings, validationSpeakers, 'validationSpeakers');
  const others = recordings.filter(({ speaker }) => !validationSpeakers?.includes(speaker));
  const test = new Set(testSpeakers ?? speakerFolds(others, foldsOf(options), seed)[options.fold ?? 0]!);
  const rest = recordings.filter(({ speaker }) => !test.has(speaker));
  const restSpeakers = new Set(rest.map(({ speaker }) => speaker)).size;
  if (restSpeakers < 2)
    throw new ProsodiaError(
      'CORPUS',
      `Expected at least 2 speakers beside the test side, to train and to validate, but ${restSpeakers} is left`,
    );
  const validation = new Set(
    validationSpeakers ?? speakerFolds(rest, Math.min(VALIDATION_PARTS, restSpeakers), seed + 1)[0]!,
  );
  const speakersOf = recordings.map(({ speaker }) =>
    test.has(speaker) ? 'test' : validation.has(speaker) ? 'validation' : 'train',
  );
  return rowsOfSides(speakersOf, options.rowsPerRecording);
}

function byRecording({ recordings, contentHashes }: SplitCorpus, options: SplitOptions): Sides {
  const groups = [...new Set(contentHashes)].sort();
  const order = new Random(options.seed, 'recordings').shuffle(groups);
  const sideOf = new Map<string, Side>();
  const { fold = 0 } = options;
  let rest = 0;
  for (const [index, hash] of order.entries()) {
    if (index % foldsOf(options) === fold) sideOf.set(hash, 'test');
    else sideOf.set(hash, rest++ % VALIDATION_PARTS === 0 ? 'validation' : 'train');
  }
  return rowsOfSides(
    recordings.map((_, index) => sideOf.get(contentHashes[index]!)!),
    options.rowsPerRecording,
  );
}

function byRow({ recordings }: SplitCorpus, options: SplitOptions): Sides {
  const { rowsPerRecording, fold = 0 } = options;
  const count = recordings.length * rowsPerRecording;
  const order = new Random(options.seed, 'rows').permutation(count);
  const edge = (part: number) => Math.round((part * count) / foldsOf(options));
  const sides = { train: [] as RowRef[], test: [] as RowRef[] };
  for (const [position, row] of order.entries()) {
    const tested = position >= edge(fold) && position < edge(fold + 1);
    const ref = { recording: Math.floor(row / rowsPerRecording), variant: row % rowsPerRecording };
    (tested ? sides.test : sides.train).push(ref);
  }
  const test = sides.test.sort(byPosition);
  return { train: sides.train.sort(byPosition), validation: test, test };
}

type Side = 'train' | 'validation' | 'test';

/** Training takes every variant; the other sides take recordings as they are. */
function rowsOfSides(sideOf: readonly Side[], rowsPerRecording: number): Sides {
  const sides: Record<Side, RowRef[]> = { train: [], validation: [], test: [] };
  for (const [recording, side] of sideOf.entries())
    for (let variant = 0; variant < (side === 'train' ? rowsPerRecording : 1); variant++)
      sides[side].push({ recording, variant });
  return sides;
}

function byPosition(a: RowRef, b: RowRef): number {
  return a.recording - b.recording || a.variant - b.variant;
}

function foldsOf(options: SplitOptions): number {
  return options.folds ?? 5;
}

function splitHash({ recordings, contentHashes }: SplitCorpus, sides: Sides): string {
  const hash = createHash('sha256');
  for (const [index, { speaker, emotion }] of recordings.entries())
    hash.update(`${JSON.stringify([contentHashes[index], speaker, emotion])}\n`);
  for (const side of ['train', 'validation', 'test'] as const)
    hash.update(`${side}:${sides[side].map((row) => `${row.recording}.${row.variant}`).join(',')}\n`);
  return hash.digest('hex');
}

function checkOptions(options: SplitOptions): void {
  const expect = (holds: boolean, expected: string, name: string, value: unknown) => {
    if (!holds)
      throw new ProsodiaError(
        'INVALID_ARGUMENT',
        `Expected ${expected} for ${name} but received ${String(value)}`,
      );
  };
  const folds = foldsOf(options);
  const fold = options.fold ?? 0;
  expect(
    PROTOCOLS.includes(options.protocol),
    `one of ${PROTOCOLS.join(', ')}`,
    'protocol',
    options.protocol,
  );
  expect(Number.isSafeInteger(folds) && folds >= 2, 'a whole number from 2', 'folds', folds);
  expect(
    Number.isSafeInteger(fold) && fold >= 0 && fold < folds,
    `a whole number from 0 to ${folds - 1}`,
    'fold',
    fold,
  );
  expect(
    Number.isSafeInteger(options.seed) && options.seed >= 0,
    'a whole number from 0',
    'seed',
    options.seed,
  );
  const rows = options.rowsPerRecording;
  expect(Number.isSafeInteger(rows) && rows >= 1, 'a whole number from 1', 'rowsPerRecording', rows);
  const named = options.testSpeakers ?? options.validationSpeakers;
  expect(
    named === undefined || options.protocol === 'speaker',
    'named speakers only with the protocol "speaker"',
    'protocol',
    options.protocol,
  );
}

function requireKnown(
  recordings: SplitCorpus['recordings'],
  speakers: readonly string[] | undefined,
  argument: string,
): void {
  if (speakers === undefined) return;
  const known = new Set(recordings.map(({ speaker }) => speaker));
  const unknown = speakers.filter((speaker) => !known.has(speaker));
  if (unknown.length > 0 || speakers.length === 0)
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected speakers of the corpus (${[...known].sort().slice(0, 30).join(', ')}) for ${argument} but ` +
        `received ${unknown.join(', ') || 'none'}`,
    );
}
