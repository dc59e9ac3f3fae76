// The list of takes: shown, downloaded, removed, and kept in this browser.

import * as api from "./api.js";
import { $, fileName, make, save, seconds, setPlaying, tell } from "./dom.js";
import * as listen from "./listen.js";
import { wav } from "./sound.js";
import * as store from "./store.js";
import { srt, vtt } from "./subtitles.js";
import { RATE, Take } from "./take.js";

const MOST = 12; // takes that are kept
const LONGEST = 1800; // seconds of all takes that are kept

const takes = [];
let count = 0;

export function changed(take) {
  listen.follow(take);
  button(take);
}

function button(take) {
  if (take.row) setPlaying(take.row.querySelector(".round"), take.player.playing, `take ${take.number}`);
}

export function show(take) {
  listen.show(take);
  for (const other of takes) other.row?.toggleAttribute("aria-current", other === take);
}

// A take that is whole enough to keep joins the list.
export function list(take) {
  takes.push(take);
  take.number = ++count;
  const play = make("button", { type: "button", className: "round" }, make("span", { className: "sign", "aria-hidden": "true" }));
  const said = make("button", { type: "button", className: "said", textContent: take.request.input.slice(0, 300), "aria-label": `Show take ${take.number}: ${take.request.input.slice(0, 80)}` });
  const facts = make("span", { className: "soft small", textContent: factsOf(take) });
  const download = make("button", { type: "button", className: "quiet", textContent: "Download", "aria-label": `Download take ${take.number}` });
  const remove = make("button", { type: "button", className: "quiet", textContent: "Remove", "aria-label": `Remove take ${take.number}` });
  take.row = make("li", {}, play, make("div", { className: "grow" }, said, facts), download, remove);
  play.addEventListener("click", () => { if (take.player.playing) take.player.pause(); else { show(take); take.player.play(); } });
  said.addEventListener("click", () => show(take));
  download.addEventListener("click", () => downloadSound(take));
  remove.addEventListener("click", () => forget(take));
  button(take);
  $("takes").prepend(take.row);
  $("no-takes").hidden = true;
  show(take);
}

function factsOf(take) {
  const { request, voice, player, language } = take;
  return [voice, seconds(player.duration), request.seed !== undefined && `seed ${request.seed}`, language?.name, request.model].filter(Boolean).join(" · ");
}

let keeping = Promise.resolve();

// Keeps the newest takes, as many as may be, and forgets older ones. Done when all that was asked before is kept too.
export const keepTakes = () => (keeping = keeping.then(keepNewest));

async function keepNewest() {
  let seconds = 0;
  const chosen = [...takes].reverse().filter((take, number) => number < MOST && (seconds += take.player.duration) <= LONGEST);
  for (const { id } of await store.all("takes")) if (!chosen.some((take) => take.id === id)) await store.remove("takes", id);
  for (const take of chosen) {
    if (!take.kept) {
      take.kept = true;
      await store.put("takes", take.toRecord());
    }
  }
  const recordings = new Set([store.kept("clip"), ...chosen.map(({ recording }) => recording)]);
  for (const { id } of await store.all("recordings")) if (!recordings.has(id)) await store.remove("recordings", id);
}

export async function restore() {
  const records = await store.all("takes");
  for (const record of records.sort((one, other) => parseInt(one.id) - parseInt(other.id))) {
    const take = Take.fromRecord(record, changed);
    take.kept = true;
    list(take);
  }
}

function forget(take) {
  take.player.pause();
  const next = take.row.nextElementSibling || take.row.previousElementSibling;
  take.row.remove();
  takes.splice(takes.indexOf(take), 1);
  $("no-takes").hidden = takes.length > 0;
  if (listen.current() === take) show(takes[takes.length - 1] || null);
  (next?.querySelector(".said") || $("text")).focus();
  keepTakes();
}

export function forgetAll() {
  for (const take of takes.splice(0)) {
    take.player.pause();
    take.row.remove();
  }
  $("no-takes").hidden = false;
  show(null);
}

const nameOf = (take) => `${fileName(take.request.input)}-${take.number}`;

// WAV is at hand; other formats are spoken again by the server, which with the same seed says the very same.
async function downloadSound(take) {
  const asked = $("format").value;
  const mine = asked === "wav" || take.edited || take.stopped || take.fromJob;
  const format = mine ? "wav" : asked;
  tell("trouble");
  try {
    let file;
    if (mine) file = wav(take.player.samples, RATE, nameOf(take));
    else {
      tell("status", `Preparing the ${format} file …`);
      file = await api.speechFile(await take.whole(), format);
    }
    save(file, `${nameOf(take)}.${format}`);
    tell("status", `Downloaded as ${nameOf(take)}.${format}${format === asked ? "" : ": what was changed or stopped is on this page alone, which writes WAV"}.`);
  } catch (error) {
    tell("status");
    tell("trouble", error.message);
  }
}

function downloadSubtitles(take, ending, write) {
  save(new Blob([write(take.cues)], { type: "text/plain;charset=utf-8" }), `${nameOf(take)}.${ending}`);
  tell("status", `Downloaded as ${nameOf(take)}.${ending}.`);
}

listen.whenEdited((take) => {
  take.kept = false;
  take.row.querySelector(".small").textContent = factsOf(take);
  return keepTakes();
});
$("download").addEventListener("click", () => downloadSound(listen.current()));
$("srt").addEventListener("click", () => downloadSubtitles(listen.current(), "srt", srt));
$("vtt").addEventListener("click", () => downloadSubtitles(listen.current(), "vtt", vtt));
