/** Hands the microphone's samples on as 16-bit integers, a tenth of a second at a time. */
class Capture extends AudioWorkletProcessor {
  #samples = new Int16Array(Math.round(sampleRate / 10));
  #filled = 0;

  process([input]) {
    for (const sample of input[0] ?? []) {
      this.#samples[this.#filled++] = Math.max(-32768, Math.min(32767, Math.round(sample * 32768)));
      if (this.#filled === this.#samples.length) {
        this.port.postMessage(this.#samples.slice());
        this.#filled = 0;
      }
    }
    return true;
  }
}

registerProcessor('capture', Capture);
