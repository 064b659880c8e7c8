import { ProsodiaError, type Recording } from '@prosodia/contracts';
import { Random } from '../random.js';

type Voice = Pick<Recording, 'speaker' | 'sex'>;

/**
 * Deals speakers into folds, women, men and unknown each in turn, so that every fold has its share of each.
 *
 * @param recordings  whose speakers to deal
 * @param folds       number of folds, at least 2 and at most the number of speakers
 * @returns speakers of each fold, in alphabetical order; sizes differ by one at most
 * @throws ProsodiaError CORPUS (fewer speakers than folds, a speaker of two sexes)
 */
export function speakerFolds(recordings: readonly Voice[], folds: number, seed: number): string[][] {
  const sexes = sexOfSpeakers(recordings);
  if (sexes.size < folds)
    throw new ProsodiaError(
      'CORPUS',
      `Expected at least ${folds} speakers for ${folds} folds but the corpus has ${sexes.size}`,
    );
  const dealt: string[][] = Array.from({ length: folds }, () => []);
  let next = 0;
  for (const sex of ['female', 'male', null]) {
    const speakers = [...sexes.keys()].filter((speaker) => sexes.get(speaker) === sex).sort();
    new Random(seed, 'speaker-folds', String(sex)).shuffle(speakers);
    for (const speaker of speakers) dealt[next++ % folds]!.push(speaker);
  }
  return dealt.map((fold) => fold.sort());
}

function sexOfSpeakers(recordings: readonly Voice[]): Map<string, Recording['sex']> {
  const sexes = new Map<string, Recording['sex']>();
  for (const { speaker, sex } of recordings) {
    const known = sexes.get(speaker);
    if (known !== undefined && known !== null && sex !== null && known !== sex)
      throw new ProsodiaError(
        'CORPUS',
        `Expected one sex for speaker ${speaker} but found ${known} and ${sex}`,
      );
    sexes.set(speaker, known ?? sex);
  }
  return sexes;
}
