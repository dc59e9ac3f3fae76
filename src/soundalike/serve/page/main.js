// The page: how the server is, and what its buttons do.

import * as api from "./api.js";
import * as convert from "./convert.js";
import { $, tell } from "./dom.js";
import * as jobs from "./jobs.js";
import * as listen from "./listen.js";
import * as options from "./options.js";
import { speak, stop } from "./speaking.js";
import * as store from "./store.js";
import * as takes from "./takes.js";
import "./text_file.js";
import * as voice from "./voice.js";

async function connect() {
  for (;;) {
    try {
      await api.ready();
      $("ready").textContent = "Ready";
      $("ready").className = "state small good";
      return;
    } catch (error) {
      $("ready").textContent = error.code === "loading" ? "Loading the model …" : error.message;
      $("ready").className = `state small${error.code === "loading" ? "" : " bad"}`;
      await new Promise((resolve) => setTimeout(resolve, 1000 * Math.max(1, error.retry)));
    }
  }
}

async function begin() {
  connect();
  const limits = await api.limits().catch(() => ({}));
  options.settle(limits);
  convert.setLimits(limits);
  $("minutes").hidden = limits.adapts === false;
  await takes.restore();
  await voice.restoreRecording();
  jobs.follow();
  try {
    if (limits.keys && !api.hasKey()) $("key").showModal();
    else await voice.loadVoices();
  } catch (error) {
    if (error.status === 401) { $("key-open").hidden = false; $("key").showModal(); }
    else tell("voice-trouble", error.message);
  } finally {
    voice.begin();
  }
}

// Asks once more before what cannot be undone.
function clearAll() {
  const button = $("clear");
  if (button.dataset.sure !== "yes") {
    button.dataset.sure = "yes";
    button.textContent = "Really clear? Text, settings, takes and the recording are forgotten";
    setTimeout(() => { delete button.dataset.sure; button.textContent = "Clear all that is kept here"; }, 4000);
    return;
  }
  takes.forgetAll();
  voice.forgetRecording();
  options.setText("");
  store.clear().then(() => location.reload());
}

$("text").addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) speak(); });
$("speak").addEventListener("click", speak);
$("stop").addEventListener("click", stop);
$("clear").addEventListener("click", clearAll);
$("who").addEventListener("click", () => { $("voice-title").scrollIntoView({ block: "nearest" }); document.querySelector("[name=source]:checked").focus(); });
$("key-open").addEventListener("click", () => $("key").showModal());
$("key-cancel").addEventListener("click", () => $("key").close());
$("key-form").addEventListener("submit", () => {
  api.setKey($("key-value").value);
  $("key-value").value = "";
  tell("voice-trouble");
  voice.loadVoices().catch((error) => tell("voice-trouble", error.message));
});
new ResizeObserver(() => { voice.redraw(); listen.draw(); }).observe(document.querySelector("main"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { voice.redraw(); listen.draw(); });

begin();
