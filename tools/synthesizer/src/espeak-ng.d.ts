/** What we use of the package, which ships no types. */
declare module '@echogarden/espeak-ng-emscripten' {
  interface ESpeakNgWorker {
    /** @returns 0 when the voice exists */
    set_voice(voice: string): number;
    /** Words per minute, 80 to 450. */
    set_rate(wordsPerMinute: number): void;
    /** 0 to 100, 50 as the voice is. */
    set_pitch(pitch: number): void;
    /** How far the melody moves: 0 to 100, 50 as the voice is. */
    set_range(range: number): void;
    /** 0 to 200, 100 as the voice is. */
    set_volume(volume: number): void;
    get_samplerate(): number;
    synthesize(text: string, onAudio: (samples: Int16Array | null, events: unknown[]) => void): void;
  }
  interface ESpeakNgModule {
    eSpeakNGWorker: new () => ESpeakNgWorker;
  }
  export default function load(): Promise<ESpeakNgModule>;
}
