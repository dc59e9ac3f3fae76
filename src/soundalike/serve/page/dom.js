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

// A measured share as a percentage, which is never more than all of it.
export function percent(share, digits = 0) {
  return `${(100 * Math.min(1, Math.max(0, share))).toFixed(digits)} %`;
}

// Hands a file to the browser's downloads.
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

// What a file of some text is called: its first words.
export function fileName(text, otherwise = "speech") {
  return text.replace(/<[^>]*>/g, "").toLowerCase().match(/[\p{L}\p{N}]+/gu)?.slice(0, 5).join("-") || otherwise;
}
