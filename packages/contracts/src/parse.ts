import type { z } from 'zod';
import { type ErrorCode, ProsodiaError } from './errors.js';

/**
 * Checks `value` against a schema and says in one line what is wrong, where, and what is allowed.
 *
 * @param what  names the value in the message, e.g. `feature configuration`
 * @throws ProsodiaError `code` (INVALID_ARGUMENT unless given)
 */
export function parseWith<S extends z.ZodType>(
  schema: S,
  value: unknown,
  what: string,
  code: ErrorCode = 'INVALID_ARGUMENT',
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const lines = result.error.issues.slice(0, 5).map((issue) => {
    const where = issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ` : '';
    return `${where}${issue.message}`;
  });
  throw new ProsodiaError(code, `Invalid ${what}: ${lines.join('; ')}`, { cause: result.error });
}
