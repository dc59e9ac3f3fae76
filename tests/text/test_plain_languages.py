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
        "2,5 km": "dvě celé pět kilometru",
        "3:2": "tři ku dva",
        "10": "deset",
    },
}

MORE = {
    "es": {
        "3 mill. €, 5 mil €": "tres millones de euros cinco mil euros",
        "2 cdas. de sal, 1 cda. de agua": "dos cucharadas de sal una cucharada de agua",
        "3 ene. 2022, 12 dic.": "tres de enero de dos mil veintidós doce de diciembre",
        "La RAE dice tqm": "la rae dice te quiero mucho",
        "La II Guerra Mundial y el III Reich": "la segunda guerra mundial y el tercer reich",
        "el II Congreso, la XX edición, las IV Jornadas": (
            "el segundo congreso la vigésima edición las cuartas jornadas"
        ),
        "en el s. XX, siglos XV-XVI": "en el siglo veinte siglos quince dieciséis",
        "lun. a vie., sáb. 10": "lunes a viernes sábado diez",
    },
    "pt": {
        "Natal: 25/12, Ano Novo: 01/01": "natal vinte e cinco de dezembro ano novo primeiro de janeiro",
        "O IBGE e vc tb": "o i bê gê é e você também",
        "A II Guerra Mundial": "a segunda guerra mundial",
        "2 xícaras, 1 hora, 200 mulheres, 2 dias": "duas xícaras uma hora duzentas mulheres dois dias",
        "página 1 mostra, 2 problemas": "página um mostra dois problemas",
    },
    "it": {
        "2 mld. €, 3 mln. €": "due miliardi di euro tre milioni di euro",
        "sale q.b., art. 5, co. 2": "sale quanto basta articolo cinque comma due",
        "la CGIL e la RAI, cmq tvb": "la ci gi i elle e la rai comunque ti voglio bene",
        "nel sec. XIX e nei secc. XV-XVI": "nel secolo diciannovesimo e nei secoli quindicesimo sedicesimo",
        "1 cipolla, 1 problema, 1 spicchio": "una cipolla un problema uno spicchio",
        "lun.-ven.": "lunedì a venerdì",
    },
    "nl": {
        "WO II en hfdst. IV": "wereldoorlog twee en hoofdstuk vier",
        "vr. 9-17 uur, ma-do": "vrijdag negen tot zeventien uur maandag tot en met donderdag",
        "Zo is het. 9 mensen": "zo is het negen mensen",
    },
    "sv": {
        "2 milj. kr, 5 mkr, 20 tkr": "två miljoner kronor fem miljoner kronor tjugo tusen kronor",
        "5 jan. 2020, 3 okt.": "femte januari tvåtusentjugo tredje oktober",
        "Max. 5, Storg. 5, Dir. Berg": "maximalt fem storgatan fem direktör berg",
        "SMHI": "ess emm hå i",
        "II världskriget": "andra världskriget",
        "1 timme, 1 ägg, 1 lök": "en timme ett ägg en lök",
        "tors. 5 maj": "torsdag femte maj",
    },
    "cs": {
        "3 mil. Kč, 2 mld. Kč": "tři miliony korun dvě miliardy korun",
        "v 90. letech, do 60. let": "v devadesátých letech do šedesátých let",
        "2,5 kg, 1,5 m, 5,5 m": ("dvě celé pět kilogramu jedna celá pět metru pět celých pět metru"),
        "1/2 l mléka": "jedna polovina litru mléka",
        "2 hodiny, 1 muž, 1 žena, 1 město": "dvě hodiny jeden muž jedna žena jedno město",
        "2 muži, 2 stromy, 2 města": "dva muži dva stromy dvě města",
        "po–pá": "pondělí až pátek",
    },
    "de": {
        "das 5-Mio.-€-Projekt, 4,2 Mio. €/Jahr": (
            "das fünf millionen euro projekt vier komma zwei millionen euro pro jahr"
        ),
        "2,99 €/kg, 5 €/m²": "zwei euro neunundneunzig pro kilogramm fünf euro pro quadratmeter",
        "3 St. Eier, 1 St. Butter, St. Gallen": "drei stück eier ein stück butter sankt gallen",
        "Ludwig v. Beethoven, Bd. II, Fam. Krause": "ludwig von beethoven band zwei familie krause",
        "i. H. v. 5 €, Herr u. Frau Meier": "in höhe von fünf euro herr und frau meier",
        "Neeeein, Jaaa, Seeelefant, Schifffahrt": "nein ja seeelefant schifffahrt",
        "Das Hotel hat im V. Stock Zimmer": "das hotel hat im fünften stock zimmer",
        "MfG": "mit freundlichen grüßen",
        "Der II. Weltkrieg, im III. Reich": "der zweite weltkrieg im dritten reich",
        "II. Weltkrieg, III. Reich": "zweiter weltkrieg drittes reich",
        "1 Zwiebel, 1 Ei, 1 Dose": "eine zwiebel ein ei eine dose",
        "Kapitel 1 Einleitung": "kapitel eins einleitung",
        "Mo.-Fr. 8-18 Uhr": "montag bis freitag acht bis achtzehn uhr",
        "Mo. bis Fr., Di.–Do., Fr. Müller": "montag bis freitag dienstag bis donnerstag frau müller",
    },
    "fr": {
        "500 k€, 2 M€": "cinq cent mille euros deux millions d euros",
        "3 c. à s. d'huile, 1 c. à c. de sel": "trois cuillères à soupe d huile une cuillère à café de sel",
        "M. et Mme Durand, M. le maire, MM. les députés": (
            "monsieur et madame durand monsieur le maire messieurs les députés"
        ),
        "dsl, tkt": "désolé t inquiète",
        "1 pincée, 1 gousse, 1 oignon": "une pincée une gousse un oignon",
        "sam. 9 h et lun. 3 mai": "samedi neuf heures et lundi trois mai",
    },
    "ru": {
        "1 ч. л. соли, 2 ст. л. сахара, 5 ст. л.": (
            "одна чайная ложка соли две столовые ложки сахара пять столовых ложек"
        ),
        "5 мм": "пять миллиметров",
        "с 3 детьми, о 5 вопросах": "с тремя детьми о пяти вопросах",
        "с 1 по 5 января": "с первого по пятое января",
        "10-летний, 3-комнатная, 25%-ный, 5-й": "десятилетний трёхкомнатная двадцатипятипроцентный пятый",
        "до 5-ти из 2-х, 90-х": "до пяти из двух девяностых",
        "спс": "спасибо",
        "II мировая война и XX съезд": "вторая мировая война и двадцатый съезд",
        "на II этаже, в I классе, III место": "на втором этаже в первом классе третье место",
        "ср. 7 июня, пн-пт": "среда седьмого июня с понедельника по пятницу",
        "ср. главу": "сравни главу",
    },
}


@pytest.mark.parametrize(
    "language, written, said",
    [(code, *row) for table in (ROWS, MORE) for code, rows in table.items() for row in rows.items()],
)
def test_as_a_reader_would_say_it(language, written, said):
    spoken = normalise(written, language)
    assert " ".join(re.sub(r"[\W_]+", " ", spoken.lower()).split()) == said
    assert normalise(spoken, language) == spoken
