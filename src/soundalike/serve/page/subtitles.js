// Subtitles of what was spoken, by the times of its words.

const LONGEST = 84; // characters of a cue: two lines
const LINE = 42;
const AFTER = /^[.,;:!?…"'”’»)\]]+/;
const BEFORE = /["'“‘„«(¿¡[]+$/;
const MARKUP = /<|&#?\w+;/;

// What a word looks like in the text, with the marks around it.
function written({ text, span }, source) {
  const shown = source.slice(...span);
  if (!shown || MARKUP.test(shown)) return text;
  const before = source.slice(0, span[0]).match(BEFORE)?.[0] || "";
  const after = source.slice(span[1], span[1] + 8).match(AFTER)?.[0] || "";
  return before + shown + after;
}

// Words of one sentence as [{text, start, stop}], of at most LONGEST characters.
function cuesOfSentence(words, source) {
  const made = [];
  let cue = null;
  let end = -1; // of the last word, in the text
  for (const word of words) {
    if (word.span[0] < end) { cue.stop = word.stop; continue; } // one written thing, said as several words
    const text = written(word, source);
    const gap = end < 0 ? " " : source.slice(end, word.span[0]);
    const glue = !/\s/.test(gap) && gap.length < 3 && !MARKUP.test(gap) ? gap.replace(/[*_`]/g, "") : " ";
    if (cue && glue !== " ") {
      cue.text = (glue && cue.text.endsWith(glue) ? cue.text : cue.text + glue) + text;
      cue.stop = word.stop;
    } else if (cue && cue.text.length + 1 + text.length <= LONGEST) {
      cue.text += ` ${text}`;
      cue.stop = word.stop;
    } else {
      made.push((cue = { text, start: word.start, stop: word.stop }));
    }
    end = word.span[1];
  }
  return made;
}

// `sentences`: [{words: [{text, start, stop, span}], source, at}], words in seconds after `at`, spans in `source`.
export function cues(sentences) {
  const made = sentences.flatMap(({ words, source, at }) =>
    cuesOfSentence(words, source).map(({ text, start, stop }) => ({ text, start: start + at, stop: stop + at })));
  for (const [number, cue] of made.entries()) cue.stop = Math.min(cue.stop + 0.3, made[number + 1]?.start ?? Infinity);
  return made;
}

// The words of a long text, cut after sentences.
export function sentencesOf(words, source) {
  const made = [];
  let current = null;
  for (const word of words) {
    if (!current) made.push((current = { words: [], source, at: 0 }));
    current.words.push(word);
    if (/[.!?…]/.test(source.slice(word.span[1], word.span[1] + 2)) || /^\s*\n/.test(source.slice(word.span[1]).slice(0, 20))) current = null;
  }
  return made;
}

function time(value, mark) {
  const whole = Math.round(value * 1000);
  const two = (number) => String(number).padStart(2, "0");
  return `${two(Math.floor(whole / 3_600_000))}:${two(Math.floor(whole / 60_000) % 60)}:${two(Math.floor(whole / 1000) % 60)}${mark}${String(whole % 1000).padStart(3, "0")}`;
}

// Two lines of about the same length where one would be too long.
function lines(text) {
  if (text.length <= LINE) return text;
  const spaces = [...text.matchAll(/ /g)].map(({ index }) => index);
  const middle = spaces.sort((one, other) => Math.abs(one - text.length / 2) - Math.abs(other - text.length / 2))[0];
  return middle === undefined ? text : `${text.slice(0, middle)}\n${text.slice(middle + 1)}`;
}

export const srt = (all) => all.map(({ text, start, stop }, number) => `${number + 1}\n${time(start, ",")} --> ${time(stop, ",")}\n${lines(text)}\n`).join("\n");
export const vtt = (all) => `WEBVTT\n\n${all.map(({ text, start, stop }) => `${time(start, ".")} --> ${time(stop, ".")}\n${lines(text).replace(/&/g, "&amp;").replace(/</g, "&lt;")}\n`).join("\n")}`;
