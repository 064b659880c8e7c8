import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ProsodiaError } from '@prosodia/contracts';
import type * as tf from '@tensorflow/tfjs';

/** TensorFlow.js as `import * as tf from '@tensorflow/tfjs'` would give it. */
export type TensorFlow = typeof tf;
export type TensorflowBackend = 'tensorflow' | 'wasm';

export interface LoadedTensorflow {
  readonly tf: TensorFlow;
  /** `tensorflow`: libtensorflow through tfjs-node; `wasm`: the WebAssembly kernels, several times slower. */
  readonly backend: TensorflowBackend;
}

export interface LoadTensorflowOptions {
  /** Insists on one backend; without it libtensorflow where its binding loads, else WebAssembly. */
  readonly backend?: TensorflowBackend | undefined;
  /** Hears once, in words for a person, that libtensorflow could not be loaded; the console unless given. */
  readonly onFallback?: ((message: string) => void) | undefined;
}

let loading: Promise<LoadedTensorflow> | undefined;

/**
 * Loads TensorFlow.js, once for the process; the first call decides the backend.
 *
 * @throws ProsodiaError NATIVE_LOAD when the backend asked for cannot be loaded; INVALID_ARGUMENT when another
 *   one already runs in this process (tensors and variables belong to a backend)
 */
export async function loadTensorflow(options: LoadTensorflowOptions = {}): Promise<LoadedTensorflow> {
  if (loading === undefined) {
    loading = load(options);
    loading.catch(() => {
      loading = undefined;
    });
  }
  const loaded = await loading;
  if (options.backend !== undefined && options.backend !== loaded.backend) {
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected TensorFlow.js to run on ${options.backend} but this process already runs it on ${loaded.backend}`,
    );
  }
  return loaded;
}

async function load({ backend, onFallback }: LoadTensorflowOptions): Promise<LoadedTensorflow> {
  if (backend === 'wasm') return loadWasm();
  try {
    return await loadNode();
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0];
    if (backend === 'tensorflow') {
      throw new ProsodiaError('NATIVE_LOAD', `Cannot load TensorFlow for Node.js: ${reason}`, { cause });
    }
    const tell = onFallback ?? console.warn;
    tell(
      `TensorFlow for Node.js could not be loaded (${reason}); its WebAssembly build runs instead, slower`,
    );
    return loadWasm();
  }
}

async function loadNode(): Promise<LoadedTensorflow> {
  // libtensorflow greets on stderr with the processor features it was not built for.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // oneDNN's threads keep waiting for more work on the cores that the addon's LSTMs need: a fifth of an epoch.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '0';
  const module = await import('@tensorflow/tfjs-node');
  const loaded = namespaceOf<TensorFlow>(module);
  await loaded.ready();
  return { tf: loaded, backend: 'tensorflow' };
}

async function loadWasm(): Promise<LoadedTensorflow> {
  try {
    const loaded = namespaceOf<TensorFlow>(await import('@tensorflow/tfjs'));
    const wasm = namespaceOf<typeof import('@tensorflow/tfjs-backend-wasm')>(
      await import('@tensorflow/tfjs-backend-wasm'),
    );
    const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(join(dirname(main), '/'));
    if (!(await loaded.setBackend('wasm'))) throw new Error('its wasm backend did not start');
    return { tf: loaded, backend: 'wasm' };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ProsodiaError('NATIVE_LOAD', `Cannot load TensorFlow.js for WebAssembly: ${reason}`, { cause });
  }
}

/** These packages are CommonJS: everything is on `default`, only part of it (or none) beside it. */
function namespaceOf<T>(module: unknown): T {
  const { default: whole } = module as { default?: T };
  return whole ?? (module as T);
}
