import { fstatSync } from 'node:fs';
import { Recognizer, readProfile, type Segment, type StreamEvent } from '@prosodia/runtime';
import { Command } from 'commander';
import { MODEL_OPTION, realNumber, wholeNumber } from '../options.js';
import type { Session } from '../session.js';
import { colourOf, painted } from '../timeline/colours.js';
import { LiveView } from '../timeline/live-view.js';
import { fileSource, inputSource, microphoneSource, type PcmSource, peakOf } from '../timeline/pcm-source.js';
import { segmentTable } from './timeline.js';

interface ListenOptions {
  readonly model: string;
  readonly file?: string;
  readonly rate: number;
  readonly fast?: boolean;
  readonly hopSec: number;
  readonly windowSec: number;
  readonly profile?: string;
  readonly json?: boolean;
}

/** Segments that are kept for the table at the end. */
const MAX_TABLE_ROWS = 10_000;

const EXAMPLES = `
Examples:
  prosodia listen
  prosodia listen --file call.wav --fast
  arecord -f S16_LE -r 16000 -t raw | prosodia listen --model run/model.onnx --file - --rate 16000 --json`;

/** `prosodia listen`: the emotion heard now, from a microphone, a file or standard input. */
export function listenCommand(session: Session): Command {
  return new Command('listen')
    .option(...MODEL_OPTION)
    .option(
      '--file <file>',
      'listen to a file, or with - to standard input (WAV or raw 16-bit mono); what is piped in is heard without it',
    )
    .option('--rate <hz>', 'rate of raw input and of the microphone', wholeNumber(4_000, 384_000), 16_000)
    .option('--fast', 'take a file as fast as it goes, not at the pace of speech')
    .option('--hop-sec <s>', 'from one answer to the next', realNumber(0.05, 60), 0.5)
    .option('--window-sec <s>', 'how much of the last speech an answer is about', realNumber(0.2, 60), 2)
    .option('--profile <file>', 'whose voice it is: a profile that `Voice.save` or `serve --profiles` wrote')
    .option('--json', 'print each event as one line of JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (options: ListenOptions) => {
      const source = await open(options, session.signal);
      const recognizer = await Recognizer.load(options.model);
      try {
        session.note(`listening to ${source.name}`);
        await listen(session, recognizer, source, options);
      } finally {
        await recognizer.close();
      }
    });
}

function open(
  { file, rate, fast = false }: ListenOptions,
  signal: AbortSignal,
): Promise<PcmSource> | PcmSource {
  if (file === '-' || (file === undefined && isPiped())) return inputSource(process.stdin, rate);
  return file === undefined ? microphoneSource(rate) : fileSource(file, fast, signal);
}

/** Somebody pipes audio in; a terminal or /dev/null on standard input means the microphone. */
function isPiped(): boolean {
  // As big integers: of plain ones Node keeps the last in a place where import() then takes its own paths for pipes.
  const input = fstatSync(0, { bigint: true });
  return input.isFIFO() || input.isFile() || input.isSocket();
}

async function listen(
  session: Session,
  recognizer: Recognizer,
  source: PcmSource,
  { hopSec, windowSec, profile, json = false }: ListenOptions,
): Promise<void> {
  const { labels } = recognizer;
  const view = !json && process.stdout.isTTY ? new LiveView(labels, process.stdout) : undefined;
  // Ctrl-C ends the source, so that the speech under way still gets its answer and the table is printed.
  session.signal.addEventListener('abort', () => source.stop(), { once: true });
  const speaker = profile === undefined ? undefined : recognizer.speaker(await readProfile(profile));
  const stream = recognizer.stream({ sampleRateHz: source.sampleRateHz, hopSec, windowSec, speaker });
  const segments: Segment[] = [];
  for await (const event of stream.from(metered(source, view))) {
    if (event.type === 'segment' && segments.length < MAX_TABLE_ROWS) segments.push(event);
    if (json) session.json(event);
    else if (view) show(view, event, labels);
    else if (event.type === 'segment') session.print(lineOf(event));
  }
  view?.close();
  if (!json) session.print(segmentTable(segments));
}

async function* metered({ chunks }: PcmSource, view: LiveView | undefined) {
  for await (const chunk of chunks) {
    view?.level(peakOf(chunk));
    yield chunk;
  }
}

function show(view: LiveView, event: StreamEvent, labels: readonly string[]): void {
  if (event.type === 'provisional') view.heard(event.label, event.confidence);
  else if (event.type === 'speechEnd') view.quiet();
  else if (event.type === 'segment')
    view.keep(`${painted(' ', colourOf(event.label, labels))} ${lineOf(event)}`);
}

function lineOf({ startSec, endSec, label, confidence }: Segment): string {
  const times = `${startSec.toFixed(2).padStart(8)} – ${endSec.toFixed(2).padStart(8)} s`;
  return `${times}  ${label.padEnd(10)} ${(100 * confidence).toFixed(1).padStart(5)} %`;
}
