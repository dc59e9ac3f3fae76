// What is wanted: the text and how it is to be spoken. All of it is kept over a reload.

import { Refused } from "./api.js";
import { $, make, percent } from "./dom.js";
import * as store from "./store.js";
import * as voice from "./voice.js";

const DEFAULTS = { characters: 4096, job_characters: 100_000, formats: ["mp3", "opus", "aac", "flac", "wav", "pcm"], speed: [0.25, 4], languages: ["en", "cs", "de", "es", "fr", "it", "nl", "pt", "ru", "sv"] };
const ADVANCED = { pitch: ["Pitch, semitones", 0.5, 0], expressiveness: ["Expressiveness", 0.05, 1], energy: ["Energy, dB", 0.5, 0], temperature: ["Temperature", 0.05, 1], loudness: ["Loudness, LUFS", 1, -23] }; // label, step, usual value

let limits = DEFAULTS;
const speed = () => Number((2 ** Number($("speed").value)).toFixed(2));

export function settle(told) {
  limits = { ...DEFAULTS, ...told };
  voice.setLimits(told);
  $("format").replaceChildren(...limits.formats.filter((name) => name !== "pcm").map((name) => make("option", { value: name, textContent: name.toUpperCase() })));
  $("format").value = limits.formats[0];
  const names = new Intl.DisplayNames(["en"], { type: "language" });
  const status = (code) => limits.language_status?.find((one) => one.code === code);
  const error = (one) => (one.word_error === null ? "not measured" : `${percent(one.word_error)} of words wrong`);
  const title = (code) => names.of(code) + (status(code) && status(code).level !== "good" ? ` (${status(code).level}, ${error(status(code))})` : "");
  $("language").append(...limits.languages.map((code) => make("option", { value: code, textContent: title(code) })));
  [$("speed").min, $("speed").max] = limits.speed.map(Math.log2);
  $("emotion").replaceChildren(...(limits.choices?.emotion || ["neutral"]).map((name) => make("option", { value: name, textContent: name[0].toUpperCase() + name.slice(1) })));
  for (const [name, range] of Object.entries(limits.options || {})) if (ADVANCED[name]) addOption(name, ...range);
  $("model-field").hidden = !(limits.models?.length > 1);
  $("model").replaceChildren(...(limits.models || []).map(({ id, family }) => make("option", { value: id, textContent: id === family ? id : `${id} (${family})` })));
  restore();
  if (limits.version) $("version").textContent = `Soundalike ${limits.version}.`;
  $("key-open").hidden = !limits.keys;
}

const model = () => limits.models?.find(({ id }) => id === $("model").value);
const OF_MODELS = ["speed", "pitch", "expressiveness", "temperature", "energy", "emotion", "intensity"]; // what not every family has

const lacks = (name) => OF_MODELS.includes(name) && model() && !model().options.includes(name);

// Only what the chosen model can do is offered.
function chooseModel() {
  for (const name of OF_MODELS) if ($(name)) $(name).parentElement.hidden = lacks(name);
  if (!lacks("intensity")) $("intensity").parentElement.hidden = $("emotion").value === "neutral";
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

export function count() {
  const length = $("text").value.length;
  const long = length > limits.characters;
  const most = long ? limits.job_characters : limits.characters;
  $("count").textContent = `${length.toLocaleString("en")} of ${most.toLocaleString("en")}${long && length <= most ? ", made in the background" : ""}`;
  $("count").classList.toggle("over", length > limits.job_characters);
}

// Whether a text is spoken in the background, as it is too long to be waited for.
export const isLong = (text) => text.length > limits.characters;

export function wanted() {
  const input = $("text").value;
  if (!input.trim()) throw new Refused("There is no text yet. Type what is to be said.");
  if (input.length > limits.job_characters) throw new Refused(`The text has ${input.length} characters; at most ${limits.job_characters} are spoken. Shorten it.`);
  const seed = $("seed").value.trim();
  if (!/^\d*$/.test(seed)) throw new Refused("The seed is a whole number, or nothing.");
  const request = { input, quality: $("quality").value, seed: seed ? Number(seed) : Math.floor(Math.random() * 1e6) };
  if ($("language").value) request.language = $("language").value;
  if ($("text-format").value !== "auto") request.text_format = $("text-format").value;
  if (!lacks("speed")) request.speed = speed();
  if (!lacks("emotion") && $("emotion").value !== "neutral") Object.assign(request, { emotion: $("emotion").value, intensity: Number($("intensity").value) });
  if (!$("model-field").hidden) request.model = $("model").value;
  for (const option of document.querySelectorAll("input.option[data-moved]")) if (!lacks(option.id)) request[option.id] = Number(option.value);
  return request;
}

const fields = () => $("settings").querySelectorAll("input, select");

// Every setting that is not as usual, by its field.
function remember() {
  const moved = [...fields()].filter((field) => !field.matches(".option") || field.dataset.moved);
  store.keepJson("settings", Object.fromEntries(moved.map(({ id, value }) => [id, value])));
}

function restore() {
  const told = store.keptJson("settings", {});
  for (const field of fields()) {
    const value = told[field.id];
    if (value === undefined || (field.options && ![...field.options].some((option) => option.value === value))) continue;
    field.value = value;
    if (field.matches("input[type=range]")) field.dispatchEvent(new Event("input"));
  }
  chooseModel();
  count();
}

export function setText(text) {
  $("text").value = text;
  store.keep("text", text);
  count();
}

$("text").value = store.kept("text") ?? "";
$("text").addEventListener("input", () => { store.keep("text", $("text").value); count(); });
$("settings").addEventListener("change", remember);
$("speed").addEventListener("input", () => {
  $("speed-shown").textContent = `${speed()}×`;
  $("speed").setAttribute("aria-valuetext", `${speed()} times`);
});
$("intensity").addEventListener("input", () => { $("intensity-shown").textContent = $("intensity").value; });
$("emotion").addEventListener("change", chooseModel);
$("model").addEventListener("change", chooseModel);
