// Runs beside the sound: hands on what the microphone gives, 2048 samples at a time.
class Recorder extends AudioWorkletProcessor {
  part = new Float32Array(2048);
  filled = 0;
  process([[samples]]) {
    if (!samples) return true;
    this.part.set(samples, this.filled);
    this.filled += samples.length;
    if (this.filled >= this.part.length) {
      this.port.postMessage(this.part.slice());
      this.filled = 0;
    }
    return true;
  }
}
registerProcessor("recorder", Recorder);
