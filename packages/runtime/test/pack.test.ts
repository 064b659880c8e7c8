import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { encodeWav } from '@prosodia/features';
import { MODEL_PATH, voice } from './support.js';

const root = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'prosodia-pack-'));
const app = join(folder, 'app');
const wavPath = join(folder, 'voice.wav');
const require = createRequire(import.meta.url);
const PNPM = join(dirname(require.resolve('pnpm/package.json')), 'bin/pnpm.mjs');
const PACKAGES = {
  contracts: 'packages/contracts',
  native: 'native',
  features: 'packages/features',
  runtime: 'packages/runtime',
};
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(args: readonly string[], cwd: string): string {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return execFileSync(process.execPath, args, { cwd, env, encoding: 'utf8' });
}

/** Packs the packages a recogniser needs and installs them as a stranger would, into an empty folder. */
function install(): void {
  const tarballs = Object.entries(PACKAGES).map(([name, path]) => {
    const said = run([PNPM, 'pack', '--pack-destination', folder], join(root, path)).trim();
    return [`@prosodia/${name}`, `file:${said.split('\n').at(-1)}`] as const;
  });
  mkdirSync(app);
  const dependencies = { '@prosodia/runtime': Object.fromEntries(tarballs)['@prosodia/runtime'] };
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'stranger', private: true, dependencies }));
  // The packages are not in a registry yet: they find each other as tarballs.
  const overrides = tarballs.map(([name, tarball]) => `  '${name}': '${tarball}'`).join('\n');
  writeFileSync(
    join(app, 'pnpm-workspace.yaml'),
    `packages: []\npmOnFail: ignore\noverrides:\n${overrides}\n`,
  );
  run([PNPM, 'install', '--ignore-scripts', '--prefer-offline'], app);
  // What a package with a prebuilt addon would bring.
  const native = realpathSync(
    join(realpathSync(join(app, 'node_modules/@prosodia/runtime')), '../../@prosodia/features'),
  );
  const release = join(realpathSync(join(native, '../native')), 'build/Release');
  mkdirSync(release, { recursive: true });
  copyFileSync(join(root, 'native/build/Release/prosodia.node'), join(release, 'prosodia.node'));
}

it('works from its tarballs, imported and required, in a folder without TensorFlow', () => {
  install();
  writeFileSync(wavPath, encodeWav(voice(1)));
  const use = `const recognizer = await Recognizer.load(${JSON.stringify(MODEL_PATH)});
    console.log((await recognizer.recognize(${JSON.stringify(wavPath)})).endSec);
    await recognizer.close();`;
  writeFileSync(join(app, 'esm.mjs'), `import { Recognizer } from '@prosodia/runtime';\n${use}`);
  writeFileSync(
    join(app, 'common.cjs'),
    `const { Recognizer } = require('@prosodia/runtime');\n(async () => { ${use} })();`,
  );
  expect(run(['esm.mjs'], app)).toBe('0.6\n');
  expect(run(['--no-warnings', 'common.cjs'], app)).toBe('0.6\n');
  const installed = readdirSync(join(app, 'node_modules/.pnpm'));
  expect(installed.some((name) => name.startsWith('onnxruntime-node@'))).toBe(true);
  expect(installed.filter((name) => /tensorflow|tfjs/i.test(name))).toEqual([]);
}, 180_000);
