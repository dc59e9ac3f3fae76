// A text file into the text field, chosen or dropped anywhere on the page.

import { $, tell } from "./dom.js";
import { setText } from "./options.js";

const LARGEST = 2_000_000; // bytes
const FORMS = { md: "markdown", markdown: "markdown", html: "html", htm: "html", srt: "subtitles", vtt: "subtitles", ssml: "ssml", txt: "auto" };

const endingOf = (file) => file.name.toLowerCase().match(/\.([a-z]+)$/)?.[1] || "";
export const isTextFile = (file) => endingOf(file) in FORMS;

// The text of bytes: UTF-8, or as their byte order mark says, else what Windows wrote before.
function textOf(bytes) {
  const [one, two] = bytes;
  if (one === 0xff && two === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (one === 0xfe && two === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

export async function openText(file) {
  tell("trouble");
  tell("status");
  if (!isTextFile(file)) return tell("trouble", `${file.name}: not a text file that is known here. Choose .txt, .md, .html, .srt or .vtt.`);
  if (file.size > LARGEST) return tell("trouble", `${file.name}: ${(file.size / 1e6).toFixed(1)} MB of text are too much. Open a part of it.`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = textOf(bytes);
  if (/\0/.test(text)) return tell("trouble", `${file.name}: this is no text. Choose .txt, .md, .html, .srt or .vtt.`);
  if (!text.trim()) return tell("trouble", `${file.name}: the file is empty.`);
  setText(text.replace(/\r\n?/g, "\n"));
  $("text-format").value = FORMS[endingOf(file)];
  $("text-format").dispatchEvent(new Event("change", { bubbles: true }));
  tell("status", `${file.name} is opened.`);
  $("text").focus();
  $("text").setSelectionRange(0, 0);
}

$("open-text").addEventListener("click", () => $("text-file").click());
$("text-file").addEventListener("change", () => {
  const [file] = $("text-file").files;
  $("text-file").value = "";
  if (file) openText(file);
});
