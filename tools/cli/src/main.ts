import { Command, CommanderError } from 'commander';
import { COMMANDS } from './commands.js';
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
    const program = await buildProgram(session, argv);
    await program.parseAsync([...argv], { from: 'user' });
    return session.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    session.fail(error);
    return exitCodeOf(error);
  } finally {
    session.close();
  }
}

/** The program with the command that is asked for; of the others only what the help says of them. */
async function buildProgram(session: Session, argv: readonly string[]): Promise<Command> {
  const program = new Command('prosodia')
    .description('Emotion from speech: train, judge, export and recognise.')
    .version(version)
    .showHelpAfterError('(add --help for the options and examples)')
    .showSuggestionAfterError()
    .helpCommand(true);
  const words = argv.filter((word) => !word.startsWith('-'));
  const asked = words[0] === 'help' ? words[1] : words[0];
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    const command = name === asked ? await load(session) : new Command(name);
    program.addCommand(command.description(summary));
  }
  overrideExit(program);
  return program;
}

// Commander ends the process on a usage error unless every (sub)command is told to throw instead.
function overrideExit(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) overrideExit(child);
}
