// The voice: a recording made or chosen here, judged by the server; or one that is kept there.

import * as api from "./api.js";
import { $, clock, make, percent, seconds, setPlaying, tell } from "./dom.js";
import { drawWave } from "./pictures.js";
import { Player, decode, record, wav } from "./sound.js";
import * as store from "./store.js";
import { isTextFile, openText } from "./text_file.js";

const LONGEST_RECORDING = 60; // seconds after which the microphone stops by itself
export const MICROPHONE = {
  NotAllowedError: "The microphone was not allowed. Allow it in the browser's address bar, or choose a file.",
  NotFoundError: "No microphone was found. Connect one, or choose a file.",
};
const UNTICKED = "Tick “I may use this voice” first: below the recording.";
const CONSENTS = 50; // recordings whose consent is remembered
const PROBLEMS = { silence: 1, "too-short": 1 }; // with these no voice can be taken

let limits = { upload: 25e6, longest: 180 };
let clip = null; // {id, file, name, report, sound, player}
let saved = []; // the server's voices
let stopRecording = null;
let checking = null;

// Kept voices and the recording are there, or cannot be had: what is asked for before waits until then.
let settled;
const begun = new Promise((resolve) => { settled = resolve; });
export const begin = () => settled();

export function setLimits(told) { limits = { ...limits, ...told }; }

// What a request needs to speak in the voice chosen now: fields, and the voice's name. Raises Refused when there is none.
export async function chosenVoice() {
  await begun;
  if ($("saved-pane").hidden) {
    if (stopRecording) throw new api.Refused("The recording is still running. Stop it first.");
    if (!clip) throw new api.Refused("There is no voice yet. Record one, choose a file, or take a saved voice.");
    if (clip.report?.problems.some((name) => PROBLEMS[name])) throw new api.Refused(clip.report.advice);
    if (!allowed()) throw new api.Refused(UNTICKED);
    clip.base64 ??= await api.base64(clip.file);
    return { fields: { ref_audio: clip.base64 }, name: clip.name, recording: clip.id, file: clip.file };
  }
  const voice = saved.find(({ id }) => id === $("saved").querySelector(":checked")?.value);
  if (!voice) throw new api.Refused("Choose one of the saved voices.");
  return { fields: { voice: voice.id }, name: voice.name };
}

// Whether somebody has said that the recording's voice may be used; if not, the box that says so is shown.
function allowed() {
  if ($("consent").checked) return true;
  $("consent").focus();
  return false;
}

// The voice that will speak, named beside Speak.
function nameVoice() {
  const voice = saved.find(({ id }) => id === $("saved").querySelector(":checked")?.value);
  const name = $("saved-pane").hidden ? clip?.name : voice?.name;
  $("who").textContent = name ? `Voice: ${name}` : "Choose a voice";
}

function showPane(name) {
  $("recording-pane").hidden = name !== "recording";
  $("saved-pane").hidden = name !== "saved";
  document.querySelector(`[name=source][value=${name}]`).checked = true;
  nameVoice();
}

// A file as the voice's recording: shown, judged, ready to speak.
async function take(file, name) {
  checking?.abort();
  const own = (checking = new AbortController());
  forgetRecording();
  $("replace").hidden = true;
  tell("voice-trouble");
  store.keep("source", "recording");
  showPane("recording");
  if (!file.size) return tell("voice-trouble", `${name}: the file is empty. Choose a recording of speech.`);
  if (file.size > limits.upload) return tell("voice-trouble", `${name}: ${(file.size / 1e6).toFixed(0)} MB. At most ${(limits.upload / 1e6).toFixed(0)} MB are taken; cut out ten seconds.`);
  tell("voice-status", "Listening to the recording …");
  try {
    const report = await api.patiently(() => api.check(file, own.signal), own.signal, (text) => tell("voice-status", text));
    const sound = await decode(file);
    if (checking !== own) return;
    clip = { id: await idOf(file), file, name, report, sound };
    present();
    await keepRecording();
  } catch (error) {
    if (checking === own && error.name !== "AbortError") tell("voice-trouble", error.message);
  } finally {
    if (checking === own) {
      tell("voice-status", clip ? "The recording is ready." : "");
      nameVoice();
    }
  }
}

// A recording's id: the same for the same bytes, so that a consent given for them is known again.
async function idOf(file) {
  let [one, two] = [0x811c9dc5, 0x1b873593];
  for (const byte of new Uint8Array(await file.arrayBuffer())) {
    one = Math.imul(one ^ byte, 0x01000193);
    two = Math.imul(two + byte, 0x85ebca6b) ^ (two >>> 13);
  }
  return [file.size, one >>> 0, two >>> 0].map((number) => number.toString(36)).join("-");
}

function keepRecording() {
  const { id, file, name, report } = clip;
  store.keep("clip", id);
  return store.put("recordings", { id, file, name, report });
}

export async function restoreRecording() {
  const id = store.kept("clip");
  const found = id && (await store.get("recordings", id));
  if (!found || clip || checking) return;
  const sound = await decode(found.file);
  if (clip || checking) return;
  clip = { ...found, sound };
  present();
  if (store.kept("source") === "recording") showPane("recording");
}

export function forgetRecording() {
  clip?.player?.pause();
  clip = null;
  $("clip").hidden = true;
}

function present() {
  const { report, sound, name } = clip;
  $("clip").hidden = false;
  $("clip-name").textContent = name;
  $("consent").checked = store.keptJson("consents", []).includes(clip.id);
  nameVoice();
  $("clip-wave").parentElement.hidden = $("clip-play").hidden = !sound;
  if (sound) {
    clip.player = new Player(sound.rate, () => setPlaying($("clip-play"), clip?.player?.playing, "the recording"));
    clip.player.append(sound.samples);
    clip.player.complete = true;
  }
  $("verdict").textContent = report.advice || "Good: nothing stands in the way of a good clone.";
  $("verdict").classList.toggle("warn", report.problems.length > 0);
  const facts = [
    ["Speech", `${seconds(report.speech_seconds)} of ${seconds(report.seconds)}`],
    ["Level", report.problems.includes("silence") ? "–" : `${report.level_db.toFixed(0)} dBFS`],
    ["Noise", report.snr_db === null ? "–" : `${report.snr_db.toFixed(0)} dB below`],
    ["Clipping", report.clipped ? percent(report.clipped, 2) : "none"],
    ["Sound up to", report.bandwidth_hertz ? `${(report.bandwidth_hertz / 1000).toFixed(1)} kHz` : "–"],
  ];
  if (report.problems.length) facts.push(["Problems", report.problems.join(", ")]);
  $("facts").replaceChildren(...facts.map(([what, value]) => make("div", {}, make("dt", { textContent: what }), make("dd", { textContent: value }))));
  redraw();
}

export function redraw() {
  if (!clip?.sound || $("clip").hidden) return;
  drawWave($("clip-wave"), clip.sound.samples, clip.report.window.map((at) => at / clip.report.seconds));
}

async function startRecording() {
  tell("voice-trouble");
  Player.hold(true); // or it would be in the recording
  $("record").disabled = true;
  try {
    const stop = await record((at, level) => {
      $("clock").textContent = clock(at);
      $("level").style.width = `${Math.min(100, 100 * level ** 0.5)}%`;
      if (at >= Math.min(LONGEST_RECORDING, limits.longest)) finishRecording();
    });
    stopRecording = stop;
    $("clock").textContent = "0:00";
    $("offer").hidden = true;
    $("recorder").hidden = false;
    $("stop-record").focus();
    tell("voice-status", "Recording. Speak for five to ten seconds.");
  } catch (error) {
    Player.hold(false);
    tell("voice-trouble", MICROPHONE[error.name] || error.message);
  } finally {
    $("record").disabled = false;
  }
}

async function finishRecording() {
  const stop = stopRecording;
  if (!stop) return;
  stopRecording = null;
  const { samples, rate } = await stop();
  Player.hold(false);
  $("recorder").hidden = true;
  $("offer").hidden = false;
  $("record").focus();
  const name = `Recording ${new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`;
  await take(wav(samples, rate, "recording.wav"), name);
}

async function save(replace) {
  const name = $("voice-name").value.trim();
  tell("voice-trouble");
  $("replace").hidden = true;
  if (!name) {
    tell("voice-trouble", "Give the voice a name first.");
    return $("voice-name").focus();
  }
  if (!allowed()) return tell("voice-trouble", UNTICKED);
  tell("voice-status", "Saving the voice …");
  try {
    const voice = await api.patiently(() => api.saveVoice(name, clip.file, replace), null, (text) => tell("voice-status", text));
    $("voice-name").value = "";
    store.keep("voice", voice.id);
    store.keep("source", "saved");
    await loadVoices(voice.id);
    showPane("saved");
    tell("voice-status");
    tell("saved-status", `${voice.name} is saved.`);
    $("saved").querySelector(":checked")?.focus();
  } catch (error) {
    tell("voice-status");
    tell("voice-trouble", error.message);
    $("replace").hidden = error.code !== "voice_exists";
  }
}

export async function loadVoices(chosen = store.kept("voice")) {
  saved = (await api.voices()).sort((one, other) => other.bundled - one.bundled); // those that are there from the start first
  $("saved-count").textContent = saved.length || "";
  $("saved-none").hidden = saved.length > 0;
  $("saved").replaceChildren(...saved.map((voice) => {
    const input = make("input", { type: "radio", name: "voice", value: voice.id, checked: voice.id === chosen, disabled: !voice.usable });
    const facts = [voice.bundled && "bundled, synthetic: nobody's voice", !voice.bundled && voice.speech_seconds && `${seconds(voice.speech_seconds)} of speech`, voice.pitch?.median && `${voice.pitch.median.toFixed(0)} Hz`, !voice.usable && "made by another model"];
    const text = make("span", {}, voice.name, make("small", { textContent: facts.filter(Boolean).join(" · ") }));
    if (voice.bundled) return make("li", {}, make("label", {}, input, text));
    const remove = make("button", { type: "button", className: "quiet", textContent: "Delete", "aria-label": `Delete ${voice.name}` });
    remove.addEventListener("click", () => drop(voice, remove));
    return make("li", {}, make("label", {}, input, text), remove);
  }));
  const radios = $("saved").querySelectorAll("input:not(:disabled)");
  if (radios.length && ![...radios].some((radio) => radio.checked)) radios[0].checked = true;
  if (radios.length && !checking && !stopRecording && !(clip && store.kept("source") === "recording")) showPane("saved");
  nameVoice();
}

async function drop(voice, button) {
  if (button.textContent !== "Really?") {
    button.textContent = "Really?";
    button.setAttribute("aria-label", `Really delete ${voice.name}?`);
    setTimeout(() => { button.textContent = "Delete"; button.setAttribute("aria-label", `Delete ${voice.name}`); }, 4000);
    return;
  }
  try {
    await api.removeVoice(voice.id);
    await loadVoices();
    tell("saved-status", `${voice.name} is deleted.`);
    document.querySelector("[name=source]:checked").focus();
  } catch (error) {
    tell("saved-trouble", error.message);
  }
}

for (const radio of document.querySelectorAll("[name=source]")) radio.addEventListener("change", () => { store.keep("source", radio.value); showPane(radio.value); redraw(); });
$("saved").addEventListener("change", (event) => { store.keep("voice", event.target.value); nameVoice(); });
$("consent").addEventListener("change", () => {
  const others = store.keptJson("consents", []).filter((id) => id !== clip.id);
  store.keepJson("consents", $("consent").checked ? [...others, clip.id].slice(-CONSENTS) : others);
  if ($("consent").checked) for (const id of ["voice-trouble", "trouble"]) if ($(id).textContent === UNTICKED) tell(id);
});
$("record").addEventListener("click", startRecording);
$("stop-record").addEventListener("click", finishRecording);
$("choose").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", () => {
  const [file] = $("file").files;
  $("file").value = "";
  if (file) take(file, file.name);
});
$("clip-play").addEventListener("click", () => (clip.player.playing ? clip.player.pause() : clip.player.play()));
$("save").addEventListener("submit", (event) => { event.preventDefault(); save(false); });
$("replace").addEventListener("click", () => save(true));
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    if (!event.dataTransfer.types.includes("Files") || event.defaultPrevented) return; // text is the text field's, others are taken
    event.preventDefault();
    $("drop").classList.toggle("over", kind === "dragover");
    const file = kind === "drop" && event.dataTransfer.files[0];
    if (file && isTextFile(file)) openText(file);
    else if (file && !stopRecording) take(file, file.name);
  });
}
