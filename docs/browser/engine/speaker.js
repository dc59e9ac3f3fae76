// Text and a voice to speech: the one way from text to marked sound.

import { conditioned, inferred } from "./acoustic.js";
import { delivered } from "./delivery.js";
import { whiteNoise } from "./noise.js";
import { read } from "./text.js";
import { vocoded } from "./vocoder.js";
import { marked } from "./watermark.js";

// The voice ready to speak, as the networks take it.
export async function prepared(voice, model) {
  return { ...voice, conditioning: await conditioned(voice, model) };
}

// One sentence's symbols, before its level and mark.
export async function sentenceOf(symbols, voice, options, model) {
  const { mel, pitch, durations } = await inferred(symbols, voice.conditioning, options, model);
  const noise = whiteNoise(options.seed, (pitch.length - 1) * model.facts.mel.hop_length);
  return { samples: await vocoded(mel, pitch, noise, model), mel, pitch, durations };
}

// Speech of a text: samples at the model's rate, the note of their origin, and the words that were spelled
// out or left out. `progress` gets how many sentences are done, of how many.
export async function spoken(text, voice, { seed = 0, speed = 1 }, model, progress = () => {}) {
  const { sentences, spelled, left } = read(text, model);
  const pieces = [];
  let first = 0;
  for (const [number, sentence] of sentences.entries()) {
    progress(number, sentences.length);
    const { samples } = await sentenceOf(sentence.symbols, voice, { seed: seed + number, speed }, model);
    const ready = delivered(samples, number + 1 === sentences.length, model);
    pieces.push(marked(ready, parseInt(voice.id.slice(0, 4), 16), first, model));
    first += ready.length;
  }
  const whole = new Float32Array(first);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return { samples: whole, note: noteOf(voice, model), spelled, left };
}

// A line of JSON that says where speech comes from, as `soundalike verify` reads it.
function noteOf(voice, { facts }) {
  return JSON.stringify({ ...facts.note, voice: voice.id, watermark: true });
}
