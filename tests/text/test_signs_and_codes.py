"""Signs that change a number, and figures that are no quantities: what is said for them, by language."""

from __future__ import annotations

import re

import pytest

from soundalike.text import read
from soundalike.text.normalise import normalise


def words(text: str) -> str:
    """A text as its words alone."""
    return " ".join(re.sub(r"[\W_]+", " ", text.lower()).split())


SIGNS = {
    "en": {
        "3.0e8 m": "three point zero times ten to the power of eight meters",
        "1.6E-19 J": "one point six times ten to the power of minus nineteen joules",
        "2e5 people": "two times ten to the power of five people",
        "7.5e+3": "seven point five times ten to the power of three",
        "1e−6": "one times ten to the power of minus six",
        "10^-9 and 2^10": "ten to the power of minus nine and two to the power of ten",
        "10⁻⁶ grams": "ten to the power of minus six grams",
        "x⁻¹": "x to the power of minus one",
        "-.25 and +.5": "minus point two five and plus point five",
        "p<.05": "p less than point zero five",
        "$.99 and -$.05": "ninety nine cents and minus five cents",
        "$-12.50": "minus twelve dollars and fifty cents",
        "8-5=3": "eight minus five equals three",
        "3 - 5 = -2": "three minus five equals minus two",
        "7+5-3": "seven plus five minus three",
        "x-3=0": "x minus three equals zero",
        "9−4": "nine minus four",
        "5-10 people": "five to ten people",
        "-10–-5°C": "minus ten to minus five degrees celsius",
        "48°51′24″": "forty eight degrees fifty one minutes twenty four seconds",
        "1\u00a0000\u00a0000 and 12\u202f500": "one million and twelve thousand five hundred",
        "1 000 000 people": "one million people",
        "25 300 people": "twenty five thousand three hundred people",
        "1'250'000": "one million two hundred and fifty thousand",
        "12,34,000 rupees": "one million two hundred and thirty four thousand rupees",
        "€1.234,50": "one thousand two hundred and thirty four euros and fifty cents",
        "9.8 m/s^2 and 20 m3": "nine point eight meters per second squared and twenty cubic meters",
        "1/2 km": "one half kilometer",
    },
    "de": {
        "6,02e23": "sechs komma null zwei mal zehn hoch dreiundzwanzig",
        "10^-3": "zehn hoch minus drei",
        "-,5": "minus komma fünf",
        "7-4=3": "sieben minus vier gleich drei",
        "1,234,567": "eine million zweihundertvierunddreißigtausendfünfhundertsiebenundsechzig",
        "1,5 Mrd. $ und 20 Mio. €": "eins komma fünf milliarden dollar und zwanzig millionen euro",
        "3,2 Mio. EUR.": "drei komma zwei millionen euro",
        "Es sind 4 Mrd. Euro.": "es sind vier milliarden euro",
        "800 Tsd. €": "achthundert tausend euro",
        "2 Bio. $": "zwei billionen dollar",
        "1 000 000": "eine million",
    },
    "fr": {
        "3,5e-5": "trois virgule cinq fois dix puissance moins cinq",
        "7-4=3": "sept moins quatre égale trois",
        "1 000 000 €": "un million d euros",
        "-,5": "moins virgule cinq",
        "10⁻³": "dix puissance moins trois",
    },
    "es": {
        "3,5e-5": "tres coma cinco por diez elevado a menos cinco",
        "7-4=3": "siete menos cuatro igual a tres",
        "2\u202f500\u202f000": "dos millones quinientos mil",
        "-.5": "menos coma cinco",
        "10^6": "diez elevado a seis",
    },
    "it": {"1,5e3": "uno virgola cinque per dieci elevato a tre", "7-4=3": "sette meno quattro uguale tre"},
    "pt": {"1,5e3": "um vírgula cinco vezes dez elevado a três", "7-4=3": "sete menos quatro igual a três"},
    "nl": {"1,5e3": "één komma vijf keer tien tot de macht drie", "7-4=3": "zeven min vier is drie"},
    "sv": {"1,5e3": "ett komma fem gånger tio upphöjt till tre", "7-4=3": "sju minus fyra lika med tre"},
    "cs": {"1,5e3": "jedna celá pět krát deset na tři", "7-4=3": "sedm minus čtyři rovná se tři"},
    "ru": {
        "6,5e3": "шесть целых пять десятых умножить на десять в степени три",
        "7-4=3": "семь минус четыре равно три",
        "2 000 000": "два миллиона",
    },
}
CODES = {
    "en": {
        "Dial 999 or 112!": "dial nine nine nine or one one two",
        "A 911 call came.": "a nine one one call came",
        "911 people came": "nine hundred and eleven people came",
        "Call 988 now": "call nine eight eight now",
        "Since 9/11 it is so.": "since nine eleven it is so",
        "Open 24/7.": "open twenty four seven",
        "1999/07/04": "july fourth nineteen ninety nine",
        "12-25-2024": "december twenty fifth twenty twenty four",
        "due on 4/15": "due on april fifteenth",
        "2024-03-05T08:30": "march fifth twenty twenty four eight thirty",
        "Boston 02134-1001": "boston zero two one three four one zero zero one",
        "ZIP 10001": "zip one zero zero zero one",
        "5500-0000-0000-0004": " ".join(["five five", *["zero"] * 13, "four"]),
        "3782 822463 10005": "three seven eight two eight two two four six three one zero zero zero five",
        "SSN 078-05-1120": "s s n zero seven eight zero five one one two zero",
        "ISBN 0-306-40615-2": "i s b n zero three zero six four zero six one five two",
        "from 8:30-10:15": "from eight thirty to ten fifteen",
        "7pm-11pm": "seven p m to eleven p m",
        "It took 59:07.": "it took fifty nine oh seven",
        "1:59.40": "one fifty nine point four zero",
        "John 3:16-18": "john three sixteen to eighteen",
        "Psalm 119:105": "psalm one hundred and nineteen one hundred and five",
        "0xFF and 0b101": "zero x f f and zero b one zero one",
        "#FF8800": "hash f f eight eight zero zero",
        "10.0.0.255:80": "ten dot zero dot zero dot two hundred and fifty five colon eighty",
        "00:1A:2B:3C:4D:5E": "zero zero one a two b three c four d five e",
        "Chapter 01, Day 07": "chapter one day seven",
        "Agent 007": "agent zero zero seven",
        "PIN 4821": "pin four eight two one",
        "a ratio of 1:50": "a ratio of one to fifty",
        "a 4-3-3 formation": "a four three three formation",
        "v1.10.2": "version one point ten point two",
    },
    "de": {
        "Notruf 112": "notruf eins eins zwei",
        "9:00-17:00 Uhr": "neun uhr bis siebzehn uhr",
        "PLZ 10115": "peh ell zett eins null eins eins fünf",
        "am 25. 12. 2024": "am fünfundzwanzigsten dezember zweitausendvierundzwanzig",
        "100.200.100.200": "einhundert punkt zweihundert punkt einhundert punkt zweihundert",
        "Kapitel 03": "kapitel drei",
        "Maßstab 1:25": "maßstab eins zu fünfundzwanzig",
    },
    "fr": {
        "25-12-2024": "vingt cinq décembre deux mille vingt quatre",
        "de 9:00-17:00": "de neuf heures à dix sept heures",
        "4111 1111 1111 1111": " ".join(["quatre", *["un"] * 15]),
        "chapitre 02": "chapitre deux",
        "120/80 mmHg": "cent vingt sur quatre vingts millimètres de mercure",
    },
    "es": {
        "llame al 112": "llame al uno uno dos",
        "25-12-2024": "veinticinco de diciembre de dos mil veinticuatro",
        "2024/12/25": "veinticinco de diciembre de dos mil veinticuatro",
        "capítulo 02": "capítulo dos",
        "612 34 56 78": "seis uno dos tres cuatro cinco seis siete ocho",
    },
}


@pytest.mark.parametrize(
    "language, written, said",
    [(code, *row) for table in (SIGNS, CODES) for code, rows in table.items() for row in rows.items()],
)
def test_a_number_is_said_as_it_is_meant(language, written, said):
    spoken = normalise(written, language)
    assert words(spoken) == said
    assert normalise(spoken, language) == spoken


CAPITALS = {
    "GMC, BYD, GRU.": "g m c b y d g r u",
    "WWE VS UFC": "w w e versus u f c",
    "KFC, BMW, UPS.": "k f c b m w u p s",
    "SSH AND FTP OVER TCP": "s s h and f t p over t c p",
    "THE NHS, THE BBC AND NASA": "the n h s the b b c and nasa",
    "URGENT: FBI RAID": "urgent f b i raid",
    "NYC, UCLA, MIT": "n y c u c l a m i t",
    "THE CEO OF IBM CALLED": "the c e o of i b m called",
    "STOP RIGHT NOW! I KNOW YOU CAN HEAR ME": "stop right now i know you can hear me",
    "WHO ARE YOU? LEAVE US ALONE!": "who are you leave us alone",
    "IN US TROOPS WERE": "in u s troops were",
    "MADE IN US FACTORIES AND A US AIR FORCE BASE": "made in u s factories and a u s air force base",
    "FORMER US PRESIDENT TO MEET US SENATORS": "former u s president to meet u s senators",
    "US WARNS CHINA. THE US IS READY": "u s warns china the u s is ready",
    "GIVE US TROOPS OR HELP US POLICE IT": "give us troops or help us police it",
    "NONE OF US KNEW. US TOO!": "none of us knew us too",
    "IT IS ME WHO AM IN IT OR NOT": "it is me who am in it or not",
    "WHO IS IT? IT IS I.": "who is it it is i",
    "I AM UP AT 9 AM": "i am up at nine a m",
    "He cried GET THE FOX OUT OF THE BOX and left.": "he cried get the fox out of the box and left",
    "AHRS, RSSI, UART and ESC": "a h r s r s s i u a r t and e s c",
    "a KNIGHT on a horse": "a knight on a horse",
    "HMM, SHH!": "hmm shh",
    "AT&T, R&B and Q&A": "a t and t r and b and q and a",
    "CEOs and PhDs": "c e o s and p h d s",
    "DR. JONES AND MRS. BROWN": "doctor jones and missus brown",
}


@pytest.mark.parametrize("written, said", CAPITALS.items())
def test_initialisms_are_spelled_and_what_is_shouted_is_not(written, said):
    assert words(normalise(written)) == said


@pytest.mark.parametrize(
    "language, written, said",
    [
        ("de", "ZDF UND ARD, BMW. DAS IST GUT", "zett deh eff und ah err deh beh emm weh das ist gut"),
        ("fr", "LA SNCF ET LE TGV", "la s n c f et le t g v"),
        ("es", "EL PP Y EL FBI", "el pe pe y el efe be i"),
        ("ru", "МВД И ФСБ", "эм вэ дэ и эф эс бэ"),
        ("nl", "DE NS EN DE KLM", "de en es en de kaa el em"),
        ("cs", "VLK A SMRT", "vlk a smrt"),
        ("it", "CIAO A TUTTI", "ciao a tutti"),
    ],
)
def test_initialisms_of_other_languages(language, written, said):
    assert words(normalise(written, language)) == said


@pytest.mark.parametrize(
    "written, said",
    [
        ("They met on Oak Dr. in June.", "they met on oak drive in june"),
        ("We saw Dr. Smith on Elm Dr. Then we left.", "we saw doctor smith on elm drive then we left"),
        ("Add 3 tsp sugar, 1 tbsp oil", "add three teaspoons sugar one tablespoon oil"),
        ("130/85 mmHg", "one hundred and thirty over eighty five millimeters of mercury"),
        ("47 kΩ, 10 µF, 5 mV", "forty seven kiloohms ten microfarads five millivolts"),
        ("yes/no, his/her, I/O", "yes no his her i o"),
        ("/usr/bin/env", "usr slash bin slash env"),
        ("n/a or w/o", "n a or without"),
        ("tbh idk, km", "t b h i d k k m"),
    ],
)
def test_units_and_short_words(written, said):
    assert words(normalise(written)) == said


FIGURES = {
    "1.2k views and 3.4M likes": "one point two thousand views and three point four million likes",
    "2.3B people": "two point three billion people",
    "It was 98.6F.": "it was ninety eight point six f",
    "a 1.5x zoom and a 2.0T engine": "a one point five times zoom and a two point zero t engine",
    "a 4.7in screen": "a four point seven inches screen",
    "3.5mm and 2.5hrs": "three point five millimeters and two point five hours",
    "$5M-$10M": "five to ten million dollars",
    "$40k–$50k": "forty to fifty thousand dollars",
    "£1.5B – £2B": "one point five to two billion pounds",
    "US$5M-US$10M": "five to ten million u s dollars",
    "$500K-$1M": "five hundred thousand to one million dollars",
    "3m 12s and 1h30m": "three minutes twelve seconds and one hour thirty minutes",
    "2h 5m 30s": "two hours five minutes thirty seconds",
    "He ran 100m 3 times, 5m 30 people": "he ran one hundred meters three times five meters thirty people",
    "350 deg. C, -5 deg F": "three hundred and fifty degrees c minus five degrees f",
    "They flew 747s.": "they flew seven forty sevens",
    "They drove F-150s.": "they drove f one fifties",
    "AK-47s and 2-for-1s": "a k forty sevens and two for ones",
    "100s of people": "hundreds of people",
    "It took 120s, in the 1990s.": "it took one hundred and twenty seconds in the nineteen nineties",
    "Please rate it 8/10.": "please rate it eight out of ten",
    "I give it 0/10, and pain was 3/10.": "i give it zero out of ten and pain was three out of ten",
    "4.7/5 stars and 9.5/10": "four point seven out of five stars and nine point five out of ten",
    "a 10/10 game": "a ten out of ten game",
    "1/5 of it, 3/5 cup": "one fifth of it three fifths cup",
    "a 1920x1080 screen, 640×480": "a nineteen twenty by ten eighty screen six forty by four eighty",
    "~$40 and ~ 5": "about forty dollars and about five",
    "3 x $4.99": "three times four dollars and ninety nine cents",
    "¾ tsp. salt and 1½ tbsp oil": "three quarters teaspoon salt and one and one half tablespoons oil",
    "$19.99/mo, $8/hr": "nineteen dollars and ninety nine cents per month eight dollars per hour",
}
PLACES = {
    "Austin, TX 78701": "austin texas seven eight seven zero one",
    "Portland, OR 97209": "portland oregon nine seven two zero nine",
    "Portland, ME 04101-2210": "portland maine zero four one zero one two two one zero",
    "He lives in Tulsa, OK.": "he lives in tulsa oklahoma",
    "She is from Gary, IN, and I am not.": "she is from gary indiana and i am not",
    "Yes, OK.": "yes okay",
    "Jane Doe, MD, came.": "jane doe m d came",
    "Account ending in 4417": "account ending in four four one seven",
    "PO Box 3309": "p o box three three zero nine",
    "Meeting ID 845 2291 0037": "meeting i d eight four five two two nine one zero zero three seven",
}
LONE_LETTERS = {
    "USB Type C": "u s b type c",
    "Medicare Part D": "medicare part d",
    "Group C, Class M, Section L": "group c class m section l",
    "Part II, Type I, Chapter V": "part two type one chapter five",
}


@pytest.mark.parametrize("written, said", [*FIGURES.items(), *PLACES.items(), *LONE_LETTERS.items()])
def test_english_figures_places_and_letters(written, said):
    assert words(normalise(written)) == said


ALGEBRA = {
    "f(x) = x^2 - 3x + 2": "f x equals x to the power of two minus three x plus two",
    "If a = -b, then a^2 - b^2 = ...": (
        "if a equals minus b then a to the power of two minus b to the power of two equals"
    ),
    "So 2x - 3y = 7": "so two x minus three y equals seven",
    "y = -x + 1": "y equals minus x plus one",
    "p - q > 0": "p minus q greater than zero",
    "2 ** 10 = 1024": "two to the power of ten equals ten twenty four",
    "I have **3** cats.": "i have three cats",
}
FILES = {
    "Open report.pdf and main.py.": "open report dot p d f and main dot py",
    "config.yml, index.html": "config dot yml index dot h t m l",
    "main.c and foo.h": "main dot c and foo dot h",
    "the .env file and README.MD": "the dot env file and readme dot m d",
    "It ended.Then it began.": "it ended then it began",
}
MEASURES = {
    "1200 sq ft, 90 sq. ft. of land": ("one thousand two hundred square feet ninety square feet of land"),
    "12 fl oz of milk": "twelve fluid ounces of milk",
    "10 Mb/s": "ten megabits per second",
    "30secs, 20 pts": "thirty seconds twenty points",
}
SHORT = {
    "TL;DR it works": "t l d r it works",
    "w/in days b/c of it": "within days because of it",
    "The WHO said so.": "the w h o said so",
    "WHO chief Tedros came.": "w h o chief tedros came",
    "I met MR. SMITH and DR. KING.": "i met mister smith and doctor king",
    "WHO ARE YOU?": "who are you",
    "TRUMP: US WILL WIN": "trump u s will win",
    "US TROOPS LEAVE IRAQ": "u s troops leave iraq",
    "PLEASE LEAVE US ALONE": "please leave us alone",
    "HENRY VIII WAS KING": "henry the eighth was king",
    "CHAPTER IV: THE RETURN": "chapter four the return",
    "PTO, YMMV and AAPL": "p t o y m m v and a a p l",
    "E.g. this one": "for example this one",
    "See you Fri 3/15.": "see you friday march fifteenth",
    "Wed. 11/8 or Thurs 10/12": "wednesday november eighth or thursday october twelfth",
    "Gen. 1:1 and Rev. 2:1": "genesis one one and revelation two one",
    "Gen. Grant and Rev. King": "general grant and reverend king",
}


@pytest.mark.parametrize(
    "written, said",
    [row for table in (ALGEBRA, FILES, MEASURES, SHORT) for row in table.items()],
)
def test_english_sums_files_measures_and_short_forms(written, said):
    assert words(normalise(written)) == said


def test_a_point_between_words_is_a_name_s_where_an_ending_is_known():
    def words(text: str) -> str:
        return " | ".join(" ".join(one.words) for one in read(text, "en").utterances)

    assert words("Open report.pdf now.") == "Open report dot P D F now"
    assert words("I went home.then I slept.") == "I went home then I slept"
    assert words("Hello.how are you") == "Hello how are you"
