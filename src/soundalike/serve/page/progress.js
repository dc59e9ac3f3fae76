// How far the making of speech is, and how long it will take: by what it took before, then by what it takes now.

import { $ } from "./dom.js";
import { keepJson, keptJson } from "./store.js";

// Before anything was measured: seconds until the first sentence begins, and seconds for each second of speech
const FIRST_GUESS = { fast: { wait: 1, pace: 0.3 }, best: { wait: 15, pace: 0.8 } };
const ALREADY = 0.7; // share of what the last one took; the rest is of those before it

export class Progress {
  constructor(quality, ready) {
    this.quality = quality;
    // A voice that was spoken in before is at hand, so that nothing but the first sentence is waited for
    this.name = `pace-${quality}${ready ? "-again" : ""}`;
    this.usual = keptJson(this.name, ready ? { wait: 0.5, pace: FIRST_GUESS[quality].pace } : FIRST_GUESS[quality]);
    this.began = performance.now();
    this.sentences = []; // characters of each
    this.seconds = 0; // of speech, predicted
    this.done = 0;
    this.first = 0; // seconds until the first sentence was there
    $("progress").hidden = false;
    this.show();
    this.timer = setInterval(() => this.show(), 500);
  }
  get elapsed() { return (performance.now() - this.began) / 1000; }
  plan({ sentences, seconds }) {
    this.sentences = sentences.map(({ text }) => text.length);
    this.seconds = seconds;
    this.show();
  }
  sentence() {
    this.done += 1;
    this.first ||= this.elapsed;
    this.at = this.elapsed;
    this.show();
  }
  share(from, to) {
    const sum = (some) => some.reduce((all, length) => all + length, 0);
    return this.sentences.length ? sum(this.sentences.slice(from, to)) / Math.max(1, sum(this.sentences)) : 0;
  }
  // Seconds of making for each second of speech, by now; as usual until two sentences are there.
  get pace() {
    const since = this.seconds * this.share(1, this.done);
    return since > 0 ? Math.max(0.02, (this.at - this.first) / since) : this.usual.pace;
  }
  get left() {
    const coming = this.pace * this.seconds * this.share(this.done, undefined);
    if (!this.done) return this.usual.wait + this.pace * this.seconds - this.elapsed;
    return coming - (this.elapsed - this.at);
  }
  show() {
    const left = Math.max(1, Math.round(this.left));
    const all = Math.max(this.sentences.length, this.done);
    const time = this.left > 0.5 ? `about ${left} s left` : "nearly there";
    const wait = this.quality === "best" && !this.done ? ", the first after the voice was listened to closely" : "";
    $("left").textContent = all ? `${this.done} of ${all} sentence${all === 1 ? "" : "s"} done, ${time}${wait}` : `Reading the text, ${time}`;
    $("bar").value = Math.max(this.share(0, this.done), this.elapsed / (this.elapsed + Math.max(1, this.left)) * (all && this.done === all ? 1 : 0.95));
  }
  // Ends it; what it took is remembered where it came to its end.
  close(whole) {
    clearInterval(this.timer);
    $("progress").hidden = true;
    if (!whole || !this.done || !this.seconds) return;
    const wait = Math.max(0, this.first - this.pace * this.seconds * this.share(0, 1));
    const mixed = (now, before) => ALREADY * now + (1 - ALREADY) * before;
    keepJson(this.name, { wait: mixed(wait, this.usual.wait), pace: mixed(this.pace, this.usual.pace) });
  }
}
