import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeWav, networkRows } from '@prosodia/features';
import type { Segment } from '@prosodia/runtime';
import { bytesOf, cut, type Service, start, stream, toInt16, upload, vowels } from './support.js';

const clip = vowels();
const wav = encodeWav(clip);
let service: Service;
beforeAll(async () => {
  service = await start();
});
afterAll(() => service.close());

const get = (path: string, headers: Record<string, string> = {}) => fetch(service.url + path, { headers });

describe('POST /v1/recognize', () => {
  test('answers each file as the recognizer does, or with its own error', async () => {
    const { status, body } = await upload(service.url, { 'a.wav': wav, 'b.txt': Uint8Array.of(1, 2, 3) });
    expect(status).toBe(200);
    const offline = await service.recognizer.recognize(wav);
    expect(body.results[0]).toEqual({ name: 'a.wav', ...offline });
    expect(body.results[1]).toMatchObject({ name: 'b.txt', error: { code: 'DECODE' } });
  });

  test('wants multipart with files', async () => {
    const plain = await fetch(`${service.url}/v1/recognize`, { method: 'POST', body: 'hello' });
    expect(plain.status).toBe(415);
    expect((await upload(service.url, {})).status).toBe(400);
  });
});

describe('WS /v1/stream', () => {
  const end = '{"type":"end"}';

  test('gives the events that the stream gives in code, for both formats', async () => {
    const offline: unknown[] = [];
    for await (const event of service.recognizer
      .stream({ sampleRateHz: clip.sampleRateHz })
      .from([clip.samples]))
      offline.push(event);
    expect(offline.some((event) => (event as Segment).type === 'segment')).toBe(true);
    for (const [format, samples] of [
      ['s16le', toInt16(clip)],
      ['f32le', clip.samples],
    ] as const) {
      const pieces = [...cut(bytesOf(samples), 4_000), end];
      const query = `sampleRateHz=${clip.sampleRateHz}&format=${format}`;
      const { messages, code } = await stream(service.url, pieces, { query });
      expect(code).toBe(1000);
      expect(messages).toEqual([...offline, { type: 'done' }]);
    }
  });

  test.each([
    ['text that is no JSON', ['hello'], 1007],
    ['a command that is none', ['{"type":"stop"}'], 1007],
    ['half a float', [Uint8Array.of(1, 2, 3)], 1007],
    ['a sample that is not finite', [bytesOf(Float32Array.of(Number.NaN))], 1008],
    ['a message that is too large', [new Uint8Array(2_000_000)], 1009],
  ])('closes on %s and says why', async (_, pieces, code) => {
    const ended = await stream(service.url, pieces as Uint8Array[], { query: 'format=f32le' });
    expect(ended.code).toBe(code);
    if (code !== 1009)
      expect(ended.messages.at(-1)).toMatchObject({ type: 'error', error: { code: 'INVALID_ARGUMENT' } });
  });

  test('refuses a query that makes no sense, and other paths', async () => {
    await expect(stream(service.url, [], { query: 'sampleRateHz=3' })).rejects.toThrow('400');
    await expect(stream(service.url, [], { query: 'speed=2' })).rejects.toThrow('400');
    await expect(stream(`${service.url}/other`, [])).rejects.toThrow('404');
  });
});

describe('Open Inference Protocol', () => {
  test('tells of itself and its model', async () => {
    for (const path of ['live', 'ready']) expect((await get(`/v2/health/${path}`)).status).toBe(200);
    const { card } = service.recognizer;
    const model = (await (await get(`/v2/models/${card.name}`)).json()) as { inputs: unknown[] };
    expect(model.inputs).toEqual([
      { name: 'input', datatype: 'FP32', shape: [-1, ...card.inputs[0]!.input.shape] },
    ]);
    expect((await get(`/v2/models/${card.name}/versions/1/ready`)).status).toBe(200);
    expect((await get('/v2/models/other')).status).toBe(404);
  });

  const infer = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
    fetch(`${service.url}/v2/models/${service.recognizer.card.name}/infer`, {
      method: 'POST',
      body: typeof body === 'string' ? body : body.slice(),
      headers,
    });

  test('answers feature tensors in JSON and in binary as the recognizer answers the clip', async () => {
    const { card } = service.recognizer;
    const [row] = await networkRows([clip], card.inputs[0]!.input);
    const { probabilities } = await service.recognizer.recognize(clip);
    const expected = Object.values(probabilities);
    const shape = [2, ...card.inputs[0]!.input.shape];
    const data = [...row!, ...row!];
    const json = await infer(
      JSON.stringify({ id: '7', inputs: [{ name: 'input', shape, datatype: 'FP32', data }] }),
    );
    const answer = (await json.json()) as { id: string; outputs: { shape: number[]; data: number[] }[] };
    expect(answer).toMatchObject({
      id: '7',
      outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [2, card.labels.length] }],
    });
    for (const [i, p] of [...expected, ...expected].entries())
      expect(answer.outputs[0]!.data[i]).toBeCloseTo(p, 5);

    const values = Float32Array.from(data);
    const head = JSON.stringify({
      inputs: [
        { name: 'input', shape, datatype: 'FP32', parameters: { binary_data_size: values.byteLength } },
      ],
      parameters: { binary_data_output: true },
    });
    const binary = await infer(Buffer.concat([Buffer.from(head), bytesOf(values)]), {
      'inference-header-content-length': String(head.length),
    });
    expect(binary.status).toBe(200);
    const bytes = await binary.arrayBuffer();
    const out = new Float32Array(bytes.slice(Number(binary.headers.get('inference-header-content-length'))));
    for (const [i, p] of [...expected, ...expected].entries()) expect(out[i]).toBeCloseTo(p, 5);
  });

  test.each([
    ['no JSON', '{'],
    ['no input', '{"inputs":[]}'],
    ['another name', '{"inputs":[{"name":"x","shape":[1,13,1],"datatype":"FP32","data":[]}]}'],
    ['another type', '{"inputs":[{"name":"input","shape":[1],"datatype":"INT8","data":[1]}]}'],
    ['too few numbers', '{"inputs":[{"name":"input","shape":[1,13,1],"datatype":"FP32","data":[1]}]}'],
    [
      'an output that is not there',
      '{"inputs":[{"name":"input","shape":[1],"datatype":"FP32","data":[1]}],"outputs":[{"name":"y"}]}',
    ],
  ])('refuses %s', async (_, body) => {
    const response = await infer(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'INVALID_ARGUMENT' } });
  });

  test('as --backend, gives the answers of the local network', async () => {
    const front = await start({ backend: service.url });
    try {
      const { body } = await upload(front.url, { 'a.wav': wav });
      const offline = await service.recognizer.recognize(wav);
      expect(body.results[0]).toMatchObject({ label: offline.label });
      expect(body.results[0]!.confidence).toBeCloseTo(offline.confidence, 6);
    } finally {
      await front.close();
    }
    const astray = await start({ backend: 'http://127.0.0.1:9' });
    try {
      const { body } = await upload(astray.url, { 'a.wav': wav });
      expect(body.results[0]).toMatchObject({ error: { code: 'MODEL' } });
    } finally {
      await astray.close();
    }
  });
});

test('the OpenAPI document names every route there is', async () => {
  const document = (await (await get('/openapi.json')).json()) as { paths: Record<string, object> };
  const { name } = service.recognizer.card;
  for (const [path, methods] of Object.entries(document.paths)) {
    const address = path.replace('{name}', name).replace('{version}', '1');
    for (const method of Object.keys(methods)) {
      const { status } = await fetch(service.url + address, { method: method.toUpperCase() });
      expect([path, status]).not.toEqual([path, 404]);
    }
  }
  expect(Object.keys(document.paths)).toHaveLength(14);
});

test('metrics count requests by route and clips by outcome', async () => {
  await upload(service.url, { 'a.wav': wav });
  await get('/nothing/here');
  const text = await (await get('/metrics')).text();
  expect(text).toMatch(/prosodia_clips_total\{outcome="ok"\} [1-9]/);
  expect(text).toMatch(
    /prosodia_http_request_seconds_count\{method="POST",route="\/v1\/recognize",status="200"\} [1-9]/,
  );
  expect(text).not.toContain('nothing');
});

test('the page and its parts are served, and nothing else', async () => {
  for (const path of [
    '/',
    '/app.js',
    '/live.js',
    '/recording.js',
    '/charts.js',
    '/enrol.js',
    '/connection.js',
    '/formats.js',
    '/style.css',
    '/capture-worklet.js',
    '/uPlot.esm.js',
    '/uPlot.min.css',
  ])
    expect([path, (await get(path)).status]).toEqual([path, 200]);
  for (const path of [
    '/package.json',
    '/..%2fpackage.json',
    '/%2e%2e/package.json',
    '/app.js/../../package.json',
  ])
    expect([path, (await get(path)).status]).toEqual([path, 404]);
});
