"""Words in capitals: which are read letter by letter, and which are words said loudly."""

from __future__ import annotations

import re

from .language import Language

# Initialisms that hold a vowel, so that their spelling does not tell; none is a common word too. English.
ENGLISH_INITIALISMS = frozenset(
    (
        "AAA AARP ABC ABS ACLU ADHD AEC AED AEW AFAIK AFC AFK AFL AGM AHRS AI AIG AKA ALS AMA AMD AMS AOC "
        "AOL "
        "APA API APU ARPG ASAP ASD ASL ASPCA ATF ATM ATP ATV AU AUD AVI AWS BBA BCE BIA BOE BYO BYOB CAA CBI "
        "CDC CDO CEO CEU CFO CIA CIO CIS CMO COB CPA CPI CPU CRPG CRUD CSI CTO CUNY DEA DHEA DHL DIY DMA DNA "
        "DOA DOB DOD DOI DOJ DUI DVI EAP ECB ECG ECHR ECU EDI EDM EDT EEG EEOC EFT EGR EHR EIA EIN EKG EMI "
        "EMP EMR EMS EMT EOD EOF EOL EOM EPA EPO EQ ERP ESA ESC ESG ESL ESP ESPN ETA ETF ETH EU EUR EV EVP "
        "FAA FAQ FBI FDA FDIC FEC FIA FIO FOB FTA FYI GAO GBA GE GED GIA GIS GMO GOP GPA GPIO GPO GPU GTA "
        "GUID HBO HIV HOA HOV HPV HSA HSE HUD HVAC IAEA IAM IANA IAS IATA IBM IBS ICAO ICBM ICC ICJ ICT ICU "
        "ID IDE IDF IDK IDR IED IEEE IEP IETF IFC IFR IGA IGN IIRC IKR IMAP IMDB IMF IMHO IMO IMU IOC IOT "
        "IOU "
        "IP IPA IPO IQ IRC IRL IRR IRS ISBN ISDN ISO ISP ISS ISSN ITN ITT ITV IUCN IUD IVF JLO KFC KPI LAPD "
        "LCA LED LGBTQIA LPGA MBA MCU MDMA MIT MLA MOMA MRI MRNA NAACP NBA NCAA NDA NEA NFA NGO NHS NIC NIH "
        "NIMH NOAA NPO NRA NSA NSAID NUJ NYC NYU OAP OAS OBE OCD OCR OECD OEE OEM OKR OLED OMG ONS OPI "
        "OSI OSS "
        "OTA OTB OTOH OU PBA PCI PDA PEI PGA PHEV PID PLA PLO PMI POA POC POV PPE PSA PTA PUA PVA QA QED QOS "
        "RAF RCA RDA RFID RIAA RIBA RNA ROI ROTC RPO RSSI RSVP SAE SDI SEO SFO SIU SKU SLA SMB SOA SOS SPCA "
        "SSA SSID SUV TBA TCO TEU TLA TNA TNT TOC TSA TUC TVA UAE UAR UART UAT UAV UAW UCAS UCI UCL UCLA "
        "UCSB "
        "UDP UFC UFO UHD UHF UI UK UKIP UMD UN UNC UNHCR UNRWA UPC UPI UPS URI URL USA USAF USAID USAR USB "
        "USC USDA USGS USMC USN USO USP USPS USSR UTC UTI UUID UV UVA UVB UX VAT VFX VIP VOA VOD VPO WBA WGA "
        "WPA WTO WWE WWI YMCA YWCA "
        "AAP ABA ACC ACM AFL AML APR ASU ATC BFA BPA BYD CAD CSA CSU DEI EDF EEA EGM EPL FSA GCSE GRU "
        "HEC IBA IDC IMEI ISA LSE MEP MOU OSX OTC OTP POS RBI RPI SOP SSE UBS UCC UEFI UHT UNDP UNSC "
        "USAA USDT USPTO UTF PTO YMMV AAPL AMZN MSFT TSLA NVDA GOOGL NFLX YTD YOY QOQ IIHS AMC"
    ).split()
)
# In other languages: those that are used as they are
_EVERYWHERE = frozenset(
    "AI BMW CEO CFO CIA CTO DNA EU FBI GPS GPU CPU HIV IBM ID IMF IOC IP ISBN ISO LED MBA NBA NSA OECD OLED "
    "PDF QR RAF SEO SUV SOS UFC UI UK UN URL USA USB UV VIP WTO".split()
)
# Sounds without a vowel that are no initialisms
INTERJECTIONS = frozenset(
    "shh sh shhh hmm hm hmmm mm mmm mhm pst psst pfft pff pffft brr brrr grr grrr tsk tss tch zzz zz bzz "
    "bzzt "
    "shht pssst nth mr mrs ms dr st vs jr sr ltd".split()
)
# Czech words whose vowel is an r or an l
_CZECH_WORDS = frozenset(
    "vlk krk prst smrt krb vrh vrch trh prs plk pln srst hrst trn krt skrz strž tvrz čtvrt drn brk hrb "
    "blb chrt "
    "škrt žrd drž trp brzd srn slz vln prv tvrd zmrzl".split()
)
_VOWELS = "aeiouyáéíóúäöüàèâêîôûùëïœæåøőűãõìòěůýаеёиоуыэюяєіїў"
_NO_VOWEL = re.compile(rf"[^{_VOWELS}]+", re.IGNORECASE)
# Beginnings and ends that no word has
_UNSAYABLE = re.compile(
    rf"[^{_VOWELS}\W]{{5}}|^(?!kn|gn|pn|ps|pt|ts|cz|tz|mc|mn|pf|dv|kv|tc|tk|zn|wn)"
    r"(?:[bcdfgjkmnpqtvwxz][bcdfgkmnpqtvxz]|r[bcdfgjklmnpqrstvwxz]|l[bcdfgjkmnpqrstvwxz]|"
    r"h[bcdfgklmnpqrstvxz]|"
    r"s[bdfgrsvxz]|j[^aeiouy])|(?:hr|hm|vr|tn|dn|gk|kg|pk|bk|vs|jt|pd|bp|gd)s?$",
    re.IGNORECASE,
)


def is_initialism(lang: Language, word: str) -> bool:
    """Whether a word in capitals is read letter by letter even where all of the text is in capitals."""
    if word in lang.spelled or word in (ENGLISH_INITIALISMS if lang.code == "en" else _EVERYWHERE):
        return True
    low = word.lower()
    if word in lang.spoken_acronyms or word in lang.acronyms or low in INTERJECTIONS or low in lang.common:
        return False
    if f"{word.capitalize()}." in lang.abbreviations or f"{low}." in lang.abbreviations or len(word) < 2:
        return False
    if lang.code == "cs" and low in _CZECH_WORDS:
        return False
    if _NO_VOWEL.fullmatch(low):
        return len(word) < 7
    return lang.code == "en" and len(word) < 6 and bool(_UNSAYABLE.search(low))
