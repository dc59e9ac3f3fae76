// Small words for the document.

export const $ = (id) => document.getElementById(id);

export function make(tag, words = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(words)) name.includes("-") ? made.setAttribute(name, value) : (made[name] = value);
  made.append(...inside);
  return made;
}

export function tell(id, text = "") {
  $(id).textContent = text;
  if ($(id).getAttribute("role") === "alert") $(id).hidden = !text;
}

export const seconds = (value) => `${value.toFixed(1)} s`;

export function clock(value) {
  const whole = Math.floor(value);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function setPlaying(button, playing, what) {
  button.classList.toggle("playing", playing);
  button.setAttribute("aria-label", `${playing ? "Pause" : "Play"}${what ? ` ${what}` : ""}`);
}

export function keep(name, value) {
  try { localStorage.setItem(`soundalike-${name}`, value); } catch { /* storage is off: nothing is remembered */ }
}

export function kept(name) {
  try { return localStorage.getItem(`soundalike-${name}`); } catch { return null; }
}
