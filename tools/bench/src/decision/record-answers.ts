import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProsodiaError } from '@prosodia/contracts';
import { decodeFile } from '@prosodia/features';
import { Recognizer } from '@prosodia/runtime';
import {
  CLOSED_FORM_RECIPES,
  type Corpus,
  foldPlans,
  labelsOf,
  loadCorpus,
  relativePaths,
  resolveLearner,
  trainDiscriminant,
  trainRun,
} from '@prosodia/training';
import type { KeptAnswers } from './kept-answers.js';

const PROTOCOL = 'speaker-6fold';
const SEED = 0;
const CHUNK_SEC = 0.1;
const HOP_SEC = 0.5;
/** All of the speech up to now, not a window of it. */
const WINDOW_SEC = 30;
const CLIPS_AT_ONCE = 8;

type KeptClip = KeptAnswers['clips'][number];

/**
 * Trains a model without each sixth of the speakers and lets it hear theirs as a stream, in chunks of 0.1 s.
 *
 * @param root  folder of the corpus
 * @throws ProsodiaError CORPUS, INVALID_ARGUMENT for a recipe there is not
 */
export async function recordAnswers(recipe: string, root: string): Promise<KeptAnswers> {
  const corpus = await loadCorpus(root);
  const labels = labelsOf(corpus.recordings);
  const paths = relativePaths(corpus.recordings);
  const folder = await mkdtemp(join(tmpdir(), 'prosodia-decision-'));
  const clips: KeptClip[] = [];
  try {
    const plans = foldPlans(corpus, PROTOCOL, { copies: 0, seed: SEED });
    for (const [fold, { test }] of plans.entries()) {
      const places = test.map(([row]) => row!.recording);
      const model = await trainWithout(recipe, corpus, places, join(folder, String(fold)));
      clips.push(...(await heard(model, corpus, { places, paths, labels })));
      console.error(`fold ${fold + 1} of ${plans.length}: ${clips.length} clips heard`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return { formatVersion: 1, recipe, protocol: PROTOCOL, corpus: corpus.name, labels, clips };
}

/** The file of a model that has not heard those who speak in `places`. */
async function trainWithout(
  recipe: string,
  corpus: Corpus,
  places: readonly number[],
  outDir: string,
): Promise<string> {
  const unheard = new Set(places.map((place) => corpus.recordings[place]!.speaker));
  const closedForm = CLOSED_FORM_RECIPES.some((name) => name === recipe);
  const { modelPath } = closedForm
    ? await trainDiscriminant(resolveLearner(recipe), {
        ...{ corpus: without(corpus, unheard), seed: SEED, outDir },
      })
    : await trainRun({ recipe, corpus, testSpeakers: [...unheard], seed: SEED, outDir });
  if (modelPath === null) throw new ProsodiaError('MODEL', `${recipe} was trained but not exported`);
  return modelPath;
}

function without(corpus: Corpus, speakers: ReadonlySet<string>): Corpus {
  const places = corpus.recordings.flatMap(({ speaker }, place) => (speakers.has(speaker) ? [] : [place]));
  const recordings = places.map((place) => corpus.recordings[place]!);
  return {
    ...corpus,
    recordings,
    contentHashes: places.map((place) => corpus.contentHashes[place]!),
    report: {
      ...corpus.report,
      recordings: recordings.length,
      speakers: corpus.report.speakers - speakers.size,
    },
  };
}

interface Heard {
  readonly places: readonly number[];
  readonly paths: readonly string[];
  readonly labels: readonly string[];
}

async function heard(model: string, corpus: Corpus, { places, paths, labels }: Heard): Promise<KeptClip[]> {
  const recognizer = await Recognizer.load(model);
  try {
    const clips: KeptClip[] = [];
    const one = async (place: number): Promise<KeptClip> => {
      const { path, speaker, emotion } = corpus.recordings[place]!;
      const answers = await answersOf(recognizer, path, labels);
      return { path: paths[place]!, speaker, truth: emotion, answers };
    };
    for (let at = 0; at < places.length; at += CLIPS_AT_ONCE)
      clips.push(...(await Promise.all(places.slice(at, at + CLIPS_AT_ONCE).map(one))));
    return clips;
  } finally {
    await recognizer.close();
  }
}

/** What a stream says of one clip: while it is spoken, of all that was heard, and at its end. */
async function answersOf(
  recognizer: Recognizer,
  path: string,
  labels: readonly string[],
): Promise<KeptClip['answers']> {
  const { samples, sampleRateHz } = await decodeFile(path);
  const size = Math.round(CHUNK_SEC * sampleRateHz);
  const chunks = Array.from({ length: Math.ceil(samples.length / size) }, (_, i) =>
    samples.subarray(i * size, (i + 1) * size),
  );
  const answers: KeptClip['answers'] = [];
  const settings = { sampleRateHz, hopSec: HOP_SEC, windowSec: WINDOW_SEC, smoothing: 0 };
  // Speech in several stretches: the seconds of all of them are heard.
  let beforeSec = 0;
  for await (const event of recognizer.stream(settings).from(chunks)) {
    if (event.type !== 'provisional' && event.type !== 'segment') continue;
    const heardSec = beforeSec + event.endSec - event.startSec;
    answers.push([Math.round(100 * heardSec), labels.indexOf(event.label)]);
    if (event.type === 'segment') beforeSec = heardSec;
  }
  return answers;
}
