/**
 * The frames that trimming keeps, as plainly as can be: from the first to the last at most `trimDb` below the loudest, levels
 * smoothed over five, and 80 ms more at either end as far as more than digital silence lies there.
 *
 * @param powers  of each frame, over all bands; frames of 10 ms
 */
export function speechRange(powers: readonly number[], trimDb: number): { first: number; end: number } {
  const level = powers.map((power) => 10 * Math.log10(power + 1e-9));
  const smooth = level.map((_, i) => {
    const near = level.slice(Math.max(0, i - 2), i + 3);
    return near.reduce((a, b) => a + b) / near.length;
  });
  const least = Math.max(...smooth) - trimDb;
  const kept = smooth.map((db) => db >= least);
  let first = Math.max(0, kept.indexOf(true) - 8);
  let end = Math.min(powers.length, kept.lastIndexOf(true) + 9);
  while (!kept[first] && powers[first]! < 1e-7) first++;
  while (!kept[end - 1] && powers[end - 1]! < 1e-7) end--;
  return { first, end };
}
