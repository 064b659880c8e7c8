// By hand and not by a schema: these are part of every cold start, and zod alone costs more than all else of it.
import { ProsodiaError } from '@prosodia/contracts/errors';

export interface Range {
  readonly min: number;
  readonly max: number;
  /** Whole numbers only unless true. */
  readonly fractions?: boolean;
}

/** @throws ProsodiaError INVALID_ARGUMENT naming the option, its range and what was given */
export function checkedNumber(name: string, value: unknown, { min, max, fractions = false }: Range): number {
  if (Number.isFinite(value) && (fractions || Number.isInteger(value))) {
    const found = value as number;
    if (found >= min && found <= max) return found;
  }
  const kind = fractions ? 'a number' : 'a whole number';
  throw refusal(`${kind} from ${min} to ${max} for ${name}`, value);
}

/** @throws ProsodiaError INVALID_ARGUMENT for what is no object, or has a field of another name */
export function checkFields(what: string, options: unknown, fields: readonly string[]): void {
  if (typeof options !== 'object' || options === null) throw refusal(`an object for ${what}`, options);
  const unknown = Object.keys(options).find((name) => !fields.includes(name));
  if (unknown !== undefined) throw refusal(`one of ${fields.join(', ')} in ${what}`, unknown);
}

export function refusal(expected: string, received: unknown): ProsodiaError {
  return new ProsodiaError('INVALID_ARGUMENT', `Expected ${expected} but received ${String(received)}`);
}
