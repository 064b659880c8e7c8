import { ProsodiaError } from '@prosodia/contracts/errors';

/** Refuses an argument in the words of every refusal: what was expected, what came. */
export function expect(holds: boolean, what: string, received: unknown): void {
  if (!holds)
    throw new ProsodiaError('INVALID_ARGUMENT', `Expected ${what} but received ${String(received)}`);
}
