"""What a full stop, a question mark or an exclamation mark is: an end, or a mark within its sentence."""

from __future__ import annotations

import functools
import re
from enum import Enum

from .conventions import MARKS, Conventions

REACH = 48  # characters that are looked at on either side of a mark
_CLOSERS = re.compile(r"(?:[\"'”“’‘»«›‹)\]*_]|[ \u00a0\u202f][»›]){0,5}")
_OPENS = re.compile(r"[\s\"'“”„‘’‚«»‹›(\[¿¡*_—–-]*")
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*['’]?\.?")
_LETTER = re.compile(r"(?<![^\W_])(?<!°)[^\W\d_]\.$")
_INITIALISM = re.compile(r"(?:[^\W\d_]{1,2}\.-?){2,}")
_LABEL = re.compile(r"(?:\d{1,3}(?:\.\d{1,3}){0,3}|[^\W\d_]|[ivxIVX]{1,5})\.")
_LABELLED = re.compile(r"(?:^|\n)[ \t]*(?:[•⁃*‣▪◦●○·-][ \t]*)?$|[.!?…][\"'”’»)\]]*\s+$|[:;]\s+$")
_ROMAN = re.compile(r"(?=[IVXLC])(?:X{0,3}|XL|L)(?:IX|IV|V?I{0,3})\.")
_NUMBER = re.compile(r"[(\[]?(?:\d|[IVXLC]+\b|[A-Z]\b(?!['’]))")
# A title cut short to its consonants: Mjr., Rtn.
_CONSONANTS = re.compile(r"[B-DF-HJ-NP-TV-Z][b-df-hj-np-tv-xz]{1,4}\.")
# A time that a sentence begins with: At 5 a.m. Mr. Smith left.
_LEADING_TIME = re.compile(
    r"(?:^|[.!?\n]\s*)(?:(?:At|By|Around|Before|After|From|Until|Since|About)\s[^.!?\n]{1,20}[ap]\.m"
    r"|(?:В|К|С|До|После|На|Осенью|Весной|Летом|Зимой)\s[^.!?,\n]{1,20}гг?)\.$"
)
_FIGURES = re.compile(r"[\d¼-¾⅐-⅞]\s?$")
# The smaller unit that may follow one in the same measure: 1 hr. 20 min., 6 ft. 2 in.
_SMALLER = {
    "hr": "min|sec", "hrs": "min|sec", "min": "sec", "ft": "in", "yd": "ft|in", "lb": "oz", "lbs": "oz",
    "yr": "mo|wk|day", "yrs": "mo|wk|day", "mo": "wk|day", "wk": "day", "wks": "day",
}  # fmt: skip
_QUOTE = frozenset("\"'”“’‘»«›‹")
_SPEAKER = re.compile(r"(?:I|(?:[A-Z][\w.’'-]*\s+){0,3}[A-Z][\w’'-]*)\s+([a-z]+)")


class Stop(Enum):
    """What a mark is in its sentence."""

    END = "end"  # the sentence ends here
    INSIDE = "inside"  # heard as a mark, and the sentence goes on: "Why?" she asked
    SILENT = "silent"  # part of an abbreviation, an ordinal or a name: nothing is heard
    LABEL = "label"  # behind the number or letter of an item: a short pause


def judged(text: str, start: int, stop: int, table: Conventions) -> Stop:
    """What the run of marks at text[start:stop] is, quotes and brackets behind it included in the run.

    Where nothing follows, it is an end.
    """
    rest = text[stop : stop + REACH]
    if not rest.strip():
        return Stop.END
    marks = text[start:stop].rstrip("\"'”“’‘»«›‹)]*_ \u00a0\u202f")
    following = rest[_OPENS.match(rest).end() :]  # type: ignore[union-attr]
    is_small = following[:1].islower() and not re.match(r"[a-z][A-Z]", following)
    if marks[-1] in "?!؟":
        return _asked(text, start, stop, following, is_small, table)
    if len(marks) > 1 or marks == "…":
        if text[max(0, start - 1) : start] in ("[", "("):
            return Stop.INSIDE  # what was left out
        return Stop.INSIDE if is_small else Stop.END
    if marks[-1] not in ".":
        return Stop.END
    return _full_stop(text, start, stop, following, is_small, table)


def ends_at(text: str, stop: int, table: Conventions) -> bool:
    """Whether a sentence ends with the full stop that is the character before `stop`."""
    closed = _CLOSERS.match(text, stop)
    end = closed.end() if closed else stop
    if end < len(text) and not text[end].isspace():
        return False
    if re.match(r"\s*\n\s*\n", text[end : end + REACH]):
        return True
    return judged(text, stop - 1, end, table) is Stop.END


def mark_at(text: str, start: int, table: Conventions) -> Stop | None:
    """What the run of marks that begins at `start` is; None where it stands within a word or a number."""
    match = MARKS.match(text, start)
    return judged(text, start, match.end(), table) if match else None


def is_named(text: str, start: int, following: str, table: Conventions) -> bool:
    """Whether a "!" or "?" at `start` belongs to a name: Yahoo! is a company."""
    before = text[max(0, start - REACH) : start + 1]
    if any(re.search(rf"(?<!\w){re.escape(name)}$", before) for name in table.marked):
        return True
    word = re.search(r"([A-Z][a-z]+)!$", before)
    if not word or not table.marked:
        return False
    # A capital within a sentence is a name, as are the subjects of these verbs
    verb = re.match(r"(?:is|was|has|had|will|would|airs|aired|plays|played|won|stars|opened)\b", following)
    inner = re.search(r"[a-z,] [A-Z][a-z]+!$", before)
    return bool(verb or inner) and word[1].lower() not in _CALLS


_CALLS = frozenset(
    "oh ah ha hey no yes well what why how alas bah wow ugh huh aha oops ouch hurrah hooray hello hi "
    "god lord heavens goodness stop go help run come look wait fire listen quick".split()
)


def _asked(text: str, start: int, stop: int, following: str, is_small: bool, table: Conventions) -> Stop:
    """Of a question or exclamation mark."""
    closers = text[start + 1 : stop]
    is_quoted = any(c in _QUOTE for c in closers)
    if not closers and text[start] in "!?":
        word = _WORD.match(following)
        opens = word is not None and not is_small and word[0].lower() in table.openers
        if not opens and is_named(text, start, following, table) and (is_small or text[start] == "!"):
            return Stop.SILENT
    if is_small:
        return Stop.INSIDE
    if is_quoted:
        spoken = _SPEAKER.match(following)
        if spoken and spoken[1] in table.saying:
            return Stop.INSIDE
    return Stop.END


def _full_stop(text: str, start: int, stop: int, following: str, is_small: bool, table: Conventions) -> Stop:
    """Of a single full stop."""
    before = text[max(0, start - REACH) : start + 1]
    parts = re.split(r"[\s(\[\"'“”„‘’‚«»‹›/—]", before)
    token = parts[-1]
    place = start + 1 - len(token)
    known = _known(before, token, following, table)
    figures = token in ("min.", "pts.") and _FIGURES.search(text[max(0, place - 8) : place])
    if (table.code == "en" and figures) or (
        token in table.counted and re.search(r"\d\s*[^\W\d_]+\.$", before)
    ):
        known = "final"
    if _LABEL.fullmatch(token) and _is_label(text, place, token, table, following):
        return Stop.LABEL
    if is_small:
        return Stop.SILENT if known or _is_dotted(token, table) else Stop.INSIDE
    if known == "final" and _final_goes_on(text, place, stop, before, following):
        return Stop.SILENT
    word = _WORD.match(following)
    opens = word is not None and _opens(word[0], following, table)
    if _is_lettered(text, token, place, table) and following[:1].isupper():
        return Stop.END
    if known:
        return _abbreviated(known, token, following, opens, word[0] if word else "", table)
    is_named = bool(re.search(r"[A-Z][\w.’'-]*\s+$", text[max(0, place - REACH) : place]))
    return _unknown(token, is_named, opens, table)


def _final_goes_on(text: str, place: int, stop: int, before: str, following: str) -> bool:
    """Whether the sentence of an abbreviation that may end it goes on: At 5 a.m. Bob left; 6 ft. 2 in."""
    if _LEADING_TIME.search(before) or re.match(r"\s*(?:&|\(\d)", text[stop : stop + 8]):
        return True
    smaller = _SMALLER.get(text[place:stop].rstrip("."), "(?!)")
    counted = _FIGURES.search(text[max(0, place - 8) : place])
    return bool(counted and re.match(rf"\d+(?:[./]\d+)?[\s-]?(?:{smaller})", following))


@functools.lru_cache(maxsize=4096)
def _known(before: str, token: str, following: str, table: Conventions) -> str:
    """The group of conventions that the abbreviation before a stop is in; empty for none."""
    tail = before.split()[-3:]
    for size in range(len(tail), 0, -1):
        name = " ".join([*tail[-size:-1], token]) if size > 1 else token
        name = name.lstrip("(\"'“„«[")
        if any(following.startswith(rest) for rest in table.beginnings.get(name, ())):
            return "titles"
        group = _group(name, table) or _group_in_capitals(name, following, table)
        if group:
            return group
    joined = re.search(r"[-–](\w+\.)$", token)
    if joined:  # Mon.-Fri.
        return _known(joined[1], joined[1], following, table)
    is_numbered = len(token) > 5 and token.endswith(table.endings)
    return "numbered" if is_numbered and token not in table.words else ""


def _group(name: str, table: Conventions) -> str:
    """The group of an abbreviation as it is written, or with its first letter in the other case."""
    for group in ("titles", "numbered", "final", "loose"):
        if name in getattr(table, group):
            return group
    small = name[:1].lower() + name[1:]
    if name[:1].islower() and len(name) > 2 and name[:1].upper() + name[1:] in table.titles:
        return "titles"
    if name[:1].isupper() and len(name) > 2 and small in table.titles:
        return "titles"
    if name[:1].isupper() and len(name) > 2 and small in table.numbered and small not in table.words:
        return "numbered"
    return ""


# Abbreviations that are words too where all is in capitals
_WORDS_IN_CAPITALS = frozenset("CA. ILL. MASS. SUN. SAT. IND. WED. SET. BAD. HON.".split())


def _group_in_capitals(name: str, following: str, table: Conventions) -> str:
    """The group of an abbreviation in a text of capitals: DR. KING, ACME INC. SUES.

    Capitals tell nothing of what follows there: one that may end a sentence does so before an opener only.
    """
    bare = name.rstrip(".")
    if len(bare) < 2 or not bare.isalpha() or not bare.isupper() or name in _WORDS_IN_CAPITALS:
        return ""
    if re.match(r"[^\W\d_][a-zà-öø-ÿа-яё]", following):
        return ""
    if name.capitalize() in table.words:  # NO. 1, and NO.
        return "numbered" if re.match(r"[(\[]?\d", following) else ""
    if bare.lower() in table.openers | table.leaning | table.clauses:
        return ""
    for form in (name.capitalize(), name.lower()):
        group = _group(form, table)
        if group:
            return "loose" if group == "final" else group
    return ""


def _abbreviated(known: str, token: str, following: str, opens: bool, word: str, table: Conventions) -> Stop:
    """Of an abbreviation's full stop before something that is not a small letter."""
    if known == "titles":
        return Stop.SILENT
    if known == "numbered":
        if _NUMBER.match(following) and not (opens and word[:1] in "AIEOYÀÉ"):
            return Stop.SILENT
        return Stop.END if opens or token in table.words else Stop.SILENT
    if known == "final" and not table.has_capital_nouns:
        return Stop.SILENT if word.rstrip(".") in table.trailing else Stop.END
    if known == "final":
        return Stop.SILENT if word in table.trailing else Stop.END
    return Stop.END if opens and not re.match(r"A\W(?!\w)", following + " ") else Stop.SILENT


def _unknown(token: str, is_named: bool, opens: bool, table: Conventions) -> Stop:
    """Of the full stop of an initial, an initialism, an ordinal, or of an ordinary word."""
    if _LETTER.search(token) or _INITIALISM.fullmatch(token):
        if token == "I." and table.code == "en" and not is_named:
            return Stop.END
        return Stop.END if opens else Stop.SILENT
    if table.has_ordinals and (re.fullmatch(r"\d{1,2}\.", token) or _ROMAN.fullmatch(token)):
        return Stop.END if opens else Stop.SILENT
    if _CONSONANTS.fullmatch(token) and not opens:
        return Stop.SILENT
    return Stop.END


def _is_lettered(text: str, token: str, place: int, table: Conventions) -> bool:
    """Whether a single letter is a name or unit of its own, as in vitamin C, 5 K."""
    lead = re.search(r"([^\W_]+)\s+$", text[max(0, place - REACH) : place])
    if not lead or len(token) != 2 or not token[0].isalpha():
        return False
    return lead[1].lower() in table.lettered or (lead[1].isdecimal() and token[0] in "KWVLlmghst")


def _opens(word: str, following: str, table: Conventions) -> bool:
    """Whether a word with a capital is one that would have none within a sentence."""
    after = following[len(word) : len(word) + 1]
    if word.endswith(".") and len(word) == 2:
        return False
    plain = word.rstrip(".").lower().replace("’", "'")
    if after in ("-", "&"):
        return False
    head = plain.partition("'")[0]
    return plain in table.openers or (head + "'") in table.openers or ("'" in plain and head in table.openers)


def _is_dotted(token: str, table: Conventions) -> bool:
    """Whether a token's full stop is its own: an initial, an initialism, an ordinal."""
    ordinal = table.has_ordinals and bool(re.fullmatch(r"\d{1,4}\.", token) or _ROMAN.fullmatch(token))
    return ordinal or bool(_LETTER.search(token) or _INITIALISM.fullmatch(token))


def _is_label(text: str, place: int, token: str, table: Conventions, following: str) -> bool:
    """Whether a number or letter with a full stop is the label of an item, at the beginning of its line or
    sentence.
    """
    before = text[max(0, place - REACH) : place]
    found = _LABELLED.search(before) if before else True
    if not found:
        return False
    if before.rstrip()[-1:] in (":", ";") and "\n" not in before[len(before.rstrip()) :]:
        return token in ("1.", "a.", "A.", "i.", "I.")
    lead = before.split()[-1:] or [""]
    if lead[0].endswith(".") and _known(before.rstrip(), lead[0], token, table):
        return False  # Fig. 4.
    if token[0].isdecimal():
        return True
    # "J. Smith came" begins with an initial, "A. Introduction" with a label
    if token[0].isupper() and not re.search(r"\n[ \t]*[A-Z]\. ", text[place : place + 400]):
        return token in ("I.", "II.", "III.") and following[:1].isupper() and bool(before.strip() == "")
    return True
