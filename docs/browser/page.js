// What the visitor sees and presses; the worker computes.

import { openMicrophone, samplesOfFile, SoundError } from "./sound.js";

const SHORTEST = 4; // seconds of a recording by the microphone
const LONGEST = 10;
const BUNDLED = "wren";
const OWN = "own";

const $ = (id) => document.getElementById(id);
let rate = 24000;
let samples = null; // of the visitor's recording
let isListenedTo = false; // whether a voice was made of it
let recording = null; // while the microphone is open
let address = null; // of what was spoken last
let busy = false;

// ---- the worker

const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
const waiting = new Map();
let asked = 0;

worker.onmessage = ({ data: { id, news, found, error } }) => {
  const one = waiting.get(id);
  if (!one) return; // news of what is done
  if (news) {
    one.heard(news);
    return;
  }
  waiting.delete(id);
  if (error) one.reject(new Error(error));
  else one.resolve(found);
};
worker.onerror = () => {
  const error = new Error("This browser cannot run the page: it needs module workers and WebAssembly.");
  waiting.forEach((one) => one.reject(error));
  waiting.clear();
};

function ask(kind, given = {}, heard = () => {}) {
  return new Promise((resolve, reject) => {
    waiting.set(++asked, { resolve, reject, heard });
    worker.postMessage({ id: asked, kind, ...given });
  });
}

// ---- what is shown

function trouble(message) {
  $("trouble").textContent = message;
  $("trouble").hidden = !message;
}

function status(message) {
  $("status").textContent = message;
}

function show() {
  const isOwn = $("voice-own").checked;
  const consents = $("consent").checked;
  $("own").hidden = !isOwn;
  $("speak").disabled = busy || recording !== null || (isOwn && !(samples && consents));
  $("record").disabled = busy;
  $("choose").disabled = busy || recording !== null;
  let why = "";
  if (isOwn && !samples) why = "Record or choose a voice first.";
  else if (isOwn && !consents) why = "Tick that you may use this voice.";
  $("why").textContent = busy ? "" : why;
}

function progress(share) {
  $("bar").hidden = share === null;
  $("bar").value = share ?? 0;
}

// Runs something that may fail, and says why where it does.
async function trying(work) {
  busy = true;
  trouble("");
  status("");
  show();
  try {
    await work();
  } catch (error) {
    trouble(error.message);
    status("");
  }
  busy = false;
  progress(null);
  show();
}

const list = (words) => words.map((word) => `“${word}”`).join(", ");

// ---- speaking

let loading = null;

function load() {
  const start = performance.now();
  loading ??= ask("load", {}, ({ share }) => {
    status(`Fetching the model: ${Math.round(100 * share)} %`);
    progress(share);
  }).then(
    (found) => {
      rate = found.rate;
      $("loaded").textContent = `Loaded in ${((performance.now() - start) / 1000).toFixed(1)} s.`;
    },
    (error) => {
      loading = null;
      throw error;
    },
  );
  return loading;
}

async function speak() {
  const text = $("text").value.trim();
  if (!text) throw new Error("There is no text. Type what is to be said.");
  await load();
  const name = $("voice-own").checked ? OWN : BUNDLED;
  if (name === OWN && !isListenedTo) {
    status("Listening to the recording …");
    await ask("listen", { name, samples });
    isListenedTo = true;
  }
  const seed = Number($("seed").value) || 0;
  const given = { name, text, seed: Math.abs(Math.trunc(seed)), speed: Number($("speed").value) };
  const said = await ask("speak", given, ({ done, all }) => {
    status(`Speaking: ${done} of ${all} ${all === 1 ? "sentence" : "sentences"} done`);
    progress(done / all);
  });
  if (address) URL.revokeObjectURL(address);
  address = URL.createObjectURL(new Blob([said.wav], { type: "audio/wav" }));
  $("player").src = address;
  $("download").href = address;
  $("result").hidden = false;
  const pace = (said.took / said.seconds).toFixed(2);
  const length = `${said.seconds.toFixed(1)} s of speech in ${said.took.toFixed(1)} s`;
  status(`Done: ${length}, ${pace} s for each second.`);
  const spelled = `Spelled letter by letter, as the page's list has no such word: ${list(said.spelled)}.`;
  const left = `Left out, as they hold no Latin letter: ${list(said.left)}.`;
  const notes = [said.spelled.length ? spelled : "", said.left.length ? left : ""];
  $("notes").textContent = notes.join(" ").trim();
  $("player").play().catch(() => {}); // where the browser lets no page begin by itself
}

// ---- the recording

async function take(found, name) {
  await load();
  const { seconds } = await ask("measure", { samples: found });
  samples = found;
  isListenedTo = false;
  $("consent").checked = false;
  const all = (found.length / rate).toFixed(1);
  const length = `${name}: ${all} s, of which ${seconds.toFixed(1)} s are speech.`;
  $("clip").textContent = seconds < SHORTEST ? `${length} A better voice comes of 4 to 10 s.` : length;
  status("");
}

async function stopRecording() {
  const stopped = recording;
  recording = null;
  $("record").textContent = "Record again";
  $("level").hidden = true;
  await trying(async () => {
    const found = await stopped.stop(rate);
    const length = found.length / rate;
    if (length < SHORTEST) throw new SoundError(`That was ${length.toFixed(1)} s. Record 4 to 10 s.`);
    await take(found, "Your recording");
  });
}

async function record() {
  if (recording) {
    await stopRecording();
    return;
  }
  await trying(async () => {
    $("player").pause();
    recording = await openMicrophone((seconds, peak) => {
      $("level").value = peak;
      $("record").textContent = `Stop (${seconds.toFixed(0)} s)`;
      if (recording && seconds >= LONGEST) stopRecording();
    });
    $("level").hidden = false;
    $("record").textContent = "Stop (0 s)";
  });
}

function choose(file) {
  if (!file || busy || recording) return;
  $("voice-own").checked = true;
  trying(async () => take(await samplesOfFile(file, rate), file.name));
}

// ---- what is pressed

$("speak").onclick = () => trying(speak);
$("record").onclick = record;
$("choose").onclick = () => $("file").click();
$("file").onchange = () => {
  choose($("file").files[0]);
  $("file").value = "";
};
$("speed").oninput = () => ($("speed-shown").textContent = `${Number($("speed").value)} times`);
for (const id of ["voice-own", "voice-bundled", "consent"]) $(id).onchange = show;
$("text").onkeydown = (event) => {
  if (event.key === "Enter" && event.ctrlKey && !$("speak").disabled) trying(speak);
};
document.ondragover = (event) => event.preventDefault();
document.ondrop = (event) => {
  event.preventDefault();
  choose(event.dataTransfer.files[0]);
};
show();
