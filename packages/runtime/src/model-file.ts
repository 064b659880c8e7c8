import { createHash } from 'node:crypto';
import type { ModelCard } from '@prosodia/contracts';
import {
  isModelCard,
  MODEL_CARD_HASH_KEY,
  MODEL_CARD_KEY,
  MODEL_CARD_VERSION,
} from '@prosodia/contracts/file-formats';
import { ONNX_IR_VERSION, ONNX_MAX_IR_VERSION, ONNX_OPSET, type OnnxModel } from '@prosodia/contracts/onnx';
import { checkGraph } from './graph-check.js';
import { MAX_CARD_LENGTH, MAX_MODEL_BYTES } from './limits.js';
import { reason, refused } from './model-refusal.js';
import { readOnnx } from './onnx-reader.js';

/**
 * Reads the card out of a model file and makes sure that card and graph belong together.
 *
 * The file is a stranger's until all of this has been checked: it is an ONNX file with one graph and nothing
 * beside it, it carries a card this version understands, card and graph are byte for byte what was written,
 * and the graph has the inputs, outputs and operators of a Prosodia model.
 *
 * @param name  names the file in messages
 * @throws ProsodiaError MODEL with the reason
 */
export async function readModelFile(file: Uint8Array, name: string): Promise<ModelCard> {
  if (file.length > MAX_MODEL_BYTES)
    throw refused(name, `it has ${file.length} bytes and ${MAX_MODEL_BYTES} is the limit`);
  const model = decodeModel(file, name);
  const card = await readCard(model, name);
  if (sha256(model.graph) !== card.graphHash)
    throw refused(name, 'it is corrupted: its network does not match the hash in its card');
  checkVersions(model, name);
  try {
    checkGraph(model.graph, card);
  } catch (cause) {
    throw refused(name, reason(cause), cause);
  }
  return card;
}

function decodeModel(file: Uint8Array, name: string): OnnxModel {
  try {
    const model = readOnnx('Model', file) as Partial<OnnxModel>;
    if (!model.graph) throw new Error('it has no graph');
    return { irVersion: 0, ...model } as OnnxModel;
  } catch (cause) {
    throw refused(name, `it is not a readable ONNX file (${reason(cause)})`, cause);
  }
}

async function readCard(model: OnnxModel, name: string): Promise<ModelCard> {
  const metadata = new Map<string, string>();
  for (const { key = '', value = '' } of model.metadata) {
    if (metadata.has(key)) throw refused(name, `it is corrupted: its metadata holds ${key} twice`);
    metadata.set(key, value);
  }
  const text = metadata.get(MODEL_CARD_KEY);
  if (text === undefined) throw refused(name, 'it is not a Prosodia model (an ONNX file without a card)');
  if (text.length > MAX_CARD_LENGTH) throw refused(name, 'its card is too large');
  if (sha256(text) !== metadata.get(MODEL_CARD_HASH_KEY))
    throw refused(name, 'it is corrupted: its card does not match the hash beside it');
  const card = parseJson(text, name);
  const version = (card as { formatVersion?: unknown } | null)?.formatVersion;
  if (typeof version === 'number' && version > MODEL_CARD_VERSION)
    throw refused(
      name,
      `its card has format version ${version} and this version of Prosodia reads up to ${MODEL_CARD_VERSION}; a newer Prosodia is needed`,
    );
  if (isModelCard(card)) return card;
  const { modelCardSchema, parseWith } = await import('@prosodia/contracts');
  return parseWith(modelCardSchema, card, `model card in ${name}`, 'MODEL');
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refused(name, `its card is not JSON (${reason(cause)})`, cause);
  }
}

function checkVersions({ irVersion, opsetImport }: OnnxModel, name: string): void {
  if (irVersion < ONNX_IR_VERSION || irVersion > ONNX_MAX_IR_VERSION)
    throw refused(
      name,
      `it has ONNX IR version ${irVersion} and ${ONNX_IR_VERSION} to ${ONNX_MAX_IR_VERSION} are read`,
    );
  const [opset] = opsetImport;
  if (!opset || opsetImport.length !== 1 || opset.domain || opset.version !== ONNX_OPSET) {
    const sets = opsetImport.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`).join(', ');
    throw refused(name, `it uses operator set ${sets || 'none'} and ai.onnx ${ONNX_OPSET} is expected`);
  }
}

function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}
