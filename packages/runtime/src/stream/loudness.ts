/** A sound this far below the loudest of the speech still belongs to it, when nothing is silent between. */
const RANGE_DB = 34;
/** It must also stand out from the room by this much. */
const ABOVE_ROOM_DB = 10;
/** How fast the estimate of the room's level may rise; it falls at once. */
const ROOM_RISE_DB_PER_FRAME = 0.05;
/** Loud is what stands out from the room by this much, and is no whisper. */
const LOUD_ABOVE_ROOM_DB = 25;
const LOUD_DB = -45;
export const SILENCE_DB = -100;

/** Level of some samples in dB of full scale. */
export function levelDbOf(samples: Float32Array): number {
  let power = 0;
  // A plain loop: hundreds of streams go through it.
  for (let i = 0; i < samples.length; i++) power += samples[i]! * samples[i]!;
  return Math.max(SILENCE_DB, 10 * Math.log10(power / samples.length + 1e-12));
}

/** How quiet it is where nobody speaks, as far as that was heard. */
export class RoomLevel {
  #levelDb: number | undefined;

  get levelDb(): number {
    return this.#levelDb ?? SILENCE_DB;
  }

  /** Takes the next frame's level. */
  hear(levelDb: number): number {
    this.#levelDb = Math.min(levelDb, (this.#levelDb ?? levelDb) + ROOM_RISE_DB_PER_FRAME);
    return this.#levelDb;
  }
}

/**
 * Levels of the frames heard, to keep the breaths, sighs and whispers at the edges of speech.
 *
 * The detector knows words; what comes just before and after them carries emotion as well.
 */
export class Loudness {
  readonly #levelsDb: number[] = [];
  readonly #kept: number;
  #frames = 0;
  readonly #room = new RoomLevel();

  /** @param kept  frames that are remembered */
  constructor(kept: number) {
    this.#kept = kept;
  }

  /** Takes the next frame's samples and returns its level in dB of full scale. */
  hear(samples: Float32Array): number {
    const levelDb = levelDbOf(samples);
    this.#levelsDb.push(levelDb);
    if (this.#levelsDb.length > this.#kept) this.#levelsDb.shift();
    this.#frames++;
    this.#room.hear(levelDb);
    return levelDb;
  }

  isLoud(levelDb: number): boolean {
    return levelDb >= Math.max(LOUD_DB, this.#room.levelDb + LOUD_ABOVE_ROOM_DB);
  }

  /** The lowest level that counts beside speech as loud as `peakDb`. */
  audibleDb(peakDb: number): number {
    return Math.max(peakDb - RANGE_DB, this.#room.levelDb + ABOVE_ROOM_DB);
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
