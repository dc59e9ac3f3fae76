// Learning a voice from minutes of recordings: give them, train, hear both voices.

import * as api from "./api.js";
import { $, make, seconds, setPlaying, tell } from "./dom.js";
import { drawCurve } from "./pictures.js";
import { Player, decodeAt } from "./sound.js";
import * as store from "./store.js";
import { RATE } from "./take.js";

const AGAIN = 1000; // milliseconds between questions
const UNDER_WAY = ["queued", "running"];
const STATES = {
  draft: "Add recordings, then start.",
  queued: "Waiting for its turn …",
  running: "Training. This page may be closed meanwhile.",
  done: "Done.",
  cancelled: "Cancelled. Start goes on where it was.",
};
const MEASURES = { similarity: "Likeness of the voice", wer: "Words heard wrong", doubted: "Sentences in doubt", naturalness: "Naturalness" };
const SHARES = ["wer", "doubted"];
const WHICH = ["before", "adapted"];
const LABELS = { before: "it without training", adapted: "it trained" };

let chosen = store.kept("adaptation") || "";
let shown = null; // what the server last told of it
let curves = {};
const players = {};

function guard(work) {
  tell("trouble");
  return work().catch((error) => {
    tell("status");
    tell("trouble", error.status === 401 ? "This server asks for an API key. Give it on the page, then come back." : error.message);
  });
}

function shortTime(value) {
  return value < 90 ? seconds(value) : `${(value / 60).toFixed(1)} min`;
}

async function listAll() {
  const all = await api.adaptations();
  $("none").hidden = all.length > 0;
  if (!all.some(({ id }) => id === chosen)) chosen = "";
  $("all").replaceChildren(
    ...all.map((one) => {
      const open = make("button", { type: "button", className: "quiet", textContent: "Show", "aria-label": `Show ${one.name}` });
      const remove = make("button", { type: "button", className: "quiet", textContent: "Delete", "aria-label": `Delete ${one.name} and its recordings` });
      open.addEventListener("click", () => guard(() => choose(one.id, true)));
      remove.addEventListener("click", () => guard(async () => {
        if (!window.confirm(`Delete the recordings and the training of ${one.name}? A voice that came of it stays.`)) return;
        await api.removeAdaptation(one.id);
        await listAll();
        await refresh();
      }));
      const words = make("span", { className: "grow" }, one.name, make("small", { textContent: `${one.status}, ${shortTime(one.seconds)} of recordings` }));
      const item = make("li", {}, words, open, remove);
      if (one.id === chosen) item.setAttribute("aria-current", "true");
      return item;
    }),
  );
}

async function choose(id, focus = false) {
  chosen = id;
  shown = null;
  store.keep("adaptation", id);
  await listAll();
  await refresh();
  if (focus) $("recordings-title").focus();
}

async function begin(replace) {
  const made = await api.addAdaptation($("name").value.trim(), replace).catch((error) => {
    $("replace").hidden = error.code !== "voice_exists";
    throw error;
  });
  $("replace").hidden = true;
  $("name").value = "";
  await choose(made.id, true);
}

async function addFiles(files) {
  for (const [number, file] of files.entries()) {
    tell("status", `Sending ${file.name}, ${number + 1} of ${files.length} …`);
    await api.patiently(() => api.addRecording(chosen, file), undefined, (text) => tell("status", text));
    await refresh();
  }
  tell("status", `${files.length} added.`);
  await listAll();
}

async function refresh() {
  $("chosen").hidden = !chosen;
  if (!chosen) return;
  const told = await api.adaptation(chosen);
  const changed = shown && shown.status !== told.status;
  shown = told;
  show(told);
  if (changed) await listAll();
}

function show(told) {
  for (const place of document.querySelectorAll(".of")) place.textContent = told.name;
  const draft = told.status === "draft";
  const under = UNDER_WAY.includes(told.status);
  $("drop").hidden = !draft;
  $("sum").textContent = `${told.recordings.length} recordings, ${shortTime(told.seconds)}. 45 seconds are the least; three minutes or more are better.`;
  showRecordings(told, draft);
  $("ready-to-start").hidden = under || told.status === "done";
  $("cancel").hidden = !under;
  const state = told.status === "failed" ? `It failed: ${told.error}` : STATES[told.status];
  if ($("state").textContent !== state) $("state").textContent = state;
  showNotes(told.notes);
  showCurves(told.curves);
  $("result").hidden = !told.result;
  if (told.result) showResult(told);
}

function showRecordings(told, draft) {
  const written = JSON.stringify([told.recordings, draft]);
  if ($("recordings").dataset.written === written) return;
  $("recordings").dataset.written = written;
  $("recordings").replaceChildren(
    ...told.recordings.map((one) => {
      const words = make("span", { className: "grow" }, one.name, make("small", { textContent: `${seconds(one.seconds)}. ${one.advice}` }));
      const remove = make("button", { type: "button", className: "quiet", textContent: "Take out", "aria-label": `Take out ${one.name}`, hidden: !draft });
      remove.addEventListener("click", () => guard(async () => { await api.dropRecording(chosen, one.number); await refresh(); }));
      return make("li", { className: one.problems.length ? "warn" : "" }, words, remove);
    }),
  );
}

function showNotes(notes) {
  $("notes").hidden = !notes.length;
  if ($("notes").children.length === notes.length) return;
  $("notes").replaceChildren(...notes.map((text) => make("li", { textContent: text })));
  $("notes").scrollTop = $("notes").scrollHeight;
}

function showCurves(told) {
  curves = told;
  const names = Object.keys(told).filter((name) => told[name].length);
  $("curve-field").hidden = !names.length;
  if (!names.length) return;
  const before = $("curve").value;
  if ($("curve").options.length !== names.length) $("curve").replaceChildren(...names.map((name) => make("option", { value: name, textContent: name })));
  if (names.includes(before)) $("curve").value = before;
  drawChosen();
}

function drawChosen() {
  const curve = curves[$("curve").value];
  if (!curve) return;
  drawCurve($("picture"), curve);
  const [step, value] = curve[curve.length - 1];
  $("curve-value").textContent = `${value.toPrecision(4)} at step ${step}`;
}

function showResult({ result, name, has_scorecard }) {
  $("kept").textContent = `${result.kept === "adapted" ? `The trained voice is kept as ${name}` : `The voice without training is kept as ${name}, not the trained one`}: ${result.reason}.`;
  const rows = Object.entries(result.measures).filter(([measure]) => MEASURES[measure]);
  $("measures").hidden = !rows.length;
  const number = (measure, value) => (SHARES.includes(measure) ? `${(100 * value).toFixed(1)} %` : value.toFixed(2));
  const cells = ([measure, values]) => make("tr", {}, make("th", { scope: "row", textContent: MEASURES[measure] }), ...WHICH.map((which) => make("td", { textContent: number(measure, values[which]) })));
  $("measures").tBodies[0].replaceChildren(...rows.map(cells));
  $("scorecard").hidden = !has_scorecard;
}

// Speaks the text in either voice; what was made is only played again while the text stays.
async function hear(which) {
  const button = $(`hear-${which}`);
  const text = $("text").value.trim();
  const key = `${chosen} ${text}`;
  const known = players[which];
  if (known?.key === key) return known.player.playing ? known.player.pause() : known.player.play();
  button.disabled = true;
  tell("status", "Speaking …");
  try {
    const sound = await api.patiently(() => api.adaptationSpeech(chosen, which, text), undefined, (words) => tell("status", words));
    const player = new Player(RATE, () => setPlaying(button, player.playing, LABELS[which]));
    player.append(await decodeAt(sound, RATE));
    player.complete = true;
    players[which] = { key, player };
    player.play(0);
    tell("status", `${seconds(player.duration)} of speech.`);
  } finally {
    button.disabled = false;
  }
}

async function openScorecard() {
  const page = await api.adaptationScorecard(chosen);
  window.open(URL.createObjectURL(page), "_blank");
}

async function start() {
  if (!$("consent").checked) throw new api.Refused("Tick first that you may use this voice.");
  await api.startAdaptation(chosen, Number($("minutes").value));
  await refresh();
}

$("begin").addEventListener("submit", (event) => { event.preventDefault(); guard(() => begin(false)); });
$("replace").addEventListener("click", () => guard(() => begin(true)));
$("choose").addEventListener("click", () => $("files").click());
$("files").addEventListener("change", () => {
  const files = [...$("files").files];
  $("files").value = "";
  guard(() => addFiles(files));
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  $("drop").addEventListener(kind, (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    $("drop").classList.toggle("over", kind === "dragover");
    if (kind === "drop") guard(() => addFiles([...event.dataTransfer.files]));
  });
}
$("start").addEventListener("click", () => guard(start));
$("cancel").addEventListener("click", () => guard(async () => { await api.cancelAdaptation(chosen); await refresh(); }));
$("curve").addEventListener("change", drawChosen);
for (const which of WHICH) $(`hear-${which}`).addEventListener("click", () => guard(() => hear(which)));
$("open-scorecard").addEventListener("click", () => guard(openScorecard));

async function follow() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
    if (shown && UNDER_WAY.includes(shown.status)) await refresh().catch(() => {});
  }
}

guard(async () => {
  const { longest, adapts } = await api.limits();
  if (adapts === false) tell("trouble", "This server cannot learn voices: PyTorch is not installed where it runs.");
  $("longest").textContent = shortTime(longest);
  await listAll();
  await refresh();
});
follow();
