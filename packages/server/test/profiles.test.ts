import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeWav } from '@prosodia/features';
import { bytesOf, cut, type Service, start, stream, toInt16, upload, vowels } from './support.js';

const clip = vowels();
const wav = encodeWav(clip);
let folder: string;
let service: Service;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prosodia-profiles-'));
  service = await start({ profiles: join(folder, 'people'), maxProfiles: 2 });
});
afterAll(async () => {
  await service.close();
  await rm(folder, { recursive: true });
});

const call = (path: string, method = 'GET', body?: FormData) =>
  fetch(`${service.url}/v1/profiles${path}`, { method, ...(body && { body }) });

function form(...files: Uint8Array[]): FormData {
  const made = new FormData();
  for (const bytes of files) made.append('file', new Blob([bytes.slice()]), 'clip.wav');
  return made;
}

describe('profiles', () => {
  test('are made, taught, used by name for files and streams, kept over a restart, and forgotten', async () => {
    expect(await (await call('')).json()).toEqual({ profiles: [] });
    expect((await call('/ada', 'PUT')).status).toBe(201);
    expect((await call('/ada', 'PUT')).status).toBe(409);
    const taught = await call('/ada/clips?label=angry', 'POST', form(wav, wav));
    expect(await taught.json()).toMatchObject({ name: 'ada', labelled: 2, report: { clips: 2 } });
    await call('/ada/clips?label=sad', 'POST', form(wav));

    const voice = service.recognizer.speaker();
    for (const label of ['angry', 'angry', 'sad']) await voice.learn(wav, label);
    const { body } = await fetchAnswer('ada');
    expect(body.results[0]).toMatchObject(await voice.recognize(wav));
    const pieces = [...cut(bytesOf(toInt16(clip)), 4_000), '{"type":"end"}'];
    const { messages } = await stream(service.url, pieces, { query: 'sampleRateHz=16000&profile=ada' });
    expect(messages.some(({ type }) => type === 'segment')).toBe(true);

    expect(await readdir(join(folder, 'people'))).toEqual(['ada.voice.json']);
    const again = await start({ profiles: join(folder, 'people') });
    try {
      const known = (await (await fetch(`${again.url}/v1/profiles/ada`)).json()) as { labelled: number };
      expect(known.labelled).toBe(3);
    } finally {
      await again.close();
    }
    expect((await call('/ada', 'DELETE')).status).toBe(204);
    expect((await call('/ada')).status).toBe(404);
    expect(await readdir(join(folder, 'people'))).toEqual([]);
  });

  const fetchAnswer = async (profile: string) => {
    const response = await fetch(`${service.url}/v1/recognize?profile=${profile}`, {
      method: 'POST',
      body: form(wav),
    });
    return { status: response.status, body: (await response.json()) as { results: object[] } };
  };

  test.each(['..%2fout', '%2e%2e', '.hidden', 'A', 'a%00b', 'nul', 'a'.repeat(64), 'a%5cb'])(
    'no name leads out of the folder: %s',
    async (name) => {
      for (const method of ['PUT', 'GET', 'DELETE'])
        expect([400, 404]).toContain((await call(`/${name}`, method)).status);
      expect([400, 404]).toContain((await fetchAnswer(name)).status);
      expect(await readdir(folder)).toEqual(['people']);
      expect(await readdir(join(folder, 'people'))).toEqual([]);
    },
  );

  test('a wrong label, no speech, too many people and a broken file have their answers', async () => {
    expect((await call('/bob', 'PUT')).status).toBe(201);
    expect((await call('/eve', 'PUT')).status).toBe(201);
    expect((await call('/joe', 'PUT')).status).toBe(409);
    expect((await call('/bob/clips?label=hungry', 'POST', form(wav))).status).toBe(400);
    expect((await call('/bob/clips', 'POST', form(wav))).status).toBe(400);
    const silence = encodeWav({ samples: new Float32Array(16_000), sampleRateHz: 16_000 });
    expect((await call('/bob/clips?label=sad', 'POST', form(silence))).status).toBe(400);
    expect((await fetchAnswer('nobody')).status).toBe(404);
    const place = join(folder, 'broken');
    const other = await start({ profiles: place });
    try {
      await writeFile(join(place, 'bad.voice.json'), '{"kind":');
      const answer = await fetch(`${other.url}/v1/profiles/bad`);
      expect(answer.status).toBe(409);
      expect(await answer.text()).not.toContain(place);
    } finally {
      await other.close();
      await rm(place, { recursive: true });
    }
    for (const name of ['bob', 'eve']) await call(`/${name}`, 'DELETE');
  });

  test('are in the OpenAPI document of a server that keeps them', async () => {
    const response = await fetch(`${service.url}/openapi.json`);
    const { paths } = (await response.json()) as { paths: Record<string, object> };
    const own = Object.entries(paths).filter(([path]) => path.startsWith('/v1/profiles'));
    expect(
      own.flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`)),
    ).toEqual([
      'get /v1/profiles',
      'get /v1/profiles/{name}',
      'put /v1/profiles/{name}',
      'delete /v1/profiles/{name}',
      'post /v1/profiles/{name}/clips',
    ]);
  });

  test('are not there unless asked for, nor beside a backend', async () => {
    const plain = await start();
    try {
      expect((await fetch(`${plain.url}/v1/profiles`)).status).toBe(404);
      expect((await upload(plain.url, { a: wav })).status).toBe(200);
    } finally {
      await plain.close();
    }
    await expect(start({ profiles: folder, backend: 'http://127.0.0.1:9' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});
