"""Spanish, French, Italian, Portuguese: openers and abbreviations."""

from __future__ import annotations

from .conventions import Conventions, words

SPANISH = Conventions(
    code="es",
    openers=words(
        "el la los las lo un una unos unas este esta esto estos estas ese esa eso esos esas aquel aquella "
        "él ella ellos ellas nosotros yo tú usted ustedes me te se le les nos mi mis tu tus su sus "
        "nuestro nuestra y e o u ni pero sino aunque pues porque así entonces luego después antes además "
        "también tampoco sin embargo mientras ahora hoy ayer mañana siempre nunca jamás quizás quizá tal "
        "finalmente desgraciadamente por para con de del en a al desde hasta entre sobre según durante "
        "contra ante bajo tras si cuando como donde que quien qué quién cuál cuáles cuándo cómo dónde es "
        "son era eran fue fueron hay había ha han está están estaba todo toda todos todas muchos muchas "
        "algunos algunas cada otro otra otros nadie alguien nada algo no sí ya aún todavía más muy solo "
        "sólo"
    ),
    titles=words(
        "Pdte. Pdta. Hnos. Hnas. Vdo. Sr. Sra. Srta. Sres. Sras. Dr. Dra. Dres. Prof. Profa. D. "
        "Dña. Da. Lic. Ing. Arq. Gral. Cnel. "
        "Cap. Tte. Mons. Fr. Sto. Sta. S. Hno. Hna. Rdo. Excmo. Excma. Ilmo. Ilma. p.ej. p._ej. P.ej. "
        "P._ej. Mr. Mrs. vs. cf. Cf. aprox. ca."
    ),
    numbered=words(
        "lun. mié. jue. vie. sáb. dom. "
        "min. máx. mín. núm. Núm. n.º N.º nº. n°. N°. Nº. párrf. párrfs. Cra. Cll. Lun. Mar. Mié. Jue. "
        "Vie. Sáb. Dom. no. No. pág. Pág. págs. Págs. p. pp. art. Art. arts. cap. caps. vol. Vol. fig. "
        "Fig. figs. tel. Tel. tlf. Tlf. Tfno. ed. Ed. t. tomo. av. Av. Avda. avda. C. Pza. Pl. Ctra. km. "
        "ene. feb. mar. abr. may. jun. jul. ago. sept. sep. set. oct. nov. dic. sec. Sec. párr. ref. Ref. "
        "lám. izq. dcha. apdo. Apdo. ext. Ext."
    ),
    words=words("no. No. tomo. mar. cap."),
    final=words(
        "etc. Ud. Uds. Vd. Vds. a.C. d.C. a._C. d._C. S.A. S._A. S.L. S._L. Cía. Inc. Ltd. a.m. p.m. "
        "a._m. p._m. C.V. kg. cm. seg. hrs. depto. Depto. Jr. al. D.F. q.e.p.d."
    ),
    loose=words(
        "EE.UU. EE._UU. E.U. EUA. U.S. JJ.OO. JJ._OO. FF.AA. FF._AA. RR.HH. RR._HH. CC.OO. CC._OO. AA.VV. "
        "D.C. L.A. R.U. Univ. Dpto. dpto. Adm. Bs. As. Bs._As."
    ),
    trailing=words("GMT UTC CET CEST"),
    clauses=words(
        "y e o u ni pero sino aunque porque pues que quien quienes cual cuales cuando donde como mientras "
        "si cuyo cuya"
    ),
    leaning=words(
        "y e o u ni pero tan más que en a al de del con por para sin sobre entre desde hasta el la los "
        "las lo un una unos unas mi tu su sus este esta ese esa no muy es son era fue ha han había se me "
        "te le les nos según"
    ),
    lettered=words("vitamina plan grupo clase tipo punto parte opción bloque letra hepatitis serie"),
)
FRENCH = Conventions(
    code="fr",
    openers=words(
        "le la les l' un une des du ce cet cette ces il elle ils elles on nous vous je tu j' c' mon ma "
        "mes ton son sa ses notre votre leur leurs et ou mais donc or ni car alors puis ensuite après "
        "avant enfin cependant toutefois pourtant néanmoins ainsi aussi encore déjà maintenant "
        "aujourd'hui hier demain toujours jamais parfois souvent peut-être malheureusement heureusement "
        "soudain bientôt si quand lorsque lorsqu' comme puisque parce pendant depuis dès jusqu' à au aux "
        "de d' dans en par pour sur sous avec sans chez vers entre contre selon malgré où qui que quoi "
        "quel quelle quels quelles comment pourquoi est sont était étaient a ont avait tout toute tous "
        "toutes plusieurs certains certaines quelques chaque aucun aucune personne rien autre autres y ne "
        "n' non oui voici voilà cela ça ceci même seul plus très lui eux moi toi qu' s'"
    ),
    titles=words(
        "Mme. Mmes. Mlle. Mlles. M. MM. Dr. Pr. Me. Mgr. St. Ste. Sr. P. p._ex. p.ex. P._ex. c.-à-d. cf. "
        "Cf. env. av. apr. ap. dr. vs. ca. Mr. Mrs. Gal. Cdt. Cne. Lt. c.à.d."
    ),
    numbered=words(
        "lun. mar. mer. jeu. ven. sam. dim. "
        "max. min. p. pp. n. no. art. Art. chap. Chap. fig. Fig. vol. Vol. t. tome. éd. tél. Tél. tel. "
        "Tel. janv. févr. fév. mars. avr. juil. sept. oct. nov. déc. bd. bld. Bd. boul. par. ch. al. "
        "coll. réf. Réf. pl. rép. section. sect. ann. add. app. ill. §. l. v."
    ),
    words=words("tome. mars. section. ann. par. mer."),
    final=words(
        "etc. J.-C. av._J.-C. apr._J.-C. ap._J.-C. hab. S.A. S.A.R.L. Cie. sec. éd. kg. cm. km. Inc. Ltd. "
        "Jr. a.m. p.m. R.I.P. dir. trad."
    ),
    loose=words("U.S. É.-U. E.U. U.S.A. D.C. O.N.U. S.N.C.F. R.D.V. N.B. P.S. ex. Ex. Univ. Dpt. dép. dépt."),
    trailing=words("GMT UTC CET CEST"),
    clauses=words(
        "et ou mais donc car ni que qui dont où quand lorsque comme puisque si quoique laquelle lequel "
        "lesquels lesquelles parce pendant tandis afin"
    ),
    leaning=words(
        "et ou mais si plus que à au aux de du des dans en par pour sur sous avec sans chez vers entre "
        "contre le la les un une ce cet cette ces mon ma mes son sa ses notre votre leur leurs ne pas "
        "très est sont était a ont avait se me te nous vous il elle ils elles on je tu parce ainsi tandis "
        "afin bien dès"
    ),
    lettered=words("vitamine plan groupe classe type point partie option bloc lettre hépatite série"),
)
ITALIAN = Conventions(
    code="it",
    openers=words(
        "il lo la i gli le l' un uno una un' questo questa questi queste quello quella quelli quel quell' "
        "egli lui lei loro noi voi io tu essi esso essa mi ti si ci vi mio mia tuo suo sua suoi nostro "
        "nostra vostro e ed o ma però anche poi dopo prima quindi dunque perciò infatti inoltre tuttavia "
        "così allora ora adesso oggi ieri domani sempre mai forse finalmente purtroppo improvvisamente se "
        "quando mentre perché poiché siccome sebbene benché come dove che chi cosa quale quali quanto di "
        "del della dei delle dello a al alla ai alle da dal dalla in nel nella nei con su sul sulla per "
        "tra fra senza contro secondo durante è sono era erano fu furono ha hanno aveva c'è non no sì già "
        "ancora più molto molti molte tutti tutto tutte alcuni alcune ogni altro altri nessuno niente "
        "qualcuno solo ecco né"
    ),
    titles=words(
        "Sig. Sig.ra Sig.na Sigg. sig. Dott. Dott.ssa dott. Dr. Prof. prof. Prof.ssa Avv. avv. Ing. ing. "
        "Arch. arch. Geom. Rag. On. on. Sen. Mons. Don. S. SS. Gen. Col. Cap. Ten. Mar. Cav. Comm. es. "
        "Es. p.es. p._es. P.es. ca. cfr. Cfr. cf. vs. psicol. Dir. dir. Amm. amm. pres. Pres. Egr. Gent. "
        "Gent.ma Spett. c.d. cd. incl. escl. Mr. Mrs."
    ),
    numbered=words(
        "min. max. n. N. nr. num. pag. Pag. pagg. p. pp. art. Art. artt. cap. Cap. capp. vol. Vol. voll. "
        "fig. Fig. figg. tel. Tel. ed. tab. Tab. sez. par. v. c. comma. lun. mar. mer. gio. ven. sab. "
        "dom. gen. feb. febb. apr. giu. lug. ago. sett. set. ott. nov. dic. int. Int. km. l. cell. Cell. "
        "fax. rif. all."
    ),
    words=words("comma. fax. all. cap."),
    final=words(
        "ecc. etc. a.C. d.C. a._C. d._C. S.p.A. S.r.l. s.r.l. S.n.c. Cia. kg. cm. Jr. Inc. Ltd. u.s. "
        "a.m. p.m. seg. segg. ss. al."
    ),
    loose=words("U.S. U.S.A. U.E. D.C. P.S. N.B. Univ. Dip. dip. Uff. Min. P.zza V.le C.so Pzza. pzza."),
    trailing=words("GMT UTC CET CEST"),
    clauses=words(
        "e ed o oppure ma però perché che chi cui quando dove come mentre se poiché sebbene quale quali né"
    ),
    leaning=words(
        "e ed o ma così più che in a al alla ai alle da dal dalla di del della dei delle con su sul sulla "
        "per tra fra senza il lo la i gli le un uno una questo questa quello quella mio suo sua non molto "
        "è sono era ha hanno aveva si mi ti ci vi nel nella"
    ),
    lettered=words("vitamina piano gruppo classe tipo punto parte opzione blocco lettera epatite serie"),
)
PORTUGUESE = Conventions(
    code="pt",
    openers=words(
        "o a os as um uma uns umas este esta isto estes estas esse essa isso esses essas aquele aquela "
        "aquilo ele ela eles elas nós eu tu você vocês se me lhe meu minha teu seu sua seus suas nosso "
        "nossa e ou mas porém contudo todavia entretanto então depois antes logo assim também além ainda "
        "já agora hoje ontem amanhã sempre nunca talvez finalmente infelizmente de do da dos das em no na "
        "nos nas num numa por pelo pela para com sem sobre entre até desde segundo durante contra ao à "
        "aos às quando enquanto como onde porque embora que quem qual quais é são era eram foi foram há "
        "havia tem têm tinha está estão estava todo toda todos todas muitos muitas alguns algumas cada "
        "outro outra outros ninguém alguém nada algo não sim mais muito só apenas apesar"
    ),
    titles=words(
        "Sr. Sra. Srta. Srs. Sras. Dr. Dra. Drs. Prof. Profa. Eng. Arq. Gen. Cel. Cap. Ten. Sto. Sta. S. "
        "D. Exmo. Exma. Ilmo. Rev. Pe. Fr. p._ex. p.ex. P._ex. Mr. Mrs. vs. cf. Cf. aprox. ca. V. Min."
    ),
    numbered=words(
        "seg. ter. qua. qui. sex. sáb. dom. "
        "min. máx. mín. n. nº. núm. no. pág. Pág. págs. No. N.º n.º p. pp. art. Art. arts. cap. Cap. "
        "caps. vol. Vol. fig. Fig. figs. tel. Tel. ed. Ed. t. av. Av. R. r. km. jan. fev. mar. abr. jun. "
        "jul. ago. set. out. nov. dez. sec. seç. tab. Tab. apto. Apto. inc. ref. Ref. al."
    ),
    words=words("mar. no. cap. ter."),
    final=words("etc. a.C. d.C. a._C. d._C. S.A. S._A. Ltda. Lda. Cia. kg. cm. hab. Jr. Inc. Ltd. a.m. p.m."),
    loose=words("E.U.A. EUA. U.S. D.C. P.S. N.B. Univ. Depto. depto. obs. Obs."),
    trailing=words("GMT UTC BRT"),
    clauses=words(
        "e ou mas porém porque que quem qual quais quando onde como enquanto se embora pois cujo cuja nem"
    ),
    leaning=words(
        "e ou mas tão mais que em no na nos nas de do da dos das a ao à os as o um uma com por pelo pela "
        "para sem sobre entre até desde meu seu sua este esta esse não muito é são era foi há tem tinha "
        "se me lhe"
    ),
    lettered=words("vitamina plano grupo classe tipo ponto parte opção bloco letra hepatite série"),
)
