import { resolve } from 'node:path';
import { ProsodiaError, type Protocol } from '@prosodia/contracts';
import { labelsOf } from '../corpus/corpus.js';
import { relativePaths } from '../corpus/relative-paths.js';
import { caveatOf } from '../evaluate/caveat.js';
import { type Judgement, judge, type Predictions, toPredictions } from '../evaluate/judge.js';
import type { DiscriminantPart } from '../export/discriminant-graph.js';
import { type CheckRows, exportDiscriminant } from '../export/export-discriminant.js';
import type { FittedPatches } from '../learners/learn-patches.js';
import type { PatchDictionary } from '../learners/patch-dictionary.js';
import { type FittedLda, FRAMES, INPUT, type LdaPart } from '../learners/shrunken-lda.js';
import { buildBank } from '../protocol/build-bank.js';
import type { FeatureBank } from '../protocol/feature-bank.js';
import { copiesOf, FOLD_CAVEATS, type FoldProtocol, foldPlans } from '../protocol/fold-plan.js';
import type { Learner } from '../protocol/learner.js';
import { runFold, trainingSide } from '../protocol/run-fold.js';
import type { TrainingSide } from '../protocol/side.js';
import { defaultCacheFolder } from '../rows/row-cache.js';
import { cardOf, parametersOf } from './discriminant-card.js';
import { RunFolder } from './run-folder.js';
import type { RunResult, TrainRunOptions } from './train-options.js';

/** Speakers from which on some can be kept aside. */
const FEWEST_SPEAKERS = 4;

/** Rows the exported file is checked with. */
const CHECK_ROWS = 64;

type DiscriminantOptions = Pick<
  TrainRunOptions,
  'corpus' | 'outDir' | 'protocol' | 'seed' | 'cacheFolder' | 'signal' | 'onEvent'
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
  const protocol = protocolFor(options.protocol ?? 'speaker', corpus.report.speakers);
  if (protocol === 'random-10fold' && options.protocol !== 'recording')
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
  const branches = {
    plain: plain.parts.map(exportedPart),
    speaker: speaker.parts.map(exportedPart),
    temperatures: { plain: plain.temperature, speaker: speaker.temperature },
    dictionary: dictionaryOf(plain) ?? dictionaryOf(speaker),
  };
  const parameters = parametersOf(branches);
  const exported = await exportDiscriminant({
    ...branches,
    card: cardOf(learner, { corpus, seed, labels, evaluation: judgement.evaluation, branches }),
    checkRows: checkRowsOf(learner, side),
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
function protocolFor(asked: Protocol, speakers: number): FoldProtocol {
  if (asked !== 'speaker') return asked === 'recording' ? 'random-10fold' : asked;
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

function exportedPart({ summary, head, share }: LdaPart): DiscriminantPart {
  return { vector: summary.name, head, share };
}

/** The same corpus and seed give both branches the same one. */
function dictionaryOf({ parts }: FittedLda): PatchDictionary | undefined {
  return parts.flatMap(({ fitted }) => ('dictionary' in fitted ? [fitted as FittedPatches] : []))[0]
    ?.dictionary;
}

function checkRowsOf(learner: Learner, side: TrainingSide): CheckRows {
  const clips = Math.min(CHECK_ROWS, side.length);
  const some = side.pick(Array.from({ length: clips }, (_, place) => place));
  return {
    clips,
    functionals: some.rows(INPUT).inputs,
    frames: learner.inputs[FRAMES] && some.rows(FRAMES).inputs,
  };
}
