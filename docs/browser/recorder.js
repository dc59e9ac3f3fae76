// Runs beside the sound: hands on what the microphone gives.
class Recorder extends AudioWorkletProcessor {
  process([[samples]]) {
    if (samples) this.port.postMessage(samples.slice());
    return true;
  }
}
registerProcessor("recorder", Recorder);
