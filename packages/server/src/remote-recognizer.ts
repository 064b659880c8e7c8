import { ProsodiaError, type Recognition } from '@prosodia/contracts';
import type { ClipRecognizer, ClipSource, Recognizer } from '@prosodia/runtime';
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
  readonly #local: Recognizer;
  readonly #url: string;

  /**
   * @param local  makes the features and reads the answers
   * @param base  e.g. `http://triton:8000`; the model's name there is the card's
   */
  constructor(local: Recognizer, base: string) {
    this.#local = local;
    this.#url = `${base.replace(/\/$/, '')}/v2/models/${encodeURIComponent(local.card.name)}/infer`;
  }

  /** @throws ProsodiaError as `Recognizer.recognize`; MODEL when the server does not answer as it should */
  recognize(source: ClipSource, options: { signal?: AbortSignal } = {}): Promise<Recognition> {
    return this.#local.recognizeBy((rows) => this.#infer(rows, options.signal), source, options);
  }

  async #infer(rows: readonly Float32Array[], signal: AbortSignal | undefined): Promise<Float32Array[]> {
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ inputs: this.#inputsOf(rows), outputs: [{ name: 'probabilities' }] }),
        redirect: 'error',
        ...(signal && { signal }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`it answered ${response.status}: ${text.slice(0, 200)}`);
      if (text.length > MAX_RESPONSE_BYTES) throw new Error(`its answer has ${text.length} characters`);
      const { outputs } = responseSchema.parse(JSON.parse(text));
      const data = outputs.find(({ name }) => name === 'probabilities')?.data ?? [];
      const classes = this.#local.labels.length;
      if (data.length !== rows.length * classes)
        throw new Error(`it gave ${data.length} probabilities where ${rows.length * classes} are expected`);
      return rows.map((_, row) => Float32Array.from(data.slice(row * classes, (row + 1) * classes)));
    } catch (cause) {
      if (signal?.aborted) throw new ProsodiaError('ABORTED', 'Recognition was aborted by its signal');
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ProsodiaError('MODEL', `The inference server at ${this.#url} failed: ${why}`, { cause });
    }
  }

  #inputsOf(rows: readonly Float32Array[]): object[] {
    let at = 0;
    return this.#local.inputs.map(({ name, shape }) => {
      const length = shape.reduce((product, dim) => product * dim, 1);
      const start = at;
      at += length;
      const data = rows.flatMap((row) => Array.from(row.subarray(start, start + length)));
      return { name, datatype: 'FP32', shape: [rows.length, ...shape], data };
    });
  }
}
