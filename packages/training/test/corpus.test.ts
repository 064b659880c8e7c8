import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadCorpus } from '../src/corpus/load.js';
import { parseRavdessName, ravdessNamesOfActor } from '../src/corpus/ravdess-name.js';

let root: string;
let folders = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'prosodia-corpus-'));
});

afterAll(() => rm(root, { recursive: true }));

/** A new folder with the given files; adapters read names and bytes, never audio. */
async function folderOf(files: Record<string, string>): Promise<string> {
  const folder = join(root, `corpus-${folders++}`);
  await mkdir(folder);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

describe('RAVDESS names', () => {
  test('every field is decoded', () => {
    expect(parseRavdessName('03-01-06-01-02-01-12')).toEqual({
      modality: 'audio-only',
      channel: 'speech',
      emotion: 'fearful',
      intensity: 'normal',
      statement: 'Dogs are sitting by the door',
      repetition: 1,
      actor: 12,
      sex: 'female',
    });
  });

  test('all 1,440 names of the grid decode, women and men in halves', () => {
    const names = Array.from({ length: 24 }, (_, index) => ravdessNamesOfActor(index + 1)).flat();
    const decoded = names.map((name) => parseRavdessName(name));
    expect(new Set(names).size).toBe(1440);
    expect(decoded.filter((one) => typeof one !== 'string' && one.sex === 'female')).toHaveLength(720);
    expect(decoded.filter((one) => typeof one !== 'string' && one.emotion === 'neutral')).toHaveLength(96);
  });

  test.each([
    ['03-01-06-01-02-01', 'found 6'],
    ['03-01-09-01-02-01-12', '01 to 08 for emotion but received "09"'],
    ['03-01-06-01-02-01-25', '01 to 24 for actor'],
    ['03-01-06-1-02-01-12', 'for intensity but received "1"'],
    ['03-01-01-02-02-01-12', 'no strong intensity'],
  ])('%s is refused with its reason', (name, reason) => {
    expect(parseRavdessName(name)).toContain(reason);
  });
});

describe('the RAVDESS adapter', () => {
  test('reads actor folders and flat folders, and leaves nothing out in silence', async () => {
    const folder = await folderOf({
      'Actor_01/03-01-01-01-01-01-01.wav': 'a',
      'Actor_01/03-01-05-02-02-02-01.flac': 'same bytes',
      'Actor_01/03-01-05-02-02-01-01.flac': 'same bytes',
      'Actor_01/03-01-05-02-02-01-02.wav': 'in the folder of another actor',
      'Actor_01/03-02-05-02-02-01-01.wav': 'song',
      'copy/03-01-01-01-01-01-01.wav': 'a',
      '03-01-03-01-01-01-02.WAV': 'flat',
      '03-01-04-01-01-01-02.wav': '',
      'take five.wav': 'x',
      SHA256SUMS: 'x',
    });
    const corpus = await loadCorpus(folder);
    expect(corpus.name).toBe('ravdess');
    expect(corpus.synthetic).toBe(false);
    expect(corpus.recordings.map((r) => [r.speaker, r.sex, r.emotion, r.intensity, r.repetition])).toEqual([
      ['Actor_02', 'female', 'happy', 'normal', 1],
      ['Actor_01', 'male', 'neutral', 'normal', 1],
      ['Actor_01', 'male', 'angry', 'strong', 1],
      ['Actor_01', 'male', 'angry', 'strong', 2],
    ]);
    const { report } = corpus;
    expect(report.distributions.emotion).toEqual({ angry: 2, happy: 1, neutral: 1 });
    expect(report.distributions.intensity).toEqual({ normal: 2, strong: 2 });
    expect(report.distributions.sex).toEqual({ female: 1, male: 3 });
    expect(report.distributions.speaker).toEqual({ Actor_01: 3, Actor_02: 1 });
    expect(report.duplicates).toHaveLength(1);
    expect(report.duplicates[0]).toHaveLength(2);
    expect(report.missing).toHaveLength(1436);
    expect(report.otherFiles).toEqual([join(folder, 'SHA256SUMS')]);
    const reasons = report.malformed.map(({ reason }) => reason).join('\n');
    expect(report.malformed).toHaveLength(5);
    for (const part of ['empty', 'already found', 'folder is Actor_01', 'song', 'found 1 in "take five"'])
      expect(reasons).toContain(part);
    expect(report.files).toBe(report.recordings + report.malformed.length + report.otherFiles.length);
  });

  test('a folder with the marker of synthesised speech says so in every recording', async () => {
    const folder = await folderOf({ 'SYNTHETIC.json': '{}', 'Actor_03/03-01-02-01-01-01-03.wav': 'x' });
    const corpus = await loadCorpus(folder);
    expect(corpus.name).toBe('synthetic');
    expect(corpus.synthetic).toBe(true);
    expect(corpus.recordings[0]!.synthetic).toBe(true);
    expect(corpus.report.missing).toHaveLength(59);
  });

  test('several folders are one corpus', async () => {
    const first = await folderOf({ '03-01-01-01-01-01-01.wav': 'a' });
    const second = await folderOf({ '03-01-01-01-01-01-02.wav': 'b' });
    const corpus = await loadCorpus([first, second]);
    expect(corpus.recordings.map(({ speaker }) => speaker)).toEqual(['Actor_01', 'Actor_02']);
  });

  test('nothing there, nothing usable and no known name are CORPUS errors that help', async () => {
    await expect(loadCorpus(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'CORPUS' });
    const unknown = await folderOf({ 'hello.wav': 'x' });
    await expect(loadCorpus(unknown)).rejects.toThrow(/manifest with the columns path, emotion, speaker/);
    await expect(loadCorpus(unknown, { adapter: 'ravdess' })).rejects.toThrow(/1 left out.*hello\.wav/);
    await expect(loadCorpus([])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test('an aborted call rejects with ABORTED', async () => {
    const folder = await folderOf({ '03-01-01-01-01-01-01.wav': 'a' });
    await expect(loadCorpus(folder, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    });
  });
});

describe('the EmoDB adapter', () => {
  test('reads speaker, sex, text, emotion and version from the name', async () => {
    const folder = await folderOf({
      '03a01Fa.wav': '1',
      '16b10Wb.flac': '2',
      '08a02La.wav': '3',
      '99a01Fa.wav': '4',
      '03a01Xa.wav': '5',
    });
    const corpus = await loadCorpus(folder);
    expect(corpus.recordings.map((r) => [r.speaker, r.sex, r.emotion, r.text, r.repetition])).toEqual([
      ['emodb-03', 'male', 'happy', 'a01', 1],
      ['emodb-08', 'female', 'bored', 'a02', 1],
      ['emodb-16', 'female', 'angry', 'b10', 2],
    ]);
    expect(corpus.report.malformed.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('letter 6'),
      expect.stringContaining('for the speaker but received "99"'),
    ]);
  });

  test('two corpora merge; speakers keep apart', async () => {
    const ravdess = await folderOf({ '03-01-01-01-01-01-01.wav': 'a' });
    const emodb = await folderOf({ '03a01Fa.wav': 'b' });
    const corpus = await loadCorpus([ravdess, emodb]);
    expect(corpus.name).toBe('ravdess+emodb');
    expect(corpus.report.speakers).toBe(2);
    const table = await folderOf({ 'own.csv': 'path,emotion,speaker\na.wav,calm,Actor_01\n', 'a.wav': 'c' });
    const mixed = await loadCorpus([ravdess, join(table, 'own.csv')]);
    expect(mixed.recordings.map(({ speaker }) => speaker)).toEqual(['ravdess/Actor_01', 'own/Actor_01']);
  });
});

describe('the manifest adapter', () => {
  test('CSV: paths relative to the manifest, optional columns, any order, quotes, BOM, CRLF', async () => {
    const folder = await folderOf({
      'own.csv':
        '\uFEFFSpeaker,Path,emotion,sex,text,repetition,colour\r\n' +
        'ann,clips/1.wav,Happy,Female,"Hello, you",2,red\r\n\r\nbob,clips/2.wav,sad,,,,blue\r\n',
      'clips/1.wav': 'a',
      'clips/2.wav': 'b',
    });
    const corpus = await loadCorpus(join(folder, 'own.csv'));
    expect(corpus.name).toBe('own');
    expect(corpus.recordings).toEqual([
      expect.objectContaining({
        path: join(folder, 'clips/1.wav'),
        speaker: 'ann',
        emotion: 'happy',
        sex: 'female',
        intensity: null,
        text: 'Hello, you',
        repetition: 2,
      }),
      expect.objectContaining({ speaker: 'bob', sex: null, text: null, repetition: null }),
    ]);
  });

  test('JSON lines say the same', async () => {
    const line = { path: '1.wav', emotion: 'calm', speaker: 'ann', intensity: 'strong', sex: null };
    const folder = await folderOf({ 'own.jsonl': `${JSON.stringify(line)}\n`, '1.wav': 'a' });
    const corpus = await loadCorpus(join(folder, 'own.jsonl'));
    expect(corpus.recordings[0]).toMatchObject({ emotion: 'calm', intensity: 'strong', sex: null });
  });

  test.each([
    ['path,emotion\na.wav,calm\n', /own\.csv.*speaker is missing/],
    ['path,emotion,speaker\na.wav,calm,ann\nb.wav,,ann\n', /own\.csv:3: Invalid emotion "": Expected a word/],
    ['path,emotion,speaker,sex\na.wav,calm,ann,other\n', /:2: Invalid sex "other": Expected female, male/],
    ['path,emotion,speaker,repetition\na.wav,calm,ann,0\n', /:2: Invalid repetition "0"/],
    ['path,emotion,speaker\na.wav,calm\n', /own\.csv:2: Invalid Record Length/],
    ['path,emotion,speaker\nmissing.wav,calm,ann\n', /own\.csv:2: .*missing\.wav: cannot be read/],
    ['', /Expected recordings in .*own\.csv but found none/],
  ])('%j is refused with its line', async (text, message) => {
    const folder = await folderOf({ 'own.csv': text, 'a.wav': 'a', 'b.wav': 'b' });
    await expect(loadCorpus(join(folder, 'own.csv'))).rejects.toMatchObject({
      code: 'CORPUS',
      message: expect.stringMatching(message),
    });
  });

  test('a broken JSON line is refused with its number, a repeated and a missing file are reported', async () => {
    const good = '{"path":"a.wav","emotion":"calm","speaker":"ann"}';
    const folder = await folderOf({
      'bad.jsonl': `${good}\n{"path":`,
      'odd.jsonl': `${good}\n${good}\n${good.replace('a.wav', 'gone.wav')}\n`,
      'a.wav': 'a',
    });
    await expect(loadCorpus(join(folder, 'bad.jsonl'))).rejects.toThrow(/bad\.jsonl:2/);
    const { report } = await loadCorpus(join(folder, 'odd.jsonl'));
    expect(report.recordings).toBe(1);
    expect(report.malformed.map(({ path }) => path.split(':').at(-1))).toEqual(['2', '3']);
  });
});

const withRavdess = process.env.RAVDESS_DIR ? describe : describe.skip;

withRavdess('RAVDESS as published', () => {
  test('1,440 recordings, none missing, one pair the same', async () => {
    const corpus = await loadCorpus(process.env.RAVDESS_DIR!);
    expect(corpus.recordings).toHaveLength(1440);
    expect(corpus.report.missing).toEqual([]);
    expect(corpus.report.malformed).toEqual([]);
    expect(corpus.report.distributions.emotion).toEqual({
      angry: 192,
      calm: 192,
      disgust: 192,
      fearful: 192,
      happy: 192,
      neutral: 96,
      sad: 192,
      surprised: 192,
    });
    expect(corpus.report.distributions.sex).toEqual({ female: 720, male: 720 });
    expect(Object.values(corpus.report.distributions.speaker)).toEqual(Array(24).fill(60));
    expect(corpus.report.duplicates).toHaveLength(1);
    expect(corpus.report.duplicates[0]!.map((path) => path.replace(/.*\/(.*)\..*/, '$1'))).toEqual([
      '03-01-03-01-02-01-07',
      '03-01-03-01-02-02-07',
    ]);
  });
});
