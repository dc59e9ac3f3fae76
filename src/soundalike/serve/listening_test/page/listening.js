// A listening test: asks the server what comes next, plays it, sends the answer. The server remembers everything.

const $ = (id) => document.getElementById(id);
const make = (tag, words = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), words);
  made.append(...inside);
  return made;
};

const rater = (() => {
  const asked = new URLSearchParams(location.search).get("rater");
  if (asked) return asked;
  let kept = null;
  try { kept = localStorage.getItem("soundalike-rater"); } catch { /* storage is off: the code lasts as long as the page */ }
  if (kept) return kept;
  const fresh = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  try { localStorage.setItem("soundalike-rater", fresh); } catch { /* as above */ }
  return fresh;
})();

const player = new Audio();
let state = null; // what the server said last
let sounds = []; // of this trial: {name, label, button, bar, url, heard}
let current = null; // the sound that was played last
let began = 0;
let unsaved = false;
let sending = false;

async function ask(path, body) {
  const options = body ? { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } } : {};
  const answer = await fetch(`${path}?rater=${encodeURIComponent(rater)}`, options);
  if (!answer.ok) {
    const told = await answer.json().catch(() => ({}));
    throw new Error(typeof told.detail === "string" ? told.detail : `the server answered ${answer.status}`);
  }
  return answer.json();
}

function trouble(text) {
  $("trouble").hidden = !text;
  $("trouble").textContent = text || "";
}

function show(name) {
  for (const section of ["start", "trial", "end"]) $(section).hidden = section !== name;
}

const KEYS = {
  scale: [["Space", "play, pause"], ["5 … 1", "choose, from Excellent to Bad"], ["Enter", "next"]],
  choice: [["Space", "play, pause"], ["A, B", "play this one"], ["1, 2, 3", "A, neither, B"], ["Enter", "next"]],
  sliders: [["Space", "play, pause"], ["R", "play the reference"], ["1 … 9", "play that clip, move to its slider"], ["← →", "change the value"], ["Enter", "next"]],
};

function introduce() {
  document.title = $("title").textContent = state.title;
  $("task").replaceChildren(...state.task.map((text) => make("li", { textContent: text })));
  $("keys").replaceChildren(...KEYS[state.form].flatMap(([key, what]) => [
    make("dt", {}, make("kbd", { textContent: key })), make("dd", { textContent: what }),
  ]));
  $("begin").textContent = state.done ? `Go on (${state.done} of ${state.total} done)` : "Start";
  show("start");
  $("begin").focus();
}

function labels() {
  const { form, trial } = state;
  const beside = trial.reference ? [[trial.reference, form === "sliders" ? "Reference" : "Speaker"]] : [];
  const named = form === "choice" ? ["A", "B"] : form === "sliders" ? trial.clips.map((_, at) => `Clip ${at + 1}`) : ["Clip"];
  return [...beside, ...trial.clips.map((name, at) => [name, named[at]])];
}

function present() {
  stop();
  for (const sound of sounds) if (sound.url) URL.revokeObjectURL(sound.url);
  sounds = [];
  if (!state.trial) {
    $("thanks").textContent = `All ${state.total} answers are saved. You may close this page.`;
    show("end");
    $("end").querySelector("h1").focus();
    return;
  }
  sounds = labels().map(([name, label]) => soundOf(name, label));
  const sliders = state.form === "sliders";
  $("question").textContent = state.question;
  $("count").textContent = `${sliders ? "Round" : "Clip"} ${state.done + 1} of ${state.total}`;
  $("progress").max = state.total;
  $("progress").value = state.done;
  $("sounds").replaceChildren(...(sliders ? sounds.slice(0, 1) : sounds).map((sound) => sound.button));
  $("answers").replaceChildren(...(sliders ? sliderRows() : [pointsField()]));
  began = performance.now();
  show("trial");
  $("question").focus();
  $("status").textContent = $("count").textContent;
  check();
}

function soundOf(name, label) {
  const bar = make("progress", { max: 1, value: 0, ariaHidden: "true" });
  const button = make("button", { type: "button", className: "sound", disabled: true }, make("span", { className: "sign" }), label, bar);
  button.setAttribute("aria-label", `Play ${label}`);
  const sound = { name, label, button, bar, url: null, heard: false };
  button.addEventListener("click", () => (current === sound && !player.paused ? player.pause() : play(sound)));
  load(sound);
  return sound;
}

async function load(sound) {
  try {
    const answer = await fetch(`clips/${sound.name}.wav`);
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    sound.url = URL.createObjectURL(await answer.blob());
    sound.button.disabled = false;
    check();
  } catch (error) {
    trouble(`${sound.label} could not be loaded (${error.message}). Trying again.`);
    setTimeout(() => sounds.includes(sound) && load(sound).then(() => sound.url && trouble("")), 2000);
  }
}

function pointsField() {
  const field = make("fieldset", { id: "points", className: "points" }, make("legend", { className: "unseen", textContent: state.question }));
  state.points.forEach(({ value, word, hint }, at) => {
    const key = state.form === "choice" ? at + 1 : value;
    const input = make("input", { type: "radio", name: "point", value: String(value) });
    const text = make("span", {}, make("b", { textContent: word }), hint ? make("span", { className: "soft", textContent: hint }) : "");
    field.append(make("label", { className: "point" }, input, text, make("kbd", { textContent: key, ariaHidden: "true" })));
  });
  return field;
}

function sliderRows() {
  const bands = () => [...state.points].reverse().map(({ word }) => make("span", { className: "soft", textContent: word }));
  return sounds.slice(1).map((sound, at) => {
    const output = make("output", { textContent: "–" });
    const input = make("input", { type: "range", min: 0, max: 100, value: 50, disabled: true, name: sound.name });
    input.setAttribute("aria-label", `Quality of ${sound.label}, 0 to 100`);
    const word = () => state.points.find(({ value }) => Number(input.value) >= value).word;
    const rated = () => {
      input.dataset.rated = "yes";
      output.textContent = input.value;
      input.setAttribute("aria-valuetext", `${input.value}, ${word()}`);
      check();
    };
    for (const kind of ["input", "change", "keyup", "pointerup"]) {
      input.addEventListener(kind, (event) => (kind !== "keyup" || event.key.startsWith("Arrow")) && rated());
    }
    sound.input = input;
    return make("div", { className: "slider" }, sound.button, input, output, make("div", { className: at ? "bands" : "bands only", ariaHidden: "true" }, ...bands()));
  });
}

function stop() {
  player.pause();
  current?.button.classList.remove("playing");
  current = null;
}

function play(sound) {
  if (!sound.url) return;
  if (current !== sound) {
    stop();
    current = sound;
    player.src = sound.url;
  }
  player.play().catch((error) => error.name !== "AbortError" && trouble(`${sound.label} cannot be played: ${error.message}`));
}

function mark(playing) {
  if (!current) return;
  current.button.classList.toggle("playing", playing);
  current.button.setAttribute("aria-label", `${playing ? "Pause" : "Play"} ${current.label}`);
}

player.addEventListener("play", () => { mark(true); if (!unsaved) trouble(""); });
player.addEventListener("pause", () => mark(false));
player.addEventListener("timeupdate", () => { if (current && player.duration) current.bar.value = player.currentTime / player.duration; });
player.addEventListener("ended", () => {
  mark(false);
  current.heard = true;
  current.bar.value = 0;
  current.button.classList.add("heard");
  check();
});

function scores() {
  const { form, trial } = state;
  if (form === "sliders") {
    const inputs = sounds.slice(1).map((sound) => sound.input);
    return inputs.every((input) => input.dataset.rated) ? Object.fromEntries(inputs.map((input) => [input.name, Number(input.value)])) : null;
  }
  const chosen = $("answers").querySelector(":checked");
  if (!chosen) return null;
  const value = Number(chosen.value);
  return form === "choice" ? { [trial.clips[0]]: value, [trial.clips[1]]: 1 - value } : { [trial.clips[0]]: value };
}

function check() {
  if (!state?.trial || !sounds.length) return;
  const heard = sounds.every((sound) => sound.heard);
  if (state.form === "sliders") for (const sound of sounds.slice(1)) sound.input.disabled = !sound.heard;
  else $("points").disabled = !heard;
  const ready = heard && scores() !== null;
  $("next").disabled = !ready || sending;
  $("hint").textContent = !heard ? `Hear ${sounds.length > 1 ? "all clips" : "the clip"} to the end first.` : ready ? "" : state.form === "sliders" ? "Give each clip a value." : "Now choose.";
}

async function next() {
  if ($("next").disabled || sending) return;
  sending = true;
  check();
  try {
    const given = { trial: state.trial.name, scores: scores(), seconds: (performance.now() - began) / 1000 };
    state = await ask("ratings", given);
    unsaved = false;
    trouble("");
    sending = false;
    present();
  } catch (error) {
    sending = false;
    unsaved = true; // a clip that begins to play now does not take this away
    trouble(`Not saved: ${error.message}. Your answer is still here; press Next to try again.`);
    check();
  }
}

function toggle() {
  if (current && !player.paused) return player.pause();
  const unfinished = current && !current.heard ? current : null;
  play(unfinished || sounds.find((sound) => !sound.heard && sound.url) || current || sounds[0]);
}

document.addEventListener("keydown", (event) => {
  if ($("trial").hidden || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const key = event.key.toLowerCase();
  const onButton = event.target.closest("button");
  if (event.key === "Enter" && !onButton) { event.preventDefault(); return void next(); }
  if (event.key === " " && !onButton) { event.preventDefault(); return toggle(); }
  if (state.form === "sliders") {
    const at = key === "r" ? 0 : Number(key);
    if (Number.isInteger(at) && sounds[at] && (at > 0 || key === "r")) {
      play(sounds[at]);
      if (sounds[at].input && !sounds[at].input.disabled) sounds[at].input.focus();
    }
    return;
  }
  if (state.form === "choice" && (key === "a" || key === "b")) return play(sounds[key === "a" ? 0 : 1]);
  const at = state.form === "choice" ? Number(key) - 1 : state.points.findIndex(({ value }) => String(value) === key);
  const input = $("answers").querySelectorAll("input")[at];
  if (input && !$("points").disabled) { input.checked = true; input.focus(); check(); }
});

$("answers").addEventListener("change", check);
$("answers").addEventListener("submit", (event) => event.preventDefault());
$("next").addEventListener("click", next);
$("begin").addEventListener("click", present);

try {
  state = await ask("state");
  if (state.trial) introduce();
  else present();
} catch (error) {
  trouble(`The test could not be loaded: ${error.message}. Reload the page to try again.`);
}
