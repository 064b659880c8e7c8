import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const PEERS = new URL('../peers/', import.meta.url).pathname;
const run = promisify(execFile);

/** A Python program that runs one round of work for every line it is sent and answers with milliseconds. */
export class PythonPeer {
  private readonly lines: AsyncIterator<string>;

  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    readonly version: string,
    lines: AsyncIterator<string>,
  ) {
    this.lines = lines;
  }

  /**
   * Sets the pinned packages up in a place of their own, once, and starts the program.
   *
   * @throws Error with what pip or the program said
   */
  static async start(script: string, args: readonly string[]): Promise<PythonPeer> {
    const python = await environment();
    const oneThread = { OMP_NUM_THREADS: '1', NUMBA_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
    const child = spawn(python, [join(PEERS, script), ...args], { env: { ...process.env, ...oneThread } });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2_000);
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done) throw new Error(`${script} ended before its first line: ${said}`);
    return new PythonPeer(child, first.value, lines);
  }

  /** Milliseconds per clip of one round. */
  async round(): Promise<number> {
    this.child.stdin.write('go\n');
    const next = await this.lines.next();
    if (next.done) throw new Error('the peer ended in mid-run');
    return Number(next.value);
  }

  stop(): void {
    this.child.kill();
  }
}

async function environment(): Promise<string> {
  const requirements = join(PEERS, 'requirements.txt');
  const key = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'prosodia');
  const ready = join(cache, `peers-${key}`);
  if (!existsSync(ready)) {
    await mkdir(cache, { recursive: true });
    await rm(`${ready}.new`, { recursive: true, force: true });
    const base = process.env.PYTHON ?? 'python3';
    await run(base, ['-m', 'venv', `${ready}.new`]);
    await run(join(`${ready}.new`, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '-r', requirements], {
      maxBuffer: 1 << 26,
    });
    await rename(`${ready}.new`, ready);
  }
  return join(ready, 'bin/python');
}
