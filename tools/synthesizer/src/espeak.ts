import loadESpeakNg, { type ESpeakNgWorker } from '@echogarden/espeak-ng-emscripten';
import { type AudioClip, ProsodiaError } from '@prosodia/contracts';

/** The engine's own settings for one sentence. */
export interface Delivery {
  /** 0 to 100; 50 is the voice's own pitch. */
  readonly pitch: number;
  /** How far the melody moves, 0 to 100; 50 is the voice's own. */
  readonly range: number;
  /** Words per minute, 80 to 450. */
  readonly wordsPerMinute: number;
}

/** eSpeak NG with one voice chosen. */
export class SpeechEngine {
  private constructor(private readonly worker: ESpeakNgWorker) {}

  /**
   * Loads a fresh engine (0.1 s). One sentence leaves traces in the next (its oscillators run on), so each
   * speaker gets an engine of its own: his or her clips then depend on nothing but the seed.
   *
   * @param voice  e.g. `en-us+f1`
   * @throws ProsodiaError INVALID_ARGUMENT for a voice the engine does not have
   */
  static async load(voice: string): Promise<SpeechEngine> {
    const module = await loadESpeakNg();
    const worker = new module.eSpeakNGWorker();
    if (worker.set_voice(voice) !== 0)
      throw new ProsodiaError('INVALID_ARGUMENT', `Expected a voice of eSpeak NG but received ${voice}`);
    return new SpeechEngine(worker);
  }

  /** Speaks `text`: mono, in [-1, 1], at the engine's 22,050 Hz. Blocks for 10 to 30 ms. */
  speak(text: string, delivery: Delivery): AudioClip {
    this.worker.set_rate(Math.round(delivery.wordsPerMinute));
    this.worker.set_pitch(Math.round(delivery.pitch));
    this.worker.set_range(Math.round(delivery.range));
    // Some voices come close to full scale at 100; loudness is set afterwards, without clipping.
    this.worker.set_volume(60);
    const chunks: Int16Array[] = [];
    this.worker.synthesize(text, (samples) => {
      if (samples !== null && samples.length > 0) chunks.push(samples);
    });
    const samples = new Float32Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) for (const value of chunk) samples[at++] = value / 32_768;
    if (samples.length === 0)
      throw new ProsodiaError('CORPUS', `The speech engine returned no audio for "${text}"`);
    return { samples, sampleRateHz: this.worker.get_samplerate() };
  }
}
