import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Recognizer } from '@prosodia/runtime';
import { serve } from '@prosodia/server';
import autocannon from 'autocannon';
import { freePort } from '../free-port.js';
import { ownVersion } from '../machine.js';
import { pythonPlace } from '../peer-places.js';
import { type BenchRow, median } from '../row.js';

const SCRIPT = fileURLToPath(new URL('../../peers/fastapi_service.py', import.meta.url));
const WORK = 'service: uploads of one WAV, per request';
const HEADERS = { 'content-type': 'multipart/form-data; boundary=prosodia' };
const CONNECTIONS = 8;
const ROUND_SEC = 5;
const ROUNDS = 3;
const START_MS = 60_000;

interface Round {
  readonly requestsPerSec: number;
  readonly p99Ms: number;
  readonly failed: number;
}

/** Our service and one with FastAPI, librosa and onnxruntime, in turn, by the same client with the same upload. */
export async function loadRows(
  recognizer: Recognizer,
  model: string,
  wavs: readonly string[],
): Promise<BenchRow[]> {
  const body = multipart(await readFile(wavs[0]!));
  const server = await serve(recognizer, {
    port: 0,
    requestsPerMinute: 10_000_000,
    maxRequestsPerClient: 1_000,
  });
  let peer: { url: string; child: ChildProcess } | undefined;
  let error: string | undefined;
  try {
    peer = await startPeer(model, recognizer.inputs[0]!.name);
  } catch (cause) {
    error = cause instanceof Error ? cause.message : String(cause);
  }
  try {
    // Once each, one request: what is loaded and compiled by the first is no part of the load.
    for (const { url } of peer ? [server, peer] : [server]) await ask(url, body);
    const ours: Round[] = [];
    const theirs: Round[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await fire(server.url, body));
      if (peer) theirs.push(await fire(peer.url, body));
    }
    const first = rowOf('Prosodia', ownVersion(), ours, ours);
    const names = { system: 'FastAPI + librosa + onnxruntime', work: WORK, version: '0.115' };
    return [
      first,
      peer ? rowOf(names.system, names.version, theirs, ours) : { ...names, error: error ?? '' },
    ];
  } finally {
    peer?.child.kill();
    await server.close();
  }
}

function rowOf(system: string, version: string, rounds: readonly Round[], ours: readonly Round[]): BenchRow {
  const msOf = (all: readonly Round[]) => all.map(({ requestsPerSec }) => 1_000 / requestsPerSec);
  const times = msOf(rounds);
  const p99 = median(rounds.map(({ p99Ms }) => p99Ms));
  const failed = rounds.reduce((sum, round) => sum + round.failed, 0);
  return {
    ...{ system, version, work: WORK },
    medianMs: median(times),
    minMs: Math.min(...times),
    maxMs: Math.max(...times),
    ratio: median(times) / median(msOf(ours)),
    accuracy: `${median(rounds.map((round) => round.requestsPerSec)).toFixed(0)} requests/s, p99 ${p99} ms, ${CONNECTIONS} connections, ${failed} failed`,
  };
}

async function ask(url: string, body: Buffer): Promise<void> {
  const response = await fetch(`${url}/v1/recognize`, {
    ...{ method: 'POST', headers: HEADERS, body: Uint8Array.from(body) },
    signal: AbortSignal.timeout(START_MS),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
}

async function fire(url: string, body: Buffer): Promise<Round> {
  const result = await autocannon({
    url: `${url}/v1/recognize`,
    method: 'POST',
    connections: CONNECTIONS,
    duration: ROUND_SEC,
    body,
    headers: HEADERS,
  });
  return {
    requestsPerSec: result.requests.average,
    p99Ms: result.latency.p99,
    failed: result.non2xx + result.errors + result.timeouts,
  };
}

function multipart(wav: Buffer): Buffer {
  const head =
    '--prosodia\r\nContent-Disposition: form-data; name="file"; filename="clip.wav"\r\nContent-Type: audio/wav\r\n\r\n';
  return Buffer.concat([Buffer.from(head), wav, Buffer.from('\r\n--prosodia--\r\n')]);
}

async function startPeer(model: string, input: string): Promise<{ url: string; child: ChildProcess }> {
  const python = await pythonPlace('fastapi');
  const port = await freePort();
  const child = spawn(python, [SCRIPT, model, input, String(port)], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + START_MS;
  while (performance.now() < deadline && child.exitCode === null) {
    const up = await fetch(url).then(
      () => true,
      () => false,
    );
    if (up) return { url, child };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  child.kill();
  throw new Error(`the Python service did not come up (exit code ${child.exitCode})`);
}
