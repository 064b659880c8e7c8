// Decodes compressed audio, one file after the other, on a thread of its own: WebAssembly holds up the one it runs on.
import { parentPort } from 'node:worker_threads';
import { type ErrorCode, isProsodiaError } from '@prosodia/contracts/errors';
import { type CompressedFormat, type DecodedSamples, decodeCompressed } from './compressed.js';

/** To a decoding thread: a file's bytes, transferred. */
export interface DecodeRequest {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly name: string;
  readonly format: CompressedFormat;
}

/** From it, one for each request: its samples, transferred, or what is wrong. */
export type DecodeReply = DecodedSamples | { readonly code: ErrorCode; readonly message: string };

parentPort!.on('message', async ({ bytes, name, format }: DecodeRequest) => {
  let reply: DecodeReply;
  try {
    reply = await decodeCompressed(bytes, name, format);
  } catch (error) {
    if (!isProsodiaError(error)) throw error;
    reply = { code: error.code, message: error.message };
  }
  parentPort!.postMessage(reply, 'samples' in reply ? [reply.samples.buffer] : []);
});
