import { statSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { MODEL_NAMES, modelPath } from '../src/index.js';

test.each([...MODEL_NAMES])('%s is in the package, and small', (name) => {
  const { size } = statSync(modelPath(name));
  expect(size).toBeGreaterThan(10_000);
  expect(size).toBeLessThan(4_000_000);
});
