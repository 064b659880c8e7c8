import { execFileSync } from 'node:child_process';

/** The instruction sets this processor runs, as the addon itself lists them when asked for another. */
export function instructionSets(): string[] {
  const probe = `import('${new URL('../../../../native/dist/index.js', import.meta.url)}')
    .then(({ nativeAddon }) => nativeAddon()).catch((error) => console.log(error.message))`;
  const said = execFileSync(process.execPath, ['-e', probe], {
    env: { ...process.env, PROSODIA_ISA: 'none' },
  });
  return said.toString().trim().split('runs ')[1]!.split(', ');
}
