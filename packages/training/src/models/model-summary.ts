import type { ModelCard } from '@prosodia/contracts';
import type * as tf from '@tensorflow/tfjs';
import { layersOf } from '../engine/model-steps.js';

export type NetworkDescription = ModelCard['network'];

/** Every layer with its output shape and parameters, for the model card and the summary. */
export function describeNetwork(model: tf.LayersModel): NetworkDescription {
  const layers = layersOf(model).map((layer) => ({
    name: layer.name,
    kind: layer.getClassName(),
    outputShape: shapeText(layer.outputShape as (number | null)[]),
    parameters: layer.countParams(),
  }));
  return { parameters: layers.reduce((sum, layer) => sum + layer.parameters, 0), layers };
}

/** Widths of the three columns without their borders: Keras' for a line of 80. */
const WIDTHS = [35, 26, 15] as const;

/**
 * The table Keras 3 prints for `model.summary(line_length=80)`, the form of the paper's figures 12 and 16.
 */
export function modelSummary(model: tf.LayersModel): string {
  const { layers, parameters } = describeNetwork(model);
  const trainable = countOf(model.trainableWeights);
  const rows = layers.map((layer) => [
    `${layer.name} (${layer.kind})`,
    layer.outputShape,
    layer.parameters.toLocaleString('en-US'),
  ]);
  const widths = WIDTHS.map((width, column) =>
    Math.max(width, ...rows.map((row) => row[column]!.length + 2)),
  );
  const rule = (left: string, line: string, joint: string, right: string) =>
    left + widths.map((width) => line.repeat(width)).join(joint) + right;
  const cells = (row: readonly string[], bar: string) =>
    `${bar}${row
      .map((cell, column) => {
        const room = widths[column]! - 2;
        return ` ${column === 2 ? cell.padStart(room) : cell.padEnd(room)} `;
      })
      .join(bar)}${bar}`;
  const body = rows.map((row) => cells(row, '│')).join(`\n${rule('├', '─', '┼', '┤')}\n`);
  return [
    `Model: "${model.name}"`,
    rule('┏', '━', '┳', '┓'),
    cells(['Layer (type)', 'Output Shape', 'Param #'], '┃'),
    rule('┡', '━', '╇', '┩'),
    body,
    rule('└', '─', '┴', '┘'),
    ` Total params: ${sized(parameters)}`,
    ` Trainable params: ${sized(trainable)}`,
    ` Non-trainable params: ${sized(parameters - trainable)}`,
    '',
  ].join('\n');
}

function countOf(weights: readonly tf.LayerVariable[]): number {
  return weights.reduce((sum, weight) => sum + weight.shape.reduce<number>((n, dim) => n * (dim ?? 1), 1), 0);
}

/** `(None, 13, 256)`; Python writes a tuple of one with a comma. */
function shapeText(shape: readonly (number | null)[]): string {
  const dims = shape.map((dim) => (dim === null ? 'None' : String(dim)));
  return dims.length === 1 ? `(${dims[0]},)` : `(${dims.join(', ')})`;
}

/** `355,720 (1.36 MB)`, four bytes a parameter. */
function sized(count: number): string {
  const unit = ['B', 'KB', 'MB', 'GB'];
  let size = 4 * count;
  let step = 0;
  for (; size >= 1024 && step < unit.length - 1; step++) size /= 1024;
  return `${count.toLocaleString('en-US')} (${size.toFixed(2)} ${unit[step]})`;
}
