import { resolve } from 'node:path';
import { MODEL_CARD_VERSION, type ModelCard, ProsodiaError } from '@prosodia/contracts';
import { labelsOf } from '../corpus/corpus.js';
import { relativePaths } from '../corpus/relative-paths.js';
import { caveatOf } from '../evaluate/caveat.js';
import { type Judgement, judge, type Predictions, toPredictions } from '../evaluate/judge.js';
import { FUNCTIONALS_INPUT } from '../export/discriminant-graph.js';
import { exportDiscriminant } from '../export/export-discriminant.js';
import { RIDGE } from '../export/network.js';
import { type FittedLda, INPUT, OWN_WEIGHT, SPEAKER_TAU } from '../learners/shrunken-lda.js';
import { buildBank } from '../protocol/build-bank.js';
import type { FeatureBank } from '../protocol/feature-bank.js';
import { copiesOf, FOLD_CAVEATS, type FoldProtocol, foldPlans } from '../protocol/fold-plan.js';
import type { Learner } from '../protocol/learner.js';
import { runFold, trainingSide } from '../protocol/run-fold.js';
import type { AugmentationRule } from '../recipes/recipe.js';
import { defaultCacheFolder } from '../rows/row-cache.js';
import { limitsOf } from './make-card.js';
import { identityOf } from './protocol-plan.js';
import { RunFolder } from './run-folder.js';
import { softwareVersions } from './software.js';
import type { RunResult, TrainRunOptions } from './train-options.js';

/** Speakers from which on some can be kept aside. */
const FEWEST_SPEAKERS = 4;

/** Clips of a person from which on the normalised answer is the better one. */
const MIN_CLIPS = 4;

/** Rows the exported file is checked with. */
const CHECK_ROWS = 64;

type DiscriminantOptions = Pick<
  TrainRunOptions,
  'corpus' | 'outDir' | 'seed' | 'cacheFolder' | 'signal' | 'onEvent'
>;

/**
 * Trains a closed-form recipe on a whole corpus: judged out of fold on speakers it has not heard, then fitted on all.
 *
 * A corpus of fewer than four speakers is judged by a random division of its recordings, and the card says so.
 *
 * @throws ProsodiaError CORPUS for a recording that cannot be read or too few of them; ABORTED
 */
export async function trainDiscriminant(learner: Learner, options: DiscriminantOptions): Promise<RunResult> {
  const { corpus, seed = 0, signal } = options;
  const emit = options.onEvent ?? (() => {});
  const folder = new RunFolder(resolve(options.outDir));
  await folder.claim(false);
  const labels = labelsOf(corpus.recordings);
  emit({ kind: 'phase', phase: 'rows' });
  const bank = await buildBank(corpus, learner, {
    seed,
    cacheFolder: options.cacheFolder ?? defaultCacheFolder(),
    signal,
    onProgress: (progress) => emit({ kind: 'progress', phase: 'rows', ...progress }),
  });
  emit({ kind: 'phase', phase: 'evaluate' });
  const protocol = protocolFor(corpus.report.speakers);
  if (protocol === 'random-10fold')
    emit({
      kind: 'note',
      message: `Only ${corpus.report.speakers} speakers: figures are of other recordings of the same speakers`,
    });
  const { predictions, judgement } = await outOfFold(learner, bank, protocol, options);
  emit({ kind: 'phase', phase: 'fit' });
  const started = performance.now();
  const everything = corpus.recordings.map((_, recording) => copiesOf(recording, learner.copies.length));
  const whole = { name: 'all recordings', protocol, train: everything, test: [] };
  const side = trainingSide(corpus, whole, bank, { labels, seed });
  const fitted = async (track: 'nothing' | 'unlabelled') =>
    (await learner.fit(side, { labels, track, seed, signal })) as FittedLda;
  const [plain, speaker] = [await fitted('nothing'), await fitted('unlabelled')];
  const seconds = (performance.now() - started) / 1000;
  emit({ kind: 'phase', phase: 'export' });
  const { size } = plain.trained;
  const parameters = 2 * (size + 1) * labels.length;
  const exported = await exportDiscriminant({
    ...{ plain, speaker },
    card: cardOf(learner, options, labels, judgement, { plain, speaker, parameters }),
    checkRows: side.rows(INPUT).inputs.subarray(0, CHECK_ROWS * size),
    path: folder.file('model'),
  });
  const result: RunResult = {
    folder: folder.path,
    recipe: learner.name,
    protocol: judgement.evaluation.protocol,
    caveat: judgement.evaluation.caveat,
    seed,
    engine: 'closed-form',
    parameters,
    epochs: 1,
    bestEpoch: 1,
    ended: 'epochs',
    secondsPerEpoch: seconds,
    accuracy: judgement.evaluation.accuracy.value,
    uar: judgement.evaluation.uar.value,
    judgement,
    modelPath: folder.file('model'),
    exportDifference: exported.maxAbsDifference,
    problems: [],
    foldResults: [],
  };
  await folder.write('predictions', predictions);
  await folder.write('evaluation', judgement);
  await folder.write('result', result);
  emit({ kind: 'result', result });
  return result;
}

/** Six folds of speakers where there are as many speakers, each speaker alone where there are a few. */
function protocolFor(speakers: number): FoldProtocol {
  if (speakers >= 6) return 'speaker-6fold';
  return speakers >= FEWEST_SPEAKERS ? 'speaker-loso' : 'random-10fold';
}

async function outOfFold(
  learner: Learner,
  bank: FeatureBank,
  protocol: FoldProtocol,
  { corpus, seed = 0, signal, onEvent }: DiscriminantOptions,
): Promise<{ readonly predictions: Predictions; readonly judgement: Judgement }> {
  const labels = labelsOf(corpus.recordings);
  const plans = foldPlans(corpus, protocol, { copies: learner.copies.length, seed });
  const paths = relativePaths(corpus.recordings);
  const parts: Predictions[] = [];
  for (const [fold, plan] of plans.entries()) {
    if (signal?.aborted) throw new ProsodiaError('ABORTED', 'Training was aborted', { cause: signal.reason });
    onEvent?.({ kind: 'fold', fold, folds: plans.length });
    const { tested, probabilities } = await runFold(
      corpus,
      plan,
      learner,
      { clean: bank, noisy: new Map() },
      { labels, track: 'nothing', seed, signal },
    );
    const rows = tested.map(({ recording, variant }) => {
      const { speaker, emotion } = corpus.recordings[recording]!;
      return { path: paths[recording]!, speaker, variant, truth: emotion };
    });
    parts.push(toPredictions(probabilities, rows, labels));
  }
  const predictions = { labels, rows: parts.flatMap(({ rows }) => rows) };
  const caveat = caveatOf(FOLD_CAVEATS[protocol], corpus.synthetic);
  return {
    predictions,
    judgement: judge(predictions, { protocol: `${protocol}, out of fold`, caveat, seed }),
  };
}

function cardOf(
  learner: Learner,
  { corpus, seed = 0 }: DiscriminantOptions,
  labels: readonly string[],
  { evaluation }: Judgement,
  { plain, speaker, parameters }: { plain: FittedLda; speaker: FittedLda; parameters: number },
): Omit<ModelCard, 'graphHash'> {
  const { size } = plain.trained;
  const head = (prefix: string, { temperature }: FittedLda) => ({
    ...{ name: prefix, start: 0, size, kernel: `${prefix}/kernel`, bias: `${prefix}/bias` },
    ...{ temperature, weight: 1, ridge: RIDGE },
  });
  // The heads' own temperatures are the calibrated ones.
  const calibration = {
    temperature: 1,
    method: "the heads' temperatures, chosen on inner folds of the training side",
  };
  const weights = [OWN_WEIGHT, ...learner.copies.map(() => 1)];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    formatVersion: MODEL_CARD_VERSION,
    name: `${learner.name}-${corpus.name}`,
    recipe: learner.name,
    labels: [...labels],
    inputs: [{ name: FUNCTIONALS_INPUT, input: learner.inputs[INPUT]! }],
    outputs: {
      ...{ logits: 'logits', probabilities: 'probabilities', embedding: 'embedding' },
      embeddingSize: size,
    },
    heads: [head('plain', plain)],
    calibration,
    speaker: {
      ...{ tau: SPEAKER_TAU, minClips: MIN_CLIPS, embeddingSize: size, heads: [head('speaker', speaker)] },
      calibration,
    },
    variants: weights.map((weight, index) => ({
      augmentations: index === 0 ? [] : [changeOf(learner.copies[index - 1]!)],
      weight: weight / total,
    })),
    network: {
      parameters,
      layers: ['plain', 'speaker'].map((name) => ({
        ...{ name, kind: 'shrunken linear discriminant', outputShape: `(None, ${labels.length})` },
        parameters: parameters / 2,
      })),
    },
    training: {
      ...{ corpus: corpus.name, synthetic: corpus.synthetic, licence: corpus.licence },
      recordings: corpus.recordings.length,
      rows: corpus.recordings.length * (1 + learner.copies.length),
      speakers: [...new Set(corpus.recordings.map(({ speaker: name }) => name))].sort(),
      ...{ engine: 'closed-form', epochs: 1, bestEpoch: 1, seed },
      splitHash: identityOf(corpus.contentHashes),
    },
    evaluation,
    limits: limitsOf(corpus, corpus.report.speakers, evaluation.caveat),
    software: softwareVersions(),
  };
}

/** What a rule without a range always does: an answer at run time must not be drawn. */
function changeOf(rule: AugmentationRule): ModelCard['variants'][number]['augmentations'][number] {
  if (rule.kind === 'pitch' && rule.semitones[0] === rule.semitones[1])
    return { kind: 'pitch', semitones: rule.semitones[0], formants: rule.formants, seed: 0 };
  if (rule.kind === 'stretch' && rule.rate[0] === rule.rate[1])
    return { kind: 'stretch', rate: rule.rate[0], seed: 0 };
  throw new ProsodiaError('MODEL', `Expected copies that are always changed alike but ${rule.kind} is drawn`);
}
