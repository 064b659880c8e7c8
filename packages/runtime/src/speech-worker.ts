import { InferenceSession, Tensor } from 'onnxruntime-node';
import { serve } from './host-port.js';
import {
  SPEECH_CONTEXT_SAMPLES,
  SPEECH_FRAME_SAMPLES,
  SPEECH_RATE_HZ,
  SPEECH_STATE_SIZE,
  type SpeechReply,
  type SpeechRequest,
  type SpeechResult,
  type SpeechWork,
} from './speech-messages.js';

/** The thread that runs the speech detector's network; frames of several listeners are computed together. */

const INPUT_SAMPLES = SPEECH_CONTEXT_SAMPLES + SPEECH_FRAME_SAMPLES;
const LAYERS = 2;
const UNITS = SPEECH_STATE_SIZE / LAYERS;
const RATE = new Tensor('int64', BigInt64Array.from([BigInt(SPEECH_RATE_HZ)]), []);

serve<Uint8Array, SpeechRequest, SpeechReply>(async (model) => {
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
  });
  const handle = async (request: SpeechRequest): Promise<SpeechReply | null> => {
    if (request === null) {
      await session.release();
      return null;
    }
    try {
      return { kind: 'answer', results: await compute(session, request) };
    } catch (error) {
      return { kind: 'failure', message: error instanceof Error ? error.message : String(error) };
    }
  };
  return { first: { kind: 'ready' }, service: { handle } };
});

/** Frame after frame of every work, the works' frames of one place in one run. */
async function compute(session: InferenceSession, works: readonly SpeechWork[]): Promise<SpeechResult[]> {
  const results = works.map(({ frames, context, state }) => ({
    probabilities: new Float32Array(frames.length / SPEECH_FRAME_SAMPLES),
    context: context.slice(),
    state: state.slice(),
  }));
  const most = Math.max(...results.map(({ probabilities }) => probabilities.length));
  for (let place = 0; place < most; place++) {
    const rows = works.flatMap(({ frames }, i) => {
      const frame = frames.subarray(place * SPEECH_FRAME_SAMPLES, (place + 1) * SPEECH_FRAME_SAMPLES);
      return frame.length > 0 ? [{ frame, result: results[i]! }] : [];
    });
    await step(session, rows, place);
  }
  return results;
}

async function step(
  session: InferenceSession,
  rows: readonly { frame: Float32Array; result: SpeechResult }[],
  place: number,
): Promise<void> {
  const count = rows.length;
  const input = new Float32Array(count * INPUT_SAMPLES);
  const states = new Float32Array(count * SPEECH_STATE_SIZE);
  rows.forEach(({ frame, result }, row) => {
    input.set(result.context, row * INPUT_SAMPLES);
    input.set(frame, row * INPUT_SAMPLES + SPEECH_CONTEXT_SAMPLES);
    for (let layer = 0; layer < LAYERS; layer++)
      states.set(result.state.subarray(layer * UNITS, (layer + 1) * UNITS), (layer * count + row) * UNITS);
  });
  const { output, stateN } = await session.run({
    input: new Tensor('float32', input, [count, INPUT_SAMPLES]),
    state: new Tensor('float32', states, [LAYERS, count, UNITS]),
    sr: RATE,
  });
  const probabilities = output?.data as Float32Array;
  const after = stateN?.data as Float32Array;
  rows.forEach(({ frame, result }, row) => {
    result.probabilities[place] = probabilities[row]!;
    result.context.set(frame.subarray(SPEECH_FRAME_SAMPLES - SPEECH_CONTEXT_SAMPLES));
    for (let layer = 0; layer < LAYERS; layer++) {
      const from = (layer * count + row) * UNITS;
      result.state.set(after.subarray(from, from + UNITS), layer * UNITS);
    }
  });
}
