import type { Recording } from '@prosodia/contracts';
import { loadCorpus } from '@prosodia/training';
import type { FiguredRows } from '../row.js';
import { withSynthetic } from '../synthetic-speech.js';
import { compareWays, type MinuteReport } from '../ways/compare-ways.js';

/**
 * A minute of clips with silences between, heard in code, by `prosodia timeline` and `listen`, over the WebSocket and on
 * the page in Chromium: whether they agree with one another, with the clips' places and with the offline answers.
 *
 * Of synthetic speech, and of RAVDESS where RAVDESS_DIR is set; by `base`, or the model in
 * PROSODIA_MODEL; as many minutes of each as PROSODIA_MINUTES says, two unless given.
 */
export async function benchWays(): Promise<FiguredRows> {
  const model = process.env.PROSODIA_MODEL ?? 'base';
  const seeds = Array.from({ length: Number(process.env.PROSODIA_MINUTES ?? 2) }, (_, i) => i + 1);
  const minutes: (MinuteReport & { readonly corpus: string; readonly seed: number })[] = [];
  await withSynthetic(async (synthetic) => {
    const corpora: [string, readonly Recording[]][] = [['synthetic', synthetic]];
    const root = process.env.RAVDESS_DIR;
    if (root) corpora.push(['RAVDESS', (await loadCorpus(root)).recordings]);
    for (const [corpus, recordings] of corpora)
      for (const seed of seeds) {
        const report = await compareWays(recordings, { seed, model });
        minutes.push({ corpus, seed, ...report });
        tell(`${corpus}, minute ${seed}`, report);
      }
  });
  return { rows: [], figures: { minutes }, tables: [] };
}

function tell(name: string, { durationSec, clips, ways, ...shares }: MinuteReport): void {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  console.log(
    `\n${name}: ${clips} clips in ${durationSec.toFixed(1)} s; boundaries within 0.2 s ${percent(shares.boundaries)}; ` +
      `labels as of the same stretch offline ${percent(shares.offlineStretch)}, as of the clip offline ${percent(shares.offlineClip)}, of its whole file ${percent(shares.offlineFile)}`,
  );
  console.table(
    ways.map(({ way, segments, same, maxDifference }) => ({
      way,
      segments,
      'times and label as in code': same,
      'max |Δp|': maxDifference,
    })),
  );
}
