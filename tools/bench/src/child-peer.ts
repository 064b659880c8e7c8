import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Running } from './contender.js';

// One thread for whatever library a peer computes with.
const ONE_THREAD = Object.fromEntries(
  ['OMP', 'NUMBA', 'OPENBLAS', 'MKL'].map((library) => [`${library}_NUM_THREADS`, '1']),
);

/**
 * Starts a program that prints its version, then runs one round of its work for every line it is sent and answers with
 * the milliseconds one item took.
 *
 * @param more  environment variables beside this process's
 * @throws Error with the end of what the program said, when it ends before it is ready
 */
export async function startChild(
  command: string,
  args: readonly string[],
  threads = 1,
  more: NodeJS.ProcessEnv = {},
): Promise<Running> {
  const env = { ...process.env, ...(threads === 1 ? ONE_THREAD : {}), ...more };
  const child = spawn(command, args, { env });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2_000);
  });
  child.stdin.on('error', () => {}); // it ended; the missing answer says so
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const next = await lines.next();
    if (next.done) throw new Error(`${args[0] ?? command} ended: ${said.trim()}`);
    return next.value;
  };
  const version = await answer();
  return {
    version,
    async round() {
      child.stdin.write('go\n');
      return Number(await answer());
    },
    stop: () => void child.kill(),
  };
}
