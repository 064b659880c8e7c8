import type { ModelCard } from '@prosodia/contracts';
import { graphInputs, graphOutputs } from './graph-inputs.js';
import { readModelFile } from './model-file.js';
import { checkInput, readModel } from './model-source.js';
import { readHeads } from './voice/read-heads.js';
import type { VoiceHeads } from './voice/voice-model.js';
import type { WorkerSetup } from './worker-messages.js';

/** A model file that has been checked. */
export interface OpenedModel {
  readonly card: ModelCard;
  readonly name: string;
  readonly setup: WorkerSetup;
  /** The layers that personalisation moves. */
  readonly readHeads: () => VoiceHeads;
}

/** @throws ProsodiaError MODEL with the reason */
export async function openModel(model: string | URL | Uint8Array, maxClipSec: number): Promise<OpenedModel> {
  const { bytes, name } = await readModel(model);
  const card = await readModelFile(bytes, name);
  const plan = await checkInput(card, name, maxClipSec);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  const setup = { model: shared, inputs: graphInputs(card), outputs: graphOutputs(card), plan };
  return { card, name, setup, readHeads: () => readHeads(Uint8Array.from(shared), card) };
}
