import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isProsodiaError } from '@prosodia/contracts';
import type { AdaptationReport, ClipRecognizer, ClipSource, Recognizer, Voice } from '@prosodia/runtime';
import { readProfile } from '@prosodia/runtime';
import { invalid, RequestError } from './failure.js';

/** Nothing of a name can leave the folder, hide a file, or be a device of some system. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/;
const SUFFIX = '.voice.json';

/** What a client is told of one person. */
export interface ProfileSummary {
  readonly name: string;
  /** Clips that were heard, and of those the labelled ones. */
  readonly clips: number;
  readonly labelled: number;
  readonly report: AdaptationReport;
}

/** People's profiles, each a file in one folder; opened once and then kept, changed one call after the other. */
export class ProfileStore {
  readonly #folder: string;
  readonly #recognizer: Recognizer;
  readonly #maxProfiles: number;
  readonly #voices = new Map<string, Voice>();
  readonly #turns = new Map<string, Promise<unknown>>();
  /** Creations one after the other, so that the limit holds. */
  #creating: Promise<unknown> = Promise.resolve();

  private constructor(folder: string, recognizer: Recognizer, maxProfiles: number) {
    this.#folder = folder;
    this.#recognizer = recognizer;
    this.#maxProfiles = maxProfiles;
  }

  /** Makes the folder, for its owner alone, if it is not there. */
  static async open(folder: string, recognizer: Recognizer, maxProfiles: number): Promise<ProfileStore> {
    const path = resolve(folder);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return new ProfileStore(path, recognizer, maxProfiles);
  }

  async names(): Promise<string[]> {
    const files = await readdir(this.#folder);
    return files
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => file.slice(0, -SUFFIX.length))
      .filter((name) => NAME.test(name))
      .sort();
  }

  /** @throws RequestError 409 when the name is taken or the folder is full; ProsodiaError INVALID_ARGUMENT (the name) */
  create(name: string): Promise<ProfileSummary> {
    const path = this.#pathOf(name);
    const created = this.#creating.then(async () => {
      const names = await this.names();
      if (names.includes(name)) throw new RequestError(409, `There is a profile ${name} already`);
      if (names.length >= this.#maxProfiles)
        throw new RequestError(409, `Expected at most ${this.#maxProfiles} profiles`);
      const voice = this.#recognizer.speaker();
      await voice.save(path);
      this.#voices.set(name, voice);
      return summaryOf(name, voice);
    });
    this.#creating = created.catch(() => {});
    return created;
  }

  summary(name: string): Promise<ProfileSummary> {
    return this.#inTurn(name, async (voice) => summaryOf(name, voice));
  }

  /** Learns one labelled clip and keeps it. */
  enrol(name: string, clip: ClipSource, label: string, signal: AbortSignal): Promise<ProfileSummary> {
    return this.#inTurn(name, async (voice) => {
      await voice.learn(clip, label, { signal });
      await voice.save(this.#pathOf(name));
      return summaryOf(name, voice);
    });
  }

  /** Answers with what is known of the person, and keeps what the clip told of the voice. */
  speaker(name: string): ClipRecognizer {
    this.#pathOf(name);
    return {
      recognize: (clip, options = {}) =>
        this.#inTurn(name, async (voice) => {
          const answer = await voice.recognize(clip, options);
          await voice.save(this.#pathOf(name));
          return answer;
        }),
    };
  }

  delete(name: string): Promise<void> {
    return this.#inTurn(name, async () => {
      this.#voices.delete(name);
      await rm(this.#pathOf(name), { force: true });
    });
  }

  /** @throws RequestError 404 when there is none of that name */
  async expect(name: string): Promise<void> {
    this.#pathOf(name);
    if (!(await this.names()).includes(name)) throw new RequestError(404, `There is no profile ${name}`);
  }

  /** One call after the other for each person: a profile is never saved while another call changes it. */
  #inTurn<T>(name: string, work: (voice: Voice) => Promise<T>): Promise<T> {
    const before = this.#turns.get(name) ?? Promise.resolve();
    const turn = before.then(async () => work(await this.#voice(name)));
    const settled = turn.then(
      () => {},
      () => {},
    );
    this.#turns.set(name, settled);
    settled.then(() => {
      if (this.#turns.get(name) === settled) this.#turns.delete(name);
    });
    return turn;
  }

  async #voice(name: string): Promise<Voice> {
    await this.expect(name);
    const known = this.#voices.get(name);
    if (known) return known;
    try {
      const voice = this.#recognizer.speaker(await readProfile(this.#pathOf(name)));
      this.#voices.set(name, voice);
      return voice;
    } catch (cause) {
      // The message names the file, which is none of the client's business.
      if (isProsodiaError(cause))
        throw new RequestError(409, `The profile ${name} is broken or was made with another model`);
      throw cause;
    }
  }

  #pathOf(name: string): string {
    if (!NAME.test(name) || RESERVED.test(name))
      throw invalid(
        'Expected a profile name of 1 to 63 of a-z, 0-9, _ and -, beginning with a letter or digit',
      );
    return join(this.#folder, `${name}${SUFFIX}`);
  }
}

function summaryOf(name: string, voice: Voice): ProfileSummary {
  return { name, clips: voice.clips, labelled: voice.labelled, report: voice.report() };
}
