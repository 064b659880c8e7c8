import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ProsodiaError } from '@prosodia/contracts';
import type { Corpus, Distribution } from '@prosodia/training';
import { Command } from 'commander';
import { EXIT } from '../exit.js';
import { corpusFolder, oneOf, wholeNumber } from '../options.js';
import type { Session } from '../session.js';
import { textTable } from '../table.js';

const ADAPTERS = ['auto', 'ravdess', 'emodb', 'manifest'] as const;

/** `prosodia corpus …`: look at labelled recordings, download RAVDESS, make a synthetic corpus. */
export function corpusCommand(session: Session): Command {
  return new Command('corpus')
    .addCommand(infoCommand(session))
    .addCommand(fetchCommand(session))
    .addCommand(synthesizeCommand(session));
}

function infoCommand(session: Session): Command {
  return new Command('info')
    .description('Count what is there: labels, speakers, duplicates, malformed names, missing files')
    .argument('[paths...]', 'folders or manifests (.csv, .jsonl); RAVDESS_DIR unless given')
    .option('--adapter <name>', ADAPTERS.join(', '), oneOf(ADAPTERS), 'auto')
    .option('--json', 'the report as one JSON line')
    .addHelpText(
      'after',
      `
Examples:
  prosodia corpus info ravdess
  prosodia corpus info my-recordings.csv --json`,
    )
    .action(async (paths: string[], options: { adapter: (typeof ADAPTERS)[number]; json?: boolean }) => {
      const { loadCorpus } = await import('@prosodia/training');
      const folders = paths.length > 0 ? paths : [corpusFolder(undefined)];
      const corpus = await loadCorpus(folders, { adapter: options.adapter, signal: session.signal });
      if (options.json) session.json({ name: corpus.name, synthetic: corpus.synthetic, ...corpus.report });
      else printCorpus(session, corpus);
    });
}

function printCorpus(session: Session, { name, synthetic, licence, report }: Corpus): void {
  session.print(`${name}${synthetic ? ' (SYNTHETIC: no person spoke it)' : ''}`);
  session.print(`${report.recordings} recordings of ${report.speakers} speakers; licence: ${licence}`);
  for (const [what, counts] of Object.entries(report.distributions) as [string, Distribution][])
    session.print(
      `  ${what.padEnd(10)} ${Object.entries(counts)
        .map(([value, count]) => `${value} ${count}`)
        .join(', ')}`,
    );
  for (const group of report.duplicates) session.print(`  same recording: ${group.join(' = ')}`);
  if (report.malformed.length > 0)
    session.print(
      textTable(
        ['Left out', 'Why'],
        report.malformed.map(({ path, reason }) => [path, reason]),
      ),
    );
  if (report.missing.length > 0)
    session.print(`  missing (${report.missing.length}): ${shortList(report.missing)}`);
  if (report.otherFiles.length > 0)
    session.print(`  not audio (${report.otherFiles.length}): ${shortList(report.otherFiles)}`);
}

function shortList(items: readonly string[], most = 5): string {
  const more = items.length > most ? `, … ${items.length - most} more` : '';
  return items.slice(0, most).join(', ') + more;
}

function fetchCommand(session: Session): Command {
  return new Command('fetch')
    .description(
      'Download a public corpus (RAVDESS speech, 199 MiB, CC BY-NC-SA 4.0), with resume and checksum',
    )
    .argument('<name>', 'ravdess', oneOf(['ravdess']))
    .option('--out <dir>', 'where to unpack it', 'ravdess')
    .option('--url <url>', 'another place that serves the same archive')
    .option('--json', 'say what was written as one JSON line')
    .addHelpText(
      'after',
      `
Examples:
  prosodia corpus fetch ravdess
  prosodia corpus fetch ravdess --out data/ravdess`,
    )
    .action(async (_name: string, options: { out: string; url?: string; json?: boolean }) => {
      const { fetchRavdess } = await import('@prosodia/training');
      const bar = session.progress('download');
      const result = await fetchRavdess({
        outDir: options.out,
        ...(options.url === undefined ? {} : { url: options.url }),
        signal: session.signal,
        onProgress: (progress) => bar.update(progress),
      }).finally(() => bar.stop());
      if (options.json) session.json(result);
      else
        session.print(
          `${options.out}: ${result.recordings} recordings. RAVDESS is CC BY-NC-SA 4.0 (Livingstone & Russo 2018).`,
        );
    });
}

function synthesizeCommand(session: Session): Command {
  return new Command('synthesize')
    .description(
      'Make a small corpus of synthetic speech, acted by rule, to try the whole way without recordings',
    )
    .requiredOption('--out <dir>', 'where to write it')
    .option('--speakers <n>', 'synthetic speakers, 60 clips each', wholeNumber(2, 24), 8)
    .option('--seed <n>', 'the same seed gives the same clips', wholeNumber(0, 0xffff_ffff), 0)
    .addHelpText('after', '\nExample:\n  prosodia corpus synthesize --out synthetic --speakers 8')
    .action(async (options: { out: string; speakers: number; seed: number }) => {
      session.exitCode = await synthesize(session.signal, options);
    });
}

/**
 * Runs the synthesizer as a program of its own: its speech engine is GPL-licensed and no part of this one.
 *
 * @returns the exit code
 */
export async function synthesize(
  signal: AbortSignal,
  options: { out: string; speakers: number; seed: number },
): Promise<number> {
  const program = join(synthesizerFolder(), 'bin/synthesize.mjs');
  const args = [
    program,
    '--out',
    options.out,
    '--speakers',
    `${options.speakers}`,
    '--seed',
    `${options.seed}`,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 2, 2], signal, killSignal: 'SIGINT' });
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => resolve(code ?? EXIT.failed));
    child.on('error', (cause) =>
      signal.aborted
        ? resolve(EXIT.stopped)
        : reject(new ProsodiaError('CORPUS', 'The synthesizer did not start', { cause })),
    );
  });
}

function synthesizerFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('@prosodia/synthesizer/package.json'));
  } catch (cause) {
    throw new ProsodiaError('CORPUS', 'The package @prosodia/synthesizer is not installed', { cause });
  }
}
