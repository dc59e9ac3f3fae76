// A take: the sentences that were spoken, each of which can be made anew.

import * as api from "./api.js";
import { floats, integers, Player } from "./sound.js";
import * as store from "./store.js";
import { cues } from "./subtitles.js";

export const RATE = 24000; // hertz of the server's raw samples

export class Take {
  // `texts`: the sentences as they are read, where they are known; `changed` is told when something of it is other.
  constructor(request, voice, texts, changed) {
    Object.assign(this, { request, voice, texts, note: "", language: null, sentences: [], id: `${Date.now()}-${Math.random().toString(36).slice(2)}` });
    this.player = new Player(RATE, () => changed(this));
  }
  // A sentence more: its samples, and its words, timed and placed in the whole.
  add(audio, words) {
    const at = this.player.duration;
    const text = this.texts[this.sentences.length] || words.map((word) => word.text).join(" ");
    this.sentences.push({ text, source: this.request.input, audio, words: words.map((word) => ({ ...word, start: word.start - at, stop: word.stop - at })) });
    this.player.append(audio);
  }
  // Seconds at which each sentence begins.
  get starts() {
    let at = 0;
    return this.sentences.map(({ audio }) => { const start = at; at += audio.length / RATE; return start; });
  }
  get words() {
    const { starts } = this;
    return this.sentences.flatMap(({ words }, number) => words.map((word) => ({ ...word, start: word.start + starts[number], stop: word.stop + starts[number] })));
  }
  get cues() {
    const { starts } = this;
    return cues(this.sentences.map(({ words, source }, number) => ({ words, source, at: starts[number] })));
  }
  get edited() { return this.sentences.some(({ before }) => before); }
  // SSML stands around sentences, which are not themselves without it; what a long text was cut from is not known.
  get redoable() { return !/^\s*<(\?xml|speak)/.test(this.request.input) && this.sentences.every(({ text }) => text.trim()); }

  replace(number, sentence) {
    this.sentences[number] = sentence;
    this.player.load(this.sentences.map(({ audio }) => audio));
  }
  // One sentence spoken once more with another seed, in its place; its pause to the next one stays.
  async redo(number, signal, say) {
    const old = this.sentences[number];
    const seed = Math.floor(Math.random() * 1e6);
    const request = { ...(await this.whole()), input: old.text, text_format: "plain", seed };
    if (this.language) request.language = this.language.code;
    const made = await api.patiently(() => spoken(request, signal), signal, say);
    const pause = old.audio.length - ending(old.words, old.audio.length);
    const audio = new Float32Array(ending(made.words, made.audio.length) + pause);
    audio.set(made.audio.subarray(0, audio.length));
    this.replace(number, { text: old.text, source: old.text, audio, words: made.words, seed, before: old });
  }
  undo(number) { this.replace(number, this.sentences[number].before); }

  // What the server needs to speak it once more: also the recording, where that is its voice.
  async whole() {
    if (this.request.ref_audio || !this.recording) return this.request;
    const kept = await store.get("recordings", this.recording);
    if (!kept) throw new api.Refused("The recording of this take's voice is not kept any more.");
    this.request.ref_audio = await api.base64(kept.file);
    return this.request;
  }

  // As it can be kept: sound in 16 bits, and no recording, which is kept by itself.
  toRecord() {
    const { ref_audio, ...request } = this.request;
    const small = ({ audio, before, ...sentence }) => ({ ...sentence, audio: integers(audio), ...(before ? { before: small(before) } : {}) });
    return { id: this.id, request, recording: this.recording, voice: this.voice, note: this.note, language: this.language, stopped: this.stopped, fromJob: this.fromJob, sentences: this.sentences.map(small) };
  }
  static fromRecord({ sentences, request, voice, ...rest }, changed) {
    const take = new Take(request, voice, [], changed);
    const whole = ({ audio, before, ...sentence }) => ({ ...sentence, audio: floats(audio), ...(before ? { before: whole(before) } : {}) });
    Object.assign(take, rest, { sentences: sentences.map(whole) });
    for (const { audio } of take.sentences) take.player.append(audio);
    take.player.complete = true;
    return take;
  }
}

// The sample at which the last word ends.
function ending(words, length) {
  return words.length ? Math.min(length, Math.round(words[words.length - 1].stop * RATE)) : length;
}

async function spoken(request, signal) {
  const parts = [];
  const words = [];
  for await (const part of api.speak(request, signal)) {
    if (!part.audio) continue;
    parts.push(floats(part.audio));
    words.push(...part.words);
  }
  const audio = new Float32Array(parts.reduce((all, part) => all + part.length, 0));
  let at = 0;
  for (const part of parts) { audio.set(part, at); at += part.length; }
  return { audio, words };
}
