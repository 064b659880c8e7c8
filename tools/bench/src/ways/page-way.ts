import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { ProsodiaError } from '@prosodia/contracts';
import { chromium } from 'playwright-core';
import type { HeardSegment, Listening } from './listening.js';

const PLACES = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const PATIENCE_MS = 120_000;

/**
 * Opens the service's page in a real browser, chooses the file, and downloads what the page shows.
 *
 * @throws ProsodiaError NATIVE_LOAD where there is no Chromium (CHROMIUM_PATH names one elsewhere)
 */
export async function heardByPage({ url, file }: Listening): Promise<HeardSegment[]> {
  const executablePath = PLACES.find((path) => path !== '' && existsSync(path));
  if (executablePath === undefined)
    throw new ProsodiaError('NATIVE_LOAD', 'No Chromium found: name one in CHROMIUM_PATH');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForSelector('body[data-ready]');
    await page.setInputFiles('#file', file);
    await page.waitForSelector('#segments tr', { timeout: PATIENCE_MS });
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save-json')]);
    const saved = JSON.parse(await readFile(await download.path(), 'utf8')) as { segments: HeardSegment[] };
    return saved.segments;
  } finally {
    await browser.close();
  }
}
