import type { OnnxModel, OnnxNode, OnnxTensor } from '@prosodia/contracts/onnx';
import { decodeOnnx } from './onnx-messages.js';

/** The part of Silero's graph that is for 16 kHz; its values are named after it. */
const BRANCH = 'then_branch';
const PREFIX = 'If_0_then_branch__Inline_0__';

/** A constant of Silero's network: little-endian floats, row-major. */
export interface SpeechWeights {
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

/**
 * The weights in Silero's file, by the names its authors gave them (`encoder.0.reparam_conv.weight`).
 *
 * @throws Error when the file is not built as it should be
 */
export function speechWeights(file: Uint8Array): (name: string) => SpeechWeights {
  const model = decodeOnnx('Model', file) as OnnxModel;
  const outer = decodeOnnx('Graph', model.graph) as { node: OnnxNode[] };
  const branch = outer.node
    .find(({ opType }) => opType === 'If')
    ?.attribute.find(({ name }) => name === BRANCH);
  if (!branch?.graph) throw new Error('Expected the speech detector to have a network for 16 kHz');
  const { node } = decodeOnnx('Graph', branch.graph) as { node: ConstantNode[] };
  const constants = new Map(
    node.flatMap(({ opType, output, attribute }) => {
      const tensor = opType === 'Constant' ? attribute[0]?.t : undefined;
      return tensor ? [[output[0]!, tensor] as const] : [];
    }),
  );
  return (name) => {
    const tensor = constants.get(PREFIX + name);
    if (!tensor) throw new Error(`Expected the speech detector to have ${name}`);
    const bytes = Uint8Array.from(tensor.rawData);
    return { dims: tensor.dims, values: new Float32Array(bytes.buffer) };
  };
}

type ConstantNode = OnnxNode & { readonly attribute: readonly { readonly t?: OnnxTensor }[] };
