import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProsodiaError } from '@prosodia/contracts';
import { decodeFile } from '@prosodia/features';
import { Recognizer } from '@prosodia/runtime';
import {
  type Corpus,
  type FoldPlan,
  foldPlans,
  loadCorpus,
  resolveLearner,
  trainDiscriminant,
} from '@prosodia/training';
import type { FiguredRows } from './index.js';

/** Seconds of speech heard at which the answer is asked for. */
const HEARD_SEC = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4];
const CHUNK_SEC = 0.1;
const CLIPS_AT_ONCE = 8;
/** Tolerated between the time of an answer and its place on the axis: one frame of the detector. */
const FRAME_SEC = 0.04;

/** One clip's answers, each known once so much of its speech was heard. */
interface Heard {
  readonly truth: string;
  readonly answers: readonly { readonly heardSec: number; readonly label: string }[];
}

/**
 * How soon the emotion is known: UAR against the speech heard, each clip by a model that has not heard its speaker.
 *
 * `PROSODIA_DECISION_RECIPE` names another recipe than base. A clip that gave no answer yet counts as wrong.
 *
 * @throws ProsodiaError CORPUS without RAVDESS_DIR
 */
export async function benchDecision(): Promise<FiguredRows> {
  const root = process.env.RAVDESS_DIR;
  if (!root) throw new ProsodiaError('CORPUS', 'Set RAVDESS_DIR to the recordings to decide on');
  const recipe = process.env.PROSODIA_DECISION_RECIPE ?? 'base';
  const corpus = await loadCorpus(root);
  const folder = await mkdtemp(join(tmpdir(), 'prosodia-decision-'));
  const heard: Heard[] = [];
  try {
    for (const [fold, { train, test }] of foldPlans(corpus, 'speaker-6fold', {
      copies: 0,
      seed: 0,
    }).entries()) {
      const { modelPath } = await trainDiscriminant(resolveLearner(recipe), {
        ...{ corpus: subset(corpus, recordingsOf(train)), seed: 0 },
        outDir: join(folder, String(fold)),
      });
      if (modelPath === null) throw new ProsodiaError('MODEL', `${recipe} was trained but not exported`);
      heard.push(...(await listened(modelPath, subset(corpus, recordingsOf(test)))));
      console.error(`fold ${fold + 1}: ${heard.length} clips heard`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const decisions = HEARD_SEC.map((sec) => ({ sec, ...figuresAt(heard, sec) }));
  const whole = figuresAt(heard, Number.POSITIVE_INFINITY);
  return { rows: [], figures: { recipe, clips: heard.length, decisions, whole } };
}

function recordingsOf(clips: FoldPlan['train']): number[] {
  return [...new Set(clips.flat().map(({ recording }) => recording))];
}

function subset(corpus: Corpus, places: readonly number[]): Corpus {
  const recordings = places.map((place) => corpus.recordings[place]!);
  const speakers = new Set(recordings.map(({ speaker }) => speaker)).size;
  return {
    ...corpus,
    recordings,
    contentHashes: places.map((place) => corpus.contentHashes[place]!),
    report: { ...corpus.report, recordings: recordings.length, speakers },
  };
}

async function listened(model: string, { recordings }: Corpus): Promise<Heard[]> {
  const recognizer = await Recognizer.load(model);
  try {
    const heard: Heard[] = [];
    for (let at = 0; at < recordings.length; at += CLIPS_AT_ONCE) {
      const some = recordings.slice(at, at + CLIPS_AT_ONCE);
      heard.push(
        ...(await Promise.all(
          some.map(async ({ path, emotion }) => ({
            truth: emotion,
            answers: await answersOf(recognizer, path),
          })),
        )),
      );
    }
    return heard;
  } finally {
    await recognizer.close();
  }
}

/** What a stream says of one clip: while it is spoken, of all that was heard, and at its end. */
async function answersOf(recognizer: Recognizer, path: string): Promise<Heard['answers']> {
  const { samples, sampleRateHz } = await decodeFile(path);
  const size = Math.round(CHUNK_SEC * sampleRateHz);
  const chunks = Array.from({ length: Math.ceil(samples.length / size) }, (_, i) =>
    samples.subarray(i * size, (i + 1) * size),
  );
  const answers: { heardSec: number; label: string }[] = [];
  const stream = recognizer.stream({ sampleRateHz, hopSec: 0.5, windowSec: 30, smoothing: 0 });
  // Speech in several stretches: the seconds of all of them are heard.
  let beforeSec = 0;
  for await (const event of stream.from(chunks)) {
    if (event.type !== 'provisional' && event.type !== 'segment') continue;
    const heardSec = beforeSec + event.endSec - event.startSec;
    answers.push({ heardSec, label: event.label });
    if (event.type === 'segment') beforeSec = heardSec;
  }
  return answers;
}

function figuresAt(heard: readonly Heard[], sec: number): { uar: number; answered: number } {
  const recalls = new Map<string, { right: number; all: number }>();
  let answered = 0;
  for (const { truth, answers } of heard) {
    const label = answers.findLast(({ heardSec }) => heardSec <= sec + FRAME_SEC)?.label;
    if (label !== undefined) answered++;
    const of = recalls.get(truth) ?? { right: 0, all: 0 };
    recalls.set(truth, { right: of.right + (label === truth ? 1 : 0), all: of.all + 1 });
  }
  const shares = [...recalls.values()].map(({ right, all }) => right / all);
  return {
    uar: shares.reduce((sum, share) => sum + share, 0) / shares.length,
    answered: answered / heard.length,
  };
}
