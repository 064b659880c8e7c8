import { basename, extname } from 'node:path';
import { type AudioClip, ProsodiaError } from '@prosodia/contracts';
import { decodeFile } from '@prosodia/features';
import { Recognizer } from '@prosodia/runtime';
import { Command } from 'commander';
import writeFileAtomic from 'write-file-atomic';
import { MODEL_OPTION, realNumber } from '../options.js';
import type { Session } from '../session.js';
import { textTable } from '../table.js';
import { toRttm, toSrt } from '../timeline/formats.js';
import { timelinePage } from '../timeline/page.js';
import { type Timeline, timelineOf } from '../timeline/timeline.js';

interface TimelineOptions {
  readonly model: string;
  readonly out?: string;
  readonly minSilenceSec: number;
  readonly json?: boolean;
}

const FORMATS = ['.html', '.json', '.rttm', '.srt'];
const EXAMPLES = `
Examples:
  prosodia timeline call.wav
  prosodia timeline call.wav --model run/model.onnx --out call.html
  prosodia timeline call.wav --json | jq -r '.segments[].label'`;

/** `prosodia timeline FILE`: which emotion is heard when in a long recording. */
export function timelineCommand(session: Session): Command {
  return new Command('timeline')
    .argument('<file>', 'WAV, FLAC, MP3 or OGG')
    .option(...MODEL_OPTION)
    .option('--out <file>', 'write a picture with a table (.html), .json, subtitles (.srt) or .rttm')
    .option('--min-silence-sec <s>', 'pauses shorter than this divide nothing', realNumber(0.05, 10), 0.5)
    .option('--json', 'print durationSec and segments as one line of JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: TimelineOptions) => {
      const kind = options.out === undefined ? undefined : formatOf(options.out);
      const clip = await decodeFile(file, { signal: session.signal });
      const recognizer = await Recognizer.load(options.model);
      try {
        const timeline = await timelineOf(recognizer, clip, {
          vad: { minSilenceSec: options.minSilenceSec },
          signal: session.signal,
        });
        if (options.out !== undefined) {
          const content = render(timeline, kind!, { clip, file, labels: recognizer.labels });
          await writeFileAtomic(options.out, content);
        }
        if (options.json) session.json(timeline);
        else printTimeline(session, timeline, options.out);
      } finally {
        await recognizer.close();
      }
    });
}

function formatOf(out: string): string {
  const kind = extname(out).toLowerCase();
  if (FORMATS.includes(kind)) return kind;
  throw new ProsodiaError(
    'INVALID_ARGUMENT',
    `Expected a file ending in ${FORMATS.join(', ')} for --out but received ${out}`,
  );
}

function render(
  timeline: Timeline,
  kind: string,
  source: { clip: AudioClip; file: string; labels: readonly string[] },
): string {
  const name = basename(source.file);
  if (kind === '.json') return `${JSON.stringify(timeline)}\n`;
  if (kind === '.srt') return toSrt(timeline);
  if (kind === '.rttm') return toRttm(timeline, basename(name, extname(name)));
  return timelinePage(timeline, source.clip, name, source.labels);
}

function printTimeline(session: Session, timeline: Timeline, out: string | undefined): void {
  const { segments, durationSec } = timeline;
  session.print(segmentTable(segments));
  const count = segments.length === 1 ? '1 segment' : `${segments.length} segments`;
  session.print(`${count} of speech in ${durationSec.toFixed(1)} s`);
  if (out !== undefined) session.print(`written: ${out}`);
}

export function segmentTable(segments: Timeline['segments']): string {
  if (segments.length === 0) return 'No speech was heard.';
  return textTable(
    ['from s', 'to s', 'emotion', 'confidence'],
    segments.map(({ startSec, endSec, label, confidence }) => [
      startSec.toFixed(2),
      endSec.toFixed(2),
      label,
      `${(100 * confidence).toFixed(1)} %`,
    ]),
  );
}
