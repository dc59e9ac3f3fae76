// Sound: playing it while it still comes, WAV files, the mel spectrogram, the microphone.

let shared = null;
export const context = () => (shared ??= new AudioContext());

// Samples that may still be growing. One plays at a time, and none while the microphone is open.
export class Player {
  static current = null;
  static held = false;
  static hold(held) {
    Player.held = held;
    if (held && Player.current?.playing) Player.current.pause();
  }
  constructor(rate, changed) {
    Object.assign(this, { rate, changed, chunks: [], length: 0, complete: false, playing: false, from: 0, origin: 0, nodes: [] });
  }
  get duration() { return this.length / this.rate; }
  get time() {
    return this.playing ? Math.min(Math.max(this.from, this.from + context().currentTime - this.origin), this.duration) : this.from;
  }
  get samples() {
    const all = new Float32Array(this.length);
    for (const { at, samples } of this.chunks) all.set(samples, at);
    return all;
  }
  append(samples) {
    const chunk = { at: this.length, samples };
    this.chunks.push(chunk);
    this.length += samples.length;
    if (this.playing) this.schedule(chunk);
  }
  // Other samples in the place of all there are; where it was, and whether it plays, stays.
  load(parts) {
    const { playing, time } = this;
    this.silence();
    Object.assign(this, { chunks: [], length: 0, playing: false, from: time });
    for (const samples of parts) this.append(samples);
    this.from = Math.min(time, this.duration);
    if (playing) this.play();
  }
  play(at = this.time) {
    if (Player.held) return;
    if (Player.current !== this) Player.current?.pause();
    Player.current = this;
    this.silence();
    context().resume();
    this.from = this.complete && at >= this.duration - 0.01 ? 0 : at;
    this.origin = context().currentTime + 0.04;
    this.playing = true;
    for (const chunk of this.chunks) this.schedule(chunk);
    this.tick();
  }
  schedule({ at, samples }) {
    const start = at / this.rate - this.from;
    const skip = Math.max(0, -start);
    if (skip * this.rate >= samples.length) return;
    let when = this.origin + Math.max(0, start);
    const late = context().currentTime + 0.02 - when;
    if (late > 0) { this.origin += late; when += late; } // it ran dry: what comes now follows after a gap
    const buffer = context().createBuffer(1, samples.length, this.rate);
    buffer.copyToChannel(samples, 0);
    const node = new AudioBufferSourceNode(context(), { buffer });
    node.connect(context().destination);
    node.start(when, skip);
    this.nodes.push(node);
  }
  silence() {
    for (const node of this.nodes) node.stop();
    this.nodes = [];
  }
  pause(at = this.time) {
    this.silence();
    this.playing = false;
    this.from = at;
    this.changed(this);
  }
  seek(at) {
    if (this.playing) this.play(at);
    else { this.from = Math.min(at, this.duration); this.changed(this); }
  }
  tick() {
    if (!this.playing) return;
    if (this.complete && this.time >= this.duration) return this.pause(0);
    this.changed(this);
    requestAnimationFrame(() => this.tick());
  }
}

export function floats(integers) {
  const made = new Float32Array(integers.length);
  for (let at = 0; at < integers.length; at++) made[at] = integers[at] / 32768;
  return made;
}

export function integers(samples) {
  const made = new Int16Array(samples.length);
  for (let at = 0; at < samples.length; at++) made[at] = Math.max(-32768, Math.min(32767, Math.round(samples[at] * 32768))); // back to what `floats` took
  return made;
}

export function wav(samples, rate, name) {
  const data = integers(samples);
  const head = new DataView(new ArrayBuffer(44));
  const text = (at, letters) => [...letters].forEach((letter, n) => head.setUint8(at + n, letter.charCodeAt(0)));
  text(0, "RIFF"); head.setUint32(4, 36 + data.byteLength, true); text(8, "WAVEfmt ");
  head.setUint32(16, 16, true); head.setUint16(20, 1, true); head.setUint16(22, 1, true);
  head.setUint32(24, rate, true); head.setUint32(28, 2 * rate, true); head.setUint16(32, 2, true); head.setUint16(34, 16, true);
  text(36, "data"); head.setUint32(40, data.byteLength, true);
  return new File([head, data], name, { type: "audio/wav" });
}

// Samples of a file the browser can decode, at its own rate; null for others: the server knows more formats.
export async function decode(blob) {
  try {
    const buffer = await context().decodeAudioData(await blob.arrayBuffer());
    return { samples: buffer.getChannelData(0), rate: buffer.sampleRate };
  } catch {
    return null;
  }
}

// A file of the server's as samples at a given rate.
export async function decodeAt(blob, rate) {
  const buffer = await new OfflineAudioContext(1, 1, rate).decodeAudioData(await blob.arrayBuffer());
  return buffer.getChannelData(0);
}

const SIZE = 1024;
const BANDS = 64;

// Levels in dB below the loudest, BANDS for each of `columns` moments.
export function mel(samples, rate, columns) {
  const window = Float32Array.from({ length: SIZE }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / SIZE));
  const toMel = (hertz) => 2595 * Math.log10(1 + hertz / 700);
  const edges = Array.from({ length: BANDS + 2 }, (_, n) => (700 * (10 ** ((toMel(rate / 2) * n) / (BANDS + 1) / 2595) - 1) * SIZE) / rate);
  const levels = new Float32Array(columns * BANDS);
  const real = new Float32Array(SIZE);
  const imaginary = new Float32Array(SIZE);
  let loudest = -200;
  for (let column = 0; column < columns; column++) {
    const start = Math.round(((column + 0.5) / columns) * samples.length - SIZE / 2);
    for (let n = 0; n < SIZE; n++) real[n] = (samples[start + n] || 0) * window[n];
    imaginary.fill(0);
    transform(real, imaginary);
    for (let band = 0; band < BANDS; band++) {
      const [low, middle, high] = edges.slice(band, band + 3);
      let power = 1e-9;
      for (let bin = Math.floor(low); bin <= Math.min(high, SIZE / 2); bin++) {
        const weight = Math.max(0, bin <= middle ? (bin - low) / (middle - low) : (high - bin) / (high - middle));
        power += weight * (real[bin] ** 2 + imaginary[bin] ** 2);
      }
      const level = 10 * Math.log10(power);
      levels[column * BANDS + band] = level;
      loudest = Math.max(loudest, level);
    }
  }
  return { levels: levels.map((level) => level - loudest), bands: BANDS, columns };
}

// The fast Fourier transform, in place, of a power of two.
function transform(real, imaginary) {
  const size = real.length;
  for (let at = 1, mirrored = 0; at < size; at++) {
    let bit = size >> 1;
    for (; mirrored & bit; bit >>= 1) mirrored ^= bit;
    mirrored ^= bit;
    if (at < mirrored) [real[at], real[mirrored]] = [real[mirrored], real[at]];
  }
  for (let span = 2; span <= size; span <<= 1) {
    const angle = (-2 * Math.PI) / span;
    for (let step = 0; step < span / 2; step++) {
      const cos = Math.cos(angle * step);
      const sin = Math.sin(angle * step);
      for (let one = step; one < size; one += span) {
        const two = one + span / 2;
        const re = real[two] * cos - imaginary[two] * sin;
        const im = real[two] * sin + imaginary[two] * cos;
        real[two] = real[one] - re; imaginary[two] = imaginary[one] - im;
        real[one] += re; imaginary[one] += im;
      }
    }
  }
}

// The microphone, as it is: nothing between it and the model but the air. `heard` is told (seconds, level from 0 to 1).
export async function record(heard) {
  if (!navigator.mediaDevices?.getUserMedia) throw new Error("This browser gives pages a microphone only over https, or on localhost. Choose a file instead.");
  const wanted = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };
  const stream = await navigator.mediaDevices.getUserMedia({ audio: wanted });
  const own = new AudioContext();
  const close = () => { for (const track of stream.getTracks()) track.stop(); return own.close(); };
  try {
    await own.audioWorklet.addModule("recorder.js");
  } catch (error) {
    await close();
    throw error;
  }
  const node = new AudioWorkletNode(own, "recorder", { numberOfOutputs: 0 });
  const parts = [];
  let length = 0;
  node.port.onmessage = ({ data }) => {
    parts.push(data);
    length += data.length;
    heard(length / own.sampleRate, Math.max(...data.map(Math.abs)));
  };
  own.createMediaStreamSource(stream).connect(node);
  return async () => {
    await close();
    const samples = new Float32Array(length);
    let at = 0;
    for (const part of parts) { samples.set(part, at); at += part.length; }
    return { samples, rate: own.sampleRate };
  };
}
