import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import { nativeAddon } from '@prosodia/native';

/** What the figures were measured on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly node: string;
  /** The instruction set our kernels ran on. */
  readonly isa: string;
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
    isa: nativeAddon().isa,
  };
}

export function ownVersion(): string {
  const { version } = createRequire(import.meta.url)('@prosodia/features/package.json') as {
    version: string;
  };
  return version;
}
