"""English words: signs, units, money, abbreviations, acronyms."""

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
UNITS = {
    "km": "kilometer|kilometers",
    "m": "meter|meters",
    "cm": "centimeter|centimeters",
    "mm": "millimeter|millimeters",
    "nm": "nanometer|nanometers",
    "μm": "micrometer|micrometers",
    "mi": "mile|miles",
    "ft ft.": "foot|feet",
    "in.": "inch|inches",
    "yd yd. yds": "yard|yards",
    "km/h kph kmh": "kilometer per hour|kilometers per hour",
    "mph": "mile per hour|miles per hour",
    "m/s": "meter per second|meters per second",
    "m/s²": "meter per second squared|meters per second squared",
    "kg": "kilogram|kilograms",
    "g": "gram|grams",
    "mg": "milligram|milligrams",
    "μg mcg": "microgram|micrograms",
    "lb lbs lb. lbs.": "pound|pounds",
    "oz oz.": "ounce|ounces",
    "t": "ton|tons",
    "l L": "liter|liters",
    "ml mL": "milliliter|milliliters",
    "cl": "centiliter|centiliters",
    "gal gal.": "gallon|gallons",
    "m² sqm": "square meter|square meters",
    "km²": "square kilometer|square kilometers",
    "cm²": "square centimeter|square centimeters",
    "m³": "cubic meter|cubic meters",
    "cm³ cc": "cubic centimeter|cubic centimeters",
    "ft²": "square foot|square feet",
    "ha": "hectare|hectares",
    "s sec sec.": "second|seconds",
    "ms": "millisecond|milliseconds",
    "min min. mins": "minute|minutes",
    "h hr hr. hrs hrs.": "hour|hours",
    "°C ℃": "degree Celsius|degrees Celsius",
    "°F ℉": "degree Fahrenheit|degrees Fahrenheit",
    "°": "degree|degrees",
    "%": "percent|percent",
    "‰": "per mille|per mille",
    "GB": "gigabyte|gigabytes",
    "MB": "megabyte|megabytes",
    "KB kB": "kilobyte|kilobytes",
    "TB": "terabyte|terabytes",
    "Mbps Mbit/s": "megabit per second|megabits per second",
    "Gbps": "gigabit per second|gigabits per second",
    "MB/s": "megabyte per second|megabytes per second",
    "kbps": "kilobit per second|kilobits per second",
    "Hz": "hertz|hertz",
    "kHz": "kilohertz|kilohertz",
    "MHz": "megahertz|megahertz",
    "GHz": "gigahertz|gigahertz",
    "W": "watt|watts",
    "kW": "kilowatt|kilowatts",
    "MW": "megawatt|megawatts",
    "kWh": "kilowatt hour|kilowatt hours",
    "V": "volt|volts",
    "mA": "milliamp|milliamps",
    "mAh": "milliamp hour|milliamp hours",
    "Ω": "ohm|ohms",
    "J": "joule|joules",
    "kJ": "kilojoule|kilojoules",
    "kcal": "kilocalorie|kilocalories",
    "cal": "calorie|calories",
    "hp": "horsepower|horsepower",
    "rpm": "revolution per minute|revolutions per minute",
    "fps": "frame per second|frames per second",
    "dB": "decibel|decibels",
    "psi": "P S I|P S I",
    "hPa": "hectopascal|hectopascals",
    "mg/L mg/l": "milligram per liter|milligrams per liter",
    "px": "pixel|pixels",
    "MP": "megapixel|megapixels",
    "mpg": "mile per gallon|miles per gallon",
    "bpm": "beat per minute|beats per minute",
    "¢": "cent|cents",
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
    "INR": ("rupee|rupees", "paisa|paise"),
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
    "vs.": "versus",
    "vs": "versus",
    "v.": "versus",
    "etc.": "et cetera",
    "etc": "et cetera",
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
ENDERS = frozenset(
    (
        "etc. Inc. Ltd. Co. Corp. Jr. Sr. a.m. p.m. Ave. Blvd. Rd. Ph.D. M.D. Esq. B.C. A.D. Bros. al. Hwy."
    ).split()
)
SPOKEN = frozenset(
    "NASA NATO UNESCO UNICEF COVID OPEC AIDS SARS LASER RADAR SONAR SCUBA IKEA FIFA UEFA PIN RAM ROM SIM "
    "GIF BASIC ASCII NAFTA DARPA NORAD POTUS OSHA ISIS LEGO NASDAQ YOLO SWAT CERN SPARC INTERPOL EUROPOL "
    "NABU TED WASP OK FEMA GUI SIM MIDI WIFI".split()
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
    "FBI CIA NSA USA UK EU UN BBC CNN NBC ABC CBS NBA NFL NHL MLB CEO CFO CTO HR PR TV PC CD DVD DNA RNA "
    "MRI UFO VIP GPS ATM AC DC HIV PDF URL USB CPU GPU HTML HTTP CSS API SQL XML UCLA YMCA NCAA ACLU NAACP "
    "IEEE MIT NYPD LAPD IRS DIY FAQ ASAP RSVP AOL AMA IOC ACDC UEA AIG OECD IAEA USDA EPA ISO "
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
    r"\b(?:chapter|part|volume|vol\.|book|act|scene|section|article|war|type|phase|stage|grade|level|class|"
    r"bowl|figure|fig\.|table|appendix|title|amendment|psalm|canto|column|unit|round|episode|season|"
    r"version|group|division|mark|lesson|page|pp?\.|no\.|number|corps|category|cranial nerve|step|apollo|"
    r"schedule) $",
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
