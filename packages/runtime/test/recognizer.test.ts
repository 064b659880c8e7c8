import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { encodeWav, networkRows } from '@prosodia/features';
import { type ClipSource, type Progress, type Recognition, Recognizer } from '@prosodia/runtime';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { changedModel, foreignModel, MODEL, MODEL_PATH, voice } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'prosodia-runtime-'));
const wavPath = join(folder, 'voice.wav');
const clips = Array.from({ length: 40 }, (_, i) => voice(i, 0.3 + 0.02 * i));
let recognizer: Recognizer;

beforeAll(async () => {
  writeFileSync(wavPath, encodeWav(voice(1)));
  recognizer = await Recognizer.load(MODEL_PATH);
});

afterAll(async () => {
  await recognizer.close();
  rmSync(folder, { recursive: true, force: true });
});

const refusal = (code: string, message: string) => ({ code, message: expect.stringContaining(message) });

/** What the network says of one row, without any of the recognizer's threads. */
async function directly(session: InferenceSession, row: Float32Array): Promise<Float32Array> {
  const out = await session.run({ input: new Tensor('float32', row, [1, 13, 1]) });
  return out.probabilities!.data as Float32Array;
}

it('answers as the network does on the features its card asks for', async () => {
  const session = await InferenceSession.create(MODEL_PATH);
  const rows = await networkRows(clips, recognizer.card.inputs[0]!.input);
  const seen = new Set<string>();
  for (const [i, clip] of clips.entries()) {
    const answer = await recognizer.recognize(clip);
    const expected = await directly(session, rows[i]!);
    seen.add(answer.label);
    expect(Object.keys(answer.probabilities)).toEqual(recognizer.labels);
    recognizer.labels.forEach((label, k) => {
      expect(Math.abs(answer.probabilities[label]! - expected[k]!)).toBeLessThanOrEqual(1e-6);
    });
    expect(answer.label).toBe(recognizer.labels[expected.indexOf(Math.max(...expected))]);
    expect(answer.confidence).toBe(Math.max(...Object.values(answer.probabilities)));
    expect(answer.startSec).toBe(0);
    expect(answer.endSec).toBe(clip.samples.length / clip.sampleRateHz);
  }
  expect(seen.size).toBeGreaterThan(1);
  await session.release();
});

it('gives probabilities that sum to 1 in double precision', async () => {
  const { probabilities } = await recognizer.recognize(clips[3]!);
  const sum = Object.values(probabilities).reduce((total, p) => total + p, 0);
  expect(Math.abs(sum - 1)).toBeLessThanOrEqual(1e-15);
});

it('takes a path, a URL, bytes or samples', async () => {
  const bytes = encodeWav(voice(1));
  const answers = await Promise.all(
    [wavPath, pathToFileURL(wavPath), bytes].map((source) => recognizer.recognize(source)),
  );
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
  const within = Buffer.concat([Buffer.alloc(8), bytes, Buffer.alloc(9)]).subarray(8, 8 + bytes.length);
  expect(await recognizer.recognize(within)).toEqual(answers[0]);
  expect((await recognizer.recognize(voice(1))).label).toBe(answers[0]!.label);
});

it('answers many callers at once, each with its own answer or error', async () => {
  const files = clips.map((clip, i) => {
    const path = join(folder, `caller-${i}.wav`);
    writeFileSync(path, encodeWav(clip));
    return path;
  });
  const alone = [];
  for (const path of files) alone.push(await recognizer.recognize(path));
  const broken = join(folder, 'broken.wav');
  writeFileSync(broken, 'RIFF');
  // Files beside clips in memory and files that no thread can read: whatever waits beside them must not change.
  const asked = files.flatMap((path, i) => [path, clips[i]!, broken]);
  const found = await Promise.allSettled(asked.map((source) => recognizer.recognize(source)));
  for (const [i, { endSec, probabilities }] of alone.entries()) {
    const [ofFile, ofClip, ofBroken] = found.slice(3 * i) as [
      PromiseSettledResult<Recognition>,
      ...PromiseSettledResult<Recognition>[],
    ];
    if (ofFile.status === 'rejected') throw ofFile.reason;
    expect(ofFile.value.endSec).toBe(endSec);
    for (const label of recognizer.labels)
      expect(Math.abs(ofFile.value.probabilities[label]! - probabilities[label]!)).toBeLessThanOrEqual(1e-6);
    expect(ofClip).toMatchObject({ status: 'fulfilled', value: { endSec } });
    expect(ofBroken).toMatchObject({ status: 'rejected', reason: { code: 'DECODE' } });
  }
});

it('answers a batch as it answers clip by clip, in order', async () => {
  const batch = await recognizer.recognizeBatch(clips);
  for (const [i, clip] of clips.entries()) {
    const single = await recognizer.recognize(clip);
    const item = batch[i]!;
    if (!item.ok) throw new Error(item.error.message);
    expect(item.value.endSec).toBe(single.endSec);
    for (const label of recognizer.labels)
      expect(Math.abs(item.value.probabilities[label]! - single.probabilities[label]!)).toBeLessThanOrEqual(
        1e-6,
      );
  }
});

it('answers many callers at once as it answers one', async () => {
  const alone = await recognizer.recognize(clips[7]!);
  const answers = await Promise.all(Array.from({ length: 150 }, () => recognizer.recognize(clips[7]!)));
  for (const { label, confidence } of answers) {
    expect(label).toBe(alone.label);
    expect(Math.abs(confidence - alone.confidence)).toBeLessThanOrEqual(1e-6);
  }
});

it('answers silence like any other sound', async () => {
  const silence = { samples: new Float32Array(22_050), sampleRateHz: 22_050 };
  expect(recognizer.labels).toContain((await recognizer.recognize(silence)).label);
});

const broken = (): [ClipSource, string, string][] => {
  const nan = voice(2).samples.slice();
  nan[5000] = Number.NaN;
  const long = { samples: new Float32Array(601 * 1000), sampleRateHz: 1000 };
  return [
    ['/no/such/file.wav', 'DECODE', '/no/such/file.wav'],
    [new TextEncoder().encode('no audio at all'), 'DECODE', 'the bytes given'],
    [encodeWav(voice(1)).slice(0, 20), 'DECODE', 'the bytes given'],
    [{ samples: nan, sampleRateHz: 22_050 }, 'INVALID_ARGUMENT', '5000'],
    [voice(1, 0.05), 'INVALID_ARGUMENT', 'at least 0.1 s'],
    [{ samples: new Float32Array(), sampleRateHz: 22_050 }, 'INVALID_ARGUMENT', 'received 0 s'],
    [long, 'LIMIT', 'maxClipSec'],
    [{ samples: [0, 1], sampleRateHz: 8000 } as never, 'INVALID_ARGUMENT', 'samples, sampleRateHz'],
    [undefined as never, 'INVALID_ARGUMENT', 'undefined'],
    [new URL('https://example.com/a.wav'), 'INVALID_ARGUMENT', 'https://example.com/a.wav'],
  ];
};

it('says what is wrong with a clip', async () => {
  for (const [source, code, message] of broken())
    await expect(recognizer.recognize(source)).rejects.toMatchObject(refusal(code, message));
});

it('loses no answer of a batch to broken clips beside it', async () => {
  const bad = broken();
  const sources = clips.flatMap((clip, i) => (i < bad.length ? [clip, bad[i]![0]] : [clip]));
  const items = await recognizer.recognizeBatch(sources);
  expect(items.filter(({ ok }) => ok)).toHaveLength(clips.length);
  bad.forEach(([, code], i) => {
    expect(items[2 * i + 1]).toMatchObject({ ok: false, error: { code } });
  });
});

it('answers an empty batch with nothing', async () => {
  expect(await recognizer.recognizeBatch([])).toEqual([]);
});

it('reports progress up to the end', async () => {
  const seen: Progress[] = [];
  await recognizer.recognizeBatch(clips, { onProgress: (progress) => seen.push(progress) });
  expect(seen.at(-1)).toEqual({ done: clips.length, total: clips.length });
  expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).sort((a, b) => a - b));
});

it('keeps the event loop free while it works', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await recognizer.recognizeBatch(Array.from({ length: 400 }, (_, i) => clips[i % 40]!));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(5);
});

describe('abort', () => {
  it('before the call, of one or of many', async () => {
    const signal = AbortSignal.abort();
    await expect(recognizer.recognize(clips[0]!, { signal })).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(recognizer.recognizeBatch(clips, { signal })).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('of one call leaves the others alone', async () => {
    const control = new AbortController();
    const calls = clips.map((clip, i) =>
      recognizer.recognize(clip, i % 2 === 0 ? { signal: control.signal } : {}),
    );
    const outcomes = Promise.allSettled(calls);
    control.abort();
    (await outcomes).forEach((outcome, i) => {
      if (i % 2 === 1) expect(outcome.status).toBe('fulfilled');
      else expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ABORTED' } });
    });
  });

  it('in the middle of a batch', async () => {
    const control = new AbortController();
    const many = Array.from({ length: 1000 }, (_, i) => clips[i % 40]!);
    let done = 0;
    const batch = recognizer.recognizeBatch(many, {
      signal: control.signal,
      onProgress: (progress) => {
        done = progress.done;
        control.abort();
      },
    });
    await expect(batch).rejects.toMatchObject({ code: 'ABORTED' });
    expect(done).toBeLessThan(1000);
    expect((await recognizer.recognize(clips[0]!)).label).toBeDefined();
  });
});

describe('load', () => {
  it('takes bytes and a URL as well', async () => {
    for (const model of [MODEL, pathToFileURL(MODEL_PATH)]) {
      const other = await Recognizer.load(model, { workers: 1 });
      expect(await other.recognize(clips[0]!)).toEqual(await recognizer.recognize(clips[0]!));
      await other.close();
    }
  });

  it.each<[string, string | Uint8Array, string]>([
    ['a missing file', '/no/such/model.onnx', 'no such file'],
    ['a folder', tmpdir(), 'EISDIR'],
    ['a file of another program', foreignModel(), 'not a Prosodia model'],
    ['a file cut short', MODEL.slice(0, 20_000), 'not a readable ONNX file'],
    [
      'features the card does not have room for',
      changedModel(({ card }) => {
        card.inputs[0].input.features.nMfcc = 20;
      }),
      '20 values',
    ],
    [
      'a network ONNX Runtime cannot make sense of',
      changedModel(({ graph }) => {
        graph.node[0]!.input = ['nowhere', 'scaler/mean'];
      }),
      'nowhere',
    ],
  ])('refuses %s', async (_name, model, message) => {
    await expect(Recognizer.load(model)).rejects.toMatchObject(refusal('MODEL', message));
  });

  it.each([
    [{ workers: 0 }, 'workers'],
    [{ workers: 1.5 }, 'workers'],
    [{ maxClipSec: 0 }, 'maxClipSec'],
    [{ maxQueue: -1 }, 'maxQueue'],
  ])('refuses %j', async (options, name) => {
    await expect(Recognizer.load(MODEL_PATH, options)).rejects.toMatchObject(
      refusal('INVALID_ARGUMENT', name),
    );
  });

  it('holds a caller to the limits it set', async () => {
    const strict = await Recognizer.load(MODEL_PATH, { workers: 1, maxClipSec: 0.5, maxQueue: 3 });
    await expect(strict.recognize(voice(1, 0.6))).rejects.toMatchObject(refusal('LIMIT', 'maxClipSec'));
    const clip = voice(1, 0.4);
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => strict.recognize(clip)));
    const rejected = outcomes.filter(({ status }) => status === 'rejected');
    // 64 in work, three waiting, one more than that refused.
    expect(rejected).toHaveLength(100 - 64 - 3);
    expect(rejected[0]).toMatchObject({ reason: refusal('LIMIT', 'maxQueue') });
    await strict.close();
  });
});

describe('close', () => {
  it('rejects what is not finished and everything after it, and may be called twice', async () => {
    const other = await Recognizer.load(MODEL_PATH, { workers: 1 });
    const calls = Promise.allSettled(Array.from({ length: 300 }, (_, i) => other.recognize(clips[i % 40]!)));
    await Promise.all([other.close(), other.close()]);
    const outcomes = await calls;
    expect(outcomes.at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'ABORTED' } });
    await expect(other.recognize(clips[0]!)).rejects.toMatchObject(refusal('INVALID_ARGUMENT', 'closed'));
    await expect(other.recognizeBatch(clips)).rejects.toMatchObject(refusal('INVALID_ARGUMENT', 'closed'));
  });

  it('happens by itself at the end of an `await using` block', async () => {
    const other = await Recognizer.load(MODEL_PATH, { workers: 1 });
    await other[Symbol.asyncDispose]();
    await expect(other.recognize(clips[0]!)).rejects.toMatchObject(refusal('INVALID_ARGUMENT', 'closed'));
  });
});
