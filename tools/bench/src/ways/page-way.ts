import { readFile } from 'node:fs/promises';
import { openBrowser } from '@prosodia/browser';
import type { HeardSegment, Listening } from './listening.js';

const PATIENCE_MS = 120_000;

/**
 * Opens the service's page in a real browser, chooses the file, and downloads what the page shows.
 *
 * @throws ProsodiaError NATIVE_LOAD where there is no Chromium
 */
export async function heardByPage({ url, file }: Listening): Promise<HeardSegment[]> {
  const browser = await openBrowser();
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
