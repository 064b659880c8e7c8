import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadCorpus } from '../src/corpus/load.js';
import { reportRun } from '../src/report/index.js';
import { readRunResult } from '../src/run/run-result.js';
import { trainRun } from '../src/run/train-run.js';
import { TONE_RECIPE, writeToneCorpus } from './support/tone-corpus.js';

let root: string;
let page: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'prosodia-report-'));
  await writeToneCorpus(join(root, 'tones'), 6);
  const corpus = await loadCorpus(join(root, 'tones'));
  const outDir = join(root, 'run');
  await trainRun({
    recipe: TONE_RECIPE,
    corpus,
    outDir,
    folds: 3,
    cacheFolder: null,
    engine: 'native',
    epochs: 2,
  });
  const result = await readRunResult(outDir, { required: true });
  const comparison = [
    { recipe: '<b>bold</b>', protocol: 'speaker', caveat: '', accuracyText: '1 %', uarText: '2 %' },
  ];
  const demo = [{ file: 'a.wav', actual: 'calm', predicted: 'angry', correct: false }];
  page = await readFile(await reportRun(result, corpus, { comparison, demo }), 'utf8');
});

afterAll(() => rm(root, { recursive: true }));

describe('a report', () => {
  test.each([
    'Comparison of protocols',
    'Corpus',
    'What the features see',
    'Pipeline',
    'Network',
    'Training',
    'Evaluation',
    'Calibration',
    'Demonstration',
    'Limits',
  ])('has a section %s', (title) => expect(page).toContain(`<h2>${title}</h2>`));

  test('holds its pictures and needs nothing from elsewhere', () => {
    expect(page.match(/<svg /g)!.length).toBeGreaterThanOrEqual(14);
    expect(page.match(/<title>/g)!.length).toBeGreaterThanOrEqual(15);
    expect(page).not.toMatch(/<script|<link|src=|href=/);
  });

  test('opens and closes the same tags', () => {
    for (const tag of ['section', 'table', 'figure', 'svg', 'pre', 'div'])
      expect(page.match(new RegExp(`</${tag}>`, 'g'))?.length).toBe(
        page.match(new RegExp(`<${tag}[ >]`, 'g'))?.length,
      );
  });

  test('writes labels as text, not as markup', () => {
    expect(page).toContain('&lt;b&gt;bold&lt;/b&gt;');
    expect(page).not.toContain('<b>bold');
  });

  test('shows the figures with their protocol', () => {
    expect(page).toContain('macro avg');
    expect(page).toContain('speaker, fold 1 of 3');
    expect(page).toContain('0 of 1 right');
  });
});
