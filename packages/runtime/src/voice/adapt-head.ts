import { type Head, scoresOf, softmaxInPlace } from './head.js';

/** A clip of the person, with the label the person gave it. */
export interface Example {
  readonly embedding: ArrayLike<number>;
  /** Index of the class. */
  readonly label: number;
}

/** Steps of the search at most; it ends long before. */
const MAX_STEPS = 100;
/** Pairs L-BFGS remembers. */
const MEMORY = 10;
/** The search ends when a step would win less than this, in nats. */
const TOLERANCE = 1e-9;
const SUFFICIENT = 1e-4;

/**
 * Adapts one head to a person by maximum a posteriori: the trained weights are the prior's mean.
 *
 * Minimises Σ cross-entropy + ridge · ‖θ − θ₀‖² over kernel and bias. The minimum lies at θ₀ plus a combination of the
 * examples (the representer theorem), so what is searched is a number per example and class, whatever the head's size:
 * examples are few where heads are large. The problem is strictly convex; L-BFGS finds its one minimum.
 */
export class HeadAdaptation {
  readonly #head: Head;
  readonly #labels: number[];
  readonly #embeddings: Float64Array[];
  /** What the trained head says of each example, examples × classes. */
  readonly #base: Float64Array;
  /** Inner products of the examples, plus 1 for the bias, over the temperature squared. */
  readonly #gram: Float64Array;
  readonly #classes: number;

  constructor(head: Head, examples: readonly Example[]) {
    const { start, size, temperature } = head;
    this.#head = head;
    this.#classes = head.bias.length;
    this.#labels = examples.map(({ label }) => label);
    this.#embeddings = examples.map(({ embedding }) =>
      Float64Array.from({ length: size }, (_, i) => embedding[start + i]!),
    );
    const count = examples.length;
    this.#base = new Float64Array(count * this.#classes);
    for (const [i, { embedding }] of examples.entries())
      this.#base.set(scoresOf(head, embedding), i * this.#classes);
    this.#gram = new Float64Array(count * count);
    for (let i = 0; i < count; i++)
      for (let j = 0; j <= i; j++) {
        const product = (1 + dot(this.#embeddings[i]!, this.#embeddings[j]!)) / temperature ** 2;
        this.#gram[i * count + j] = product;
        this.#gram[j * count + i] = product;
      }
  }

  /**
   * Each example's coefficients at the minimum, examples × classes.
   *
   * @param leftOut  examples that are not learned from; their coefficients are 0
   * @param from  where the search begins, e.g. the answer with other examples left out
   */
  solve(leftOut: ReadonlySet<number> = new Set(), from?: Float64Array): Float64Array {
    const classes = this.#classes;
    let point = this.#pointAt(from ? Float64Array.from(from) : new Float64Array(this.#base.length), leftOut);
    const memory: Step[] = [];
    for (let step = 0; step < MAX_STEPS; step++) {
      const direction = towards(point, memory, classes);
      const slope = inner(direction.coefficients, point.gradientImage);
      if (!(slope < 0)) break;
      const next = this.#search(point, direction, slope, leftOut);
      if (!next || point.loss - next.loss < TOLERANCE) return next?.coefficients ?? point.coefficients;
      memory.push(stepBetween(point, next));
      if (memory.length > MEMORY) memory.shift();
      point = next;
    }
    return point.coefficients;
  }

  /** Scores of example `index` under coefficients that may have been found without it. */
  scoresOf(index: number, coefficients: Float64Array): Float64Array {
    const classes = this.#classes;
    const scores = this.#base.slice(index * classes, (index + 1) * classes);
    for (const [j] of this.#labels.entries()) {
      const product = this.#gram[index * this.#labels.length + j]!;
      for (let c = 0; c < classes; c++) scores[c]! += product * coefficients[j * classes + c]!;
    }
    return scores;
  }

  /** The head with the coefficients worked into its weights. */
  adapted(coefficients: Float64Array): Head {
    const { size, temperature } = this.#head;
    const classes = this.#classes;
    const kernel = Float64Array.from(this.#head.kernel);
    const bias = Float64Array.from(this.#head.bias);
    for (const [j, embedding] of this.#embeddings.entries())
      for (let c = 0; c < classes; c++) {
        const amount = coefficients[j * classes + c]! / temperature;
        if (amount === 0) continue;
        bias[c]! += amount;
        for (let i = 0; i < size; i++) kernel[i * classes + c]! += amount * embedding[i]!;
      }
    return { ...this.#head, kernel, bias };
  }

  /** Loss, and its gradient with respect to the weights, written in the examples' coefficients. */
  #pointAt(coefficients: Float64Array, leftOut: ReadonlySet<number>): Point {
    const classes = this.#classes;
    for (const index of leftOut) coefficients.fill(0, index * classes, (index + 1) * classes);
    const image = this.#times(coefficients);
    const probabilities = image.map((value, i) => value + this.#base[i]!);
    softmaxInPlace(probabilities, classes);
    // The coefficients are in the weights' units times the temperature: θ − θ₀ = Σ a e / T, so ‖θ − θ₀‖² = a G a.
    const ridge = this.#head.ridge;
    let loss = ridge * inner(coefficients, image);
    const gradient = coefficients.map((value) => 2 * ridge * value);
    for (const [i, label] of this.#labels.entries()) {
      if (leftOut.has(i)) continue;
      loss -= Math.log(Math.max(probabilities[i * classes + label]!, 1e-300));
      for (let c = 0; c < classes; c++)
        gradient[i * classes + c]! += probabilities[i * classes + c]! - (c === label ? 1 : 0);
    }
    return { coefficients, loss, gradient, gradientImage: this.#times(gradient) };
  }

  /** Halves the step until the loss falls as much as its slope promises (Armijo). */
  #search(
    point: Point,
    direction: Direction,
    slope: number,
    leftOut: ReadonlySet<number>,
  ): Point | undefined {
    for (let length = 1; length > 1e-10; length /= 2) {
      const next = this.#pointAt(
        point.coefficients.map((value, i) => value + length * direction.coefficients[i]!),
        leftOut,
      );
      if (next.loss <= point.loss + SUFFICIENT * length * slope) return next;
    }
    return undefined;
  }

  #times(coefficients: Float64Array): Float64Array {
    const classes = this.#classes;
    const count = this.#labels.length;
    const image = new Float64Array(coefficients.length);
    for (let i = 0; i < count; i++)
      for (let j = 0; j < count; j++) {
        const product = this.#gram[i * count + j]!;
        for (let c = 0; c < classes; c++) image[i * classes + c]! += product * coefficients[j * classes + c]!;
      }
    return image;
  }
}

/** Vectors are in the examples' coefficients; an "image" is the vector times the Gram matrix, for inner products. */
interface Point {
  readonly coefficients: Float64Array;
  readonly loss: number;
  readonly gradient: Float64Array;
  readonly gradientImage: Float64Array;
}

interface Step {
  readonly move: Float64Array;
  readonly change: Float64Array;
  readonly changeImage: Float64Array;
  readonly curvature: number;
}

interface Direction {
  readonly coefficients: Float64Array;
}

function stepBetween(before: Point, after: Point): Step {
  const move = minus(after.coefficients, before.coefficients);
  const change = minus(after.gradient, before.gradient);
  const changeImage = minus(after.gradientImage, before.gradientImage);
  return { move, change, changeImage, curvature: inner(move, changeImage) };
}

/** L-BFGS's two loops (Nocedal and Wright, algorithm 7.4), inner products taken in the space of the weights. */
function towards(point: Point, memory: readonly Step[], classes: number): Direction {
  const direction = point.gradient.map((value) => -value);
  const image = point.gradientImage.map((value) => -value);
  const amounts: number[] = [];
  for (const step of [...memory].reverse()) {
    const amount = inner(step.move, image) / step.curvature;
    amounts.push(amount);
    add(direction, step.change, -amount);
    add(image, step.changeImage, -amount);
  }
  const last = memory.at(-1);
  // Without memory: a step of about one nat's worth of examples.
  const scale = last ? last.curvature / inner(last.change, last.changeImage) : 1 / Math.sqrt(classes);
  for (let i = 0; i < direction.length; i++) direction[i]! *= scale;
  for (const step of memory) {
    const back = inner(direction, step.changeImage) / step.curvature;
    add(direction, step.move, amounts.pop()! - back);
  }
  return { coefficients: direction };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

const inner = dot;

function minus(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]!);
}

function add(target: Float64Array, source: Float64Array, amount: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += amount * source[i]!;
}
