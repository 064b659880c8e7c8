import { connect, type Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { encodeWav } from '@prosodia/features';
import { WebSocket } from 'ws';
import { bytesOf, cut, type Service, start, stream, toInt16, upload, vowels } from './support.js';

const clip = vowels();
const wav = encodeWav(clip);
const TOKEN = 'a-token-of-some-length';

async function using(service: Promise<Service>, work: (service: Service) => Promise<void>): Promise<void> {
  const opened = await service;
  try {
    await work(opened);
  } finally {
    await opened.close();
  }
}

function socketTo({ url }: Service): Promise<Socket> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.once('error', reject);
    socket.on('error', () => {});
  });
}

/** Everything the server says until it closes. */
function saysUntilClosed(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (data) => {
    text += data;
  });
  return new Promise((resolve) => socket.once('close', () => resolve(text)));
}

/** Numbers in [0, 1), the same every time (Park & Miller 1988). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

describe('a token', () => {
  test('is needed for everything but the page and its document', () =>
    using(start({ token: TOKEN }), async ({ url }) => {
      const status = async (path: string, authorization?: string) =>
        (await fetch(url + path, { headers: authorization ? { authorization } : {} })).status;
      for (const path of ['/v1/model', '/metrics', '/v2', '/v2/health/live', '/nowhere'])
        expect([path, await status(path)]).toEqual([path, 401]);
      expect(await status('/v1/model', 'Bearer another-token-of-length')).toBe(401);
      expect(await status('/v1/model', `Bearer ${TOKEN}`)).toBe(200);
      for (const path of ['/', '/openapi.json']) expect(await status(path)).toBe(200);
      await expect(stream(url, [])).rejects.toThrow('401');
      const headers = { authorization: `Bearer ${TOKEN}` };
      expect(await stream(url, ['{"type":"end"}'], { headers })).toMatchObject({ code: 1000 });
      const protocols = ['prosodia.v1', `bearer.${TOKEN}`];
      expect(await stream(url, ['{"type":"end"}'], { protocols })).toMatchObject({ code: 1000 });
    }));

  test('is asked for where others can reach the server', async () => {
    await expect(start({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(start({ token: 'short' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test('without one, pages of other sites are turned away', () =>
    using(start(), async ({ url }) => {
      const response = await fetch(`${url}/v1/model`, { headers: { origin: 'http://elsewhere.example' } });
      expect(response.status).toBe(403);
      const headers = { origin: 'http://elsewhere.example' };
      await expect(stream(url, [], { headers })).rejects.toThrow('403');
    }));
});

describe('limits', () => {
  test('413 for a file, a number of files and a clip that are too large', () =>
    using(start({ maxUploadBytes: 100_000, maxFiles: 2 }, { maxClipSec: 1 }), async ({ url }) => {
      expect((await upload(url, { a: wav })).status).toBe(413);
      const small = { a: new Uint8Array(9), b: new Uint8Array(9), c: new Uint8Array(9) };
      expect((await upload(url, small)).status).toBe(413);
      const short = encodeWav({ ...clip, samples: clip.samples.slice(0, 32_000) });
      expect((await upload(url, { short })).body.results[0]).toMatchObject({ error: { code: 'LIMIT' } });
    }));

  test('429 beyond the requests of a minute, with the time to wait', () =>
    using(start({ requestsPerMinute: 5 }), async ({ url }) => {
      const responses = await Promise.all(Array.from({ length: 8 }, () => fetch(`${url}/v1/model`)));
      const refused = responses.filter(({ status }) => status === 429);
      expect(refused).toHaveLength(3);
      expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
    }));

  test('429 beyond the streams and requests of one client at once', () =>
    using(start({ maxStreamsPerClient: 2, maxRequestsPerClient: 1 }), async (service) => {
      const { url } = service;
      const open = () =>
        new Promise<WebSocket>((resolve, reject) => {
          const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/stream`);
          socket.once('open', () => resolve(socket));
          socket.once('error', reject);
        });
      const first = await open();
      await open();
      await expect(open()).rejects.toThrow('429');
      first.terminate();
      const half = await socketTo(service);
      half.write(
        'POST /v1/recognize HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n',
      );
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect((await upload(url, { a: wav })).status).toBe(429);
      half.destroy();
    }));

  test('408 for a request that is sent too slowly, while others are answered', () =>
    using(start({ requestTimeoutMs: 1_000 }), async (service) => {
      const slow = await socketTo(service);
      const silent = await socketTo(service);
      const said = Promise.all([saysUntilClosed(slow), saysUntilClosed(silent)]);
      slow.write(
        'POST /v1/recognize HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n',
      );
      const drip = setInterval(() => slow.write('-'), 100);
      const meanwhile = await upload(service.url, { a: wav });
      expect(meanwhile.status).toBe(200);
      expect((await said)[0]).toMatch(/^HTTP\/1.1 408/);
      clearInterval(drip);
    }));

  test('a stream on which nothing comes is ended', () =>
    using(start({ streamIdleMs: 300 }), async ({ url }) => {
      expect((await stream(url, [])).messages).toEqual([{ type: 'done' }]);
    }));
});

/** Sent by CI; PROSODIA_MALFORMED=10000 sends as many as that. */
const MALFORMED = Number(process.env.PROSODIA_MALFORMED ?? 1_000);

test(`${MALFORMED} malformed requests and half-open sockets: refused, and others are answered meanwhile`, () =>
  using(start({ maxRequestsPerClient: 1_000 }), async (service) => {
    const random = numbers(5);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
    const garbage = () =>
      Buffer.from(Uint8Array.from({ length: Math.floor(300 * random()) }, () => 256 * random()));
    const heads = [
      () => garbage(),
      () =>
        Buffer.from(
          `${pick(['GET', 'POST', 'PUT', 'BREW', ''])} ${pick(['/', '/v1/recognize', '/v2/models/%', '//', '/v1/stream?sampleRateHz=x'])} HTTP/${pick(['1.1', '1.0', '9'])}\r\nHost: ${pick(['localhost', '', '\u0000'])}\r\nContent-Length: ${pick(['-1', '5', 'x', '99999999999999999999'])}\r\n\r\n`,
        ),
      () =>
        Buffer.from(
          `POST /v1/recognize HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n${pick(['zz', '5\r\n--b\r\n', 'FFFFFFFFFFFF\r\n', '0\r\n\r\n'])}`,
        ),
      () =>
        Buffer.from(
          'GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n',
        ),
      () =>
        Buffer.from(
          'POST /v2/models/x/infer HTTP/1.1\r\nHost: localhost\r\nInference-Header-Content-Length: 9e9\r\nContent-Length: 2\r\n\r\n{}',
        ),
    ];
    const offline = await service.recognizer.recognize(wav);
    let sent = 0;
    const attack = async () => {
      while (sent < MALFORMED) {
        sent++;
        const socket = await socketTo(service);
        const half = random() < 0.05;
        socket.write(pick(heads)());
        // Some are left open without another word.
        if (half) continue;
        await new Promise((resolve) => {
          socket.once('close', resolve);
          socket.once('data', resolve);
          setTimeout(resolve, 50);
        });
        socket.destroy();
      }
    };
    const asking = async () => {
      for (let i = 0; i < 20; i++) {
        const { body } = await upload(service.url, { a: wav });
        expect(body.results[0]).toMatchObject({ label: offline.label });
      }
    };
    await Promise.all([
      attack(),
      attack(),
      attack(),
      attack(),
      attack(),
      attack(),
      attack(),
      attack(),
      asking(),
    ]);
    expect(sent).toBeGreaterThanOrEqual(MALFORMED);
    expect((await upload(service.url, { a: wav })).status).toBe(200);
  }));

test('a client that does not read is cut off or waited for, and others are served', () =>
  using(start(), async (service) => {
    const deaf = new WebSocket(`${service.url.replace('http', 'ws')}/v1/stream?hopSec=0.1`);
    await new Promise((resolve) => deaf.once('open', resolve));
    deaf.pause();
    const pieces = cut(bytesOf(toInt16(clip)), 32_000);
    for (let round = 0; round < 20; round++) for (const piece of pieces) deaf.send(piece);
    const other = await stream(service.url, [...pieces, '{"type":"end"}']);
    expect(other.messages.at(-1)).toEqual({ type: 'done' });
    deaf.terminate();
  }));

/** Whether the one request that a client may have under way is there already. */
async function accepted({ url }: Service): Promise<boolean> {
  return (await upload(url, { a: wav })).status === 429;
}

test('a shutdown finishes what was accepted and takes nothing new', async () => {
  const service = await start({ maxRequestsPerClient: 1 });
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/v1/stream?sampleRateHz=16000`);
  const messages: string[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data)).type));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve) => socket.once('open', resolve));
  for (const piece of cut(bytesOf(toInt16(clip)).subarray(0, 80_000), 3_200)) socket.send(piece);
  await new Promise((resolve) => socket.once('message', resolve));
  const half = await socketTo(service);
  const said = saysUntilClosed(half);
  const body = Buffer.concat([
    Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'),
    wav,
    Buffer.from('\r\n--b--\r\n'),
  ]);
  half.write(
    'POST /v1/recognize HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n' +
      `Content-Length: ${body.length}\r\n\r\n`,
  );
  half.write(body.subarray(0, 1_000));
  while (!(await accepted(service))) await new Promise((resolve) => setTimeout(resolve, 20));
  const closing = service.close();
  half.write(body.subarray(1_000));
  await closing;
  expect(await said).toMatch(/^HTTP\/1.1 200[\s\S]*"results":\[\{"name":"a.wav","label"/);
  expect(await closed).toBe(1001);
  expect(messages.slice(-2)).toEqual(['segment', 'done']);
  await expect(fetch(service.url)).rejects.toThrow();
});
