"""German, Dutch, Swedish: openers and abbreviations."""

from __future__ import annotations

from .conventions import Conventions, words

_TRAILING = words(
    "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonnabend Sonntag MEZ MESZ GMT UTC CET CEST"
)

GERMAN = Conventions(
    code="de",
    openers=words(
        "der die das den dem des ein eine einen einem einer eines er sie es wir ich ihr du man mein meine "
        "dein sein seine seinen seiner ihre ihren ihrer unser unsere euer eure dieser diese dieses diesen "
        "diesem jener jene jenes jeder jede jedes alle alles viele einige manche mehrere wenige beide "
        "andere niemand jemand etwas nichts und oder aber denn sondern doch jedoch dann danach davor dort "
        "da dahin dabei dadurch dafür damit daran darauf daraus darin darum daher deshalb deswegen "
        "trotzdem außerdem zudem ferner dennoch allerdings hingegen somit also so auch noch schon nur nun "
        "jetzt heute gestern bald später früher zuerst zuletzt schließlich endlich plötzlich manchmal oft "
        "immer nie niemals leider vielleicht wahrscheinlich natürlich sicher als wenn weil dass ob obwohl "
        "nachdem bevor während seit bis sobald solange falls indem in im an am auf aus bei beim mit von "
        "vom zu zum zur nach vor über unter für durch gegen ohne um wegen trotz zwischen hinter neben "
        "laut was wer wen wem wo wohin woher wie warum wann wieso welche welcher welches ist sind war "
        "waren hat haben hatte wird werden kann können soll muss darf bitte ja nein nicht kein keine "
        "keiner hier dies seitdem zwar eigentlich übrigens offenbar selbst sogar insgesamt weitere "
        "zunächst"
    ),
    titles=words(
        "Fam. rd. u. v. i.H.v. i._H._v. Dr. Prof. Hr. Hrn. Fr. Frl. Ing. Mag. z.B. z._B. Z.B. Z._B. "
        "d.h. d._h. D.h. bzw. vgl. Vgl. "
        "ca. evtl. ggf. inkl. exkl. sog. u.a. u._a. v.a. v._a. St. Sr. Hl. hl. geb. gest. verh. lt. zzgl. "
        "abzgl. insb. bes. ehem. allg. franz. engl. lat. griech. dt. amerik. bspw. resp. i.d.R. i._d._R. "
        "z.T. z._T. u.U. u._U. m.E. m._E. o.g. s.o. s.u. gem. gemäß. einschl. max. Max. min. Min. vs. "
        "entspr. jew. i.A. i._A. i.V. i._V. c/o. a.D. a._D. Frhr. Gf. Lic. Rev. Mr. Mrs. mind. urspr. "
        "div. versch. ung. ugs. med. kath. ev. jur. phil. rer. päd. Br."
    ),
    numbered=words(
        "Nr. nr. Nrn. S. s. Abb. Tab. Kap. Bd. Bde. Art. Abs. Ziff. Anm. Aufl. Jg. H. Z. Sp. Fig. Tel. "
        "tel. Abschn. Abt. Anh. Beil. Bsp. Gl. Gln. Rn. Rz. Lfg. Kl. Str. Hausnr. Hs. Jan. Feb. Febr. "
        "Apr. Jun. Jul. Aug. Sept. Sep. Okt. Nov. Dez. Mo. Di. Mi. Do. Sa. So. Pkt. Par. Ex. Ver. Vers. "
        "Zi. Whg. Fax."
    ),
    words=words("So. Do. Mi. Art. Fax. Ex. Vers."),
    final=words(
        "vorm. nachm. abds. mtgs. Mwst. MwSt. usw. etc. usf. u.s.w. Chr. n.Chr. v.Chr. n._Chr. v._Chr. "
        "Str. Jh. Jhd. Jhdt. o.Ä. o._Ä. u.Ä. u._Ä. e.V. e._V. Hbf. jr. jun. sen. u.v.m. uvm. u.a.m. ff. "
        "f. Std. Stdn. Sek. Min. km. kg. cm. GmbH. Co. Inc. Ltd. Corp. Hg. p.a. p._a. u.dgl. dgl. "
        "EUR. Einw. Stck. Stk. Pf. Pfd. qm. Tl. EL. TL. al."
    ),
    loose=words(
        "Mio. Mrd. Tsd. Bio. U.S. D.C. U.S.A. u.s. Bhf. Pl. Allg. Frankf. Univ. Inst. Ges. Verl. Red. Reg."
    ),
    trailing=_TRAILING,
    clauses=words(
        "und oder aber denn sondern dass weil obwohl während nachdem bevor wenn als ob damit sodass falls "
        "sobald solange seit bis indem wobei welche welcher welches welchen wo wohin woher wie warum"
    ),
    leaning=words(
        "und oder aber so als wie in im an am auf aus bei beim mit von vom zu zum zur nach vor über unter "
        "für durch gegen ohne um der die das den dem des ein eine einen einem einer sein seine ihr ihre "
        "mein kein keine nicht sehr mehr nur auch noch schon ist sind war hat haben wird bis seit"
    ),
    lettered=words(
        "Vitamin Plan Klasse Gruppe Typ Punkt Teil Option Block Variante Haus Aufgang Hepatitis Note"
    ),
    endings=("str.", "-Str.", "pl."),
    has_ordinals=True,
    has_capital_nouns=True,
)
DUTCH = Conventions(
    code="nl",
    openers=words(
        "de het een dit dat deze die er hier daar hij zij ze wij we ik jij je jullie u men mijn jouw zijn "
        "haar ons onze hun en of maar want dus toch dan toen daarna daarom daardoor daarbij daarnaast "
        "bovendien echter ook nog nu vandaag gisteren morgen later soms vaak altijd nooit misschien "
        "eindelijk uiteindelijk plotseling helaas als wanneer terwijl omdat hoewel nadat voordat tot "
        "sinds zodra in op aan bij met van voor naar uit over onder tegen zonder door om tussen tijdens "
        "volgens na wat wie waar waarom hoe welke welk is was waren heeft had hebben kan kunnen moet wil "
        "zou alle alles iedereen niemand iets niets sommige veel weinig beide andere geen niet ja nee zo "
        "zelfs al alleen"
    ),
    titles=words(
        "dhr. Dhr. mevr. Mevr. mw. Mw. dr. Dr. drs. Drs. prof. Prof. ir. Ir. ing. Ing. mr. Mr. ds. Ds. "
        "St. Sint. bijv. Bijv. bv. d.w.z. D.w.z. o.a. O.a. ca. i.p.v. t.o.v. m.b.t. m.b.v. t.a.v. t.b.v. "
        "n.a.v. i.v.m. m.a.w. M.a.w. o.l.v. z.g. zgn. resp. vgl. Vgl. evt. incl. excl. max. min. jhr. "
        "mej. gebr. Gebr. ten."
    ),
    numbered=words(
        "min. nr. Nr. nrs. blz. p. pp. pag. afb. Afb. fig. Fig. hfst. Hfst. art. Art. par. deel. dl. tab. "
        "tel. Tel. jan. feb. febr. mrt. apr. jun. jul. aug. sept. okt. nov. dec. kl. verd. vol. ed. l. "
        "ma. di. wo. do. vr. za. zo. hfdst."
    ),
    words=words("deel. tab. ma. di. wo. do. zo."),
    final=words(
        "enz. etc. e.d. e.a. a.u.b. s.v.p. v.Chr. n.Chr. v._Chr. n._Chr. N.V. B.V. n.v. b.v. jr. sr. mln. "
        "mld. e.v. c.s. sec. km. kg. p.p. p.p.p. t/m. al. str."
    ),
    loose=words("U.S. V.S. D.C. V.K. L.A. Jr. Sr. Inc. Ltd. Co."),
    trailing=words("GMT UTC CET CEST"),
    clauses=words(
        "en of maar want omdat hoewel terwijl nadat voordat toen als wanneer dat die wie wat waar waarin "
        "waarvan waarop zodat tot sinds zodra indien"
    ),
    leaning=words(
        "en of maar zo als dan in op aan bij met van voor naar uit over onder tegen zonder door om de het "
        "een dit deze mijn zijn haar ons onze hun geen niet zeer meer ook nog is was waren heeft had "
        "wordt te tot"
    ),
    endings=("str.",),
    lettered=words("vitamine plan klasse groep type punt deel optie blok hepatitis letter"),
)
SWEDISH = Conventions(
    code="sv",
    openers=words(
        "det den de detta denna dessa en ett han hon vi jag du ni man min mitt mina din hans hennes vår "
        "våra deras och eller men för utan så då sedan därefter därför däremot dessutom dock också även "
        "nu idag igår imorgon senare snart ibland ofta alltid aldrig kanske slutligen plötsligt tyvärr om "
        "när medan eftersom fastän innan efter tills i på av till från med vid under över mellan mot "
        "genom enligt hos utanför vad vem var varför hur vilken vilket vilka är har hade kan ska skulle "
        "måste alla allt många några någon inget ingen båda andra inte ja nej här där hit dit samma trots "
        "redan bara endast"
    ),
    titles=words(
        "t.ex. t._ex. T.ex. bl.a. bl._a. Bl.a. d.v.s. dvs. s.k. p.g.a. p._g._a. fr.o.m. t.o.m. m.a.o. "
        "jfr. Jfr. dr. Dr. prof. Prof. hr. fru. fr. S:t. ca. c. resp. inkl. exkl. ev. f.d. vs. Mr. Mrs. "
        "kapt. dir. Dir. ing."
    ),
    numbered=words(
        "min. nr. Nr. s. sid. kap. Kap. fig. Fig. tab. art. avd. bd. del. tel. Tel. jan. febr. feb. mars. "
        "max. Max. Storg. Kungsg. Drottningg. Vasag. Skolg. mån. tis. ons. tors. tor. fre. lör. sön. "
        "apr. jun. jul. aug. sept. okt. nov. dec. kl. Kl. st. p."
    ),
    words=words("del. mars. max. Max."),
    final=words(
        "osv. o.s.v. etc. m.m. m.fl. o.d. f.Kr. e.Kr. f._Kr. e._Kr. AB. jr. sr. milj. mdr. kr. tim. sek. "
        "km. kg. st. o.dyl. dyl. al."
    ),
    loose=words("U.S. D.C. Inc. Ltd. Co."),
    trailing=words("GMT UTC CET CEST"),
    clauses=words(
        "och eller men för utan så att som eftersom fastän medan när innan tills om då där vilken vilket "
        "vilka vars"
    ),
    leaning=words(
        "och eller men så som att i på av till från med vid under över mellan mot genom för om en ett den "
        "det de min din sin sitt sina hans hennes vår deras inte mycket mer är var har hade ska skulle "
        "kan"
    ),
    lettered=words("vitamin plan klass grupp typ punkt del alternativ block hepatit bokstaven"),
)
