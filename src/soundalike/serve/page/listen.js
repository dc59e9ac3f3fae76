// The take that is shown: heard, seen, sentence by sentence.

import { $, clock, make, seconds, setPlaying, tell } from "./dom.js";
import { drawMel, drawWave } from "./pictures.js";
import { mel } from "./sound.js";
import { RATE } from "./take.js";

const WIDTH = 130; // pixels of a second, at least, so that words have room
const WIDEST = 12000; // pixels of a picture
const HOP = 256; // samples between columns of the mel spectrogram, at least

let shown = null;
let drawn = { words: [], starts: [] }; // of the shown take
let marked = null; // the word being said
let waiting = null; // a drawing that is due
let cost = 0; // milliseconds that the last one took
let redoing = null; // AbortController of a sentence that is made anew
let edited = () => {}; // is told of a take that was changed

export const current = () => shown;
export function whenEdited(told) { edited = told; }

export function show(take) {
  shown = take;
  $("nothing").hidden = Boolean(take);
  $("take").hidden = !take;
  draw();
}

// The shown take has grown; it is drawn when there is time.
export function grown(take) {
  if (shown === take) waiting ??= setTimeout(draw, Math.min(5000, 8 * cost));
}

export function draw() {
  clearTimeout(waiting);
  waiting = null;
  if (!shown) return;
  const began = performance.now();
  const { player, words, starts } = shown;
  drawn = { words, starts };
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
  for (const id of ["download", "srt", "vtt"]) $(id).disabled = !player.complete;
  listSentences();
  marked = null;
  follow(shown);
  cost = performance.now() - began;
}

function listSentences() {
  const { sentences, player, redoable } = shown;
  const { starts } = drawn;
  $("sentences").hidden = !sentences.length;
  $("sentences").replaceChildren(...sentences.map((sentence, number) => {
    const said = make("button", { type: "button", className: "said", textContent: sentence.text, "aria-label": `Play sentence ${number + 1}: ${sentence.text.slice(0, 80)}` });
    said.addEventListener("click", () => shown.player.play(starts[number]));
    const row = make("li", {}, make("span", { className: "soft small", textContent: clock(starts[number]) }), said);
    if (redoable && sentence.before) {
      const undo = make("button", { type: "button", className: "quiet undo", textContent: "Undo", "aria-label": `Undo the change of sentence ${number + 1}` });
      undo.addEventListener("click", () => { shown.undo(number); finish(shown, number, ".undo"); });
      row.append(undo);
    }
    if (redoable) {
      const redo = make("button", { type: "button", className: "quiet redo", textContent: "Redo", "aria-label": `Redo sentence ${number + 1}`, disabled: !player.complete || Boolean(redoing) });
      redo.addEventListener("click", () => again(shown, number));
      row.append(redo);
    }
    return row;
  }));
}

async function again(take, number) {
  if (redoing) return;
  redoing = new AbortController();
  tell("trouble");
  tell("status", `Making sentence ${number + 1} anew …`);
  listSentences();
  let said = "";
  try {
    await take.redo(number, redoing.signal, (text) => tell("status", text));
    said = `Sentence ${number + 1} is made anew; the others are as they were.`;
  } catch (error) {
    tell("trouble", error.message);
  }
  redoing = null;
  await finish(take, number, ".redo");
  tell("status", said);
}

// Shows a changed take; done when it is kept.
async function finish(take, number, focus) {
  const keeping = edited(take);
  if (take === shown) {
    draw();
    const row = $("sentences").children[number];
    if ([document.body, null].includes(document.activeElement)) (row.querySelector(focus) || row.querySelector(".redo")).focus();
  }
  await keeping;
}

export function follow(take) {
  if (take !== shown) return;
  const { player } = take;
  const { time, duration } = player;
  const words = $("words").children;
  const spoken = drawn.words;
  const at = spoken.findLastIndex(({ start }) => start <= time + 0.01);
  setPlaying($("play"), player.playing);
  $("time").textContent = seconds(time);
  $("seek").value = time;
  $("seek").setAttribute("aria-valuetext", `${seconds(time)} of ${seconds(duration)}${at < 0 ? "" : `, ${spoken[at].text}`}`);
  const x = duration ? (time / duration) * $("scope").clientWidth : 0;
  $("head").style.transform = `translateX(${x}px)`;
  const word = time > 0 ? words[at] : null;
  if (word !== marked) {
    marked?.classList.remove("now");
    word?.classList.add("now");
    marked = word;
    const said = drawn.starts.findLastIndex((start) => start <= time + 0.01);
    for (const [number, row] of [...$("sentences").children].entries()) row.classList.toggle("now", time > 0 && number === said);
  }
  if ((x < $("scroll").scrollLeft || x > $("scroll").scrollLeft + 0.85 * $("scroll").clientWidth)) $("scroll").scrollLeft = x - 40;
}

$("play").addEventListener("click", () => (shown.player.playing ? shown.player.pause() : shown.player.play()));
$("seek").addEventListener("input", () => shown.player.seek(Number($("seek").value)));
$("scope").addEventListener("click", (event) => {
  const box = $("scope").getBoundingClientRect();
  shown.player.seek(((event.clientX - box.left) / box.width) * shown.player.duration);
});
