// English text to sentences of symbols, in the manner of soundalike.text, of which this is a small part.

import { withoutFigures } from "./numbers.js";
import { soundsOf } from "./words.js";

const MOST_SYMBOLS = 240; // of a sentence; longer ones are cut
const LETTER = "\u0001"; // before a letter whose name is to be said
const SIGNS = { "&": "and", "@": "at", "+": "plus", "=": "equals" };
const WORD = /\u0001[a-z]|[\p{L}\p{M}]+(?:'[\p{L}\p{M}]+)*'?/u;
const MARK = /\.+|…|[?!,;:()[\]{}—–]|(?<=\s)-+(?=\s)/u;
const PIECES = new RegExp(`(?<word>${WORD.source})|(?<mark>${MARK.source})`, "gu");
// A sentence ends at a mark, and quotes behind it, unless it goes on in small letters
const END = /(?<=[.?!…]["')\]]*)\s+(?![\p{Ll}])/u;

// A text in which there is nothing to say.
export class TextError extends Error {}

// Sentences of a text, and the words that were spelled out and those left out:
// { sentences: [{ text, names, symbols }], spelled, left }, `symbols` the numbers of the symbols' `names`.
// Throws TextError where no word can be said.
export function read(text, tables) {
  const spelled = new Set();
  const left = new Set();
  const sentences = sentencesOf(text, tables.facts).flatMap((sentence) => {
    const tokens = tokensOf(sentence, tables, spelled, left);
    return cut(tokens).map((names) => ({ text: sentence.replaceAll(LETTER, ""), names }));
  });
  if (!sentences.length) throw new TextError("There is no English word in the text. Type one or more.");
  const ids = new Map(tables.facts.text.symbols.map((symbol, id) => [symbol, id]));
  const encoded = sentences.map(({ text: said, names }) => {
    return { text: said, names, symbols: names.map((name) => ids.get(name)) };
  });
  return { sentences: encoded, spelled: [...spelled], left: [...left] };
}

// The sentences of a text, written out in words.
function sentencesOf(text, facts) {
  const plain = text.normalize("NFC").replace(/[‘’ʼ`´]/g, "'").replace(/[“”„«»]/g, '"');
  const paragraphs = plain.split(/\n\s*\n/);
  return paragraphs.flatMap((paragraph) => inWords(paragraph.replace(/\s+/g, " ").trim(), facts).split(END));
}

function inWords(text, { text: { abbreviations } }) {
  const named = (letters) => [...letters.toLowerCase()].map((letter) => ` ${LETTER}${letter} `).join("");
  const known = text.replace(/[A-Za-z][A-Za-z.]*\./g, (match) => abbreviations[match] ?? match);
  const initials = known
    .replace(/\b[ap]\.m\.?(?![A-Za-z])/gi, (match) => named(match.replaceAll(".", "")))
    .replace(/\b(?:[A-Za-z]\.){2,}/g, (match) => named(match.replaceAll(".", "")))
    .replace(/\b([B-HJ-Z])\.(?=\s\p{Lu})/gu, (_, letter) => named(letter))
    .replace(/\bUS\b/g, named("us"));
  const signs = initials
    .replace(/\bNo\.\s?(?=\d)/gi, "number ")
    .replace(/[&@+=]/g, (sign) => ` ${SIGNS[sign]} `);
  return withoutFigures(signs);
}

// Words and marks of a sentence: { symbols } or { mark }.
function tokensOf(sentence, tables, spelled, left) {
  const tokens = [];
  let before = "";
  for (const match of sentence.matchAll(PIECES)) {
    if (match.groups.mark) {
      tokens.push({ mark: markOf(match.groups.mark) });
      before = "";
      continue;
    }
    const written = match.groups.word.replace(/^'+/, "");
    const found = written.startsWith(LETTER)
      ? { words: [tables.facts.text.letters[written.at(-1)]], spelled: false }
      : soundsOf(written, before, tables);
    before = written.toLowerCase();
    if (!found) left.add(written);
    else tokens.push(...found.words.map((symbols) => ({ symbols })));
    if (found?.spelled) spelled.add(written);
  }
  return tokens;
}

function markOf(written) {
  const first = written[0];
  if (first === "…") return ".";
  return ".?!".includes(first) ? first : ",";
}

// Tokens as symbols with a start mark, a mark after each word and one at the end, in parts that are not too
// long.
function cut(tokens) {
  const parts = [];
  let part = ["^"];
  const isClosed = () => ",.?!".includes(part.at(-1));
  const close = (mark) => {
    if (part.length === 1) return;
    if (part.at(-1) === ",") part.pop();
    if (!".?!".includes(part.at(-1))) part.push(mark);
    parts.push(part);
    part = ["^"];
  };
  for (const { symbols, mark } of tokens) {
    if (mark) {
      if (part.length > 1 && !isClosed()) part.push(mark);
      continue;
    }
    const isFull = part.length + symbols.length > MOST_SYMBOLS;
    const mayEnd = part.length > MOST_SYMBOLS / 2 && part.at(-1) === ",";
    if (isFull || mayEnd) close(",");
    if (part.length > 1 && !isClosed()) part.push("_");
    part.push(...symbols);
  }
  close(".");
  return parts;
}
