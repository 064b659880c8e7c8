/** Counts what each client has under way. */
export class ClientLimits {
  readonly #perClient: number;
  readonly #total: number;
  readonly #counts = new Map<string, number>();
  #all = 0;

  constructor(perClient: number, total: number) {
    this.#perClient = perClient;
    this.#total = total;
  }

  get all(): number {
    return this.#all;
  }

  /** Takes a place, or says whose limit is reached. */
  enter(client: string): 'entered' | 'client' | 'server' {
    const count = this.#counts.get(client) ?? 0;
    if (count >= this.#perClient) return 'client';
    if (this.#all >= this.#total) return 'server';
    this.#counts.set(client, count + 1);
    this.#all++;
    return 'entered';
  }

  leave(client: string): void {
    const count = (this.#counts.get(client) ?? 0) - 1;
    if (count > 0) this.#counts.set(client, count);
    else this.#counts.delete(client);
    this.#all--;
  }
}
