import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ProsodiaError } from '@prosodia/contracts/errors';
import type { AugmentOperations } from './augment.js';
import type { ProsodyOperations } from './prosody.js';
import type { SignalOperations } from './signal.js';
import type { TrainingOperations } from './train.js';

/** Everything the addon exports; each family of operations has its own interface. */
export interface NativeAddon
  extends AugmentOperations,
    ProsodyOperations,
    SignalOperations,
    TrainingOperations {
  /** The instruction set its kernels run on. */
  readonly isa: 'baseline' | 'avx2' | 'avx512' | 'neon';
}

const addonPath = '../build/Release/prosodia.node';
let loaded: NativeAddon | undefined;

/**
 * The addon, loaded on first use.
 *
 * @throws ProsodiaError NATIVE_LOAD (not built, built for another platform, PROSODIA_ISA unknown here), with advice
 */
export function nativeAddon(): NativeAddon {
  if (loaded) return loaded;
  try {
    loaded = createRequire(import.meta.url)(addonPath) as NativeAddon;
    return loaded;
  } catch (cause) {
    throw new ProsodiaError('NATIVE_LOAD', adviceFor(cause), { cause });
  }
}

/** Where the addon's file lies, whether or not it has been built: its bytes name the version of every result. */
export function addonFile(): string {
  return fileURLToPath(new URL(addonPath, import.meta.url));
}

function adviceFor(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const where = `${process.platform}-${process.arch}, Node ${process.version}`;
  if ((cause as { code?: unknown } | null)?.code === 'MODULE_NOT_FOUND') {
    return (
      `The native addon is not built (${where}). Build it with "npm run build" in @prosodia/native; ` +
      'that needs CMake 3.20 and a C++20 compiler'
    );
  }
  if (message.includes('PROSODIA_ISA')) return message;
  return `The native addon does not load on ${where}: ${message}. Build it anew with "npm run build" in @prosodia/native`;
}
