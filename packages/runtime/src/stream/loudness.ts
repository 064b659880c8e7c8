/** A sound this far below the loudest of the speech still belongs to it, when nothing is silent between. */
const RANGE_DB = 30;
/** It must also stand out from the room by this much. */
const ABOVE_ROOM_DB = 10;
/** How fast the estimate of the room's level may rise; it falls at once. */
const ROOM_RISE_DB_PER_FRAME = 0.05;
/** Loud is what stands out from the room by this much, and is no whisper. */
const LOUD_ABOVE_ROOM_DB = 25;
const LOUD_DB = -45;
const SILENCE_DB = -100;

/**
 * Levels of the frames heard, to keep the breaths, sighs and whispers at the edges of speech.
 *
 * The detector knows words; what comes just before and after them carries emotion as well.
 */
export class Loudness {
  readonly #levelsDb: number[] = [];
  readonly #kept: number;
  #frames = 0;
  #roomDb: number | undefined;

  /** @param kept  frames that are remembered */
  constructor(kept: number) {
    this.#kept = kept;
  }

  /** Takes the next frame's samples and returns its level in dB of full scale. */
  hear(samples: Float32Array): number {
    let power = 0;
    for (const sample of samples) power += sample * sample;
    const levelDb = Math.max(SILENCE_DB, 10 * Math.log10(power / samples.length + 1e-12));
    this.#levelsDb.push(levelDb);
    if (this.#levelsDb.length > this.#kept) this.#levelsDb.shift();
    this.#frames++;
    this.#roomDb = Math.min(levelDb, (this.#roomDb ?? levelDb) + ROOM_RISE_DB_PER_FRAME);
    return levelDb;
  }

  isLoud(levelDb: number): boolean {
    return levelDb >= Math.max(LOUD_DB, (this.#roomDb ?? SILENCE_DB) + LOUD_ABOVE_ROOM_DB);
  }

  /** The lowest level that counts beside speech as loud as `peakDb`. */
  audibleDb(peakDb: number): number {
    return Math.max(peakDb - RANGE_DB, (this.#roomDb ?? SILENCE_DB) + ABOVE_ROOM_DB);
  }

  /** Levels of the frames before `frame`, the nearest first, as far back as they are remembered. */
  before(frame: number): number[] {
    const first = this.#frames - this.#levelsDb.length;
    return this.#levelsDb.slice(0, Math.max(0, frame - first)).reverse();
  }
}

/**
 * How many of the frames before speech belong to it.
 *
 * @param levelsDb  of the frames before, the nearest first
 * @param dip  quiet frames that may lie between
 */
export function audibleLead(levelsDb: readonly number[], audibleDb: number, dip: number): number {
  let lead = 0;
  for (const [i, levelDb] of levelsDb.entries()) {
    if (levelDb >= audibleDb) lead = i + 1;
    else if (i + 1 - lead > dip) break;
  }
  return lead;
}

/** How many of the first levels are below `audibleDb`; 0 when all of them are. */
export function quietFrames(levelsDb: readonly number[], audibleDb: number): number {
  return Math.max(
    0,
    levelsDb.findIndex((levelDb) => levelDb >= audibleDb),
  );
}
