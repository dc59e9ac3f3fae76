// The vocoder: a mel, its pitch and noise to samples (soundalike.models.vocoders.vocos.graph_execution).

import { fftOf } from "./fft.js";
import { pulses } from "./pulses.js";
import { istft, logMelOf, stft } from "./spectrum.js";

const clipped = (value, low, high) => Math.min(high, Math.max(low, value));

// Samples ((T - 1) * hop) of a log-mel (T * M), a pitch (T) in hertz and white noise ((T - 1) * hop).
export async function vocoded(mel, pitch, noise, model) {
  const { facts, graphs } = model;
  const { n_fft: size, hop_length: hop, n_mels: bands } = facts.mel;
  const frames = pitch.length;
  const source = stft(pulses(pitch, facts), size, hop);
  const said = await graphs.run("filters", {
    mel: [mel, [1, frames, bands]],
    pitch: [pitch, [1, frames]],
    source: [heard(source, facts.vocoder.SOURCE_BINS), [1, frames, 2 * facts.vocoder.SOURCE_BINS]],
  });
  const spectrum = filtered(source, stft(noise, size, hop), mel, said, model);
  let samples = istft(spectrum, size, hop);
  const wanted = mel.map((value, i) => value + said.mel_change[i]);
  for (let round = 0; round < facts.vocoder.corrections; round++) samples = corrected(samples, wanted, model);
  return samples;
}

// The lowest bins of the pulses' spectrum, compressed, real and imaginary parts by turns.
function heard({ frames, bins, re, im }, low) {
  const made = new Float32Array(frames * 2 * low);
  for (let t = 0; t < frames; t++) {
    for (let f = 0; f < low; f++) {
      const a = re[t * bins + f];
      const b = im[t * bins + f];
      const scale = 1 / (1 + Math.hypot(a, b));
      made[(t * low + f) * 2] = a * scale;
      made[(t * low + f) * 2 + 1] = b * scale;
    }
  }
  return made;
}

// The spectra of pulses and noise through their filters, and the free spectrum beside them.
function filtered(source, noise, mel, { heads, residual }, { facts, shares, logArea }) {
  const { SOFTEST, LOUDEST, BREATH } = facts.vocoder;
  const { frames, bins } = source;
  const bands = shares.bands;
  const re = new Float32Array(frames * bins);
  const im = new Float32Array(frames * bins);
  const level = new Float64Array(bands);
  const envelope = new Float64Array(bins);
  const gain = new Float64Array(bins);
  const phase = new Float64Array(bins);
  for (let t = 0; t < frames; t++) {
    for (let m = 0; m < bands; m++) level[m] = mel[t * bands + m] - logArea[m];
    shares.spread(level, envelope);
    const head = heads.subarray(t * 3 * bins, (t + 1) * 3 * bins);
    for (let f = 0; f < bins; f++) gain[f] = clipped(envelope[f] + head[f], SOFTEST, LOUDEST);
    minimumPhase(gain, phase);
    for (let f = 0; f < bins; f++) {
      const at = t * bins + f;
      const angle = phase[f] + head[bins + f];
      const cos = Math.exp(gain[f]) * Math.cos(angle);
      const sin = Math.exp(gain[f]) * Math.sin(angle);
      const breath = Math.exp(clipped(envelope[f] - BREATH + head[2 * bins + f], SOFTEST, LOUDEST));
      const free = Math.exp(clipped(envelope[f], SOFTEST, LOUDEST));
      re[at] = source.re[at] * cos - source.im[at] * sin;
      im[at] = source.re[at] * sin + source.im[at] * cos;
      re[at] += noise.re[at] * breath + residual[2 * at] * free;
      im[at] += noise.im[at] * breath + residual[2 * at + 1] * free;
    }
  }
  return { frames, bins, re, im };
}

// Radians of the minimum-phase filter of a log gain: its Hilbert transform.
export function minimumPhase(gain, phase) {
  const bins = gain.length;
  const size = 2 * (bins - 1);
  const fft = fftOf(size);
  const cepstrum = new Float64Array(size);
  fft.inverse(gain, new Float64Array(bins), cepstrum);
  cepstrum[0] = 0;
  cepstrum[bins - 1] = 0;
  for (let i = bins; i < size; i++) cepstrum[i] *= -1;
  fft.forward(cepstrum, new Float64Array(bins), phase);
}

// Samples with every frame scaled, band by band, towards a mel (T * M).
function corrected(samples, mel, { facts, filters, shares }) {
  const { n_fft: size, hop_length: hop, floor } = facts.mel;
  const spectrum = stft(samples, size, hop);
  const { frames, bins, re, im } = spectrum;
  const found = logMelOf(spectrum, filters, floor);
  const most = facts.vocoder.MOST_CORRECTED;
  const error = new Float64Array(filters.bands);
  const change = new Float64Array(bins);
  for (let t = 0; t < frames; t++) {
    for (let m = 0; m < filters.bands; m++) {
      const at = t * filters.bands + m;
      error[m] = clipped(mel[at] - found[at], -most, most);
    }
    shares.spread(error, change);
    for (let f = 0; f < bins; f++) {
      const scale = Math.exp(change[f]);
      re[t * bins + f] *= scale;
      im[t * bins + f] *= scale;
    }
  }
  return istft(spectrum, size, hop);
}
