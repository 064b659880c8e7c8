import { type ModelCard, ONNX_INPUT, ProsodiaError, type Recognition } from '@prosodia/contracts';
import { decodeBytes, decodeFile, networkRows } from '@prosodia/features';
import { type ClipRecognizer, type ClipSource, toRecognition } from '@prosodia/runtime';
import { z } from 'zod';

const responseSchema = z.object({
  outputs: z.array(z.object({ name: z.string(), shape: z.array(z.number()), data: z.array(z.number()) })),
});
const MAX_RESPONSE_BYTES = 2 ** 20;

/**
 * Recognises with a network that runs elsewhere: features are made here, tensors go to a server that speaks the
 * Open Inference Protocol (Triton, KServe, MLServer, or another Prosodia). Audio does not leave this machine.
 */
export class RemoteRecognizer implements ClipRecognizer {
  readonly #card: ModelCard;
  readonly #url: string;

  /** @param base  e.g. `http://triton:8000`; the model's name there is the card's */
  constructor(card: ModelCard, base: string) {
    this.#card = card;
    this.#url = `${base.replace(/\/$/, '')}/v2/models/${encodeURIComponent(card.name)}/infer`;
  }

  /** @throws ProsodiaError as `Recognizer.recognize`; MODEL when the server does not answer as it should */
  async recognize(source: ClipSource, { signal }: { signal?: AbortSignal } = {}): Promise<Recognition> {
    const clip = await clipOf(source, signal);
    const [row] = await networkRows([clip], this.#card.input, { signal });
    const probabilities = await this.#infer(row!, signal);
    return toRecognition(this.#card.labels, probabilities, clip.samples.length / clip.sampleRateHz);
  }

  async #infer(row: Float32Array, signal: AbortSignal | undefined): Promise<Float32Array> {
    const shape = [1, ...this.#card.input.shape];
    const body = JSON.stringify({
      inputs: [{ name: ONNX_INPUT, datatype: 'FP32', shape, data: Array.from(row) }],
      outputs: [{ name: 'probabilities' }],
    });
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        redirect: 'error',
        ...(signal && { signal }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`it answered ${response.status}: ${text.slice(0, 200)}`);
      if (text.length > MAX_RESPONSE_BYTES) throw new Error(`its answer has ${text.length} characters`);
      const output = responseSchema
        .parse(JSON.parse(text))
        .outputs.find(({ name }) => name === 'probabilities');
      if (output?.data.length !== this.#card.labels.length)
        throw new Error(`it gave ${output?.data.length ?? 'no'} probabilities`);
      return Float32Array.from(output.data);
    } catch (cause) {
      if (signal?.aborted) throw new ProsodiaError('ABORTED', 'Recognition was aborted by its signal');
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ProsodiaError('MODEL', `The inference server at ${this.#url} failed: ${why}`, { cause });
    }
  }
}

async function clipOf(source: ClipSource, signal: AbortSignal | undefined) {
  if (source instanceof Uint8Array) return decodeBytes(source, 'the bytes given');
  if (typeof source === 'string' || source instanceof URL) return decodeFile(String(source), { signal });
  return source;
}
