// The sounds of an English word: from the lexicon, by its ending, as a compound, letter by letter at last.

const HISSING = new Set(["s", "z", "ʃ", "ʒ", "t͡ʃ", "d͡ʒ"]);
const VOICELESS = new Set(["p", "t", "k", "f", "θ"]);
const SHORTEST_PART = 3; // letters of a word in a compound
const LONGEST_ACRONYM = 5; // letters; capitals are expected to be spelled

// Words before a verb, and before a noun, of those that are written alike and said differently
const BEFORE_VERB = new Set(
  (
    "i you we they who to will would can could shall should may might must cannot can't won't wouldn't " +
    "couldn't don't doesn't didn't let's please i'll you'll we'll they'll never always"
  ).split(" "),
);
const BEFORE_NOUN = new Set(
  "the a an this that these those my your his her its our their no of in on with".split(" "),
);

// What a word behind another sounds like, as one or, where it is spelled, several words of symbols; and
// whether that is to be told: { words, spelled }; null of a word without letters that English has.
export function soundsOf(word, before, { lexicon, facts }) {
  const plain = plainLetters(word);
  const lower = plain.toLowerCase();
  const { symbols, lexiconOffset } = facts.text;
  const decoded = (code) => [...code].map((one) => symbols[one.charCodeAt(0) - lexiconOffset]);
  const lookup = (one) => (lexicon.has(one) ? decoded(lexicon.get(one)) : null);
  const said = ofContext(lower, before, facts.text) ?? lookup(word.toLowerCase());
  const known = said ?? byEnding(lower, lookup) ?? compound(lower, lookup);
  if (known) return { words: [known], spelled: false };
  const letters = [...lower].filter((letter) => letter in facts.text.letters);
  if (!letters.length) return null;
  const isAcronym = letters.length <= LONGEST_ACRONYM && plain === plain.toUpperCase();
  return { words: letters.map((letter) => facts.text.letters[letter]), spelled: !isAcronym };
}

// The sounds of a word that is said otherwise behind some words; null of another.
function ofContext(word, before, { verbs, nouns }) {
  if (BEFORE_VERB.has(before) && Object.hasOwn(verbs, word)) return verbs[word];
  if (BEFORE_NOUN.has(before) && Object.hasOwn(nouns, word)) return nouns[word];
  return null;
}

// A word without accents.
function plainLetters(word) {
  const unmarked = word.normalize("NFD").replace(/\p{M}/gu, "");
  return unmarked.replaceAll("ß", "ss").replaceAll("ø", "o").replaceAll("æ", "ae").replaceAll("ł", "l");
}

// The sounds of a word that a known one was made into by an ending; null of another.
function byEnding(word, lookup) {
  const whole = lookup(word);
  if (whole) return whole;
  const rules = [
    [/'s$/, withS],
    [/s'$/, (stem) => stem, "s"],
    [/'$/, (stem) => stem],
    [/ies$/, withS, "y"],
    [/es$/, withS],
    [/s$/, withS],
    [/ied$/, withD, "y"],
    [/ed$/, withD],
    [/d$/, withD],
    [/ing$/, (stem) => [...stem, "ɪ", "ŋ"]],
    [/ily$/, (stem) => [...stem, "l", "i"], "y"],
    [/ly$/, (stem) => [...stem, "l", "i"]],
    [/ness$/, (stem) => [...stem, "n", "ə", "s"]],
    [/less$/, (stem) => [...stem, "l", "ə", "s"]],
  ];
  for (const [ending, said, instead = ""] of rules) {
    const stem = word.replace(ending, instead);
    if (stem === word || stem.length < 2) continue;
    const found = stemOf(stem, /ing|ed/.test(ending.source), lookup);
    if (found) return said(found);
  }
  return null;
}

// A stem as it is written, with its e, or with one of two like consonants: making, stopped.
function stemOf(stem, mayHaveChanged, lookup) {
  const found = lookup(stem);
  if (found || !mayHaveChanged) return found;
  const single = /([b-df-hj-np-tv-z])\1$/.test(stem) ? lookup(stem.slice(0, -1)) : null;
  return lookup(`${stem}e`) ?? single;
}

function withS(stem) {
  const last = stem.at(-1);
  if (HISSING.has(last)) return [...stem, "ɪ", "z"];
  return [...stem, VOICELESS.has(last) ? "s" : "z"];
}

function withD(stem) {
  const last = stem.at(-1);
  if (last === "t" || last === "d") return [...stem, "ɪ", "d"];
  return [...stem, VOICELESS.has(last) || ["s", "ʃ", "t͡ʃ"].includes(last) ? "t" : "d"];
}

// The sounds of two known words written as one, the second of weaker stress; null of another.
function compound(word, lookup) {
  for (let cut = word.length - SHORTEST_PART; cut >= SHORTEST_PART; cut--) {
    const first = lookup(word.slice(0, cut));
    const second = first && byEnding(word.slice(cut), lookup);
    if (second) return [...first, ...second.map((symbol) => symbol.replace("ˈ", "ˌ"))];
  }
  return null;
}
