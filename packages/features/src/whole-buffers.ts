/**
 * The buffers that may be given back: of arrays that fill theirs. The rest of a larger buffer others may read – what a
 * process is sent comes in a part of one – and shared memory other threads.
 */
export function wholeBuffers(arrays: readonly Float32Array[]): ArrayBuffer[] {
  return arrays.flatMap(({ buffer, byteLength }) =>
    buffer instanceof ArrayBuffer && byteLength > 0 && byteLength === buffer.byteLength ? [buffer] : [],
  );
}
