import { type Browser, chromium } from 'playwright-core';
import { findChromium } from './find-chromium.js';

export interface OpenBrowserOptions {
  /** A WAV file that every page hears as its microphone, over and over. */
  readonly microphone?: string | undefined;
}

/**
 * A headless Chromium in English. The caller closes it.
 *
 * @throws ProsodiaError NATIVE_LOAD where there is no Chromium
 */
export async function openBrowser({ microphone }: OpenBrowserOptions = {}): Promise<Browser> {
  const { executablePath, libraries } = await findChromium();
  // What the system has comes first. Pages cannot name a language where the locale is C.
  const paths = [process.env.LD_LIBRARY_PATH, libraries].filter(Boolean).join(':');
  const env = { ...process.env, LANG: 'en_US.UTF-8', LC_ALL: 'en_US.UTF-8', LD_LIBRARY_PATH: paths };
  const heard = [
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${microphone}`,
  ];
  return chromium.launch({
    executablePath,
    // Chromium's sandbox refuses to run as root, as in most containers; the pages opened here are our own.
    args: ['--no-sandbox', '--lang=en-US', ...(microphone === undefined ? [] : heard)],
    env,
  });
}
