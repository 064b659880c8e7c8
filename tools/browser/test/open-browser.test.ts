import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { findChromium, unpackChromium } from '../src/find-chromium.js';
import { openBrowser } from '../src/index.js';

test('opens a page that knows its language, whatever the locale', async () => {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    expect(await page.evaluate('new Intl.NumberFormat().format(1.5)')).toBe('1.5');
  } finally {
    await browser.close();
  }
});

test('a CHROMIUM_PATH that names nothing is said', async () => {
  const before = process.env.CHROMIUM_PATH;
  process.env.CHROMIUM_PATH = '/no/such/program';
  try {
    await expect(findChromium()).rejects.toThrow('CHROMIUM_PATH=/no/such/program');
  } finally {
    if (before === undefined) delete process.env.CHROMIUM_PATH;
    else process.env.CHROMIUM_PATH = before;
  }
});

// Whatever browser the system has.
(process.platform === 'linux' && process.arch === 'x64' ? test : test.skip)(
  'several at once unpack one Chromium',
  async () => {
    const before = process.env.XDG_CACHE_HOME;
    const folder = await mkdtemp(join(tmpdir(), 'prosodia-browser-'));
    process.env.XDG_CACHE_HOME = folder;
    try {
      const [first, second] = await Promise.all([unpackChromium(), unpackChromium()]);
      expect(first).toEqual(second);
      expect(existsSync(first.executablePath)).toBe(true);
      expect(await readdir(join(folder, 'prosodia'))).toHaveLength(1);
    } finally {
      if (before === undefined) delete process.env.XDG_CACHE_HOME;
      else process.env.XDG_CACHE_HOME = before;
      await rm(folder, { recursive: true });
    }
  },
);
