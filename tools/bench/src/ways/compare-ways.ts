import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recording } from '@prosodia/contracts';
import { Recognizer } from '@prosodia/runtime';
import { serve } from '@prosodia/server';
import type { HeardSegment, Listening } from './listening.js';
import { type Minute, minuteOf } from './minute.js';
import { WAYS } from './ways.js';

/** A segment's end is right within this. */
const BOUNDARY_SEC = 0.2;

/** What one way heard, beside what the first did. */
export interface WayReport {
  readonly way: string;
  readonly segments: number;
  /** Segments with the same times and label as in code. */
  readonly same: number;
  /** Largest difference in any probability. */
  readonly maxDifference: number;
}

/** One recording heard in every way. */
export interface MinuteReport {
  readonly durationSec: number;
  readonly clips: number;
  /** Share of the clips' beginnings and ends that a segment has within 0.2 s. */
  readonly boundaries: number;
  /** Share of the segments whose label a file of just that stretch gets as well. */
  readonly offlineStretch: number;
  /** Share of the clips that are one segment, with the label that the clip alone gets. */
  readonly offlineClip: number;
  /** The same with the label of the whole file the clip was cut from. */
  readonly offlineFile: number;
  readonly ways: readonly WayReport[];
  readonly segments: readonly HeardSegment[];
}

/** Hears a minute of a corpus's clips in code, by the command line, over the network and on the page. */
export async function compareWays(
  recordings: readonly Recording[],
  { seed, model }: { readonly seed: number; readonly model: string },
): Promise<MinuteReport> {
  const minute = await minuteOf(recordings, seed);
  const folder = await mkdtemp(join(tmpdir(), 'prosodia-ways-'));
  const recognizer = await Recognizer.load(model);
  const server = await serve(recognizer, { port: 0 });
  try {
    const file = join(folder, 'minute.wav');
    await writeFile(file, minute.wav);
    const { samples, sampleRateHz } = minute;
    const listening: Listening = { recognizer, model, url: server.url, file, samples, sampleRateHz, folder };
    const heard: [string, HeardSegment[]][] = [];
    for (const [way, hear] of Object.entries(WAYS)) heard.push([way, await hear(listening)]);
    const [, segments] = heard[0]!;
    return {
      durationSec: minute.durationSec,
      clips: minute.placed.length,
      boundaries: closeBoundaries(minute, segments),
      ...(await offlineLabels(recognizer, minute, segments)),
      ways: heard.map(([way, found]) => reportOf(way, found, segments)),
      segments,
    };
  } finally {
    await server.close();
    await recognizer.close();
    await rm(folder, { recursive: true });
  }
}

function closeBoundaries({ placed }: Minute, segments: readonly HeardSegment[]): number {
  const near = (name: 'startSec' | 'endSec') =>
    placed.filter((clip) => segments.some((segment) => Math.abs(segment[name] - clip[name]) <= BOUNDARY_SEC));
  return (near('startSec').length + near('endSec').length) / (2 * placed.length);
}

async function offlineLabels(
  recognizer: Recognizer,
  { samples, sampleRateHz, placed }: Minute,
  segments: readonly HeardSegment[],
): Promise<Pick<MinuteReport, 'offlineStretch' | 'offlineClip' | 'offlineFile'>> {
  const alone = async (part: Float32Array) =>
    (await recognizer.recognize({ samples: part, sampleRateHz })).label;
  let [stretches, clips, files] = [0, 0, 0];
  for (const { startSec, endSec, label } of segments) {
    const part = samples.slice(Math.round(startSec * sampleRateHz), Math.round(endSec * sampleRateHz));
    if ((await alone(part)) === label) stretches++;
  }
  for (const clip of placed) {
    const within = segments.filter(
      ({ startSec, endSec }) => startSec < clip.endSec && endSec > clip.startSec,
    );
    const [only, more] = within;
    if (!only || more) continue;
    if (only.label === (await alone(clip.samples))) clips++;
    if (only.label === (await recognizer.recognize(clip.path)).label) files++;
  }
  return {
    offlineStretch: stretches / segments.length,
    offlineClip: clips / placed.length,
    offlineFile: files / placed.length,
  };
}

function reportOf(way: string, found: readonly HeardSegment[], first: readonly HeardSegment[]): WayReport {
  const pairs = found.flatMap((segment, i) => (first[i] ? [[segment, first[i]] as const] : []));
  const same = pairs.filter(
    ([one, other]) =>
      one.label === other.label && one.startSec === other.startSec && one.endSec === other.endSec,
  ).length;
  const differences = pairs.flatMap(([one, other]) =>
    Object.entries(one.probabilities).map(([label, p]) => Math.abs(p - (other.probabilities[label] ?? 0))),
  );
  return { way, segments: found.length, same, maxDifference: Math.max(0, ...differences) };
}
