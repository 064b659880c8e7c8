import { colourOf, painted } from './colours.js';

const METER_CELLS = 20;
const STRIP_CELLS = 40;

/** One line of a terminal, drawn anew: level meter, what is heard now, and the colours of the last answers. */
export class LiveView {
  readonly #labels: readonly string[];
  readonly #output: NodeJS.WriteStream;
  readonly #strip: string[] = [];
  #level = 0;
  #says = '';

  constructor(labels: readonly string[], output: NodeJS.WriteStream) {
    this.#labels = labels;
    this.#output = output;
  }

  /** @param peak  largest deflection of the last chunk, 0 to 1 */
  level(peak: number): void {
    const dB = 20 * Math.log10(Math.max(peak, 1e-5));
    this.#level = Math.max(0, Math.min(1, 1 + dB / 60));
    this.#draw();
  }

  heard(label: string, confidence: number): void {
    this.#says = `${label} ${Math.round(100 * confidence)} %`;
    this.#strip.push(painted(label.charAt(0), colourOf(label, this.#labels)));
    if (this.#strip.length > STRIP_CELLS) this.#strip.shift();
    this.#draw();
  }

  quiet(): void {
    this.#says = '';
    this.#draw();
  }

  /** Prints a line that stays, above the one that is drawn anew. */
  keep(line: string): void {
    this.#output.write(`\r\u001b[K${line}\n`);
    this.#draw();
  }

  close(): void {
    this.#output.write('\r\u001b[K');
  }

  #draw(): void {
    const full = Math.round(this.#level * METER_CELLS);
    const meter = '█'.repeat(full) + '░'.repeat(METER_CELLS - full);
    this.#output.write(`\r\u001b[K${meter} ${this.#says.padEnd(16)} ${this.#strip.join('')}`);
  }
}
