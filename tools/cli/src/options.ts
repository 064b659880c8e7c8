import { ProsodiaError } from '@prosodia/contracts';
import { InvalidArgumentError } from 'commander';

/** Parsers for option values: each says what it expected and what it got. */

export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max || text.trim() === '')
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max} but received "${text}".`);
    return value;
  };
}

export function realNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isFinite(value) || value < min || value > max || text.trim() === '')
      throw new InvalidArgumentError(`Expected a number from ${min} to ${max} but received "${text}".`);
    return value;
  };
}

/** A comma-separated list, each item checked. */
export function listOf<T>(item: (text: string) => T): (text: string) => T[] {
  return (text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part.length > 0)
      .map(item);
}

export function oneOf<const T extends string>(allowed: readonly T[]): (text: string) => T {
  return (text) => {
    const found = allowed.find((word) => word === text);
    if (found === undefined)
      throw new InvalidArgumentError(`Expected one of ${allowed.join(', ')} but received "${text}".`);
    return found;
  };
}

/** The model a command listens with. */
export const MODEL_OPTION = [
  '--model <file>',
  'base, fast, paper-final, or a model.onnx that `prosodia train` or `export` wrote',
  'base',
] as const;

/** The corpus folder given, or the one RAVDESS_DIR names. */
export function corpusFolder(given: string | undefined): string {
  const folder = given ?? process.env.RAVDESS_DIR;
  if (folder) return folder;
  throw new ProsodiaError(
    'INVALID_ARGUMENT',
    'Expected --corpus DIR (or RAVDESS_DIR in the environment) but neither is given; ' +
      '`prosodia corpus fetch ravdess` downloads one and `prosodia corpus synthesize` makes one',
  );
}
