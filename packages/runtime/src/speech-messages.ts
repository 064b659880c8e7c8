/** Samples of one frame, at the rate the detector works at. */
export const SPEECH_FRAME_SAMPLES = 512;
export const SPEECH_RATE_HZ = 16_000;
/** Samples of the frame before that the network wants in front of each frame. */
export const SPEECH_CONTEXT_SAMPLES = 64;
/** What the network takes of a frame: the context, the frame, and the frame's end mirrored. */
export const SPEECH_INPUT_SAMPLES = SPEECH_CONTEXT_SAMPLES + SPEECH_FRAME_SAMPLES + SPEECH_CONTEXT_SAMPLES;
/** Numbers of a listener's recurrent state: two layers of 128. */
export const SPEECH_STATE_SIZE = 256;

/** What one listener wants computed: whole frames behind the context of the first, and its state before them. */
export interface SpeechWork {
  readonly samples: Float32Array;
  readonly state: Float32Array;
}

/** The answer to a SpeechWork. */
export interface SpeechResult {
  /** One for each frame, in [0, 1]. */
  readonly probabilities: Float32Array;
  readonly state: Float32Array;
}

/** To the thread: works of several listeners in one piece of memory (transferred), or null to finish. */
export type SpeechRequest = {
  /** Frames of each work. */
  readonly frames: readonly number[];
  /** Each work's state and samples, one work after the other. */
  readonly values: Float32Array<ArrayBuffer>;
} | null;

export type SpeechReply =
  | { readonly kind: 'ready' }
  /** Each work's state and probabilities, in the request's order; transferred. */
  | { readonly kind: 'answer'; readonly values: Float32Array<ArrayBuffer> }
  | { readonly kind: 'failure'; readonly message: string };

/** Samples of a work of so many frames. */
export function workSamples(frames: number): number {
  return SPEECH_CONTEXT_SAMPLES + frames * SPEECH_FRAME_SAMPLES;
}
