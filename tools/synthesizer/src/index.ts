export {
  ACTING_RULES,
  EMOTIONS,
  type Emotion,
  INTENSITIES,
  type Intensity,
  RULES_VERSION,
  SENTENCES,
} from './acting.js';
export { type SynthesizeOptions, type SyntheticCorpus, synthesizeCorpus } from './corpus.js';
export { MARKER_FILE, type Marker, readMarker } from './marker.js';
export { MAX_SPEAKERS, type Speaker, speakerOf } from './speakers.js';
