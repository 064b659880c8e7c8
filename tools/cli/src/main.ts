import { Command, CommanderError } from 'commander';
import { augmentCommand } from './commands/augment.js';
import { benchCommand } from './commands/bench.js';
import { corpusCommand } from './commands/corpus.js';
import { demoCommand } from './commands/demo.js';
import { evaluateCommand } from './commands/evaluate.js';
import { exportCommand } from './commands/export.js';
import { featuresCommand } from './commands/features.js';
import { listenCommand } from './commands/listen.js';
import { personaliseCommand } from './commands/personalise.js';
import { recognizeCommand } from './commands/recognize.js';
import { reportCommand } from './commands/report.js';
import { resultsCommand } from './commands/results.js';
import { serveCommand } from './commands/serve.js';
import { startCommand } from './commands/start.js';
import { timelineCommand } from './commands/timeline.js';
import { trainCommand } from './commands/train.js';
import { EXIT, exitCodeOf } from './exit.js';
import { createSession, type Session } from './session.js';
import { version } from './version.js';

/**
 * Runs the command line and says how it ended.
 *
 * @param argv  the words after `prosodia`
 * @returns 0 done, 1 failed (also: some files of several failed), 2 wrong usage, 130 stopped by Ctrl-C
 */
export async function main(argv: readonly string[]): Promise<number> {
  const session = createSession();
  try {
    await buildProgram(session).parseAsync([...argv], { from: 'user' });
    return session.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    session.fail(error);
    return exitCodeOf(error);
  } finally {
    session.close();
  }
}

function buildProgram(session: Session): Command {
  const program = new Command('prosodia')
    .description('Emotion from speech: train, judge, export and recognise.')
    .version(version)
    .showHelpAfterError('(add --help for the options and examples)')
    .showSuggestionAfterError()
    .helpCommand(true);
  const commands = [
    corpusCommand,
    featuresCommand,
    augmentCommand,
    trainCommand,
    evaluateCommand,
    exportCommand,
    recognizeCommand,
    personaliseCommand,
    timelineCommand,
    listenCommand,
    serveCommand,
    demoCommand,
    reportCommand,
    resultsCommand,
    benchCommand,
    startCommand,
  ];
  for (const make of commands) program.addCommand(make(session));
  overrideExit(program);
  return program;
}

// Commander ends the process on a usage error unless every (sub)command is told to throw instead.
function overrideExit(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) overrideExit(child);
}
