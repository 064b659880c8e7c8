import type { Timeline } from './timeline.js';

/** Subtitles: one cue for each segment. */
export function toSrt({ segments }: Timeline): string {
  return segments
    .map(({ startSec, endSec, label, confidence }, i) =>
      [
        `${i + 1}`,
        `${srtTime(startSec)} --> ${srtTime(endSec)}`,
        `${label} (${Math.round(100 * confidence)} %)`,
        '',
      ].join('\n'),
    )
    .join('\n');
}

/**
 * Rich Transcription Time Marked (NIST 2009), as diarisation tools read it: the emotion stands for the speaker.
 *
 * @param name  of the recording; blanks, which divide RTTM's columns, become underscores
 */
export function toRttm({ segments }: Timeline, name: string): string {
  const file = name.replace(/\s+/g, '_');
  return segments
    .map(({ startSec, endSec, label, confidence }) => {
      const times = `${startSec.toFixed(3)} ${(endSec - startSec).toFixed(3)}`;
      return `SPEAKER ${file} 1 ${times} <NA> <NA> ${label} ${confidence.toFixed(4)} <NA>\n`;
    })
    .join('');
}

/** Rounded to milliseconds first, so that no part of a time comes out as 60 or 1000. */
function srtTime(seconds: number): string {
  const all = Math.round(1_000 * seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = [all / 3_600_000, (all / 60_000) % 60, (all / 1_000) % 60].map((part) =>
    two(Math.floor(part)),
  );
  return `${clock.join(':')},${String(all % 1_000).padStart(3, '0')}`;
}
