"""Currencies that every language has a name for, besides those of its own: their signs, codes and names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .language import Language, Noun, noun

# Signs beside the ISO code; a language that has one of them in its own table keeps what it says there
_SIGNS = {
    "BRL": "R$",
    "NZD": "NZ$",
    "HKD": "HK$",
    "SGD": "S$ SG$",
    "TWD": "NT$",
    "MXN": "MX$ Mex$",
    "CAD": "C$ CA$",
    "AUD": "A$ AU$",
    "PLN": "zł",
    "ILS": "₪",
    "PHP": "₱",
    "NGN": "₦",
    "VND": "₫",
    "THB": "฿",
    "kr": "kr.",
}
_SIGN_ALONE = ("PHP", "ILS")  # whose codes are initials of other things
_NAMES = {
    "en": "BRL real|reais; NZD New Zealand dollar|New Zealand dollars; "
    "HKD Hong Kong dollar|Hong Kong dollars; "
    "SGD Singapore dollar|Singapore dollars; TWD Taiwan dollar|Taiwan dollars; "
    "MXN Mexican peso|Mexican pesos; "
    "PLN zloty|zlotys; kr crown|crowns; NOK Norwegian krone|Norwegian kroner; "
    "DKK Danish krone|Danish kroner; "
    "CZK Czech crown|Czech crowns; HUF forint|forints; AED dirham|dirhams; ZAR rand; "
    "ILS shekel|shekels; PHP peso|pesos; NGN naira; VND dong; THB baht; IDR rupiah; PKR rupee|rupees",
    "de": "BRL Real|Reais; NZD Neuseelanddollar; HKD Hongkongdollar; SGD Singapurdollar; TWD Taiwandollar; "
    "MXN mexikanischer Peso|mexikanische Pesos; CAD kanadischer Dollar|kanadische Dollar; "
    "AUD australischer Dollar|australische Dollar; PLN Zloty; kr f~Krone|Kronen; "
    "SEK f~schwedische Krone|schwedische Kronen; NOK f~norwegische Krone|norwegische Kronen; "
    "DKK f~dänische Krone|dänische Kronen; CZK f~tschechische Krone|tschechische Kronen; HUF Forint; "
    "AED Dirham; ZAR Rand; ILS Schekel; INR f~Rupie|Rupien; PHP Peso|Pesos; THB Baht",
    "es": "BRL real|reales; NZD dólar neozelandés|dólares neozelandeses; "
    "HKD dólar de Hong Kong|dólares de Hong Kong; SGD dólar de Singapur|dólares de Singapur; "
    "TWD dólar de Taiwán|dólares de Taiwán; CAD dólar canadiense|dólares canadienses; "
    "AUD dólar australiano|dólares australianos; PLN esloti|eslotis; kr f~corona|coronas; "
    "SEK f~corona sueca|coronas suecas; NOK f~corona noruega|coronas noruegas; "
    "DKK f~corona danesa|coronas danesas; CZK f~corona checa|coronas checas; HUF forinto|forintos; "
    "AED dírham|dírhams; ZAR rand; ILS séquel|séqueles; INR f~rupia|rupias; PHP peso|pesos; THB baht",
    "fr": "BRL réal|réaux; NZD dollar néozélandais|dollars néozélandais; "
    "HKD dollar de Hong Kong|dollars de Hong Kong; SGD dollar de Singapour|dollars de Singapour; "
    "TWD dollar de Taïwan|dollars de Taïwan; MXN peso mexicain|pesos mexicains; "
    "AUD dollar australien|dollars australiens; PLN zloty|zlotys; kr f~couronne|couronnes; "
    "SEK f~couronne suédoise|couronnes suédoises; NOK f~couronne norvégienne|couronnes norvégiennes; "
    "DKK f~couronne danoise|couronnes danoises; CZK f~couronne tchèque|couronnes tchèques; "
    "HUF forint|forints; AED dirham|dirhams; ZAR rand|rands; ILS shekel|shekels; INR f~roupie|roupies; "
    "PHP peso|pesos; THB baht|bahts",
    "it": "BRL real; NZD dollaro neozelandese|dollari neozelandesi; "
    "HKD dollaro di Hong Kong|dollari di Hong Kong; "
    "SGD dollaro di Singapore|dollari di Singapore; TWD dollaro di Taiwan|dollari di Taiwan; "
    "MXN peso messicano|pesos messicani; CAD dollaro canadese|dollari canadesi; "
    "AUD dollaro australiano|dollari australiani; CHF franco svizzero|franchi svizzeri; JPY yen; PLN zloty; "
    "kr f~corona|corone; SEK f~corona svedese|corone svedesi; NOK f~corona norvegese|corone norvegesi; "
    "DKK f~corona danese|corone danesi; CZK f~corona ceca|corone ceche; HUF fiorino|fiorini; AED dirham; "
    "ZAR rand; ILS shekel; INR f~rupia|rupie; PHP peso|pesos; THB baht",
    "pt": "NZD dólar neozelandês|dólares neozelandeses; HKD dólar de Hong Kong|dólares de Hong Kong; "
    "SGD dólar de Singapura|dólares de Singapura; TWD dólar de Taiwan|dólares de Taiwan; "
    "MXN peso mexicano|pesos mexicanos; CAD dólar canadense|dólares canadenses; "
    "AUD dólar australiano|dólares australianos; CHF franco suíço|francos suíços; JPY iene|ienes; "
    "BRL real|reais; PLN zlóti|zlótis; kr f~coroa|coroas; SEK f~coroa sueca|coroas suecas; "
    "NOK f~coroa norueguesa|coroas norueguesas; DKK f~coroa dinamarquesa|coroas dinamarquesas; "
    "CZK f~coroa checa|coroas checas; HUF forint; AED dirham|dirhams; ZAR rand; ILS shekel|shekels; "
    "INR f~rupia|rupias; PHP peso|pesos; THB baht",
    "nl": "BRL real; NZD Nieuw-Zeelandse dollar; HKD Hongkongse dollar; SGD Singaporese dollar; "
    "TWD Taiwanese dollar; MXN Mexicaanse peso; CAD Canadese dollar; AUD Australische dollar; "
    "CHF Zwitserse frank; JPY yen; PLN zloty; kr kroon|kronen; SEK Zweedse kroon|Zweedse kronen; "
    "NOK Noorse kroon|Noorse kronen; DKK Deense kroon|Deense kronen; "
    "CZK Tsjechische kroon|Tsjechische kronen; "
    "HUF forint; AED dirham; ZAR rand; ILS sjekel; INR roepie|roepies; PHP peso; THB baht",
    "sv": "BRL real; NZD nyzeeländsk dollar|nyzeeländska dollar; HKD Hongkongdollar; SGD Singaporedollar; "
    "TWD Taiwandollar; MXN mexikansk peso|mexikanska pesos; CAD kanadensisk dollar|kanadensiska dollar; "
    "AUD australisk dollar|australiska dollar; CHF schweizisk franc|schweiziska franc; JPY yen; PLN zloty; "
    "NOK norsk krona|norska kronor; DKK dansk krona|danska kronor; CZK tjeckisk krona|tjeckiska kronor; "
    "HUF forint; AED dirham; ZAR rand; ILS shekel; INR rupie|rupier; PHP peso|pesos; THB baht",
    "cs": "BRL real|realy|realů|realu; PLN zlotý|zloté|zlotých|zlotého; kr f~koruna|koruny|korun|koruny; "
    "CHF frank|franky|franků|franku; JPY jen|jeny|jenů|jenu; HUF forint|forinty|forintů|forintu; "
    "SEK f~švédská koruna|švédské koruny|švédských korun|švédské koruny; "
    "NOK f~norská koruna|norské koruny|norských korun|norské koruny; "
    "DKK f~dánská koruna|dánské koruny|dánských korun|dánské koruny; "
    "CAD kanadský dolar|kanadské dolary|kanadských dolarů|kanadského dolaru; "
    "AUD australský dolar|australské dolary|australských dolarů|australského dolaru; "
    "NZD novozélandský dolar|novozélandské dolary|novozélandských dolarů|novozélandského dolaru; "
    "HKD hongkongský dolar|hongkongské dolary|hongkongských dolarů|hongkongského dolaru; "
    "SGD singapurský dolar|singapurské dolary|singapurských dolarů|singapurského dolaru; "
    "MXN mexické peso|mexická pesa|mexických pes|mexického pesa; INR f~rupie|rupie|rupií|rupie",
    "ru": "BRL реал|реала|реалов; PLN злотый|злотых|злотых; kr f~крона|кроны|крон; "
    "CHF франк|франка|франков; HUF форинт|форинта|форинтов; "
    "SEK f~шведская крона|шведские кроны|шведских крон; "
    "NOK f~норвежская крона|норвежские кроны|норвежских крон; "
    "DKK f~датская крона|датские кроны|датских крон; CZK f~чешская крона|чешские кроны|чешских крон; "
    "CAD канадский доллар|канадских доллара|канадских долларов; "
    "AUD австралийский доллар|австралийских доллара|австралийских долларов; "
    "NZD новозеландский доллар|новозеландских доллара|новозеландских долларов; "
    "HKD гонконгский доллар|гонконгских доллара|гонконгских долларов; "
    "SGD сингапурский доллар|сингапурских доллара|сингапурских долларов; "
    "MXN мексиканское песо; INR f~рупия|рупии|рупий; AED дирхам|дирхама|дирхамов; "
    "ILS шекель|шекеля|шекелей; THB бат|бата|батов",
}
_IN_CENTS = frozenset("NZD HKD SGD TWD CAD AUD".split())
_CENTAVO = {"de": "Centavo|Centavos", "cs": "", "ru": ""}


def with_currencies(lang: Language) -> Language:
    """The language with the currencies of this file; those of its own table go before."""
    found: dict[str, tuple[Noun, Noun]] = {}
    for entry in _NAMES[lang.code].split("; "):
        code, _, forms = entry.partition(" ")
        named = (noun(forms), _hundredth(lang, code))
        keys = _SIGNS.get(code, "").split() + ([] if code in _SIGN_ALONE else [code])
        found.update(dict.fromkeys(keys, named))
    own: Mapping[str, tuple[Noun, Noun]] = lang.currencies
    for code, signs in _SIGNS.items():
        if code in own:
            found.update(dict.fromkeys(signs.split(), own[code]))
    return replace(lang, currencies={**found, **own})


def _hundredth(lang: Language, code: str) -> Noun:
    """What a hundredth is called; nothing where prices hardly have one."""
    if code in _IN_CENTS:
        return next((lang.currencies[key][1] for key in ("USD", "$") if key in lang.currencies), noun(""))
    return noun(_CENTAVO.get(lang.code, "centavo|centavos") if code in ("BRL", "MXN") else "")
