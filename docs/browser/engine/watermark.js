// The watermark: the bands of the spectrum turned up and down a little (soundalike.provenance.watermark).

import { fftOf } from "./fft.js";

// The signs (period * bands) of the mark of a voice's 16 bits. The code is linear: each bit that is set turns
// a fixed set of signs around.
export function signsOf(voiceBits, { facts, markSigns }) {
  const size = facts.watermark.PERIOD * facts.watermark.BANDS;
  const signs = Int8Array.from(markSigns.subarray(0, size));
  for (let bit = 0; bit < facts.watermark.VOICE_BITS; bit++) {
    if (!((voiceBits >> bit) & 1)) continue;
    const turns = markSigns.subarray((bit + 1) * size, (bit + 2) * size);
    for (let i = 0; i < size; i++) signs[i] *= turns[i];
  }
  return signs;
}

// Samples with the mark of a voice; `first` is their place in the whole, where the pattern goes on.
export function marked(samples, voiceBits, first, model) {
  const { WINDOW, COLUMN, LOWEST, WIDTH, BANDS, PERIOD } = model.facts.watermark;
  const signs = signsOf(voiceBits, model);
  const depth = model.markDepth;
  const sine = Float64Array.from({ length: WINDOW }, (_, i) => Math.sin((Math.PI * (i + 0.5)) / WINDOW));
  const column = Math.floor(first / COLUMN);
  const shift = first % COLUMN;
  const count = Math.ceil((shift + samples.length) / COLUMN) + 1;
  const padded = new Float32Array((count + 1) * COLUMN);
  padded.set(samples, COLUMN + shift);
  const made = new Float64Array(padded.length);
  const fft = fftOf(WINDOW);
  const part = new Float64Array(WINDOW);
  const re = new Float64Array(WINDOW / 2 + 1);
  const im = new Float64Array(WINDOW / 2 + 1);
  for (let t = 0; t < count; t++) {
    for (let i = 0; i < WINDOW; i++) part[i] = padded[t * COLUMN + i] * sine[i];
    fft.forward(part, re, im);
    const row = ((column + t) % PERIOD) * BANDS;
    for (let band = 0; band < BANDS; band++) {
      const gain = 10 ** ((depth[band] / 20) * signs[row + band]);
      for (let f = LOWEST + band * WIDTH; f < LOWEST + (band + 1) * WIDTH; f++) {
        re[f] *= gain;
        im[f] *= gain;
      }
    }
    fft.inverse(re, im, part);
    for (let i = 0; i < WINDOW; i++) made[t * COLUMN + i] += part[i] * sine[i];
  }
  return Float32Array.from(made.subarray(COLUMN + shift, COLUMN + shift + samples.length));
}
