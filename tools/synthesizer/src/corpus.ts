import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type LongCallOptions, ProsodiaError } from '@prosodia/contracts';
import { encodeWav } from '@prosodia/features';
import writeFileAtomic from 'write-file-atomic';
import { EMOTIONS, type Emotion, INTENSITIES, type Intensity, perform, SENTENCES } from './acting.js';
import { SpeechEngine } from './espeak.js';
import { MARKER_FILE, type Marker, readMarker } from './marker.js';
import { markerFor, README, SAMPLE_RATE_HZ } from './notice.js';
import { Random } from './random.js';
import { MAX_SPEAKERS, speakerOf } from './speakers.js';
import { shape } from './voice-quality.js';

export interface SynthesizeOptions extends LongCallOptions {
  /** Where `Actor_01`, `Actor_02` … go: a new or empty folder, or one this function wrote. */
  readonly outDir: string;
  /** 2 to 24, half of them women; 8 unless given. */
  readonly speakers?: number;
  /** 0 unless given; the same seed gives the same bytes. */
  readonly seed?: number;
}

export interface SyntheticCorpus {
  readonly outDir: string;
  readonly recordings: number;
  readonly speakers: number;
  /** True when the corpus was already there and nothing was made. */
  readonly reused: boolean;
}

/** One clip's place in the corpus. */
interface Take {
  readonly emotion: Emotion;
  readonly intensity: Intensity;
  readonly sentence: number;
  readonly repetition: number;
}

/**
 * Makes a small corpus of synthetic speech under RAVDESS's names: `Actor_XX/03-01-EE-II-SS-RR-AA.wav`, mono
 * 16-bit PCM at 22,050 Hz, 60 clips a speaker (8 emotions, 2 intensities but for neutral, 2 sentences, 2
 * takes), acted by rule. It shows that the whole job runs; it says nothing about people.
 *
 * `SYNTHETIC.json` lies in the folder from the start, so that no reader takes the clips for recordings.
 * A stopped call goes on where it was when repeated; a complete corpus is left as it is.
 *
 * @throws ProsodiaError INVALID_ARGUMENT (speakers, seed), CORPUS (the folder holds something else), ABORTED
 */
export async function synthesizeCorpus(options: SynthesizeOptions): Promise<SyntheticCorpus> {
  const { outDir, speakers = 8, seed = 0, signal, onProgress } = options;
  requireWhole('speakers', speakers, 2, MAX_SPEAKERS);
  requireWhole('seed', seed, 0, 0xffff_ffff);
  const takes = takesOfOneSpeaker();
  const total = speakers * takes.length;
  const marker = markerFor(seed, speakers, total);
  if (await isComplete(outDir, marker)) return { outDir, speakers, recordings: total, reused: true };

  await claim(outDir, marker);
  for (let actor = 1; actor <= speakers; actor++) {
    const folder = join(outDir, folderOf(actor));
    if (!(await exists(folder)))
      await recordSpeaker(folder, actor, seed, takes, signal, (made) =>
        onProgress?.({ done: (actor - 1) * takes.length + made, total }),
      );
    onProgress?.({ done: actor * takes.length, total });
  }
  await writeMarker(outDir, { ...marker, complete: true });
  return { outDir, speakers, recordings: total, reused: false };
}

/** Every clip of one speaker in the order of its file name. */
export function takesOfOneSpeaker(): Take[] {
  return EMOTIONS.flatMap((emotion) =>
    INTENSITIES.filter((intensity) => emotion !== 'neutral' || intensity === 'normal').flatMap((intensity) =>
      SENTENCES.flatMap((_, sentence) =>
        [1, 2].map((repetition) => ({ emotion, intensity, sentence, repetition })),
      ),
    ),
  );
}

/** `03-01-EE-II-SS-RR-AA.wav`: audio-only, speech, emotion, intensity, sentence, repetition, actor. */
export function fileNameOf(take: Take, actor: number): string {
  const numbers = [
    ...[3, 1, EMOTIONS.indexOf(take.emotion) + 1, INTENSITIES.indexOf(take.intensity) + 1],
    ...[take.sentence + 1, take.repetition, actor],
  ];
  return `${numbers.map((n) => String(n).padStart(2, '0')).join('-')}.wav`;
}

// A speaker's folder appears under its name only when all of its clips are in it.
async function recordSpeaker(
  folder: string,
  actor: number,
  seed: number,
  takes: readonly Take[],
  signal: AbortSignal | undefined,
  onClip: (made: number) => void,
): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished);
  const speaker = speakerOf(actor, seed);
  const engine = await SpeechEngine.load(speaker.voice);
  for (const [index, take] of takes.entries()) {
    throwIfAborted(signal, index, takes.length);
    const random = new Random(`${seed}/${fileNameOf(take, actor)}`);
    const performance = perform(speaker, take.emotion, take.intensity, SENTENCES[take.sentence]!, random);
    const clip = shape(engine.speak(performance.text, performance.delivery), performance, random);
    if (clip.sampleRateHz !== SAMPLE_RATE_HZ)
      throw new ProsodiaError(
        'CORPUS',
        `Expected ${SAMPLE_RATE_HZ} Hz from the speech engine but received ${clip.sampleRateHz}`,
      );
    await writeFileAtomic(join(unfinished, fileNameOf(take, actor)), Buffer.from(encodeWav(clip, 'pcm16')), {
      fsync: false,
    });
    onClip(index + 1);
  }
  await rename(unfinished, folder);
}

async function isComplete(outDir: string, wanted: Marker): Promise<boolean> {
  const found = await readMarker(outDir);
  if (found === null) return false;
  const asked = [
    ['seed', found.seed, wanted.seed],
    ['speakers', found.speakers, wanted.speakers],
    ['rules version', found.rulesVersion, wanted.rulesVersion],
    ['engine', found.generator.engine, wanted.generator.engine],
  ] as const;
  for (const [what, has, wants] of asked)
    if (has !== wants)
      throw new ProsodiaError(
        'CORPUS',
        `Expected an empty folder or a synthetic corpus of ${what} ${wants} in ${outDir} but it holds one of ${what} ${has}: give another folder or remove this one`,
      );
  let whole = found.complete;
  for (let actor = 1; actor <= wanted.speakers; actor++) {
    const folder = join(outDir, folderOf(actor));
    const there = new Set<string>(await readdir(folder).catch(() => []));
    if (takesOfOneSpeaker().every((take) => there.has(fileNameOf(take, actor)))) continue;
    // Never made, or clips have been taken out since: this speaker is made anew.
    await rm(folder, { recursive: true, force: true });
    whole = false;
  }
  return whole;
}

// Nothing synthetic is ever written beside something else.
async function claim(outDir: string, marker: Marker): Promise<void> {
  await mkdir(outDir, { recursive: true });
  if (!(await exists(join(outDir, MARKER_FILE)))) {
    const others = await readdir(outDir);
    if (others.length > 0)
      throw new ProsodiaError(
        'CORPUS',
        `Expected an empty folder for a synthetic corpus but ${outDir} holds ${others.slice(0, 3).join(', ')}`,
      );
  }
  await writeMarker(outDir, marker);
  await writeFileAtomic(join(outDir, 'README.md'), README);
}

async function writeMarker(outDir: string, marker: Marker): Promise<void> {
  await writeFileAtomic(join(outDir, MARKER_FILE), `${JSON.stringify(marker, null, 2)}\n`);
}

function folderOf(actor: number): string {
  return `Actor_${String(actor).padStart(2, '0')}`;
}

function throwIfAborted(signal: AbortSignal | undefined, done: number, total: number): void {
  if (!signal?.aborted) return;
  throw new ProsodiaError('ABORTED', `Synthesis was stopped after ${done} of a speaker's ${total} clips`, {
    cause: signal.reason,
  });
}

function requireWhole(name: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new ProsodiaError(
    'INVALID_ARGUMENT',
    `Expected a whole number from ${low} to ${high} for ${name} but received ${value}`,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
