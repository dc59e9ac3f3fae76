// What is done to a sentence once it sounds: rumble taken out, its loudness, clean ends, quiet after it
// (soundalike.inference.postprocess, audio.loudness).

import { fftOf } from "./fft.js";

// A sentence as the listener gets it; with quiet after it unless it is the last.
export function delivered(samples, isLast, model) {
  const { PAUSE, FADE } = model.facts.delivery;
  const rate = model.facts.mel.sample_rate;
  const made = levelled(withoutRumble(samples, model.facts), model);
  const size = Math.min(Math.floor(FADE * rate), made.length >> 1);
  for (let i = 0; i < size; i++) {
    const gain = i / (size - 1);
    made[i] *= gain;
    made[made.length - 1 - i] *= gain;
  }
  if (isLast) return made;
  const whole = new Float32Array(made.length + Math.floor(PAUSE * rate));
  whole.set(made);
  return whole;
}

// Samples through a high-pass of no phase.
export function withoutRumble(samples, { mel, delivery: { RUMBLE } }) {
  // With quiet after it, that its end does not run into its beginning
  const size = powerOfTwo(samples.length + mel.sample_rate / 4);
  const fft = fftOf(size);
  const whole = new Float64Array(size);
  whole.set(samples);
  const re = new Float64Array(size / 2 + 1);
  const im = new Float64Array(size / 2 + 1);
  fft.forward(whole, re, im);
  for (let f = 0; f < re.length; f++) {
    const power = ((f * mel.sample_rate) / size) ** 8;
    const gain = power / (power + RUMBLE ** 8);
    re[f] *= gain;
    im[f] *= gain;
  }
  fft.inverse(re, im, whole);
  return Float32Array.from(whole.subarray(0, samples.length));
}

function powerOfTwo(least) {
  let size = 2;
  while (size < least) size *= 2;
  return size;
}

// Samples at the loudness of the program, their highest peaks rounded off.
export function levelled(samples, model) {
  const { LEVELLING_ROUNDS, LEVELLING_ERROR } = model.facts.loudness;
  const wanted = model.facts.delivery.LOUDNESS;
  let loudness = loudnessOf(samples, model);
  if (loudness === -Infinity) return samples;
  let gain = 1;
  let made = samples;
  for (let round = 0; round < LEVELLING_ROUNDS; round++) {
    gain *= 10 ** ((wanted - loudness) / 20);
    made = samples.map((one) => softClipped(one * gain, model.facts.loudness));
    loudness = loudnessOf(made, model);
    if (Math.abs(loudness - wanted) < LEVELLING_ERROR) break;
  }
  return made;
}

function softClipped(sample, { KNEE, LOUDEST_PEAK }) {
  const size = Math.abs(sample);
  if (size <= KNEE) return sample;
  const rest = LOUDEST_PEAK - KNEE;
  return Math.sign(sample) * (KNEE + rest * Math.tanh((size - KNEE) / rest));
}

// Loudness in LUFS: K-weighted, of blocks of 0.4 s, pauses left out; -Infinity of silence.
export function loudnessOf(samples, { facts, kWeights }) {
  const { BLOCK_SECONDS, HOP_SECONDS, K_OFFSET, ABSOLUTE_GATE, RELATIVE_GATE } = facts.loudness;
  const size = Math.floor(BLOCK_SECONDS * facts.mel.sample_rate);
  const hop = Math.floor(HOP_SECONDS * facts.mel.sample_rate);
  const count = Math.max(1, Math.floor((samples.length - size) / hop) + 1);
  const powers = Array.from({ length: count }, (_, i) => {
    return weighted(samples.subarray(i * hop, i * hop + size), size, kWeights);
  });
  const level = (power) => 10 * Math.log10(power + 1e-20) + K_OFFSET;
  const mean = (values) => values.reduce((sum, one) => sum + one, 0) / values.length;
  // First gate: silence does not count
  const sounding = powers.filter((power) => level(power) > ABSOLUTE_GATE);
  if (!sounding.length) return -Infinity;
  // Second gate: nor do pauses, well below the mean of the rest
  const gate = level(mean(sounding)) + RELATIVE_GATE;
  return level(mean(sounding.filter((power) => level(power) > gate)));
}

// The mean square of a block behind the K-weighting, by Parseval's theorem.
function weighted(block, size, weights) {
  const padded = new Float64Array(2 * (weights.length - 1));
  padded.set(block);
  const re = new Float64Array(weights.length);
  const im = new Float64Array(weights.length);
  fftOf(padded.length).forward(padded, re, im);
  let sum = 0;
  for (let f = 0; f < weights.length; f++) sum += (re[f] ** 2 + im[f] ** 2) * weights[f];
  return (2 * sum) / (size * padded.length);
}
