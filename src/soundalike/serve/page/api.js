// The server's routes. Every failure is a Refused with a sentence that may be shown.

export class Refused extends Error {
  constructor(message, status = 0, code = "", retry = 0) {
    super(message);
    Object.assign(this, { status, code, retry });
  }
  get busy() { return this.status === 429 || this.status === 503; }
}

const KEY = "soundalike-key";
let key = "";
try { key = sessionStorage.getItem(KEY) || ""; } catch { /* storage is off: the key lasts as long as the page */ }
export const hasKey = () => Boolean(key);
export function setKey(value) {
  key = value.trim();
  try { sessionStorage.setItem(KEY, key); } catch { /* as above */ }
}

export async function ask(path, { method = "GET", json, form, signal } = {}) {
  const headers = key ? { Authorization: `Bearer ${key}` } : {};
  if (json) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method: json || form ? "POST" : method, headers, body: json ? JSON.stringify(json) : form, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused("The server does not answer. Is it still running?");
  }
  if (answer.ok) return answer;
  const { error = {} } = await answer.json().catch(() => ({}));
  throw new Refused(error.message || `The server answered ${answer.status}.`, answer.status, error.code, Number(answer.headers.get("Retry-After")) || 0);
}

const RETRIES = 8;

// Does what may find the server busy, again when the server says so; `say` is told of the waiting.
export async function patiently(work, signal, say) {
  for (let again = 0; ; again++) {
    try {
      return await work();
    } catch (error) {
      if (!error.busy || again >= RETRIES) throw error;
      for (let left = Math.max(1, error.retry); left > 0; left--) {
        say(`${error.code === "loading" ? "The model is being loaded" : "The server is busy"}. Trying again in ${left} s …`);
        await pause(1000, signal);
      }
    }
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => { clearTimeout(timer); reject(new DOMException("stopped", "AbortError")); }, { once: true });
  });
}

const formOf = (fields) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) value instanceof Blob ? form.append(name, value, value.name || "recording.wav") : form.append(name, value);
  return form;
};

export const limits = async () => (await ask("/v1/limits")).json();
export const ready = async () => (await ask("/readyz")).json();
export const check = async (audio, signal) => (await ask("/v1/audio/check", { form: formOf({ audio }), signal })).json();
export const voices = async () => (await (await ask("/v1/audio/voices")).json()).data;
export const saveVoice = async (name, audio, replace) => (await ask("/v1/audio/voices", { form: formOf({ name, audio, ...(replace ? { replace: "true" } : {}) }) })).json();
export const removeVoice = (id) => ask(`/v1/audio/voices/${encodeURIComponent(id)}`, { method: "DELETE" });

// The sentences of a text, how long they will take to say, and the language they are read in.
export const sentences = async (request, signal) => (await ask("/v1/audio/sentences", { json: request, signal })).json();

// What is spoken, sentence by sentence: {audio: Int16Array, words}; at last {seconds, seed, language}.
export async function* speak(request, signal) {
  const answer = await ask("/v1/audio/speech", { json: { ...request, response_format: "pcm", stream_format: "sse", timestamps: true }, signal });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let ended = false;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const data = event.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\n");
      if (!data) continue;
      const told = JSON.parse(data);
      if (told.type === "error") throw new Refused(told.error.message, 0, told.error.code);
      if (told.type === "speech.audio.delta") yield { audio: samplesOf(told.audio), words: told.words || [] };
      if (told.type === "speech.audio.done") { ended = true; yield { seconds: told.seconds, seed: told.seed, language: told.language }; }
    }
  }
  if (!ended) throw new Refused("The connection broke off before the end.");
}

export const speechFile = async (request, format, signal) => (await ask("/v1/audio/speech", { json: { ...request, response_format: format }, signal })).blob();

// A recording in another voice, piece by piece as samples (Int16Array) of 24,000 hertz; `fields` of the form.
export async function* convert(fields, signal) {
  const answer = await ask("/v1/audio/voice-conversion", { form: formOf({ ...fields, response_format: "pcm" }), signal });
  const reader = answer.body.getReader();
  let rest = new Uint8Array(0);
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const bytes = new Uint8Array(rest.length + value.length);
    bytes.set(rest);
    bytes.set(value, rest.length);
    const whole = bytes.length - (bytes.length % 2); // a sample has two bytes
    rest = bytes.slice(whole);
    if (whole) yield new Int16Array(bytes.buffer.slice(0, whole));
  }
}
export const convertedFile = async (fields, format, signal) => (await ask("/v1/audio/voice-conversion", { form: formOf({ ...fields, response_format: format, stream: "false" }), signal })).blob();

const jobPath = (id, more = "") => `/v1/audio/jobs/${encodeURIComponent(id)}${more}`;
export const addJob = async (request, format, signal) => (await ask("/v1/audio/jobs", { json: { ...request, response_format: format }, signal })).json();
export const job = async (id) => (await ask(jobPath(id))).json();
export const cancelJob = async (id) => (await ask(jobPath(id, "/cancel"), { method: "POST" })).json();
export const removeJob = (id) => ask(jobPath(id), { method: "DELETE" });
export const jobAudio = async (id) => (await ask(jobPath(id, "/audio"))).blob();
export const jobWords = async (id) => (await (await ask(jobPath(id, "/words"))).json()).words;

// Voices that are learned from minutes of recordings.
const adaptationPath = (id = "", more = "") => `/v1/adaptations${id && `/${encodeURIComponent(id)}`}${more}`;
export const adaptations = async () => (await (await ask(adaptationPath())).json()).data;
export const adaptation = async (id) => (await ask(adaptationPath(id))).json();
export const addAdaptation = async (name, replace) => (await ask(adaptationPath(), { form: formOf({ name, ...(replace ? { replace: "true" } : {}) }) })).json();
export const removeAdaptation = (id) => ask(adaptationPath(id), { method: "DELETE" });
export const addRecording = async (id, audio) => (await ask(adaptationPath(id, "/recordings"), { form: formOf({ audio }) })).json();
export const dropRecording = (id, number) => ask(adaptationPath(id, `/recordings/${number}`), { method: "DELETE" });
export const startAdaptation = async (id, minutes) => (await ask(adaptationPath(id, "/start"), { json: { minutes } })).json();
export const cancelAdaptation = async (id) => (await ask(adaptationPath(id, "/cancel"), { method: "POST" })).json();
export const adaptationSpeech = async (id, which, input) => (await ask(adaptationPath(id, `/speech/${which}`), { json: { input, response_format: "wav" } })).blob();
export const adaptationScorecard = async (id) => (await ask(adaptationPath(id, "/scorecard"))).blob();

function samplesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return new Int16Array(bytes.buffer);
}

export function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new Refused("The recording can no longer be read. Choose it again."));
    reader.readAsDataURL(blob);
  });
}
