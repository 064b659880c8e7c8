// Threads load it at every cold start. Required: importing looks through all its files for names first, for a third more time.
import { createRequire } from 'node:module';
import type * as OnnxRuntime from 'onnxruntime-node';

export const { InferenceSession, Tensor } = createRequire(import.meta.url)(
  'onnxruntime-node',
) as typeof OnnxRuntime;
export type InferenceSession = OnnxRuntime.InferenceSession;
export type Tensor = OnnxRuntime.Tensor;
