// Long texts, spoken by the server in the background: how far they are, and what came of them.

import * as api from "./api.js";
import { $, clock, fileName, make, save, seconds, tell } from "./dom.js";
import { decodeAt } from "./sound.js";
import * as store from "./store.js";
import { cues, sentencesOf, srt, vtt } from "./subtitles.js";
import { RATE, Take } from "./take.js";
import * as takes from "./takes.js";

const AGAIN = 1000; // milliseconds between questions
const MOST = 8; // jobs that are remembered
const LONGEST = 1200; // seconds of a job that becomes a take

let known = store.keptJson("jobs", []); // [{id, request, recording, voice, format}], the newest first; the recording is kept by itself

function remember() {
  known = known.slice(0, MOST);
  store.keepJson("jobs", known);
}

export async function add(request, voice, signal, say) {
  const told = await api.patiently(() => api.addJob(request, $("format").value, signal), signal, say);
  const { ref_audio, ...own } = request;
  const job = { id: told.id, request: own, recording: voice.recording, voice: voice.name, format: told.response_format };
  known.unshift(job);
  remember();
  row(job);
  tell("status", "The text is long: it is made in the background. See Long texts below.");
}

export function follow() {
  for (const job of [...known].reverse()) row(job);
}

function quiet(text, label, work) {
  const button = make("button", { type: "button", className: "quiet", textContent: text, "aria-label": label, hidden: true });
  button.addEventListener("click", () => {
    tell("trouble");
    work().catch((error) => tell("trouble", error.message));
  });
  return button;
}

function row(job) {
  const begin = job.request.input.trim().slice(0, 80);
  const name = fileName(job.request.input);
  const state = make("p", { className: "soft small" });
  const bar = make("progress", { max: 1, value: 0, "aria-label": `How far ${begin} is made` });
  const live = make("span", { className: "unseen", role: "status" });
  const write = async (ending, how) => save(new Blob([how(cues(sentencesOf(await api.jobWords(job.id), job.request.input)))], { type: "text/plain;charset=utf-8" }), `${name}.${ending}`);
  const done = {
    listen: quiet("Listen", `Listen to ${begin}`, () => listenTo(job)),
    download: quiet("Download", `Download ${begin}`, async () => save(await api.jobAudio(job.id), `${name}.${job.format}`)),
    srt: quiet("SRT", `Download subtitles of ${begin} as SRT`, () => write("srt", srt)),
    vtt: quiet("VTT", `Download subtitles of ${begin} as VTT`, () => write("vtt", vtt)),
  };
  const cancel = quiet("Cancel", `Cancel ${begin}`, async () => { await api.cancelJob(job.id); });
  const remove = quiet("Remove", `Remove ${begin}`, async () => { item.remove(); drop(job); await api.removeJob(job.id).catch(() => {}); $("text").focus(); });
  const said = make("span", { className: "said", textContent: begin });
  const item = make("li", {}, make("div", { className: "grow" }, said, make("div", { className: "progress" }, bar, state), live, make("div", { className: "row" }, ...Object.values(done), cancel, remove)));
  $("jobs").prepend(item);
  $("jobs-card").hidden = false;
  watch(job, (told) => {
    const over = told.status === "done";
    bar.value = told.progress;
    bar.hidden = over;
    state.textContent = stateOf(told);
    cancel.hidden = !["queued", "running"].includes(told.status);
    remove.hidden = !cancel.hidden;
    for (const button of Object.values(done)) button.hidden = !over;
    done.listen.hidden = !over || told.seconds > LONGEST;
    if (cancel.hidden) live.textContent = `${begin}: ${told.status}`;
    return cancel.hidden || !item.isConnected;
  });
}

function drop(job) {
  known = known.filter(({ id }) => id !== job.id);
  remember();
  $("jobs-card").hidden = !known.length;
}

function stateOf({ status, progress, created_at, started_at, seconds: length, error, characters, characters_done }) {
  if (status === "done") return `Done: ${clock(length)} of speech`;
  if (status === "failed") return `Failed. ${error?.message || ""}`;
  if (status === "cancelled") return "Cancelled";
  if (status === "queued") return "Waiting for its turn …";
  const share = `${Math.floor(100 * progress)} %: ${characters_done.toLocaleString("en")} of ${characters.toLocaleString("en")} characters`;
  const taken = Date.now() / 1000 - (started_at || created_at);
  const left = progress > 0.01 ? (taken * (1 - progress)) / progress : 0;
  return `${share}${left > 0 ? `, about ${left < 90 ? `${Math.max(1, Math.round(left))} s` : `${Math.round(left / 60)} min`} left` : ""}`;
}

async function watch(job, say) {
  for (;;) {
    try {
      if (say(await api.job(job.id))) return;
    } catch (error) {
      if (error.status === 404) {
        say({ status: "failed", progress: 0, error: { message: "The server does not keep it any more." } });
        return;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
}

// The sound of a job as a take, to be seen and heard sentence by sentence.
async function listenTo(job) {
  tell("status", "Fetching the sound …");
  const [audio, words] = await Promise.all([api.jobAudio(job.id), api.jobWords(job.id)]);
  const samples = await decodeAt(audio, RATE);
  const take = new Take(job.request, job.voice, [], takes.changed);
  Object.assign(take, { fromJob: true, recording: job.recording });
  const sentences = sentencesOf(words, job.request.input);
  for (const [number, { words: own }] of sentences.entries()) {
    const from = number ? Math.round(own[0].start * RATE) : 0;
    const to = number + 1 < sentences.length ? Math.round(sentences[number + 1].words[0].start * RATE) : samples.length;
    take.texts.push(job.request.input.slice(own[0].span[0], own[own.length - 1].span[1] + 1).replace(/\s+/g, " ").trim());
    take.add(samples.slice(from, to), own);
  }
  take.player.complete = true;
  take.note = `Made in the background. Voice: ${job.voice}.`;
  takes.list(take);
  await takes.keepTakes();
  tell("status", `Done: ${seconds(take.player.duration)} of speech.`);
}
