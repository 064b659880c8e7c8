import type { Recording } from '@prosodia/contracts';
import type { Corpus, CorpusProblem } from './corpus.js';
import { describeCorpus } from './describe.js';
import { type AdapterOptions, readNamedFiles, requireRecordings } from './folders.js';

const LICENCE = 'CC0 (Berlin EmoDB, Burkhardt et al. 2005)';

/** Letter 6 of a name, from the German words (W: Wut, L: Langeweile …), in RAVDESS's words where it has them. */
const EMOTIONS: Readonly<Record<string, string>> = {
  W: 'angry',
  L: 'bored',
  E: 'disgust',
  A: 'fearful',
  F: 'happy',
  T: 'sad',
  N: 'neutral',
};

const SEXES: Readonly<Record<string, 'female' | 'male'>> = {
  '03': 'male',
  '08': 'female',
  '09': 'female',
  '10': 'male',
  '11': 'male',
  '12': 'male',
  '13': 'female',
  '14': 'female',
  '15': 'male',
  '16': 'female',
};

/** Two digits of the speaker, a letter and two digits of the text, the emotion, the version. */
const NAME = /^(\d\d)([ab]\d\d)([A-Z])([a-z]?)$/;

/**
 * Reads the Berlin EmoDB: names such as `03a01Fa.wav` (speaker 03, text a01, happiness, version a).
 *
 * @param folders  folders to search, with all folders below them
 * @throws ProsodiaError CORPUS (no folder, no recording in it), ABORTED
 */
export async function loadEmodb(folders: readonly string[], options: AdapterOptions = {}): Promise<Corpus> {
  const found = await readNamedFiles(folders, options);
  const malformed: CorpusProblem[] = [...found.malformed];
  const recordings: Recording[] = [];
  const contentHashes: string[] = [];
  for (const { path, stem, hash } of found.named) {
    const recording = recordingOf(path, stem, found.synthetic);
    if (typeof recording === 'string') {
      malformed.push({ path, reason: recording });
      continue;
    }
    recordings.push(recording);
    contentHashes.push(hash);
  }
  requireRecordings(recordings.length, folders, 'EmoDB names look like 03a01Fa.wav', malformed);
  return describeCorpus({
    adapter: 'emodb',
    name: 'emodb',
    licence: LICENCE,
    files: found.files,
    recordings,
    contentHashes,
    malformed,
    // Not a full grid by design: takes that listeners found unnatural were never published.
    missing: [],
    otherFiles: found.otherFiles,
  });
}

function recordingOf(path: string, stem: string, synthetic: boolean): Recording | string {
  const match = NAME.exec(stem);
  if (!match) return `Expected a name such as 03a01Fa but received "${stem}"`;
  const [, speaker, text, letter, version] = match as unknown as [string, string, string, string, string];
  const emotion = EMOTIONS[letter];
  if (emotion === undefined)
    return `Expected one of ${Object.keys(EMOTIONS).join('')} for the emotion (letter 6) but received "${letter}"`;
  const sex = SEXES[speaker];
  if (sex === undefined)
    return `Expected one of ${Object.keys(SEXES).sort().join(', ')} for the speaker but received "${speaker}"`;
  return {
    path,
    corpus: 'emodb',
    speaker: `emodb-${speaker}`,
    sex,
    emotion,
    intensity: null,
    text,
    repetition: version === '' ? null : version.charCodeAt(0) - 96,
    synthetic,
  };
}
