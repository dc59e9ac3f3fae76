"""English words: signs, money, abbreviations, acronyms."""

from __future__ import annotations

import re

from .language import PROTECTED

# A bare "A" would be read as the article
LETTERS = {letter: letter for letter in "BCDEFGHIJKLMNOPQRSTUVWXYZ"} | {"A": "A" + PROTECTED}
WORDS = {
    "point": "point",
    "minus": "minus",
    "plus": "plus",
    "to": "to",
    "and": "and",
    "at": "at",
    "dot": "dot",
    "slash": "slash",
    "hyphen": "dash",
    "underscore": "underscore",
    "power": "to the power of",
    "squared": "squared",
    "cubed": "cubed",
    "number": "number",
    "hashtag": "hashtag",
    "about": "about",
}
SYMBOLS = {
    "&": "and",
    "%": "percent",
    "‰": "per mille",
    "+": "plus",
    "=": "equals",
    "×": "times",
    "*": "times",
    "÷": "divided by",
    "§": "section",
    "¶": "paragraph",
    "#": "hash",
    "@": "at",
    "°": "degrees",
    "©": "copyright",
    "®": "registered",
    "™": "trademark",
    "<": "less than",
    ">": "greater than",
    "≤": "less than or equal to",
    "≥": "greater than or equal to",
    "≠": "not equal to",
    "≈": "approximately",
    "±": "plus or minus",
    "√": "the square root of",
    "∞": "infinity",
    "∑": "the sum of",
    "∫": "the integral of",
    "→": "to",
    "$": "dollars",
    "€": "euros",
    "£": "pounds",
    "¥": "yen",
    "¢": "cents",
    "/": "slash",
    "\\": "backslash",
    "℠": "service mark",
    "№": "number",
    "⁄": "over",
}
MAGNITUDES = {
    "thousand": "thousand",
    "million": "million",
    "billion bn": "billion",
    "trillion": "trillion",
    "hundred": "hundred",
} | {
    "mn mln": "million",
    "tn": "trillion",
    "Million": "million",
    "Billion": "billion",
    "M": "million",
    "B": "billion",
    "m": "million",
    "b": "billion",
    "K k": "thousand",
    "T": "trillion",
    "dozen": "dozen",
}
CURRENCIES = {
    "USD": ("dollar|dollars", "cent|cents"),
    "GBP": ("pound|pounds", "penny|pence"),
    "EUR": ("euro|euros", "cent|cents"),
    "JPY": ("yen|yen", ""),
    "RUB": ("ruble|rubles", "kopeck|kopecks"),
    "INR Rs. Rs": ("rupee|rupees", "paisa|paise"),
    "CHF": ("Swiss franc|Swiss francs", "rappen|rappen"),
    "US$": ("U S dollar|U S dollars", "cent|cents"),
    "C$": ("Canadian dollar|Canadian dollars", "cent|cents"),
    "KRW": ("won|won", ""),
    "A$": ("Australian dollar|Australian dollars", "cent|cents"),
    "CAD": ("Canadian dollar|Canadian dollars", "cent|cents"),
    "AUD": ("Australian dollar|Australian dollars", "cent|cents"),
    "CNY": ("yuan|yuan", ""),
    "BTC": ("bitcoin|bitcoins", ""),
    "UAH": ("hryvnia|hryvnias", "kopeck|kopecks"),
    "TRY": ("lira|lira", ""),
    "SEK": ("Swedish krona|Swedish kronor", ""),
}
ABBREVIATIONS = {
    "Mr.": "Mister",
    "Mr": "Mister",
    "Mrs.": "Missus",
    "Mrs": "Missus",
    "Ms.": "Miz",
    "Ms": "Miz",
    "Prof.": "Professor",
    "Fr.": "Father",
    "Rev.": "Reverend",
    "Hon.": "Honorable",
    "Gen.": "General",
    "Col.": "Colonel",
    "Capt.": "Captain",
    "Lt.": "Lieutenant",
    "Sgt.": "Sergeant",
    "Maj.": "Major",
    "Gov.": "Governor",
    "Sen.": "Senator",
    "Rep.": "Representative",
    "Pres.": "President",
    "Jr.": "Junior",
    "Jr": "Junior",
    "Sr.": "Senior",
    "q.v.": "Q V",
    "Q.V.": "Q V",
    "vs.": "versus",
    "vs": "versus",
    "v.": "versus",
    "etc.": "et cetera",
    "etc": "et cetera",
    "E.g.": "For example",
    "TL;DR": "T L D R",
    "tl;dr": "T L D R",
    "TLDR": "T L D R",
    "w/in": "within",
    "b/c": "because",
    "e.g.": "for example",
    "eg.": "for example",
    "i.e.": "that is",
    "approx.": "approximately",
    "dept.": "department",
    "Dept.": "Department",
    "est.": "established",
    "Est.": "Established",
    "Inc.": "Incorporated",
    "Ltd.": "Limited",
    "Co.": "Company",
    "Corp.": "Corporation",
    "Bros.": "Brothers",
    "Ave.": "Avenue",
    "Blvd.": "Boulevard",
    "Rd.": "Road",
    "Hwy.": "Highway",
    "Mt.": "Mount",
    "Ft.": "Fort",
    "apt.": "apartment",
    "Apt.": "Apartment",
    "al.": "al",
    "cf.": "compare",
    "fig.": "figure",
    "Fig.": "Figure",
    "eq.": "equation",
    "Eq.": "Equation",
    "eqs.": "equations",
    "Eqs.": "Equations",
    "Sec.": "Section",
    "ch.": "chapter",
    "Ch.": "Chapter",
    "figs.": "figures",
    "Figs.": "Figures",
    "vol.": "volume",
    "Vol.": "Volume",
    "ed.": "edition",
    "Ph.D.": "P H D",
    "PhD": "P H D",
    "PhDs": "P H D's",
    "PhD's": "P H D's",
    "Ph.D.s": "P H D's",
    "plz": "please",
    "pls": "please",
    "thx": "thanks",
    "N/A": "N A" + PROTECTED,
    "n/a": "N A" + PROTECTED,
    "a.m.": "A" + PROTECTED + " M",
    "p.m.": "P M",
    "Jan.": "January",
    "Feb.": "February",
    "Mar.": "March",
    "Apr.": "April",
    "Jun.": "June",
    "Jul.": "July",
    "Aug.": "August",
    "Sept.": "September",
    "Sep.": "September",
    "Oct.": "October",
    "Nov.": "November",
    "Dec.": "December",
    "Mon.": "Monday",
    "Tue.": "Tuesday",
    "Tues.": "Tuesday",
    "Wed.": "Wednesday",
    "Thu.": "Thursday",
    "Thurs.": "Thursday",
    "Fri.": "Friday",
    "Sat.": "Saturday",
    "misc.": "miscellaneous",
    "max.": "maximum",
    "min.": "minimum",
    "tel.": "telephone",
    "Tel.": "Telephone",
    "ext.": "extension",
    "Ext.": "Extension",
    "incl.": "including",
    "govt.": "government",
    "Messrs.": "Messieurs",
    "Esq.": "Esquire",
    "M.D.": "M D",
    "w/": "with",
    "c/o": "care of",
    "P.S.": "P S",
    "B.C.": "B C",
    "A.D.": "A" + PROTECTED + " D",
}
# What is written in chats for whole phrases, and said by its letters
CHAT = frozenset(
    "tbh idk smh btw omg brb lmk fyi imo imho afaik ngl tldr ikr ttyl lmao wtf iirc irl dm dms nvm jk np "
    "ty tysm "
    "ily hmu wyd wbu rn tbf fwiw icymi eta asl bff gg gf bf".split()
) - {"eta", "dm", "np", "ty", "asl"}
ENDERS = frozenset(
    (
        "etc. Inc. Ltd. Co. Corp. Jr. Sr. a.m. p.m. Ave. Blvd. Rd. Ph.D. M.D. Esq. B.C. A.D. Bros. al. Hwy."
    ).split()
)
SPOKEN = frozenset(
    "NASA NATO UNESCO UNICEF COVID OPEC AIDS SARS LASER RADAR SONAR SCUBA IKEA FIFA UEFA PIN RAM ROM SIM "
    "GIF BASIC ASCII NAFTA DARPA NORAD POTUS OSHA ISIS LEGO NASDAQ YOLO SWAT CERN SPARC INTERPOL EUROPOL "
    "NABU TED WASP OK FEMA GUI SIM MIDI WIFI ZIP CAPTCHA HEPA NASCAR EULA".split()
) - {"OK"}
ACRONYMS = {
    "OK": "okay",
    "JPEG": "jay peg",
    "JPG": "jay peg",
    "JSON": "Jason",
    "WWI": "World War one",
    "WWII": "World War two",
}
SPELLED = frozenset(
    "FBI CIA NSA USA UK EU UN NY BBC CNN NBC ABC CBS NBA NFL NHL MLB CEO CFO CTO HR PR TV PC CD DVD DNA RNA "
    "MRI UFO VIP GPS ATM AC DC HIV PDF URL USB CPU GPU HTML HTTP CSS API SQL XML UCLA YMCA NCAA ACLU NAACP "
    "IEEE MIT PST NYPD LAPD IRS DIY FAQ ASAP RSVP AOL AMA IOC ACDC UEA AIG OECD IAEA USDA EPA ISO "
    "ISBN API".split()
)
COMMON = frozenset(
    "not all you the and for are but was has had his her him its our out now how who why yes no so go do "
    "me my we he it is in on at to of or if be by up an as am very much more most many must just only ever "
    "even here there then than that this them they what when where who will with your from have been were "
    "into over some such time well back good best next last left love hate help stop wait look come gone "
    "done make made take keep stay like need want know says said can did get got let may new old one two "
    "six ten off own put ran run saw say see set she sit too top try use war way win won yet day big bad "
    "end far few fun hot job big red free open shut sale live real true dead life home full huge know long "
    "fire big love work also both each else same away once oh ah hey hi bye wow ugh lol man men boy girl "
    "cat dog sir mom dad mum god eat car air sea sun sky sad mad road exit push pull dont cant wont mix "
    "did dim said bill fact sell rich hurt near".split()
) - {"us", "it"}
MONTHS = {
    name: i // 2 + 1
    for i, name in enumerate(
        "january jan february feb march mar april apr may may june jun july jul august aug september sep "
        "october oct november nov december dec".split()
    )
} | {"sept": 9}
# What stands before a Roman numeral read as a number
ROMAN_AFTER = re.compile(
    r"\b(?:(?:chapter|part|volume|book|act|scene|section|article|war|type|phase|stage|grade|level|class|"
    r"bowl|figure|table|title|amendment|psalm|canto|column|unit|round|episode|season|version|group|division|"
    r"mark|lesson|page|number|cranial nerve|step|apollo|schedule|factor|tier|verse|canon|edition|quadrant)s?|"
    r"classes|corps|categor(?:y|ies)|append(?:ix|ixes|ices)|(?:vol|fig|ch|no|eq|sec)s?\.|pp?\.|vv?\.) $",
    re.IGNORECASE,
)
# Names that a single Roman letter may follow
RULERS = frozenset(
    "Alexander Alfonso Charles Christian Edward Elizabeth Felipe Ferdinand George Gustav Harald Henry "
    "James John Leo Louis Mohammed Olav Paul Philip Pius Ramses Richard Robert Urban William".split()
)
# What stands before a letter that is a name
LETTERED = re.compile(
    (
        r"\b(?:plan|vitamin|grade|class|option|group|section|team|hepatitis|exhibit|appendix|step|part|"
        r"point|side|type) $"
    ),
    re.IGNORECASE,
)
