"""Italian, Portuguese, Dutch, Swedish and Czech: ordinals, kings, dates, times, units."""

from __future__ import annotations

import re

import pytest

from soundalike.text.normalise import normalise

ROWS = {
    "it": {
        "il 1° gennaio": "il primo gennaio",
        "al 3° piano": "al terzo piano",
        "la 2ª guerra": "la seconda guerra",
        "il XIX secolo": "il diciannovesimo secolo",
        "II guerra mondiale": "seconda guerra mondiale",
        "Luigi XIV": "luigi quattordicesimo",
        "Elisabetta II": "elisabetta seconda",
        "20° nord, 5°": "venti gradi nord cinque gradi",
        "alle 14.30": "alle quattordici trenta",
        "25/12/2024": "venticinque dicembre duemilaventiquattro",
        "€ 1.234,50": "milleduecentotrentaquattro euro e cinquanta",
        "art. 5, pag. 3, n. 7": "articolo cinque pagina tre numero sette",
        "10 mg e 3 kWh": "dieci milligrammi e tre chilowattora",
        "3/4": "tre quarti",
    },
    "pt": {
        "1º lugar": "primeiro lugar",
        "a 3ª vez": "a terceira vez",
        "século XV": "século quinze",
        "século IV": "século quarto",
        "D. João VI": "dom joão sexto",
        "D. Maria I": "dona maria primeira",
        "Luís XIV": "luís catorze",
        "às 9h15": "às nove horas e quinze",
        "1h": "uma hora",
        "nº 10, n.º 3": "número dez número três",
        "R$ 1.234,50": "mil duzentos e trinta e quatro reais e cinquenta centavos",
        "2/3": "dois terços",
    },
    "nl": {
        "de 2e en de 3de": "de tweede en de derde",
        "de 19e eeuw": "de negentiende eeuw",
        "Willem III": "willem de derde",
        "9.30 uur": "negen uur dertig",
        "120 km/u": "honderdtwintig kilometer per uur",
        "25-12-2024": "vijfentwintig december tweeduizendvierentwintig",
        "'t is 's ochtends": "het is sochtends",
        "nr. 4, blz. 9": "nummer vier bladzijde negen",
        "dhr. en mw. Jansen": "de heer en mevrouw jansen",
        "t/m": "tot en met",
    },
    "sv": {
        "2:a och 3:e": "andra och tredje",
        "1900-talet": "nittonhundratalet",
        "Gustav III": "gustav den tredje",
        "Karl I": "karl den förste",
        "kl. 9.15": "klockan nio femton",
        "den 25/12": "den tjugofemte december",
        "5:50 kr": "fem kronor femtio",
        "99:-": "nittionio kronor",
        "2 000 001": "två miljoner ett",
        "t.o.m. nr 7": "till och med nummer sju",
    },
    "cs": {
        "5. května": "pátého května",
        "3. místo, 2. patro": "třetí místo druhé patro",
        "ve 4. třídě": "ve čtvrté třídě",
        "do 5. patra": "do pátého patra",
        "v 19. století": "v devatenáctém století",
        "Karla IV.": "karla čtvrtého",
        "Alžběta II.": "alžběta druhá",
        "II. světová válka": "druhá světová válka",
        "25. 12. 2024": "dvacátého pátého prosince dva tisíce dvacet čtyři",
        "14.30 hodin": "čtrnáct hodin třicet minut",
        "v 9.15": "v devět patnáct",
        "1,5 mil. Kč": "jedna celá pět milionu korun",
        "2,5 km": "dva celá pět kilometru",
        "3:2": "tři ku dva",
        "10": "deset",
    },
}


@pytest.mark.parametrize(
    "language, written, said", [(code, *row) for code, rows in ROWS.items() for row in rows.items()]
)
def test_as_a_reader_would_say_it(language, written, said):
    spoken = normalise(written, language)
    assert " ".join(re.sub(r"[\W_]+", " ", spoken.lower()).split()) == said
    assert normalise(spoken, language) == spoken
