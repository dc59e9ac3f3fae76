// The page: what is wanted, asking for it, and how the server is.

import * as api from "./api.js";
import { $, keep, kept, make, tell } from "./dom.js";
import { context, floats } from "./sound.js";
import * as takes from "./takes.js";
import * as voice from "./voice.js";

const DEFAULTS = { characters: 4096, formats: ["mp3", "opus", "aac", "flac", "wav", "pcm"], speed: [0.25, 4], languages: ["en", "cs", "de", "es", "fr", "it", "nl", "pt", "ru", "sv"] };
const ADVANCED = { pitch: ["Pitch, semitones", 0.5, 0], energy: ["Energy, dB", 0.5, 0], temperature: ["Temperature", 0.05, 1], loudness: ["Loudness, LUFS", 1, -23] }; // label, step, usual value

let limits = DEFAULTS;
let working = null; // AbortController of what is being spoken

const speed = () => Number((2 ** Number($("speed").value)).toFixed(2));

function settle(told) {
  limits = { ...DEFAULTS, ...told };
  voice.setLimits(told);
  $("format").replaceChildren(...limits.formats.filter((name) => name !== "pcm").map((name) => make("option", { value: name, textContent: name.toUpperCase() })));
  $("format").value = limits.formats.includes(kept("format")) ? kept("format") : limits.formats[0];
  const names = new Intl.DisplayNames(["en"], { type: "language" });
  const status = (code) => limits.language_status?.find((one) => one.code === code);
  const error = (one) => (one.word_error === null ? "not measured" : `${Math.round(100 * one.word_error)} % of words wrong`);
  const title = (code) => names.of(code) + (status(code)?.experimental ? ` (experimental, ${error(status(code))})` : "");
  $("language").append(...limits.languages.map((code) => make("option", { value: code, textContent: title(code) })));
  [$("speed").min, $("speed").max] = limits.speed.map(Math.log2);
  for (const [name, range] of Object.entries(limits.options || {})) if (ADVANCED[name]) addOption(name, ...range);
  $("model-field").hidden = !(limits.models?.length > 1);
  $("model").replaceChildren(...(limits.models || []).map(({ id, family }) => make("option", { value: id, textContent: id === family ? id : `${id} (${family})` })));
  chooseModel();
  if (limits.version) $("version").textContent = `Soundalike ${limits.version}.`;
  $("key-open").hidden = !limits.keys;
  count();
}

const model = () => limits.models?.find(({ id }) => id === $("model").value);
const OF_MODELS = ["speed", "pitch", "temperature", "energy"]; // what not every family has

const lacks = (name) => OF_MODELS.includes(name) && model() && !model().options.includes(name);

// Only what the chosen model can do is offered.
function chooseModel() {
  for (const name of OF_MODELS) if ($(name)) $(name).parentElement.hidden = lacks(name);
}

// An option of the model's; it is sent when it was moved.
function addOption(name, low, high) {
  const [label, step, usual] = ADVANCED[name];
  const output = make("output", { className: "soft", textContent: "as usual" });
  const input = make("input", { id: name, type: "range", min: low, max: high, step, className: "option" });
  input.value = usual;
  input.setAttribute("aria-valuetext", "as usual");
  input.addEventListener("input", () => {
    input.dataset.moved = "yes";
    output.textContent = input.value;
    input.setAttribute("aria-valuetext", input.value);
  });
  $("advanced").append(make("div", {}, make("label", { htmlFor: name }, `${label} `, output), input));
}

function count() {
  const length = $("text").value.length;
  $("count").textContent = `${length.toLocaleString("en")} of ${limits.characters.toLocaleString("en")}`;
  $("count").classList.toggle("over", length > limits.characters);
}

function wanted() {
  const input = $("text").value;
  if (!input.trim()) throw new api.Refused("There is no text yet. Type what is to be said.");
  if (input.length > limits.characters) throw new api.Refused(`The text has ${input.length} characters; at most ${limits.characters} are spoken at once. Shorten it.`);
  const seed = $("seed").value.trim();
  if (!/^\d*$/.test(seed)) throw new api.Refused("The seed is a whole number, or nothing.");
  const request = { input, quality: $("quality").value, seed: seed ? Number(seed) : Math.floor(Math.random() * 1e6) };
  if ($("language").value) request.language = $("language").value;
  if ($("text-format").value !== "auto") request.text_format = $("text-format").value;
  if (!lacks("speed")) request.speed = speed();
  if (!$("model-field").hidden) request.model = $("model").value;
  for (const option of document.querySelectorAll("input.option[data-moved]")) if (!lacks(option.id)) request[option.id] = Number(option.value);
  return request;
}

function busy(now) {
  $("speak").disabled = Boolean(now);
  $("speak").classList.toggle("busy", Boolean(now));
  $("stop").hidden = !now;
}

async function speak() {
  if (working) return;
  tell("trouble");
  tell("status");
  const own = (working = new AbortController());
  context().resume(); // while the click still counts as one
  busy(true);
  try {
    const request = wanted();
    const { fields, name } = await voice.chosenVoice();
    await api.patiently(() => perform({ ...request, ...fields }, name, own.signal), own.signal, (text) => tell("status", text));
  } catch (error) {
    tell("status", error.name === "AbortError" ? "Stopped." : "");
    if (error.name !== "AbortError") tell("trouble", error.message);
  } finally {
    working = null;
    busy(false);
    if (document.activeElement === document.body || document.activeElement === $("stop")) $("speak").focus();
  }
}

async function perform(request, name, signal) {
  const take = new takes.Take(request, name);
  const began = performance.now();
  let first = 0;
  tell("status", "Speaking …");
  try {
    for await (const part of api.speak(request, signal)) {
      if (!part.audio) continue;
      take.add({ audio: floats(part.audio), words: part.words });
      if (!first) {
        first = (performance.now() - began) / 1000;
        takes.show(take);
        take.player.play(0);
        tell("status", `Speaking; first sound after ${first.toFixed(1)} s …`);
      }
    }
  } finally {
    take.player.complete = true;
    if (take.player.length) {
      const whole = (performance.now() - began) / 1000;
      take.note = `Made in ${whole.toFixed(1)} s, the first sound after ${first.toFixed(1)} s. Voice: ${name}. Seed ${request.seed}.`;
      takes.list(take);
    }
  }
  tell("status", `Done: ${take.player.duration.toFixed(1)} s of speech.`);
}

async function connect() {
  for (;;) {
    try {
      await api.ready();
      $("ready").textContent = "Ready";
      $("ready").className = "state small good";
      return;
    } catch (error) {
      $("ready").textContent = error.code === "loading" ? "Loading the model …" : error.message;
      $("ready").className = `state small${error.code === "loading" ? "" : " bad"}`;
      await new Promise((resolve) => setTimeout(resolve, 1000 * Math.max(1, error.retry)));
    }
  }
}

async function begin() {
  connect();
  settle(await api.limits().catch(() => ({})));
  try {
    if (limits.keys && !api.hasKey()) $("key").showModal();
    else await voice.loadVoices();
  } catch (error) {
    if (error.status === 401) { $("key-open").hidden = false; $("key").showModal(); }
    else tell("voice-trouble", error.message);
  }
}

$("text").addEventListener("input", count);
$("text").addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) speak(); });
$("speed").addEventListener("input", () => {
  $("speed-shown").textContent = `${speed()}×`;
  $("speed").setAttribute("aria-valuetext", `${speed()} times`);
});
$("model").addEventListener("change", chooseModel);
$("format").addEventListener("change", () => keep("format", $("format").value));
$("speak").addEventListener("click", speak);
$("stop").addEventListener("click", () => working?.abort());
$("key-open").addEventListener("click", () => $("key").showModal());
$("key-cancel").addEventListener("click", () => $("key").close());
$("key-form").addEventListener("submit", () => {
  api.setKey($("key-value").value);
  $("key-value").value = "";
  tell("voice-trouble");
  voice.loadVoices().catch((error) => tell("voice-trouble", error.message));
});
new ResizeObserver(() => { voice.redraw(); takes.draw(); }).observe(document.querySelector("main"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { voice.redraw(); takes.draw(); });

begin();
