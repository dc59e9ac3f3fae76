// Short-time spectra, their inverse, and the log-mel (soundalike.audio.mel).

import { fftOf } from "./fft.js";

// The periodic Hann window.
export function hann(size) {
  return Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
}

// Where a place beyond either end of a sound of so many samples lies when the sound is mirrored there.
function mirrored(place, count) {
  const period = Math.max(1, 2 * (count - 1));
  const inside = ((place % period) + period) % period;
  return inside < count ? inside : period - inside;
}

// The spectrum of samples: { frames, bins, re, im }, both (frames * bins).
export function stft(samples, size, hop) {
  const fft = fftOf(size);
  const window = hann(size);
  const bins = size / 2 + 1;
  const frames = Math.floor(samples.length / hop) + 1;
  const re = new Float32Array(frames * bins);
  const im = new Float32Array(frames * bins);
  const part = new Float64Array(size);
  for (let t = 0; t < frames; t++) {
    const start = t * hop - size / 2;
    for (let i = 0; i < size; i++) {
      const place = start + i;
      const inside = place >= 0 && place < samples.length ? place : mirrored(place, samples.length);
      part[i] = samples[inside] * window[i];
    }
    fft.forward(part, re.subarray(t * bins, (t + 1) * bins), im.subarray(t * bins, (t + 1) * bins));
  }
  return { frames, bins, re, im };
}

// The samples ((frames - 1) * hop) whose windowed frames best fit a spectrum.
export function istft({ frames, bins, re, im }, size, hop) {
  const fft = fftOf(size);
  const window = hann(size);
  const made = new Float64Array((frames - 1) * hop + size);
  const power = new Float64Array(made.length);
  const part = new Float64Array(size);
  for (let t = 0; t < frames; t++) {
    fft.inverse(re.subarray(t * bins, (t + 1) * bins), im.subarray(t * bins, (t + 1) * bins), part);
    for (let i = 0; i < size; i++) {
      made[t * hop + i] += part[i] * window[i];
      power[t * hop + i] += window[i] * window[i];
    }
  }
  const samples = new Float32Array((frames - 1) * hop);
  for (let i = 0; i < samples.length; i++) samples[i] = made[size / 2 + i] / power[size / 2 + i];
  return samples;
}

// A matrix (bands, bins) of which each band has a stretch of bins only.
export class Bands {
  constructor(values, bands, bins) {
    this.bands = bands;
    this.bins = bins;
    this.rows = Array.from({ length: bands }, (_, band) => {
      const row = values.subarray(band * bins, (band + 1) * bins);
      let first = 0;
      let last = bins;
      while (first < last && row[first] === 0) first++;
      while (last > first && row[last - 1] === 0) last--;
      return { first, weights: row.slice(first, last) };
    });
  }

  // The sums (bands) of values (bins).
  summed(values, out) {
    this.rows.forEach(({ first, weights }, band) => {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i] * values[first + i];
      out[band] = sum;
    });
  }

  // The values (bins) that values (bands) have where the bands lie.
  spread(values, out) {
    out.fill(0);
    this.rows.forEach(({ first, weights }, band) => {
      for (let i = 0; i < weights.length; i++) out[first + i] += weights[i] * values[band];
    });
  }
}

// The logarithm of a spectrum's mel bands (frames * bands).
export function logMelOf({ frames, bins, re, im }, filters, floor) {
  const mel = new Float32Array(frames * filters.bands);
  const magnitude = new Float64Array(bins);
  const sums = new Float64Array(filters.bands);
  for (let t = 0; t < frames; t++) {
    for (let f = 0; f < bins; f++) magnitude[f] = Math.hypot(re[t * bins + f], im[t * bins + f]);
    filters.summed(magnitude, sums);
    for (let m = 0; m < filters.bands; m++) mel[t * filters.bands + m] = Math.log(Math.max(sums[m], floor));
  }
  return mel;
}

// The log-mel (frames * bands) of samples, by the tables of the model.
export function logMel(samples, { facts, filters }) {
  return logMelOf(stft(samples, facts.mel.n_fft, facts.mel.hop_length), filters, facts.mel.floor);
}
