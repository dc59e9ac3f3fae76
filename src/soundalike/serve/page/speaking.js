// Speaking the text: at once, sentence by sentence, or in the background where it is long.

import * as api from "./api.js";
import { $, seconds, tell } from "./dom.js";
import * as jobs from "./jobs.js";
import * as listen from "./listen.js";
import { isLong, wanted } from "./options.js";
import { Progress } from "./progress.js";
import { context, floats } from "./sound.js";
import { Take } from "./take.js";
import * as takes from "./takes.js";
import { chosenVoice } from "./voice.js";

let working = null; // AbortController of what is being spoken
const spokenIn = new Set(); // voices that the server has at hand, by what names them

export const stop = () => working?.abort();

function busy(now) {
  $("speak").disabled = Boolean(now);
  $("speak").classList.toggle("busy", Boolean(now));
  $("stop").hidden = !now;
}

export async function speak() {
  if (working) return;
  tell("trouble");
  tell("status");
  const own = (working = new AbortController());
  const say = (text) => tell("status", text);
  context().resume(); // while the click still counts as one
  busy(true);
  try {
    const request = wanted();
    const voice = await chosenVoice();
    const whole = { ...request, ...voice.fields };
    if (isLong(request.input)) await jobs.add(whole, voice, own.signal, say);
    else await api.patiently(() => perform(whole, voice, own.signal), own.signal, say);
  } catch (error) {
    tell("status", error.name === "AbortError" ? "Stopped." : "");
    if (error.name !== "AbortError") tell("trouble", error.message);
  } finally {
    working = null;
    busy(false);
    if (document.activeElement === document.body || document.activeElement === $("stop")) $("speak").focus();
  }
}

async function perform(request, voice, signal) {
  const known = `${voice.recording || voice.fields.voice} ${request.quality} ${request.model || ""}`;
  const progress = new Progress(request.quality, spokenIn.has(known));
  let done = false;
  try {
    tell("status", "Reading the text …");
    const plan = await planOf(request, signal);
    if (plan === "long") return await jobs.add(request, voice, signal, (text) => tell("status", text));
    if (plan) {
      progress.plan(plan);
      tell("status", `Speaking ${languageOf(plan.language)} …`);
    } else tell("status", "Speaking …");
    await fill(new Take(request, voice.name, plan ? plan.sentences.map(({ text }) => text) : [], takes.changed), voice, progress, signal);
    spokenIn.add(known);
    done = true;
  } finally {
    progress.close(done);
  }
}

// The sentences to come; "long" for a text that is said for longer than one request may take; null where it is not told.
async function planOf(request, signal) {
  const { ref_audio, ...text } = request;
  try {
    return await api.sentences(text, signal);
  } catch (error) {
    if (error.code === "speech_too_long") return "long";
    if (error.status === 404 || error.status === 405) return null;
    throw error;
  }
}

async function fill(take, voice, progress, signal) {
  const began = performance.now();
  let first = 0;
  take.recording = voice.recording;
  take.stopped = true;
  try {
    for await (const part of api.speak(take.request, signal)) {
      if (part.language) take.language = part.language;
      if (!part.audio) { take.stopped = false; continue; }
      take.add(floats(part.audio), part.words);
      progress.sentence();
      if (!first) {
        first = (performance.now() - began) / 1000;
        takes.show(take);
        take.player.play(0);
      }
      listen.grown(take);
    }
  } finally {
    take.player.complete = true;
    if (take.player.length) {
      const whole = (performance.now() - began) / 1000;
      const language = take.language ? ` Language: ${languageOf(take.language)}.` : "";
      take.note = `Made in ${whole.toFixed(1)} s, the first sound after ${first.toFixed(1)} s. Voice: ${voice.name}. Seed ${take.request.seed}.${language}`;
      takes.list(take);
      await takes.keepTakes(); // before it is called done: a reload finds it
    }
  }
  tell("status", `Done: ${seconds(take.player.duration)} of speech, ${languageOf(take.language)}.`);
}

// A language, and how it is known.
function languageOf(language) {
  if (!language) return "language not told";
  const how = language.given ? "as chosen" : language.sure ? "found from the text" : "found, not sure";
  return `${language.name} (${how})`;
}
