// Figures of English text as words, up to hundreds of millions; longer ones figure by figure.

const UNITS = (
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen " +
  "seventeen eighteen nineteen"
).split(" ");
const TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const ORDINALS = {
  one: "first",
  two: "second",
  three: "third",
  five: "fifth",
  eight: "eighth",
  nine: "ninth",
  twelve: "twelfth",
};
const MONEY = { $: ["dollar", "cent"], "€": ["euro", "cent"], "£": ["pound", "penny"] };
const LONGEST = 9; // figures of a number

// A whole number in words.
export function cardinal(number) {
  if (number < 20) return UNITS[number];
  if (number < 100) return TENS[Math.floor(number / 10)] + (number % 10 ? ` ${UNITS[number % 10]}` : "");
  for (const [size, name] of [[1e6, "million"], [1e3, "thousand"], [100, "hundred"]]) {
    if (number < size) continue;
    const rest = number % size;
    const and = rest && rest < 100 ? " and" : "";
    return `${cardinal(Math.floor(number / size))} ${name}${and}${rest ? ` ${cardinal(rest)}` : ""}`;
  }
  return "";
}

function ordinal(number) {
  const words = cardinal(number).split(" ");
  const last = words.pop();
  const made = ORDINALS[last] ?? (last.endsWith("y") ? `${last.slice(0, -1)}ieth` : `${last}th`);
  return [...words, made].join(" ");
}

function year(number) {
  const rest = number % 100;
  const century = cardinal(Math.floor(number / 100));
  if (!rest) return `${century} hundred`;
  return rest < 10 ? `${century} oh ${UNITS[rest]}` : `${century} ${cardinal(rest)}`;
}

const figureByFigure = (figures) => [...figures].map((figure) => UNITS[figure]).join(" ");

function whole(figures) {
  const plain = figures.replaceAll(",", "");
  const leading = plain.length > 1 && plain.startsWith("0");
  if (leading || plain.length > LONGEST) return figureByFigure(plain);
  const isYear = /^(1[1-9]\d\d|20[1-9]\d)$/.test(figures);
  return isYear ? year(Number(plain)) : cardinal(Number(plain));
}

function counted(count, [one, many = `${one}s`]) {
  return `${cardinal(count)} ${count === 1 ? one : many}`;
}

function money(sign, figures, cents) {
  const amount = Number(figures.replaceAll(",", ""));
  if (String(amount).length > LONGEST) return `${figureByFigure(String(amount))} ${MONEY[sign][0]}s`;
  const small = Number(cents ?? 0);
  const said = counted(amount, [MONEY[sign][0]]);
  if (!small) return said;
  return `${said} and ${counted(small, MONEY[sign][1] === "penny" ? ["penny", "pence"] : ["cent"])}`;
}

function clock(hours, minutes) {
  const hour = cardinal(Number(hours));
  if (minutes === "00") return `${hour} o'clock`;
  return `${hour} ${minutes < "10" ? "oh " : ""}${cardinal(Number(minutes))}`;
}

function decade(century, tens) {
  const word = tens === "00" ? "hundred" : TENS[tens[0]];
  return `${cardinal(Number(century))} ${word.replace(/y$/, "ie")}s`;
}

const NUMBER = String.raw`\d{1,3}(?:,\d{3})+|\d+`;
const RULES = [
  [new RegExp(`([$€£])\\s?(${NUMBER})(?:\\.(\\d\\d))?(?![\\d])`, "g"), (_, ...parts) => money(...parts)],
  [/\b([01]?\d|2[0-3]):([0-5]\d)\b/g, (_, hours, minutes) => clock(hours, minutes)],
  [/\b(1[1-9]|20)(\d0)s\b/g, (_, century, tens) => decade(century, tens)],
  [new RegExp(`\\b(${NUMBER})(?:st|nd|rd|th)\\b`, "gi"), (match, figures) => {
    const plain = figures.replaceAll(",", "");
    return plain.length > LONGEST ? figureByFigure(plain) : ordinal(Number(plain));
  }],
  [/(\d)\s?[-–]\s?(?=\d)/g, "$1 to "],
  [/(^|\s)[-−](?=\d)/g, "$1minus "],
  [/#(?=\d)/g, "number "],
  [/%/g, " percent"],
  [new RegExp(`(${NUMBER})\\.(\\d+)`, "g"), (_, figures, after) => {
    return ` ${whole(figures.replaceAll(",", ""))} point ${figureByFigure(after)} `;
  }],
  [new RegExp(NUMBER, "g"), (figures) => ` ${whole(figures)} `],
];

// A text with its figures, and the signs that go with them, as words.
export function withoutFigures(text) {
  return RULES.reduce((made, [pattern, said]) => made.replace(pattern, said), text);
}
