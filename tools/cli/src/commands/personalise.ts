import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { ProsodiaError } from '@prosodia/contracts';
import { type AdaptationReport, Recognizer, readProfile, type Voice } from '@prosodia/runtime';
import { Command } from 'commander';
import { MODEL_OPTION } from '../options.js';
import type { Session } from '../session.js';

const EXAMPLES = `
Examples:
  prosodia personalise --profile me.json
  prosodia personalise --profile me.json happy=h1.wav happy=h2.wav sad=s1.wav calm=c1.wav
  prosodia recognize later.wav --profile me.json`;

interface PersonaliseOptions {
  readonly profile: string;
  readonly model: string;
  readonly forget?: boolean;
  readonly json?: boolean;
}

/** `prosodia personalise`: learns one person from labelled recordings and keeps what it learned in a profile. */
export function personaliseCommand(session: Session): Command {
  return new Command('personalise')
    .argument('[clips...]', 'emotion=file, e.g. happy=h1.wav')
    .requiredOption('--profile <file>', 'where the person is kept; learned further when it is there')
    .option(...MODEL_OPTION)
    .option('--forget', 'begin anew although the profile is there')
    .option('--json', 'end with one JSON line')
    .addHelpText('after', EXAMPLES)
    .action(async (clips: string[], options: PersonaliseOptions) => {
      const recognizer = await Recognizer.load(options.model);
      try {
        const known = existsSync(options.profile) && !options.forget;
        const voice = recognizer.speaker(known ? await readProfile(options.profile) : undefined);
        if (clips.length > 0) for (const clip of clips) await learn(session, voice, clip);
        else await ask(session, recognizer.labels, voice);
        await voice.save(options.profile);
        print(session, voice, options);
      } finally {
        await recognizer.close();
      }
    });
}

async function learn(session: Session, voice: Voice, clip: string): Promise<void> {
  const [, label, file] = /^([^=]+)=(.+)$/s.exec(clip) ?? [];
  if (label === undefined || file === undefined)
    throw new ProsodiaError('INVALID_ARGUMENT', `Expected emotion=file but received "${clip}"`);
  await voice.learn(file, label, { signal: session.signal });
}

/** Walks a person through the emotions; an empty line goes on to the next. */
async function ask(session: Session, labels: readonly string[], voice: Voice): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    session.note('Two to four short recordings of each emotion help most. An empty line: the next emotion.');
    for (const label of labels)
      for (;;) {
        const answer = await terminal.question(`${label}: path of a recording? `, { signal: session.signal });
        const file = answer.trim();
        if (file === '') break;
        try {
          await voice.learn(file, label, { signal: session.signal });
        } catch (error) {
          session.fail(error);
        }
      }
  } finally {
    terminal.close();
  }
}

function print(session: Session, voice: Voice, { profile, json }: PersonaliseOptions): void {
  const report = voice.report();
  session.print(gainOf(report));
  session.print(`kept in ${profile}`);
  if (json) session.json({ profile, heard: voice.clips, ...report });
}

function gainOf({ clips, judged, baseRight, adaptedRight, used, reason }: AdaptationReport): string {
  const found = `${clips} clips; of ${judged} that can be judged by what was learned from others, ${baseRight} right before, ${adaptedRight} after.`;
  return used
    ? `${found} The person's own layers answer: ${reason}.`
    : `${found} The model stays as it was: ${reason}.`;
}
