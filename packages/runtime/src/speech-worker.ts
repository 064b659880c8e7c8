import { serve } from './host-port.js';
import { InferenceSession, Tensor } from './onnx-runtime.js';
import { speechGraph } from './speech-graph.js';
import {
  SPEECH_CONTEXT_SAMPLES,
  SPEECH_FRAME_SAMPLES,
  SPEECH_INPUT_SAMPLES,
  SPEECH_STATE_SIZE,
  type SpeechReply,
  type SpeechRequest,
  workSamples,
} from './speech-messages.js';

/** The thread that runs the speech detector's network; frames of several listeners are computed together. */

const LAYERS = 2;
const UNITS = SPEECH_STATE_SIZE / LAYERS;

serve<Uint8Array, SpeechRequest, SpeechReply>(
  async (published) => {
    const session = await InferenceSession.create(speechGraph(published), {
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
        return { kind: 'answer', values: await compute(session, request) };
      } catch (error) {
        return { kind: 'failure', message: error instanceof Error ? error.message : String(error) };
      }
    };
    return { first: { kind: 'ready' }, service: { handle } };
  },
  (reply) => (reply.kind === 'answer' ? [reply.values.buffer] : []),
);

/** A work's numbers in the request, and where its answer goes. */
interface Place {
  readonly state: Float32Array;
  readonly samples: Float32Array;
  readonly stateAfter: Float32Array;
  readonly probabilities: Float32Array;
}

/** Works of as many frames are computed in one run. */
async function compute(
  session: InferenceSession,
  { frames, values }: NonNullable<SpeechRequest>,
): Promise<Float32Array<ArrayBuffer>> {
  const total = frames.reduce((sum, count) => sum + SPEECH_STATE_SIZE + count, 0);
  const answers = new Float32Array(total);
  const byFrames = new Map<number, Place[]>();
  let [from, to] = [0, 0];
  for (const count of frames) {
    const samples = from + SPEECH_STATE_SIZE;
    const probabilities = to + SPEECH_STATE_SIZE;
    const place: Place = {
      state: values.subarray(from, samples),
      samples: values.subarray(samples, samples + workSamples(count)),
      stateAfter: answers.subarray(to, probabilities),
      probabilities: answers.subarray(probabilities, probabilities + count),
    };
    from = samples + workSamples(count);
    to = probabilities + count;
    const alike = byFrames.get(count);
    if (alike) alike.push(place);
    else byFrames.set(count, [place]);
  }
  for (const [count, places] of byFrames) await run(session, count, places);
  return answers;
}

async function run(session: InferenceSession, steps: number, places: readonly Place[]): Promise<void> {
  const count = places.length;
  const frames = new Float32Array(steps * count * SPEECH_INPUT_SAMPLES);
  const states = new Float32Array(count * SPEECH_STATE_SIZE);
  for (const [row, { state, samples }] of places.entries()) {
    for (let layer = 0; layer < LAYERS; layer++)
      states.set(state.subarray(layer * UNITS, (layer + 1) * UNITS), (layer * count + row) * UNITS);
    for (let step = 0; step < steps; step++)
      setFrame(frames, (step * count + row) * SPEECH_INPUT_SAMPLES, samples, step * SPEECH_FRAME_SAMPLES);
  }
  const found = await session.run({
    frames: new Tensor('float32', frames, [steps * count, SPEECH_INPUT_SAMPLES]),
    shape: new Tensor('int64', BigInt64Array.from([steps, count, UNITS], BigInt), [3]),
    state: new Tensor('float32', states, [LAYERS, count, UNITS]),
  });
  const probabilities = found.probabilities?.data as Float32Array;
  const after = found.stateAfter?.data as Float32Array;
  for (const [row, place] of places.entries()) {
    for (let layer = 0; layer < LAYERS; layer++) {
      const from = (layer * count + row) * UNITS;
      place.stateAfter.set(after.subarray(from, from + UNITS), layer * UNITS);
    }
    for (let step = 0; step < steps; step++) place.probabilities[step] = probabilities[step * count + row]!;
  }
}

/** A frame with its context in front and its own end mirrored behind. */
function setFrame(frames: Float32Array, to: number, samples: Float32Array, from: number): void {
  const length = SPEECH_CONTEXT_SAMPLES + SPEECH_FRAME_SAMPLES;
  frames.set(samples.subarray(from, from + length), to);
  const last = to + length - 1;
  for (let i = 1; i <= SPEECH_CONTEXT_SAMPLES; i++) frames[last + i] = frames[last - i]!;
}
