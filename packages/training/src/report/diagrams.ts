import type { ModelCard } from '@prosodia/contracts';
import { type Chart, escapeHtml, labelled } from './chart.js';

interface Box {
  readonly title: string;
  readonly lines: readonly string[];
}

const BOX_WIDTH = 176;
const GAP = 34;
const MARGIN = 12;

/** Boxes from left to right, `perRow` in a line, joined by arrows. */
function flow(name: string, title: string, boxes: readonly Box[], perRow: number): Chart {
  const height = 44 + 17 * Math.max(...boxes.map((box) => box.lines.length));
  const rows = Math.ceil(boxes.length / perRow);
  const columns = Math.min(perRow, boxes.length);
  const width = 2 * MARGIN + columns * BOX_WIDTH + (columns - 1) * GAP;
  const place = (index: number) => ({
    x: MARGIN + (index % perRow) * (BOX_WIDTH + GAP),
    y: MARGIN + Math.floor(index / perRow) * (height + GAP),
  });
  const parts = boxes.map((box, index) => {
    const { x, y } = place(index);
    const middle = x + BOX_WIDTH / 2;
    const lines = box.lines.map(
      (line, n) => `<text x="${middle}" y="${y + 44 + 17 * n}" class="line">${escapeHtml(line)}</text>`,
    );
    return (
      `<rect x="${x}" y="${y}" width="${BOX_WIDTH}" height="${height}" rx="8"/>` +
      `<text x="${middle}" y="${y + 23}" class="title">${escapeHtml(box.title)}</text>${lines.join('')}`
    );
  });
  const arrows = boxes.slice(1).map((_, index) => {
    const from = place(index);
    const to = place(index + 1);
    const middle = height / 2;
    if (from.y === to.y)
      return `<path d="M${from.x + BOX_WIDTH + 3} ${from.y + middle}H${to.x - 7}" marker-end="url(#${name}-tip)"/>`;
    const turn = from.y + height + GAP / 2;
    return `<path d="M${from.x + BOX_WIDTH / 2} ${from.y + height + 3}V${turn}H${to.x + BOX_WIDTH / 2}V${to.y - 7}" marker-end="url(#${name}-tip)"/>`;
  });
  // Every rule begins with the diagram's class: a style sheet inside an SVG holds for the whole page around it.
  const style =
    `<style>.${name} rect{fill:#eef5fb;stroke:#0072b2;stroke-width:1.5}.${name} text{font-family:system-ui,` +
    `"DejaVu Sans",sans-serif;text-anchor:middle;fill:#222}.${name} .title{font-size:14px;font-weight:600}` +
    `.${name} .line{font-size:12px}.${name} path{fill:none;stroke:#555;stroke-width:1.5}.${name} marker path{fill:#555}</style>`;
  const total = 2 * MARGIN + rows * height + (rows - 1) * GAP;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" class="${name}" width="${width}" height="${total}" viewBox="0 0 ${width} ${total}">` +
    `${style}<defs><marker id="${name}-tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto">` +
    `<path d="M0 0L8 4L0 8z"/></marker></defs><rect x="0" y="0" width="${width}" height="${total}" style="fill:#fff;stroke:none"/>` +
    `${parts.join('')}${arrows.join('')}</svg>`;
  const description = boxes.map((box) => `${box.title}: ${box.lines.join(', ')}`).join(' → ');
  return { name, title, description, svg: labelled(svg, title, description) };
}

export interface PipelineFacts {
  readonly recordings: number;
  readonly labels: number;
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  readonly rowShape: string;
  readonly protocol: string;
  readonly augmented: boolean;
}

/** From the folder of recordings to rows: the paper's Figs 7 to 11 and 14. */
export function pipelineDiagram(facts: PipelineFacts): Chart {
  const { rows } = facts;
  return flow(
    'pipeline',
    'From recordings to rows',
    [
      { title: 'Walk the folders', lines: [`${facts.recordings} recordings`, 'WAV or FLAC'] },
      { title: 'Read the names', lines: ['emotion, intensity,', 'sentence, take, actor'] },
      {
        title: 'Augment',
        lines: facts.augmented ? ['original + noise', '+ pitch + stretch = ×4'] : ['not in this recipe'],
      },
      { title: 'Extract', lines: ['22,050 Hz, MFCC', 'averaged over time'] },
      { title: 'Encode labels', lines: [`${facts.labels} in alphabetical`, 'order'] },
      { title: 'Split', lines: [facts.protocol, `${rows.train} / ${rows.validation} / ${rows.test} rows`] },
      { title: 'Reshape', lines: [`rows of ${facts.rowShape}`, 'one feature a step'] },
      { title: 'Train', lines: ['the epoch is chosen', 'on validation rows'] },
    ],
    4,
  );
}

/** The whole system: the paper's Fig. 19. */
export function systemDiagram(): Chart {
  return flow(
    'system',
    'The whole system',
    [
      { title: 'Recordings', lines: ['labelled by', 'their names'] },
      { title: 'Features', lines: ['C++ addon: decode,', 'resample, MFCC'] },
      { title: 'Training', lines: ['TensorFlow.js model,', 'native epochs'] },
      { title: 'model.onnx', lines: ['network + card', 'in one file'] },
      { title: 'Recogniser', lines: ['ONNX Runtime', 'on worker threads'] },
      { title: 'Answer', lines: ['label and calibrated', 'probabilities'] },
    ],
    3,
  );
}

/** Each layer with its output shape and parameters. */
export function networkDiagram(network: ModelCard['network']): Chart {
  const boxes = network.layers.map(({ name, kind, outputShape, parameters }) => ({
    title: kind,
    lines: [name, outputShape, `${parameters.toLocaleString('en-US')} parameters`],
  }));
  return flow('network', `The network: ${network.parameters.toLocaleString('en-US')} parameters`, boxes, 4);
}
