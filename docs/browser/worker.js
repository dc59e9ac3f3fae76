// Computes beside the page, so that it answers meanwhile. Takes { id, kind, ... } and gives { id, ... } back.

import { loadModel, LoadingError } from "./engine/model.js";
import { prepared, spoken } from "./engine/speaker.js";
import { TextError } from "./engine/text.js";
import { RecordingError, speechSeconds, voiceOf } from "./engine/voice.js";
import { wavOf } from "./engine/wav.js";

const EXPECTED = [LoadingError, RecordingError, TextError];
const BUNDLED = "wren";

let model = null;
const voices = new Map(); // ready to speak, by name

const kinds = {
  // The model, as far as speaking needs it
  async load(_, say) {
    model ??= await loadModel((share) => say({ share }));
    if (!voices.has(BUNDLED)) voices.set(BUNDLED, await prepared(model.bundled, model));
    return { rate: model.facts.mel.sample_rate, version: model.facts.version };
  },

  // How many seconds of speech a recording holds
  async measure({ samples }) {
    return { seconds: speechSeconds(samples, model.facts) };
  },

  // A voice of a recording, under a name
  async listen({ name, samples }) {
    const start = performance.now();
    voices.set(name, await prepared(await voiceOf(samples, model), model));
    return { id: voices.get(name).id, took: (performance.now() - start) / 1000 };
  },

  // A text in a voice: a WAV file
  async speak({ name, text, seed, speed }, say) {
    const start = performance.now();
    const progress = (done, all) => say({ done, all });
    const made = await spoken(text, voices.get(name), { seed, speed }, model, progress);
    const took = (performance.now() - start) / 1000;
    const rate = model.facts.mel.sample_rate;
    const wav = wavOf(made.samples, rate, made.note);
    return { wav, seconds: made.samples.length / rate, took, spelled: made.spelled, left: made.left };
  },
};

// One after the other, as they came
let last = Promise.resolve();
onmessage = ({ data }) => {
  last = last.then(() => answer(data));
};

async function answer({ id, kind, ...given }) {
  try {
    const found = await kinds[kind](given, (news) => postMessage({ id, news }));
    postMessage({ id, found }, found.wav ? [found.wav] : []);
  } catch (error) {
    const expected = EXPECTED.some((known) => error instanceof known);
    const message = expected ? error.message : `This browser could not compute it (${error.message}).`;
    postMessage({ id, error: message });
  }
}
