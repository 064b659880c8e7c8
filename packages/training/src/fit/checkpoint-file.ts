import { createHash } from 'node:crypto';
import { ProsodiaError, parseWith } from '@prosodia/contracts';
import { z } from 'zod';
import type { EngineState } from '../engine/engine.js';
import type { StoppingState } from './early-stopping.js';
import type { EpochRecord } from './history.js';

/** Everything needed to go on after an epoch as if nothing had happened. */
export interface Checkpoint {
  /** Names recipe, split, rows, seed and engine: a checkpoint resumes only the run it was made by. */
  readonly identity: string;
  /** Epochs done. The order of the next epoch's rows is a function of the seed and its number. */
  readonly epoch: number;
  readonly stopping: StoppingState;
  readonly history: readonly EpochRecord[];
  readonly weights: readonly Float32Array[];
  readonly bestWeights: readonly Float32Array[];
  readonly engine: EngineState;
}

const MAGIC = Buffer.from('PROSODIA CHECKPT');
const HASH_BYTES = 32;
const count = z.number().int().min(0);
const scores = z.strictObject({ loss: z.number(), accuracy: z.number(), macroF1: z.number() });

const headerSchema = z.strictObject({
  version: z.literal(1),
  identity: z.string(),
  epoch: count,
  stopping: z.strictObject({ best: z.number().nullable(), bestEpoch: count, waited: count }),
  history: z.array(
    z.strictObject({
      epoch: count,
      train: scores,
      validation: scores,
      best: z.boolean(),
      seconds: z.number(),
    }),
  ),
  engineStep: count,
  /** Lengths of the arrays that follow, in order. */
  weights: z.array(count),
  bestWeights: z.array(count),
  engineSlots: z.array(count),
});

/**
 * A checkpoint as bytes: magic, length of the header, header in JSON, the arrays, SHA-256 of all that.
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Buffer {
  const { weights, bestWeights, engine, ...rest } = checkpoint;
  const lengths = (arrays: readonly Float32Array[]) => arrays.map((array) => array.length);
  const header = Buffer.from(
    JSON.stringify({
      version: 1,
      ...rest,
      engineStep: engine.step,
      weights: lengths(weights),
      bestWeights: lengths(bestWeights),
      engineSlots: lengths(engine.slots),
    }),
  );
  const size = Buffer.alloc(4);
  size.writeUInt32LE(header.length);
  const arrays = [...weights, ...bestWeights, ...engine.slots];
  const parts = [MAGIC, size, header, ...arrays.map(bytesOf)];
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return Buffer.concat([...parts, hash.digest()]);
}

/** @throws ProsodiaError CHECKPOINT naming what is wrong with the bytes */
export function decodeCheckpoint(bytes: Buffer, name: string): Checkpoint {
  const start = MAGIC.length + 4;
  const end = bytes.length - HASH_BYTES;
  require(end >= start && bytes.subarray(0, MAGIC.length).equals(MAGIC), name, 'is no checkpoint');
  const hash = createHash('sha256').update(bytes.subarray(0, end)).digest();
  require(hash.equals(bytes.subarray(end)), name, 'is damaged: its hash does not match');
  const headerEnd = start + bytes.readUInt32LE(MAGIC.length);
  require(headerEnd <= end, name, 'is damaged: its header is cut off');
  const json: unknown = JSON.parse(bytes.toString('utf8', start, headerEnd));
  const header = parseWith(headerSchema, json, `header of checkpoint ${name}`, 'CHECKPOINT');
  const total = [...header.weights, ...header.bestWeights, ...header.engineSlots].reduce((a, b) => a + b, 0);
  require(headerEnd + 4 * total === end, name, 'is damaged: its arrays do not fill it');
  let offset = headerEnd;
  const take = (lengths: readonly number[]) =>
    lengths.map((length) => {
      const array = new Float32Array(length);
      bytes.copy(Buffer.from(array.buffer), 0, offset, offset + 4 * length);
      offset += 4 * length;
      return array;
    });
  const { version: _, engineStep, engineSlots, ...rest } = header;
  return {
    ...rest,
    weights: take(header.weights),
    bestWeights: take(header.bestWeights),
    engine: { step: engineStep, slots: take(engineSlots) },
  };
}

function bytesOf(array: Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function require(holds: boolean, name: string, problem: string): void {
  if (!holds) throw new ProsodiaError('CHECKPOINT', `Checkpoint ${name} ${problem}`);
}
