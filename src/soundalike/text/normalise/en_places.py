"""English addresses: the states of the USA by their letters, and ZIP codes."""

from __future__ import annotations

import re

from .language import Language, Rule, after, before, compiled, digits

STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California",
    "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas",
    "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts",
    "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana",
    "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico",
    "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma",
    "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina",
    "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
    "DC": "D C",
}  # fmt: skip
# Letters that mean something else behind a comma too: Jane Doe, MD
_TITLES = frozenset("MD MA MS PA ID DC".split())
_CITY = re.compile(r"\b([A-Z][A-Za-z.'-]+),? $")
# Words with a capital before "OK" that are no place
_NO_CITIES = frozenset(
    "Yes Yeah Yep No Nope Nah Well So Oh Ah Hey Hi Hello Right Alright Fine Sure Thanks Great Good Now Then "
    "And But Look Listen Wait Please Sorry Yup Um Uh Hmm Cool Perfect Okay Is Are It That This".split()
)
_GOES_ON = re.compile(
    r"\s*$|[,.;:)\n]| (?:and|or|on|in|at|to|for|from|with|is|was|has|had|where|when|after|before|by|as)\b"
)


def _state(lang: Language, match: re.Match) -> str | None:
    """The name of a state behind that of a city: Austin, TX."""
    city = _CITY.search(before(match))
    letters, figures, more = match.groups()
    if not city:
        return None
    if figures:
        said = f"{STATES[letters]}, {digits(lang, figures)}"
        return f"{said}, {digits(lang, more)}" if more else said
    if letters in _TITLES or city[1] in _NO_CITIES or not before(match).endswith(", "):
        return None
    return STATES[letters] if _GOES_ON.match(after(match)) else None


PLACE_RULES = (
    Rule(
        "state",
        "l",
        compiled(rf"({'|'.join(STATES)})(?:,? (\d{{5}})(?:-(\d{{4}}))?(?![\d-]))?(?![^\W_]|['&/-])"),
        _state,
    ),
)
