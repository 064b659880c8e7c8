import { basename, dirname } from 'node:path';
import type { Recording } from '@prosodia/contracts';
import type { Corpus, CorpusProblem } from './corpus.js';
import { describeCorpus } from './describe.js';
import { type AdapterOptions, readNamedFiles, requireRecordings } from './folders.js';
import { parseRavdessName, RAVDESS_ACTORS, ravdessNamesOfActor } from './ravdess-name.js';

const LICENCE = 'CC BY-NC-SA 4.0 (RAVDESS, Livingstone & Russo 2018)';
const SYNTHETIC_LICENCE = 'synthesised speech: no person spoke it';

/**
 * Reads RAVDESS's audio-only speech part: `Actor_01` … `Actor_24` or a flat folder, WAV or FLAC.
 *
 * A folder with the marker of `prosodia corpus synthesize` becomes the corpus `synthetic`.
 *
 * @param folders  folders to search, with all folders below them
 * @throws ProsodiaError CORPUS (no folder, no recording in it), ABORTED
 */
export async function loadRavdess(folders: readonly string[], options: AdapterOptions = {}): Promise<Corpus> {
  const found = await readNamedFiles(folders, options);
  const name = found.synthetic ? 'synthetic' : 'ravdess';
  const malformed: CorpusProblem[] = [...found.malformed];
  const recordings: Recording[] = [];
  const contentHashes: string[] = [];
  const stems = new Set<string>();
  for (const { path, stem, hash } of found.named) {
    const recording = recordingOf(path, stem, name, found.synthetic);
    if (typeof recording === 'string') {
      malformed.push({ path, reason: recording });
      continue;
    }
    recordings.push(recording);
    contentHashes.push(hash);
    stems.add(stem);
  }
  requireRecordings(
    recordings.length,
    folders,
    'RAVDESS names look like 03-01-06-01-02-01-12.wav',
    malformed,
  );
  return describeCorpus({
    adapter: 'ravdess',
    name,
    licence: found.synthetic ? SYNTHETIC_LICENCE : LICENCE,
    files: found.files,
    recordings,
    contentHashes,
    malformed,
    missing: missingNames(stems, recordings, found.synthetic),
    otherFiles: found.otherFiles,
  });
}

/** The speaker's name of a RAVDESS actor, as its folders write it. */
export function ravdessSpeaker(actor: number): string {
  return `Actor_${String(actor).padStart(2, '0')}`;
}

function recordingOf(path: string, stem: string, corpus: string, synthetic: boolean): Recording | string {
  const name = parseRavdessName(stem);
  if (typeof name === 'string') return name;
  if (name.modality !== 'audio-only')
    return `Expected an audio-only recording but this one is ${name.modality}`;
  if (name.channel !== 'speech') return 'Expected speech but this recording is a song';
  const speaker = ravdessSpeaker(name.actor);
  const folder = basename(dirname(path));
  if (/^Actor_\d+$/i.test(folder) && Number(folder.slice(6)) !== name.actor)
    return `The name says actor ${name.actor} but the folder is ${folder}`;
  return {
    path,
    corpus,
    speaker,
    sex: name.sex,
    emotion: name.emotion,
    intensity: name.intensity,
    text: name.statement,
    repetition: name.repetition,
    synthetic,
  };
}

/** What lacks of the 24 × 60 grid; of a synthetic corpus, what lacks of the speakers it has. */
function missingNames(
  found: ReadonlySet<string>,
  recordings: readonly Recording[],
  synthetic: boolean,
): string[] {
  const present = new Set(recordings.map((recording) => recording.speaker));
  const missing: string[] = [];
  for (let actor = 1; actor <= RAVDESS_ACTORS; actor++) {
    if (synthetic && !present.has(ravdessSpeaker(actor))) continue;
    missing.push(...ravdessNamesOfActor(actor).filter((name) => !found.has(name)));
  }
  return missing;
}
