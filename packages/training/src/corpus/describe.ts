import type { Recording } from '@prosodia/contracts';
import type { Corpus, CorpusProblem, CorpusReport, Distribution } from './corpus.js';

/** What an adapter found, before it is counted. */
export interface Findings {
  readonly adapter: string;
  readonly name: string;
  readonly licence: string;
  readonly files: number;
  readonly recordings: readonly Recording[];
  readonly contentHashes: readonly string[];
  readonly malformed: readonly CorpusProblem[];
  readonly missing: readonly string[];
  readonly otherFiles: readonly string[];
}

/** Counts what was found and makes the corpus of it. */
export function describeCorpus(findings: Findings): Corpus {
  const { recordings, contentHashes } = findings;
  const count = (value: (recording: Recording) => string | null) =>
    distribution(recordings.map((recording) => value(recording) ?? 'unknown'));
  const report: CorpusReport = {
    adapter: findings.adapter,
    files: findings.files,
    recordings: recordings.length,
    speakers: new Set(recordings.map((recording) => recording.speaker)).size,
    distributions: {
      emotion: count((recording) => recording.emotion),
      intensity: count((recording) => recording.intensity),
      sex: count((recording) => recording.sex),
      speaker: count((recording) => recording.speaker),
      statement: count((recording) => recording.text),
    },
    duplicates: duplicatesOf(recordings, contentHashes),
    malformed: findings.malformed,
    missing: findings.missing,
    otherFiles: findings.otherFiles,
  };
  const synthetic = recordings.some((recording) => recording.synthetic);
  return { name: findings.name, recordings, contentHashes, report, synthetic, licence: findings.licence };
}

function distribution(values: readonly string[]): Distribution {
  const counts = new Map<string, number>();
  for (const value of [...values].sort()) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function duplicatesOf(recordings: readonly Recording[], hashes: readonly string[]): string[][] {
  const byHash = new Map<string, string[]>();
  for (const [index, recording] of recordings.entries()) {
    const paths = byHash.get(hashes[index]!);
    if (paths) paths.push(recording.path);
    else byHash.set(hashes[index]!, [recording.path]);
  }
  return [...byHash.values()].filter((paths) => paths.length > 1);
}
