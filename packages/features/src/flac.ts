/** Where STREAMINFO, always FLAC's first block, keeps the bits per sample: after 4 bytes of mark and 4 of header. */
const RATE_CHANNELS_BITS = 18;

/**
 * Makes decoded FLAC samples exact: the decoder divides integers by 2^(bits − 1) − 1, everyone else (libsndfile,
 * librosa, our WAV reader) by 2^(bits − 1). The integers are recovered by rounding, without loss up to 24 bits.
 *
 * @param bytes     the file, starting with `fLaC`
 * @param channels  the decoder's output, changed in place
 */
export function rescaleFlac(bytes: Uint8Array, channels: readonly Float32Array[]): void {
  const bits = (((bytes[RATE_CHANNELS_BITS + 2]! & 1) << 4) | (bytes[RATE_CHANNELS_BITS + 3]! >> 4)) + 1;
  if (bits < 2) return;
  const levels = 2 ** (bits - 1);
  const lossless = bits <= 24;
  for (const channel of channels) {
    for (let i = 0; i < channel.length; i++) {
      const level = channel[i]! * (levels - 1);
      channel[i] = (lossless ? Math.round(level) : level) / levels;
    }
  }
}

/** Samples of each channel as FLAC's head tells them; 0 where it does not know. */
export function flacSamples(bytes: Uint8Array): number {
  if (bytes.length < RATE_CHANNELS_BITS + 8) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset + RATE_CHANNELS_BITS);
  return (view.getUint8(3) & 15) * 2 ** 32 + view.getUint32(4);
}
