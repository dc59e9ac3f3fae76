"""What stands before figures that are no quantities, by language."""

from __future__ import annotations

COLON = {
    "en": "colon",
    "de": "Doppelpunkt",
    "fr": "deux points",
    "es": "dos puntos",
    "it": "due punti",
    "pt": "dois pontos",
    "nl": "dubbele punt",
    "sv": "kolon",
    "cs": "dvojtečka",
    "ru": "двоеточие",
}
# What is said for the v before a version
VERSION = {
    "de": "Version",
    "fr": "version",
    "es": "versión",
    "it": "versione",
    "pt": "versão",
    "nl": "versie",
    "sv": "version",
    "cs": "verze",
    "ru": "версия",
}
# What is said for the stroke between two units: 4 J/K
PER = {
    "en": "per",
    "de": "pro",
    "fr": "par",
    "es": "por",
    "it": "per",
    "pt": "por",
    "nl": "per",
    "sv": "per",
}
# Words before a number whose figures are read one by one
IDENTIFIED = {
    "en": (
        r"PIN(?: code| number)?|area code|zip(?: code)?|postcode|postal code|pass ?code|OTP|CVV|CVC|"
        r"(?:access|security|verification|confirmation|promo|country|dial(?:ing)?|entry|door|error) code|"
        r"ext\.?|extension|(?:account|routing|serial|tracking|order|reference|card|phone|case|ID|passport|"
        r"invoice|ticket|policy|customer) (?:no\.?|number)|"
        r"(?:account|card|number|phone)s? ending (?:in|with)|P\.?O\.? Box|"
        r"(?:meeting|webinar|session|conference|employee|student|user|member|transaction|order|booking) ID"
    ),
    "de": r"PIN|PLZ|Postleitzahl|BLZ|Bankleitzahl|Kontonummer|Kundennummer|Vorwahl|Durchwahl|Rufnummer|TAN",
    "fr": r"code PIN|code secret|numéro de (?:compte|dossier|commande)",
    "es": r"PIN|código postal|C\.P\.|prefijo|número de (?:cuenta|pedido|teléfono)|extensión",
    "it": r"PIN|CAP|codice postale|prefisso|numero di (?:conto|ordine|telefono)|codice PIN",
    "pt": r"PIN|CEP|código postal|DDD|ramal|número d[aeo] (?:conta|pedido|telefone)",
    "nl": r"pincode|postcode|PIN|netnummer|rekeningnummer|ordernummer|klantnummer|toestel",
    "sv": r"PIN-kod|postnummer|riktnummer|kontonummer|ordernummer|anknytning|PIN",
    "cs": r"PIN|PSČ|směrové číslo|číslo účtu|předvolba|linka",
    "ru": r"ПИН-код|пин-код|индекс|добавочный|код (?:города|подтверждения)|номер (?:счёта|карты|заказа)",
}
# Words before a number that is dialled
DIALLED = {
    "en": (
        r"call|calls|called|calling|dial|dials|dialed|dialled|dialing|dialling|ring|rang|phone|phoned|"
        r"text|texted|texting|(?:text|sms) [A-Z]+ to"
    ),
    "de": (
        r"(?:Notruf|Notrufnummer|Rufnummer|Nummer|wähl\w*|wählen Sie|rufen? (?:Sie )?(?:die )?|ruf|"
        r"unter(?: der)?|über|die|den|der)"
    ),
    "fr": r"(?!)",
    "es": r"(?:llam\w+|marc\w+|marque|teléfono|emergencias)(?: al?| el)?|número",
    "it": r"(?:chiam\w+|componi|comporre|numero)(?: il| al)?",
    "pt": r"(?:lig\w+|disc\w+|disque|número|telefone)(?: para)?(?: o)?",
    "nl": r"(?:bel|bellen|belde|alarmnummer|nummer)(?: naar)?",
    "sv": r"(?:ring|ringa|ringde|larmnumret|nummer|numret)(?: till)?",
    "cs": r"(?!)",
    "ru": r"(?!)",
}
SHORT_NUMBERS = {
    "en": ("112", "999", "911", "988", "101", "111", "000"),
    "de": ("110", "112", "144", "133", "122", "117", "118", "115", "116117"),
    "es": ("112", "091", "061", "016", "062", "080", "911"),
    "it": ("112", "113", "115", "117", "118", "1522"),
    "pt": ("112", "190", "191", "192", "193", "199", "180", "188"),
    "nl": ("112", "113", "144"),
    "sv": ("112", "113", "1177", "11414"),
}
# Names of what is numbered in a row; a nought before the number is not said
NUMBERED = (
    r"chapter|ch\.|part|episode|ep\.|lesson|track|volume|vol\.|book|season|day|week|level|unit|module|step|"
    r"section|scene|act|exercise|question|round|stage|"
    r"kapitel|teil|folge|lektion|band|staffel|tag|woche|aufgabe|übung|"
    r"chapitre|partie|épisode|leçon|tome|saison|jour|semaine|exercice|"
    r"capítulo|parte|episodio|lección|tomo|temporada|día|semana|ejercicio|"
    r"capitolo|puntata|lezione|stagione|giorno|settimana|esercizio|"
    r"episódio|lição|dia|exercício|"
    r"hoofdstuk|deel|aflevering|les|seizoen|dag|oefening|"
    r"del|avsnitt|lektion|säsong|övning|"
    r"kapitola|díl|část|lekce|epizoda|týden|cvičení|"
    r"глава|часть|серия|урок|том|сезон|день|неделя|выпуск"
)
RATIO = (
    r"ratio|scale|odds|diluted|mix(?:ed|ture)?|maßstab|verhältnis|échelle|rapport|proportion|escala|razón|"
    r"proporción|scala|rapporto|proporzione|proporção|razão|schaal|verhouding|skala|förhållandet?|"
    r"měřítk[ou]|poměru?|масштаб[еа]?|соотношени[еи]"
)
BOOKS = (
    r"(?:[1-3I]{1,3} )?(?:Genesis|Gen|Exodus|Exod?|Leviticus|Lev|Numbers|Num|Deuteronomy|Deut|Joshua|Josh|"
    r"Judges|Ruth|Samuel|Sam|Kings|Chronicles|Chron|Ezra|Nehemiah|Neh|Esther|Job|Psalms?|Ps|Proverbs|Prov|"
    r"Ecclesiastes|Eccl|Song of Songs|Isaiah|Isa|Jeremiah|Jer|Lamentations|Ezekiel|Ezek|Daniel|Dan|Hosea|"
    r"Joel|Amos|Obadiah|Jonah|Micah|Nahum|Habakkuk|Zephaniah|Haggai|Zechariah|Malachi|Matthew|Matt?|Mark|"
    r"Luke|John|Acts|Romans|Rom|Corinthians|Cor|Galatians|Gal|Ephesians|Eph|Philippians|Phil|Colossians|"
    r"Col|Thessalonians|Thess|Timothy|Tim|Titus|Philemon|Hebrews|Heb|James|Jas|Peter|Pet|Jude|"
    r"Revelation|Rev|Qur'?an|Surah?|"
    r"Mose|Psalmen|Jesaja|Jeremia|Matthäus|Markus|Lukas|Johannes|Römer|Korinther|Genèse|Psaumes?|Matthieu|"
    r"Marc|Luc|Jean|Génesis|Salmos?|Mateo|Marcos|Lucas|Juan|Genesi|Salmi?|Matteo|Marco|Luca|Giovanni|"
    r"Gênesis|Mateus|João|Mattheüs|Matteus|Lukas|Johannes|Matouš|Lukáš|Jan|Бытие|Псалом|Матфея|Марка|"
    r"Луки|Иоанна)"
)
