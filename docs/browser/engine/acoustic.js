// What the acoustic model says: symbols and a voice to a mel and its pitch
// (soundalike.models.tts.starling.speaking, audio.durations, audio.contour, models.common.mel_arrays).

import { whiteNoise } from "./noise.js";
import { deviation, percentile } from "./statistics.js";

// What the networks make of a voice, once for all its sentences.
export async function conditioned(voice, { facts, graphs }) {
  const bands = facts.mel.n_mels;
  const frames = voice.pitch.length;
  const found = await graphs.run("condition", {
    embedding: [voice.embedding, [1, voice.embedding.length]],
    prompt: [voice.prompt, [1, frames, bands]],
    prompt_pitch: [voice.pitch, [1, frames]],
  });
  const width = facts.acoustic.prompt_width;
  const inputs = {
    voice: [found.voice, [1, found.voice.length]],
    base: [found.base, [1, bands]],
    octave: [found.octave, [1]],
    memory: [found.memory, [1, found.memory.length / width, width]],
  };
  return { inputs, register: registerOf(voice.pitch, facts), prompt: voice.prompt };
}

// Where a voice's pitch lies and how far it moves, in octaves.
function registerOf(hertz, facts) {
  const octaves = Array.from(hertz).filter((one) => one > 0).map(Math.log2);
  const mean = octaves.reduce((sum, one) => sum + one, 0) / octaves.length;
  return { octave: octaves.length ? mean : facts.acoustic.USUAL_OCTAVE, spread: spreadOf(octaves, facts) };
}

// How far a pitch moves: half of the distance from its 16th to its 84th percentile; null where it is short.
function spreadOf(octaves, { contour }) {
  if (octaves.length < contour.FEWEST) return null;
  return (percentile(octaves, 84) - percentile(octaves, 16)) / 2;
}

// The mel (T * M), pitch (T) and durations (S) of a sentence's symbols (S).
export async function inferred(symbols, conditioning, { seed = 0, speed = 1 }, model) {
  const { facts, graphs } = model;
  const { inputs, register } = conditioning;
  const options = facts.options;
  const { states, log_durations } = await graphs.run("encode", {
    symbols: [BigInt64Array.from(symbols, BigInt), [1, symbols.length]],
    voice: inputs.voice,
    language: [new BigInt64Array(1), [1]],
  });
  const durations = wholeDurations(log_durations, symbols, speed, facts);
  const frames = durations.reduce((sum, one) => sum + one, 0);
  const patch = facts.acoustic.patch;
  const size = Math.ceil(frames / patch) * patch;
  const index = durations.flatMap((count, symbol) => new Array(count).fill(symbol));
  while (index.length < size) index.push(symbols.length - 1);
  const intoned = await graphs.run("intone", {
    states: [states, [1, symbols.length, states.length / symbols.length]],
    durations: [BigInt64Array.from(durations, BigInt), [1, symbols.length]],
    index: [BigInt64Array.from(index, BigInt), [1, size]],
    voice: inputs.voice,
  });
  const voiced = intoned.voicing.map((odds) => (odds > 0 ? 1 : 0));
  const octave = widened(intoned.pitch, voiced, register, options.expressiveness, facts);
  const width = facts.acoustic.noise;
  const noise = whiteNoise(seed, size * width).map((one) => one * options.temperature);
  const { patches } = intoned;
  const decoded = await graphs.run("decode", {
    patches: [patches, [1, size / patch, (patches.length * patch) / size]],
    pitch: [octave, [1, size]],
    voiced: [voiced, [1, size]],
    noise: [noise, [1, size, width]],
    ...inputs,
  });
  const bands = facts.mel.n_mels;
  const mel = decoded.mel.slice(0, frames * bands).map((one) => Math.max(one, facts.mel.silence));
  const { PITCH_FLOOR, PITCH_CEILING } = facts.pitch;
  const pitch = Float32Array.from({ length: frames }, (_, t) => {
    const hertz = 2 ** (octave[t] + register.octave);
    return voiced[t] * Math.min(PITCH_CEILING, Math.max(PITCH_FLOOR, hertz));
  });
  return { mel: sharpened(mel, conditioning.prompt, options.sharpen, facts), pitch, durations };
}

// Whole durations in frames of predicted log(1 + frames), none longer than is natural.
export function wholeDurations(logDurations, symbols, speed, { durations: own, text }) {
  const last = symbols.length - 1;
  return Array.from(logDurations, (one, place) => {
    const isMark = symbols[place] <= text.lastMark;
    let longest = own.LONGEST;
    if (isMark && place === 0) longest = own.OPENING;
    if (isMark && place === last) longest = own.CLOSING;
    const natural = Math.min(longest, Math.max(0, (Math.exp(one) - 1) * own.STRETCH));
    return Math.round(Math.max(natural / speed, isMark ? 0 : own.LEAST));
  });
}

// A predicted pitch that moves as far as the voice's own does.
function widened(octave, voiced, register, amount, facts) {
  const { NARROWEST, WIDEST, LEAST_SPREAD } = facts.contour;
  const sounding = Array.from(octave).filter((_, t) => voiced[t] > 0);
  const predicted = spreadOf(sounding, facts);
  if (!amount || predicted === null || register.spread === null) return octave;
  const ratio = Math.max(register.spread, LEAST_SPREAD) / Math.max(predicted, LEAST_SPREAD);
  const factor = Math.min(WIDEST, Math.max(NARROWEST, ratio ** amount));
  const mean = sounding.reduce((sum, one) => sum + one, 0) / Math.max(1, sounding.length);
  return octave.map((one) => mean + factor * (one - mean));
}

// A mel whose over-smooth bands vary more, as those of a prompt do (global variance compensation).
export function sharpened(mel, prompt, amount, facts) {
  const bands = facts.mel.n_mels;
  const { FEWEST, LEAST_DEVIATION, MOST_GAIN } = facts.sharpening;
  const ours = speechFrames(mel, facts);
  const theirs = speechFrames(prompt, facts);
  if (amount <= 0 || ours.length < FEWEST || theirs.length < FEWEST) return mel;
  const made = mel.slice();
  for (let m = 0; m < bands; m++) {
    const own = ours.map((t) => mel[t * bands + m]);
    const wanted = theirs.map((t) => prompt[t * bands + m]);
    const spread = deviation(wanted) / Math.max(deviation(own), LEAST_DEVIATION);
    const gain = Math.min(MOST_GAIN, Math.max(1, spread)) ** amount;
    const mean = own.reduce((sum, one) => sum + one, 0) / own.length;
    for (const t of ours) made[t * bands + m] = mean + (mel[t * bands + m] - mean) * gain;
  }
  return made;
}

// The places of the frames of a mel that are not quiet.
function speechFrames(mel, facts) {
  const bands = facts.mel.n_mels;
  const levels = Array.from({ length: mel.length / bands }, (_, t) => {
    return mel.subarray(t * bands, (t + 1) * bands).reduce((sum, one) => sum + one, 0) / bands;
  });
  const loudest = levels.reduce((most, one) => Math.max(most, one), -Infinity);
  return levels.flatMap((level, t) => (level > loudest - facts.sharpening.QUIET ? [t] : []));
}
