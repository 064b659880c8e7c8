import type { AudioClip, NetworkInput } from '@prosodia/contracts';
import {
  type BatchOptions,
  extractFunctionals,
  FUNCTIONALS_VERSION,
  type FunctionalGroup,
  functionalNames,
  networkRows,
  type SequenceShape,
  sequenceRows,
} from '@prosodia/features';

/** What a learner sees of a clip. */
export type FeatureRequest =
  /** The clip's statistics, shape [statistics]. */
  | { readonly kind: 'functionals'; readonly groups?: readonly FunctionalGroup[] | undefined }
  /** Frames in a fixed number of steps, shape [frames, coefficients + 1]. */
  | { readonly kind: 'sequence'; readonly sequence: SequenceShape; readonly coefficients: number }
  /** The row of a network's input. */
  | { readonly kind: 'network'; readonly input: NetworkInput };

/** Shape of one row. */
export function rowShapeOf(request: FeatureRequest): readonly number[] {
  switch (request.kind) {
    case 'functionals':
      return [functionalNames(request.groups).length];
    case 'sequence':
      return [request.sequence.frames, request.coefficients + 1];
    case 'network':
      return request.input.shape;
  }
}

/** Rate at which the features hear a clip; the clip's own where they resample by themselves. */
export function featureRateHz(request: FeatureRequest, clip: AudioClip): number {
  return request.kind === 'network' ? request.input.features.sampleRateHz : clip.sampleRateHz;
}

/** One row of each clip. */
export function clipFeatures(
  clips: readonly AudioClip[],
  request: FeatureRequest,
  call: BatchOptions,
): Promise<Float32Array[]> {
  switch (request.kind) {
    case 'functionals':
      return extractFunctionals(clips, { groups: request.groups }, call);
    case 'sequence':
      return sequenceRows(clips, request.sequence, call);
    case 'network':
      return networkRows(clips, request.input, call);
  }
}

/** Everything in a request that decides its rows, for the cache. */
export function requestIdentity(request: FeatureRequest): unknown {
  return request.kind === 'functionals' ? [request, FUNCTIONALS_VERSION] : request;
}
