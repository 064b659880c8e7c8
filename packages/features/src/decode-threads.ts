import { Worker } from 'node:worker_threads';
import { ProsodiaError } from '@prosodia/contracts/errors';
import type { DecodedSamples } from './compressed.js';
import type { DecodeReply, DecodeRequest } from './decode-worker.js';
import { resolveThreads } from './threads.js';

/** A thread that has had nothing to do for so long is ended: its memory is some 20 MiB. */
const IDLE_MS = 5_000;

interface Job {
  readonly request: DecodeRequest;
  readonly resolve: (decoded: DecodedSamples) => void;
  readonly reject: (error: unknown) => void;
}

/** The process's decoding threads, started when there is work for them; idle ones let the process end. */
const waiting: Job[] = [];
const idle: DecodeThread[] = [];
let threads = 0;

/**
 * Decodes compressed audio off the event loop, as many files at once as there are threads.
 *
 * @param request  its bytes are handed over
 * @throws ProsodiaError DECODE (what is wrong, or why the thread ended: a file may ask for more memory than there is), LIMIT
 */
export function decodeOnThread(request: DecodeRequest): Promise<DecodedSamples> {
  return new Promise((resolve, reject) => {
    waiting.push({ request, resolve, reject });
    giveWork();
  });
}

function giveWork(): void {
  while (waiting.length > 0) {
    const thread = idle.pop() ?? (threads < resolveThreads(undefined) ? new DecodeThread() : undefined);
    if (!thread) return;
    thread.take(waiting.shift()!);
  }
}

class DecodeThread {
  // From `src`, where tests run, and from `dist` alike.
  readonly #worker = new Worker(new URL('../dist/decode-worker.js', import.meta.url), { execArgv: [] });
  #job: Job | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor() {
    threads++;
    let reason = 'it stopped without saying why';
    this.#worker.on('message', (reply: DecodeReply) => this.#answer(reply));
    this.#worker.on('error', (error: unknown) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    this.#worker.once('exit', () => this.#ended(reason));
  }

  take(job: Job): void {
    clearTimeout(this.#idle);
    this.#job = job;
    this.#worker.ref();
    this.#worker.postMessage(job.request, [job.request.bytes.buffer]);
  }

  #answer(reply: DecodeReply): void {
    const job = this.#job!;
    this.#job = undefined;
    this.#worker.unref();
    this.#idle = setTimeout(() => this.#retire(), IDLE_MS).unref();
    idle.push(this);
    if ('samples' in reply) job.resolve(reply);
    else job.reject(new ProsodiaError(reply.code, reply.message));
    giveWork();
  }

  #retire(): void {
    this.#leaveIdle();
    void this.#worker.terminate();
  }

  /** No work is given to it any more. */
  #leaveIdle(): void {
    clearTimeout(this.#idle);
    const place = idle.indexOf(this);
    if (place >= 0) idle.splice(place, 1);
  }

  #ended(reason: string): void {
    threads--;
    this.#leaveIdle();
    const { name, format } = this.#job?.request ?? {};
    this.#job?.reject(
      new ProsodiaError('DECODE', `Cannot decode ${name} as ${format}: its thread ended: ${reason}`),
    );
    giveWork();
  }
}
