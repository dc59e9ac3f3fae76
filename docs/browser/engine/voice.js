// The voice of a recording: its best seconds as a prompt, its pitch, a speaker embedding
// (soundalike.models.common.prompt_conditioning, audio.audio).

import { halfBits, toHalf } from "./half.js";
import { pitchOf } from "./pitch.js";
import { logMel } from "./spectrum.js";
import { percentile } from "./statistics.js";

// A recording that no voice can be taken from; the message says what to do.
export class RecordingError extends Error {}

// The voice of samples at the model's rate. Throws RecordingError where too little is heard in them.
export async function voiceOf(samples, model) {
  checkRecording(samples, model.facts);
  const chosen = bestSeconds(samples, model.facts);
  const prompt = logMel(chosen, model);
  const pitch = pitchOf(chosen, model.facts);
  const frames = pitch.length;
  const mel = [prompt, [1, frames, model.facts.mel.n_mels]];
  const { embedding } = await model.graphs.run("embed", { mel });
  return {
    prompt: toHalf(prompt),
    pitch,
    embedding: toHalf(embedding),
    id: await idOf(embedding),
    seconds: chosen.length / model.facts.mel.sample_rate,
  };
}

// Twelve hexadecimal digits that name a voice by its speaker embedding.
async function idOf(embedding) {
  const bits = Uint16Array.from(embedding, halfBits);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bits));
  return Array.from(digest.subarray(0, 6), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function checkRecording(samples, facts) {
  const { AUDIBLE_PEAK, LEAST_SPEECH } = facts.voice;
  if (!samples.every(Number.isFinite)) {
    throw new RecordingError("The recording holds samples that are not numbers. Choose another file.");
  }
  const peak = samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  if (peak < AUDIBLE_PEAK) {
    throw new RecordingError("The recording is silent: give one in which somebody speaks.");
  }
  const seconds = speechSeconds(samples, facts);
  if (seconds < LEAST_SPEECH) {
    const said = `${seconds.toFixed(1)} s of speech are in it`;
    throw new RecordingError(`The recording is too short: ${said}. Give 4 to 10 s.`);
  }
}

// Seconds of a recording that are not silence.
export function speechSeconds(samples, facts) {
  const active = activity(samples, facts);
  return active.reduce((sum, one) => sum + one, 0) / 100;
}

// The best seconds of a recording, without silence at the ends, at the level of training.
export function bestSeconds(samples, facts) {
  return normalised(trimmed(bestWindow(samples, facts), facts), facts);
}

// Which hundredths of a second hold sound, 1 or 0, relative to the loud ones.
function activity(samples, { mel, voice }) {
  const hop = Math.floor(mel.sample_rate / 100);
  const levels = Array.from({ length: Math.floor(samples.length / hop) }, (_, t) => {
    const power = samples.subarray(t * hop, (t + 1) * hop).reduce((sum, one) => sum + one * one, 0) / hop;
    return 10 * Math.log10(power + 1e-12);
  });
  if (!levels.length) return [];
  const least = Math.max(percentile(levels, 95) + voice.SILENCE_DB, voice.NOISE_FLOOR_DB);
  return levels.map((level) => (level > least ? 1 : 0));
}

// The stretch that holds the most speech; the whole of a shorter recording.
function bestWindow(samples, facts) {
  const { LONGEST_PROMPT } = facts.voice;
  const size = Math.floor(LONGEST_PROMPT * 100);
  const active = activity(samples, facts);
  if (active.length <= size) return samples;
  let sum = active.slice(0, size).reduce((total, one) => total + one, 0);
  let most = sum;
  let start = 0;
  for (let t = 1; t + size <= active.length; t++) {
    sum += active[t + size - 1] - active[t - 1];
    if (sum > most) {
      most = sum;
      start = t;
    }
  }
  const rate = facts.mel.sample_rate;
  const first = start * Math.floor(rate / 100);
  return samples.subarray(first, first + Math.floor(LONGEST_PROMPT * rate));
}

function trimmed(samples, facts) {
  const rate = facts.mel.sample_rate;
  const hop = Math.floor(rate / 100);
  const pad = Math.floor(facts.voice.MARGIN * rate);
  const active = activity(samples, facts);
  const first = active.indexOf(1);
  if (first < 0) return samples;
  return samples.subarray(Math.max(0, first * hop - pad), (active.lastIndexOf(1) + 1) * hop + pad);
}

function normalised(samples, facts) {
  const hop = Math.floor(facts.mel.sample_rate / 100);
  const active = activity(samples, facts);
  let power = 0;
  let count = 0;
  let peak = 0;
  for (let i = 0; i < samples.length; i++) {
    peak = Math.max(peak, Math.abs(samples[i]));
    if (active[Math.floor(i / hop)]) {
      power += samples[i] ** 2;
      count++;
    }
  }
  const wanted = 10 ** (facts.voice.LEVEL / 20) / Math.sqrt(power / count);
  const gain = Math.min(wanted, facts.loudness.LOUDEST_PEAK / peak);
  return samples.map((one) => one * gain);
}
