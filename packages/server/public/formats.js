/** Files to download, and the colours of emotions. */

const PALETTE = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#8c6bb1', '#7f7f7f'];

export function colourOf(label, labels) {
  const place = labels.indexOf(label);
  return place < 0 ? '#7f7f7f' : PALETTE[place % PALETTE.length];
}

export function toJson({ durationSec, segments }) {
  const kept = segments.map(({ startSec, endSec, label, confidence, probabilities }) => ({
    startSec,
    endSec,
    label,
    confidence,
    probabilities,
  }));
  return JSON.stringify({ durationSec, segments: kept });
}

export function toSrt({ segments }) {
  return segments
    .map(
      ({ startSec, endSec, label, confidence }, i) =>
        `${i + 1}\n${time(startSec)} --> ${time(endSec)}\n${label} (${Math.round(100 * confidence)} %)\n`,
    )
    .join('\n');
}

/** SRT with another first line and a point in its times. */
export function toVtt(timeline) {
  return `WEBVTT\n\n${toSrt(timeline).replace(/(\d{2}:\d{2}:\d{2}),/g, '$1.')}`;
}

function time(seconds) {
  const all = Math.round(1000 * seconds);
  const two = (value) => String(Math.floor(value)).padStart(2, '0');
  const clock = [all / 3600000, (all / 60000) % 60, (all / 1000) % 60].map(two).join(':');
  return `${clock},${String(all % 1000).padStart(3, '0')}`;
}

/** Chunks of 16-bit mono samples as a WAV file's bytes. */
export function toWav(chunks, sampleRateHz) {
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  const head = new DataView(new ArrayBuffer(44));
  const text = (at, word) => {
    for (let i = 0; i < word.length; i++) head.setUint8(at + i, word.charCodeAt(i));
  };
  text(0, 'RIFF');
  head.setUint32(4, 36 + bytes, true);
  text(8, 'WAVEfmt ');
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true);
  head.setUint16(22, 1, true);
  head.setUint32(24, sampleRateHz, true);
  head.setUint32(28, 2 * sampleRateHz, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  text(36, 'data');
  head.setUint32(40, bytes, true);
  return new Blob([head, ...chunks]);
}

export function save(name, type, text) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
