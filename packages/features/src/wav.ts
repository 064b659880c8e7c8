import { type AudioClip, ProsodiaError } from '@prosodia/contracts';
import { checkClips } from './clips.js';

const HEADER_BYTES = 44;
// Looked up once: within a `vm` context, where tests run, each use of a global costs a microsecond.
const { max, min, round } = Math;
const { isFinite: isFiniteNumber } = Number;

/**
 * A mono clip as the bytes of a WAV file.
 *
 * @param format  `pcm16` rounds to the nearest of 65,536 levels and clips beyond [-1, 1), without dither; `float32`
 *   keeps the samples bit for bit
 * @throws ProsodiaError INVALID_ARGUMENT (also for a sample that is not finite in `pcm16`), LIMIT
 */
export function encodeWav(clip: AudioClip, format: 'pcm16' | 'float32' = 'pcm16'): Uint8Array {
  checkClips([clip]);
  if (format !== 'pcm16' && format !== 'float32') {
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected pcm16 or float32 for format but received ${String(format)}`,
    );
  }
  const { samples, sampleRateHz } = clip;
  const sampleBytes = format === 'pcm16' ? 2 : 4;
  const bytes = new Uint8Array(HEADER_BYTES + samples.length * sampleBytes);
  const view = new DataView(bytes.buffer);
  const word = (at: number, text: string) => {
    for (let i = 0; i < 4; i++) view.setUint8(at + i, text.charCodeAt(i));
  };
  word(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  word(8, 'WAVE');
  word(12, 'fmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, format === 'pcm16' ? 1 : 3, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * sampleBytes, true);
  view.setUint16(32, sampleBytes, true);
  view.setUint16(34, sampleBytes * 8, true);
  word(36, 'data');
  view.setUint32(40, samples.length * sampleBytes, true);
  if (format === 'float32') {
    samples.forEach((sample, i) => {
      view.setFloat32(HEADER_BYTES + 4 * i, sample, true);
    });
  } else {
    samples.forEach((sample, i) => {
      view.setInt16(HEADER_BYTES + 2 * i, toInt16(sample, i), true);
    });
  }
  return bytes;
}

function toInt16(sample: number, index: number): number {
  if (!isFiniteNumber(sample)) {
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected finite samples for a pcm16 file but sample ${index} is ${sample}`,
    );
  }
  return max(-32_768, min(32_767, round(sample * 32_768)));
}
