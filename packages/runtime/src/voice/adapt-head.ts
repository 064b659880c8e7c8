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
/** The search ends when a step wins less than this, in nats. */
const TOLERANCE = 1e-9;
/** Enough where an answer is only judged. */
export const JUDGING_TOLERANCE = 1e-2;
const SUFFICIENT = 1e-4;

/**
 * Adapts one head to a person by maximum a posteriori: the trained weights are the prior's mean.
 *
 * Minimises Σ cross-entropy + ridge · ‖θ − θ₀‖² over kernel and bias. With directions D, the kernel is θ + D φ, and the
 * directions' own ridge · ‖φ‖² is added: this is the same problem for examples (e, √(ridge / their ridge) e D).
 *
 * The minimum lies at θ₀ plus a combination of the examples (the representer theorem), so what is searched is a number per example and class, whatever the head's size:
 * examples are few where heads are large. The problem is strictly convex; L-BFGS finds its one minimum.
 */
export class HeadAdaptation {
  readonly #head: Head;
  readonly #labels: number[];
  /** The examples, lengthened by what they are along the directions. */
  readonly #views: Float64Array[];
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
    this.#views = examples.map(({ embedding }) =>
      viewOf(
        head,
        Float64Array.from({ length: size }, (_, i) => embedding[start + i]!),
      ),
    );
    const count = examples.length;
    this.#base = new Float64Array(count * this.#classes);
    for (const [i, { embedding }] of examples.entries())
      this.#base.set(scoresOf(head, embedding), i * this.#classes);
    this.#gram = new Float64Array(count * count);
    for (let i = 0; i < count; i++)
      for (let j = 0; j <= i; j++) {
        const product = (1 + dot(this.#views[i]!, this.#views[j]!)) / temperature ** 2;
        this.#gram[i * count + j] = product;
        this.#gram[j * count + i] = product;
      }
  }

  /**
   * Each example's coefficients at the minimum, examples × classes.
   *
   * @param leftOut  examples that are not learned from; their coefficients are 0
   * @param from  where the search begins, e.g. the answer with other examples left out
   * @param tolerance  the search ends when a step wins less, in nats
   */
  solve(leftOut: ReadonlySet<number> = new Set(), from?: Float64Array, tolerance = TOLERANCE): Float64Array {
    const classes = this.#classes;
    const first = from ? Float64Array.from(from) : new Float64Array(this.#base.length);
    for (const index of leftOut) first.fill(0, index * classes, (index + 1) * classes);
    let point = this.#pointAt(first, this.#times(first), leftOut);
    const memory: Step[] = [];
    for (let step = 0; step < MAX_STEPS; step++) {
      const direction = towards(point, memory, classes);
      const slope = dot(direction.coefficients, point.gradientImage);
      if (!(slope < 0)) break;
      const next = this.#search(point, direction, slope, leftOut);
      if (!next || point.loss - next.loss < tolerance) return next?.coefficients ?? point.coefficients;
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
    const { size, temperature, directions } = this.#head;
    const classes = this.#classes;
    const bias = Float64Array.from(this.#head.bias);
    const change = new Float64Array((size + (directions?.count ?? 0)) * classes);
    for (const [j, view] of this.#views.entries())
      for (let c = 0; c < classes; c++) {
        const amount = coefficients[j * classes + c]! / temperature;
        if (amount === 0) continue;
        bias[c]! += amount;
        for (let i = 0; i < view.length; i++) change[i * classes + c]! += amount * view[i]!;
      }
    const kernel = Float64Array.from(this.#head.kernel);
    addChange(kernel, this.#head, change);
    return { ...this.#head, kernel, bias };
  }

  /** The loss at coefficients whose image is known, and its gradient written in the examples' coefficients. */
  #pointAt(coefficients: Float64Array, image: Float64Array, leftOut: ReadonlySet<number>): Point {
    const classes = this.#classes;
    const probabilities = Float64Array.from(this.#base);
    add(probabilities, image, 1);
    softmaxInPlace(probabilities, classes);
    const { ridge } = this.#head;
    // θ − θ₀ = Σ a e / T, so that ‖θ − θ₀‖² = a G a.
    let loss = ridge * dot(coefficients, image);
    const gradient = new Float64Array(coefficients.length);
    for (const [i, label] of this.#labels.entries()) {
      if (leftOut.has(i)) continue;
      loss -= Math.log(Math.max(probabilities[i * classes + label]!, 1e-300));
      for (let k = i * classes; k < (i + 1) * classes; k++)
        gradient[k] = 2 * ridge * coefficients[k]! + probabilities[k]!;
      gradient[i * classes + label]! -= 1;
    }
    return { coefficients, image, loss, gradient, gradientImage: this.#times(gradient) };
  }

  /** Halves the step until the loss falls as much as its slope promises (Armijo). */
  #search(
    point: Point,
    direction: Direction,
    slope: number,
    leftOut: ReadonlySet<number>,
  ): Point | undefined {
    for (let length = 1; length > 1e-10; length /= 2) {
      const coefficients = Float64Array.from(point.coefficients);
      const image = Float64Array.from(point.image);
      add(coefficients, direction.coefficients, length);
      add(image, direction.image, length);
      const next = this.#pointAt(coefficients, image, leftOut);
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

/** What the personal part of a layer sees of an embedding. */
function viewOf({ directions, ridge }: Head, embedding: Float64Array): Float64Array {
  if (!directions) return embedding;
  const { columns, count } = directions;
  const size = embedding.length;
  const view = new Float64Array(size + count);
  view.set(embedding);
  const looser = Math.sqrt(ridge / directions.ridge);
  for (let i = 0; i < size; i++)
    for (let k = 0; k < count; k++) view[size + k]! += looser * embedding[i]! * columns[i * count + k]!;
  return view;
}

/** Adds a change of what `viewOf` sees, its length × classes, to a kernel. */
function addChange(
  kernel: Float64Array,
  { size, directions, ridge, bias }: Head,
  change: Float64Array,
): void {
  const classes = bias.length;
  add(kernel, change, 1);
  if (!directions) return;
  const { columns, count } = directions;
  const looser = Math.sqrt(ridge / directions.ridge);
  for (let i = 0; i < size; i++)
    for (let k = 0; k < count; k++) {
      const column = looser * columns[i * count + k]!;
      const from = (size + k) * classes;
      for (let c = 0; c < classes; c++) kernel[i * classes + c]! += column * change[from + c]!;
    }
}

/** Vectors are in the examples' coefficients; an "image" is the vector times the Gram matrix, for inner products. */
interface Point {
  readonly coefficients: Float64Array;
  readonly image: Float64Array;
  readonly loss: number;
  readonly gradient: Float64Array;
  readonly gradientImage: Float64Array;
}

interface Step {
  readonly move: Float64Array;
  readonly moveImage: Float64Array;
  readonly change: Float64Array;
  readonly changeImage: Float64Array;
  readonly curvature: number;
}

interface Direction {
  readonly coefficients: Float64Array;
  readonly image: Float64Array;
}

function stepBetween(before: Point, after: Point): Step {
  const move = minus(after.coefficients, before.coefficients);
  const moveImage = minus(after.image, before.image);
  const change = minus(after.gradient, before.gradient);
  const changeImage = minus(after.gradientImage, before.gradientImage);
  return { move, moveImage, change, changeImage, curvature: dot(move, changeImage) };
}

/** L-BFGS's two loops (Nocedal and Wright, algorithm 7.4), inner products taken in the space of the weights. */
function towards(point: Point, memory: readonly Step[], classes: number): Direction {
  const direction = point.gradient.map((value) => -value);
  const image = point.gradientImage.map((value) => -value);
  const amounts: number[] = [];
  for (const step of [...memory].reverse()) {
    const amount = dot(step.move, image) / step.curvature;
    amounts.push(amount);
    add(direction, step.change, -amount);
    add(image, step.changeImage, -amount);
  }
  const last = memory.at(-1);
  // Without memory: a step of about one nat's worth of examples.
  const scale = last ? last.curvature / dot(last.change, last.changeImage) : 1 / Math.sqrt(classes);
  for (let i = 0; i < direction.length; i++) {
    direction[i]! *= scale;
    image[i]! *= scale;
  }
  for (const step of memory) {
    const back = dot(direction, step.changeImage) / step.curvature;
    const amount = amounts.pop()! - back;
    add(direction, step.move, amount);
    add(image, step.moveImage, amount);
  }
  return { coefficients: direction, image };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function minus(a: Float64Array, b: Float64Array): Float64Array {
  const difference = Float64Array.from(a);
  add(difference, b, -1);
  return difference;
}

function add(target: Float64Array, source: Float64Array, amount: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += amount * source[i]!;
}
