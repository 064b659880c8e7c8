import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startChild } from './child-peer.js';
import type { Contender } from './contender.js';

const PEERS = fileURLToPath(new URL('../peers/', import.meta.url));
const run = promisify(execFile);

interface PeerNames {
  readonly system: string;
  readonly threads?: number;
}

/** A peer that is a program of its own: `command` sets it up and says how it is run. */
function childPeer(names: PeerNames, command: () => Promise<[string, ...string[]]>): Contender {
  return {
    threads: 1,
    ...names,
    async start() {
      const [program, ...args] = await command();
      return startChild(program, args, names.threads ?? 1);
    },
  };
}

/**
 * A peer written in Python: `peers/<script>` in an environment of its own with `peers/requirements/<needs>.txt`.
 *
 * @param names   how its rows call it
 * @param args    given to the script, which follows the protocol of `startChild`
 */
export function pythonPeer(
  names: PeerNames,
  needs: string,
  script: string,
  args: readonly string[],
): Contender {
  return childPeer(names, async () => [await pythonPlace(needs), join(PEERS, script), ...args]);
}

/** A peer from npm, its packages at exact versions, in a folder of its own; `peers/<script>` is told where. */
export function nodePeer(
  system: string,
  specs: readonly string[],
  script: string,
  args: readonly string[],
): Contender {
  return childPeer({ system }, async () => [
    process.execPath,
    join(PEERS, script),
    await nodePlace(specs),
    ...args,
  ]);
}

export async function pythonPlace(needs: string): Promise<string> {
  const requirements = join(PEERS, 'requirements', `${needs}.txt`);
  const place = await once(`peers-${needs}`, await readFile(requirements), async (folder) => {
    await run(process.env.PYTHON ?? 'python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '-r', requirements], {
      maxBuffer: 1 << 26,
    });
  });
  return join(place, 'bin/python');
}

/** A peer in C++: `peers/<source>`, built against Debian packages that are unpacked into a folder of its own. */
export function debianPeer(
  system: string,
  packages: readonly string[],
  source: string,
  library: string,
  args: readonly string[],
): Contender {
  return childPeer({ system }, async () => [
    join(await debianPlace(system, packages, source, library), 'peer'),
    ...args,
  ]);
}

async function debianPlace(system: string, packages: readonly string[], source: string, library: string) {
  const code = join(PEERS, source);
  const contents = `${packages.join(' ')} ${await readFile(code, 'utf8')}`;
  return once(`peers-${system}`, contents, async (folder) => {
    await mkdir(folder, { recursive: true });
    await run('apt-get', ['download', ...packages], { cwd: folder });
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('.deb')))
      await run('dpkg', ['-x', file, '.'], { cwd: folder });
    const libraries = join(folder, 'usr/lib', `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`);
    // The folder gets another name when it is whole: the library is found beside the program.
    const [path] = (await readdir(libraries)).filter((name) => name.startsWith(`${library}.so.`));
    await copyFile(join(libraries, path!), join(folder, `${library}.so.1`));
    const include = join(folder, 'usr/include/soundtouch');
    const options = ['-std=c++20', '-O3', `-I${include}`, '-Wl,-rpath,$ORIGIN', '-o', join(folder, 'peer')];
    await run('g++', [code, ...options, join(folder, `${library}.so.1`)]);
  });
}

function nodePlace(specs: readonly string[]): Promise<string> {
  const name = specs.join('-').replace(/[^\w.]+/g, '-');
  return once(`peers-${name}`, specs.join(' '), async (folder) => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}');
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...specs], { cwd: folder });
  });
}

/** A folder of the user's cache that `make` fills, under another name until it is whole. */
async function once(
  name: string,
  contents: string | Uint8Array,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const key = createHash('sha256').update(contents).digest('hex').slice(0, 12);
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'prosodia');
  const ready = join(cache, `${name}-${key}`);
  if (existsSync(ready)) return ready;
  await mkdir(cache, { recursive: true });
  await rm(`${ready}.new`, { recursive: true, force: true });
  await make(`${ready}.new`);
  await rename(`${ready}.new`, ready);
  return ready;
}
