// A recording in another voice: recorded, chosen or dropped; both can be heard.

import * as api from "./api.js";
import { $, clock, percent, save, seconds, setPlaying, tell } from "./dom.js";
import { Player, context, decode, floats, record, wav } from "./sound.js";
import { RATE } from "./take.js";
import { MICROPHONE, chosenVoice } from "./voice.js";

// What a recording may be that is converted badly
const DOUBTS = {
  silence: "The recording is silent.",
  "two-speakers": "More than one person seems to speak: all of them come out in the one voice.",
  music: "Music or another steady tone sounds along, and comes out as noise or babble.",
};

let limits = { upload: 25e6, longest: 180 };
let source = null; // {file, name, player}
let result = null; // {fields, name, player}
let stopRecording = null;
let working = null; // AbortController of what is being converted

export function setLimits(told) { limits = { ...limits, ...told }; }

function player(rate, button, what) {
  const made = new Player(rate, () => setPlaying($(button), made.playing, what));
  return made;
}

function toggle(one) {
  if (one.player.playing) one.player.pause();
  else one.player.play();
}

// A file as what is to be converted.
async function take(file, name) {
  tell("convert-trouble");
  if (!file.size) return tell("convert-trouble", `${name}: the file is empty. Choose a recording of speech.`);
  if (file.size > limits.upload) return tell("convert-trouble", `${name}: ${(file.size / 1e6).toFixed(0)} MB. At most ${(limits.upload / 1e6).toFixed(0)} MB are taken; the command line takes any length.`);
  source?.player?.pause();
  forgetResult();
  const own = (source = { file, name, player: null });
  const sound = await decode(file);
  if (source !== own) return;
  if (sound) {
    own.player = player(sound.rate, "source-play", "the source");
    own.player.append(sound.samples);
    own.player.complete = true;
  }
  $("source-name").textContent = name;
  $("source-length").textContent = sound ? seconds(own.player.duration) : "";
  $("source-play").hidden = !sound;
  $("convert-source").hidden = false;
  tell("convert-status", "The recording is ready to be converted.");
}

function forgetResult() {
  result?.player.pause();
  result = null;
  $("convert-result").hidden = true;
}

async function startRecording() {
  tell("convert-trouble");
  Player.hold(true); // or it would be in the recording
  $("convert-record").disabled = true;
  try {
    const stop = await record((at, level) => {
      $("convert-clock").textContent = clock(at);
      $("convert-level").style.width = `${Math.min(100, 100 * level ** 0.5)}%`;
      if (at >= limits.longest) finishRecording();
    });
    stopRecording = stop;
    $("convert-clock").textContent = "0:00";
    $("convert-offer").hidden = true;
    $("convert-recorder").hidden = false;
    $("convert-stop-record").focus();
  } catch (error) {
    Player.hold(false);
    tell("convert-trouble", MICROPHONE[error.name] || error.message);
  } finally {
    $("convert-record").disabled = false;
  }
}

async function finishRecording() {
  const stop = stopRecording;
  if (!stop) return;
  stopRecording = null;
  const { samples, rate } = await stop();
  Player.hold(false);
  $("convert-recorder").hidden = true;
  $("convert-offer").hidden = false;
  $("convert-record").focus();
  await take(wav(samples, rate, "recording.wav"), "Recording");
}

// What the server is asked for.
async function wanted() {
  if (stopRecording) throw new api.Refused("The recording is still running. Stop it first.");
  if (!source) throw new api.Refused("There is nothing to convert yet. Record speech, or choose a recording.");
  const voice = await chosenVoice();
  const fields = { file: source.file, pitch: $("convert-pitch").value, strength: $("convert-strength").value };
  if ($("convert-breaths").checked) fields.keep_breaths = "true";
  if (voice.file) fields.ref_audio = voice.file;
  else fields.voice = voice.fields.voice;
  return { fields, voice };
}

function busy(now) {
  $("convert").disabled = now;
  $("convert").classList.toggle("busy", now);
  $("convert-stop").hidden = !now;
}

async function convert() {
  if (working) return;
  tell("convert-trouble");
  const own = (working = new AbortController());
  const say = (text) => tell("convert-status", text);
  context().resume(); // while the click still counts as one
  busy(true);
  try {
    const { fields, voice } = await wanted();
    const doubts = doubtsOf(source.file, own.signal);
    say("Converting …");
    await api.patiently(() => perform(fields, voice, own.signal), own.signal, say);
    say([`Done: ${seconds(result.player.duration)} in the voice ${voice.name}.`, ...(await doubts)].join(" "));
  } catch (error) {
    say(error.name === "AbortError" ? "Stopped." : "");
    if (error.name !== "AbortError") tell("convert-trouble", error.message);
  } finally {
    working = null;
    busy(false);
    if ([document.body, $("convert-stop")].includes(document.activeElement)) $("convert").focus();
  }
}

async function perform(fields, voice, signal) {
  forgetResult();
  const own = (result = { fields, name: source.name, player: player(RATE, "result-play", "the result") });
  try {
    for await (const part of api.convert(fields, signal)) {
      if (!own.player.length) {
        $("result-name").textContent = `${own.name} as ${voice.name}`;
        $("convert-result").hidden = false;
        own.player.play(0);
      }
      own.player.append(floats(part));
      $("result-length").textContent = seconds(own.player.duration);
    }
  } finally {
    own.player.complete = true;
  }
}

// What is said of a recording that will be converted badly; nothing where the server does not tell.
async function doubtsOf(file, signal) {
  try {
    const { problems } = await api.check(file, signal);
    return problems.filter((name) => DOUBTS[name]).map((name) => DOUBTS[name]);
  } catch {
    return [];
  }
}

// WAV is at hand; other formats are converted once more, with the same seed to the very same sound.
async function download() {
  const { fields, name, player: heard } = result;
  const format = working ? "wav" : $("format").value;
  const file = `${name.replace(/\.[^.]*$/, "")}-converted.${format}`;
  tell("convert-trouble");
  try {
    if (format !== "wav") tell("convert-status", `Preparing the ${format} file …`);
    save(format === "wav" ? wav(heard.samples, RATE, file) : await api.convertedFile(fields, format), file);
    tell("convert-status", `Downloaded as ${file}.`);
  } catch (error) {
    tell("convert-status");
    tell("convert-trouble", error.message);
  }
}

$("convert").addEventListener("click", convert);
$("convert-stop").addEventListener("click", () => working?.abort());
$("convert-record").addEventListener("click", startRecording);
$("convert-stop-record").addEventListener("click", finishRecording);
$("convert-choose").addEventListener("click", () => $("convert-file").click());
$("convert-file").addEventListener("change", () => {
  const [file] = $("convert-file").files;
  $("convert-file").value = "";
  if (file) take(file, file.name);
});
$("source-play").addEventListener("click", () => toggle(source));
$("result-play").addEventListener("click", () => toggle(result));
$("result-download").addEventListener("click", download);
$("convert-strength").addEventListener("input", () => {
  $("convert-strength-shown").textContent = percent(Number($("convert-strength").value));
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  $("convert-drop").addEventListener(kind, (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault(); // and so not the voice's
    $("drop").classList.remove("over");
    $("convert-drop").classList.toggle("over", kind === "dragover");
    const file = kind === "drop" && event.dataTransfer.files[0];
    if (file && !stopRecording) take(file, file.name);
  });
}
