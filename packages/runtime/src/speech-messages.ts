/** Samples of one frame, at the rate the detector works at. */
export const SPEECH_FRAME_SAMPLES = 512;
export const SPEECH_RATE_HZ = 16_000;
/** Samples of the frame before that the network wants in front of each frame. */
export const SPEECH_CONTEXT_SAMPLES = 64;
/** Numbers of a listener's recurrent state: two layers of 128. */
export const SPEECH_STATE_SIZE = 256;

/** What one listener wants computed: whole frames, and what it remembers of those before. */
export interface SpeechWork {
  readonly frames: Float32Array;
  readonly context: Float32Array;
  readonly state: Float32Array;
}

/** The answer to a SpeechWork. */
export interface SpeechResult {
  /** One for each frame, in [0, 1]. */
  readonly probabilities: Float32Array;
  readonly context: Float32Array;
  readonly state: Float32Array;
}

/** To the thread: works of several listeners, or null to finish. */
export type SpeechRequest = readonly SpeechWork[] | null;

export type SpeechReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly results: readonly SpeechResult[] }
  | { readonly kind: 'failure'; readonly message: string };
