// What was spoken: heard, seen, downloaded, kept in a list until the page is closed.

import * as api from "./api.js";
import { $, make, seconds, setPlaying, tell } from "./dom.js";
import { drawMel, drawWave } from "./pictures.js";
import { Player, mel, wav } from "./sound.js";

export const RATE = 24000; // hertz of the server's raw samples
const WIDTH = 130; // pixels of a second, at least, so that words have room
const WIDEST = 12000; // pixels of a picture
const HOP = 256; // samples between columns of the mel spectrogram, at least

const takes = [];
let shown = null;
let marked = null; // the word being said
let waiting = null; // a drawing that is due
let cost = 0; // milliseconds that the last one took

export class Take {
  constructor(request, voice, format) {
    Object.assign(this, { request, voice, format, words: [], note: "" });
    this.player = new Player(RATE, () => { follow(this); button(this); });
  }
  add({ audio, words }) {
    this.player.append(audio);
    this.words.push(...words);
    if (shown === this) waiting ??= setTimeout(draw, Math.min(5000, 8 * cost));
  }
}

function button(take) {
  if (take.row) setPlaying(take.row.querySelector(".round"), take.player.playing, `take ${take.number}`);
}

export function show(take) {
  shown = take;
  $("nothing").hidden = true;
  $("take").hidden = false;
  for (const other of takes) other.row?.toggleAttribute("aria-current", other === take);
  draw();
}

// A take that is whole enough to keep joins the list.
export function list(take) {
  takes.push(take);
  take.number = takes.length;
  const play = make("button", { type: "button", className: "round" }, make("span", { className: "sign", "aria-hidden": "true" }));
  const said = make("button", { type: "button", className: "said", textContent: take.request.input, "aria-label": `Show take ${take.number}: ${take.request.input.slice(0, 80)}` });
  const facts = make("span", { className: "soft small", textContent: [take.voice, seconds(take.player.duration), `seed ${take.request.seed}`, ...(take.request.model ? [take.request.model] : [])].join(" · ") });
  const save = make("button", { type: "button", className: "quiet", textContent: "Download", "aria-label": `Download take ${take.number}` });
  const remove = make("button", { type: "button", className: "quiet", textContent: "Remove", "aria-label": `Remove take ${take.number}` });
  take.row = make("li", {}, play, make("div", { className: "grow" }, said, facts), save, remove);
  play.addEventListener("click", () => { if (take.player.playing) take.player.pause(); else { show(take); take.player.play(); } });
  said.addEventListener("click", () => show(take));
  save.addEventListener("click", () => download(take));
  remove.addEventListener("click", () => forget(take));
  button(take);
  $("takes").prepend(take.row);
  $("no-takes").hidden = true;
  show(take);
}

function forget(take) {
  take.player.pause();
  const next = take.row.nextElementSibling || take.row.previousElementSibling;
  take.row.remove();
  takes.splice(takes.indexOf(take), 1);
  $("no-takes").hidden = takes.length > 0;
  if (shown === take) {
    shown = null;
    if (takes.length) show(takes[takes.length - 1]);
    else { $("take").hidden = true; $("nothing").hidden = false; }
  }
  (next?.querySelector(".said") || $("text")).focus();
}

export function draw() {
  clearTimeout(waiting);
  waiting = null;
  if (!shown) return;
  const began = performance.now();
  const { player, words } = shown;
  const samples = player.samples;
  const width = Math.min(WIDEST, Math.max($("scroll").clientWidth, player.duration * WIDTH));
  $("scope").style.width = `${width}px`;
  drawWave($("wave"), samples);
  drawMel($("mel"), mel(samples, RATE, Math.max(1, Math.min(Math.round(width), Math.ceil(samples.length / HOP)))));
  const place = player.duration ? width / player.duration : 0;
  $("words").replaceChildren(...words.map(({ text, start }) => {
    const word = make("span", { textContent: text });
    word.style.left = `${start * place}px`;
    return word;
  }));
  $("about").textContent = shown.note;
  $("length").textContent = seconds(player.duration);
  $("seek").max = player.duration.toFixed(2);
  $("download").disabled = !player.complete;
  marked = null;
  follow(shown);
  cost = performance.now() - began;
}

function follow(take) {
  if (take !== shown) return;
  const { player, words } = take;
  const { time, duration } = player;
  const at = words.findLastIndex(({ start }) => start <= time + 0.01);
  setPlaying($("play"), player.playing);
  $("time").textContent = seconds(time);
  $("seek").value = time;
  $("seek").setAttribute("aria-valuetext", `${seconds(time)} of ${seconds(duration)}${at < 0 ? "" : `, ${words[at].text}`}`);
  const x = duration ? (time / duration) * $("scope").clientWidth : 0;
  $("head").style.transform = `translateX(${x}px)`;
  const word = time > 0 ? $("words").children[at] : null;
  if (word !== marked) {
    marked?.classList.remove("now");
    word?.classList.add("now");
    marked = word;
  }
  if ((x < $("scroll").scrollLeft || x > $("scroll").scrollLeft + 0.85 * $("scroll").clientWidth)) $("scroll").scrollLeft = x - 40;
}

// WAV is at hand; other formats are spoken again by the server, which with the same seed says the very same.
async function download(take) {
  const format = $("format").value;
  const name = `${take.request.input.replace(/<[^>]*>/g, "").toLowerCase().match(/[\p{L}\p{N}]+/gu)?.slice(0, 5).join("-") || "speech"}-${take.number}`;
  let file;
  tell("trouble");
  try {
    if (format === "wav") file = wav(take.player.samples, RATE, name);
    else {
      tell("status", `Preparing the ${format} file …`);
      file = await api.speechFile(take.request, format);
    }
  } catch (error) {
    tell("status");
    return tell("trouble", error.message);
  }
  tell("status", `Downloaded as ${name}.${format}.`);
  const address = URL.createObjectURL(file);
  const link = make("a", { href: address, download: `${name}.${format}` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

$("play").addEventListener("click", () => (shown.player.playing ? shown.player.pause() : shown.player.play()));
$("seek").addEventListener("input", () => shown.player.seek(Number($("seek").value)));
$("scope").addEventListener("click", (event) => {
  const box = $("scope").getBoundingClientRect();
  shown.player.seek(((event.clientX - box.left) / box.width) * shown.player.duration);
});
$("download").addEventListener("click", () => download(shown));
