import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openBrowser } from '@prosodia/browser';
import { encodeWav } from '@prosodia/features';

import { type Service, start, vowels } from './support.js';

type Browser = Awaited<ReturnType<typeof openBrowser>>;
type Page = Awaited<ReturnType<Browser['newPage']>>;

const clip = vowels();

describe('the page in Chromium', () => {
  let folder: string;
  let recording: string;
  let service: Service;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prosodia-page-'));
    recording = join(folder, 'vowels.wav');
    await writeFile(recording, encodeWav(clip));
    service = await start();
    browser = await openBrowser({ microphone: recording });
  });
  afterAll(async () => {
    await browser?.close();
    await service?.close();
    await rm(folder, { recursive: true });
  });

  async function open(url = service.url, options: Parameters<Browser['newContext']>[0] = {}) {
    const context = await browser.newContext({ permissions: ['microphone'], ...options });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(url);
    return { page, problems };
  }

  /** Whether anything but the background was drawn. */
  const isDrawn = (page: Page, id: string) =>
    page.locator(`#${id} canvas`).evaluate((canvas) => {
      const { width, height, getContext } = canvas as unknown as {
        width: number;
        height: number;
        getContext: (kind: '2d') => { getImageData: (...box: number[]) => { data: Uint8ClampedArray } };
      };
      const { data } = getContext.call(canvas, '2d').getImageData(0, 0, width, height);
      return data.some((value) => value > 0);
    });

  test('from the click to the drawn timeline: the microphone is heard, by keyboard alone', async () => {
    const { page, problems } = await open();
    await page.waitForSelector('body[data-ready]');
    expect(await page.isVisible('#enrol')).toBe(false);
    await page.focus('#speak');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#heard li', {
      timeout: 30_000,
    });
    expect(await page.getAttribute('#speak', 'aria-pressed')).toBe('true');
    expect(await page.locator('#bars li').count()).toBe(service.recognizer.labels.length);
    expect(await isDrawn(page, 'level')).toBe(true);
    expect(await isDrawn(page, 'course')).toBe(true);
    await page.keyboard.press('Enter');
    await page.waitForSelector('#speak[aria-pressed=false]');
    expect(problems).toEqual([]);
  });

  test('a file gives the segments that the stream gives in code, to see and to download', async () => {
    const offline = [];
    for await (const event of service.recognizer
      .stream({ sampleRateHz: clip.sampleRateHz })
      .from([clip.samples]))
      if (event.type === 'segment') offline.push(event);
    const { page, problems } = await open(service.url, { viewport: { width: 360, height: 740 } });
    await page.waitForSelector('body[data-ready]');
    await page.setInputFiles('#file', recording);
    await page.waitForSelector('#segments tr');
    expect(await page.locator('#segments tr').count()).toBe(offline.length);
    expect(await isDrawn(page, 'wave')).toBe(true);
    const scroll = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(scroll).toBeLessThanOrEqual(0);
    const saved = async (button: string) => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.click(button)]);
      return readFile(await download.path(), 'utf8');
    };
    const json = JSON.parse(await saved('#save-json'));
    expect(Object.keys(json)).toEqual(['durationSec', 'segments']);
    expect(json.segments).toEqual(
      offline.map(({ type: _, valence: _v, arousal: _a, ...segment }) => segment),
    );
    expect(await saved('#save-srt')).toContain(`${offline[0]!.label} (`);
    expect(problems).toEqual([]);
  });

  test('a voice is taught by files and by the microphone, its gain is shown, and it is forgotten', async () => {
    const keeping = await start({ profiles: join(folder, 'people') });
    try {
      const { page, problems } = await open(keeping.url, { viewport: { width: 360, height: 740 } });
      await page.waitForSelector('body[data-ready]');
      await page.fill('#person', 'ada');
      await page.selectOption('#clip-label', 'angry');
      await page.setInputFiles('#clips', [recording, recording]);
      await page.locator('#gain', { hasText: '2 labelled clips' }).waitFor();
      await page.selectOption('#clip-label', 'sad');
      await page.focus('#record');
      await page.keyboard.press('Enter');
      await page.waitForSelector('#record[aria-pressed=true]');
      await page.waitForTimeout(4_000);
      await page.keyboard.press('Enter');
      await page.locator('#gain', { hasText: '3 labelled clips' }).waitFor();
      expect(await page.textContent('#gain')).toMatch(/Of \d judged .* right before/);
      expect(await (await fetch(`${keeping.url}/v1/profiles/ada`)).json()).toMatchObject({ labelled: 3 });
      if (process.env.PROSODIA_SCREENSHOTS)
        await page
          .locator('#enrol')
          .screenshot({ path: join(process.env.PROSODIA_SCREENSHOTS, 'page-enrol.png') });
      const scroll = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(scroll).toBeLessThanOrEqual(0);
      await page.selectOption('#speaker', 'ada');
      await page.setInputFiles('#file', recording);
      await page.waitForSelector('#segments tr');
      page.on('dialog', (dialog) => dialog.accept());
      await page.click('#forget');
      await page.locator('#gain', { hasText: 'forgotten' }).waitFor();
      expect(await (await fetch(`${keeping.url}/v1/profiles`)).json()).toEqual({ profiles: [] });
      expect(problems).toEqual([]);
    } finally {
      await keeping.close();
    }
  });

  test('asks for the token of a server that has one', async () => {
    const guarded = await start({ token: 'a-token-of-some-length' });
    try {
      const { page } = await open(guarded.url);
      await page.fill('#token', 'a-token-of-some-length');
      await page.keyboard.press('Enter');
      await page.waitForSelector('body[data-ready]');
      await page.setInputFiles('#file', recording);
      await page.waitForSelector('#segments tr');
    } finally {
      await guarded.close();
    }
  });
});
