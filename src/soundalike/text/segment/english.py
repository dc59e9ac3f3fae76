"""English: openers, abbreviations, names with a mark."""

from __future__ import annotations

from .conventions import Conventions, words

ENGLISH = Conventions(
    code="en",
    openers=words(
        "the a an this that these those there here it its he she we they you i his her our my your their "
        "and but or nor so yet then thus hence however moreover furthermore nevertheless nonetheless "
        "therefore meanwhile otherwise instead indeed perhaps maybe also still later soon now once again "
        "today yesterday tomorrow if when while where whereas because since although though unless until "
        "after before as at by for from in into on onto of off over under with without within during "
        "through throughout to toward towards upon between among against despite about what who whom "
        "whose which why how is are was were do does did has have had could should would might must shall "
        "let please not no none nobody nothing everyone everybody everything someone somebody something "
        "anyone anything each every some any many much few both either neither another other others such "
        "all even just only finally eventually suddenly actually apparently certainly clearly fortunately "
        "unfortunately generally obviously usually often sometimes never always according besides overall "
        "nowadays afterwards it's he's she's that's there's they're we're you're i'm i've i'll i'd what's "
        "who's don't didn't doesn't isn't wasn't can't let's thank thanks yes well unlike like"
    ),
    titles=words(
        "Mr. Mrs. Ms. Mx. Dr. Drs. Prof. Profs. Fr. Rev. Revd. Hon. Gen. Adm. Col. Capt. Cpt. Cmdr. Cdr. "
        "Lt. Sgt. Cpl. Pvt. Maj. Brig. Gov. Sen. Sens. Rep. Reps. Pres. Messrs. Mme. Mlle. Msgr. Supt. "
        "Insp. Det. Amb. Atty. Bp. Abp. Ens. Pfc. Ofc. Gens. Lts. e.g. eg. E.g. i.e. ie. I.e. cf. Cf. "
        "viz. vs. v. ca. c. approx. Approx. esp. resp. incl. excl. a.k.a. f.k.a. Mt. Mts. Ft. née."
    ),
    numbered=words(
        "min. max. Pat. Bldg. No. N°. n°. Nos. no. nos. p. pp. P. Pp. fig. Fig. figs. Figs. eq. Eq. eqs. "
        "Eqs. eqn. Eqn. Eqns. Sec. Secs. al. sect. Sect. sects. ch. Ch. chs. Chs. chap. Chap. Chaps. vol. "
        "Vol. vols. Vols. art. Art. arts. par. Par. para. Para. paras. tab. Tab. thm. Thm. prop. Prop. "
        "cor. Cor. lem. def. Def. ex. Ex. app. App. appx. Appx. ver. Ver. ed. Ed. eds. Eds. pt. Pt. pts. "
        "bk. Bk. rm. Rm. apt. Apt. ste. Ste. ext. Ext. tel. Tel. ph. Ph. fax. Fax. l. ll. n. nn. op. Op. "
        "cat. Cat. ref. Ref. refs. Refs. ser. Ser. iss. Iss. lvl. Lvl. ep. Ep. eps. Rte. rte. Hwy. hwy. "
        "Jan. Feb. Mar. Apr. Jun. Jul. Aug. Sept. Sep. Oct. Nov. Dec. cl. reg. Reg. Ps. Matt. Rom. vv."
    ),
    words=words("al. No. no. art. Art. arts. cat. Cat. ex. app. App. fax. Fax. tab. Tab. ref. refs."),
    final=words(
        "etc. Inc. Ltd. Co. Corp. LLC. L.L.C. Bros. a.m. p.m. A.M. P.M. Ph.D. M.D. D.D.S. D.V.M. B.A. "
        "B.S. M.A. M.S. M.B.A. LL.B. LL.M. J.D. Esq. B.C. B.C.E. C.E. A.D. hr. hrs. mins. sec. secs. "
        "lb. lbs. oz. ft. in. yd. yds. mi. mph. gal. qt. tsp. tbsp. km. cm. mm. kg. mg. ml. yr. yrs. mo. "
        "mos. wk. wks. govt. misc. temp. avg. std. deg."
    ),
    loose=words(
        "U.S. U.K. U.N. E.U. U.S.A. D.C. L.A. N.Y. N.J. P.S. Jr. Sr. jr. sr. St. Ave. ave. Blvd. blvd. "
        "Rd. rd. Ln. ln. Ct. Pl. Sq. Pkwy. Ter. Expy. Cir. Univ. Inst. Dept. dept. Assn. Assoc. Natl. "
        "Intl. Govt. Hosp. Mfg. Calif. Colo. Conn. Del. Fla. Ga. Ill. Ind. Kan. Ky. La. Mass. Mich. Minn. "
        "Mo. Mont. Neb. Nev. Okla. Ore. Pa. Tenn. Tex. Vt. Va. Wis. Wyo. Ariz. Ark. Ala. Alta. Ont. Que. "
        "Mon. Tue. Tues. Wed. Thu. Thurs. Fri. Sat. Sun. est. Est. Pty. Cie. bldg. Mgr. mgr. Dir. Chmn. "
        "n.d. N.B. n.b. R.I.P."
    ),
    trailing=words(
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mon Tue Tues Wed Thu Thurs Fri Sat Sun "
        "January February March April June July August September October November December Jan Feb Mar "
        "Apr Jun Jul Aug Sept Sep Oct Nov Dec EST EDT ET CST CDT CT MST MDT MT PST PDT PT GMT BST UTC CET "
        "CEST Eastern Central Mountain Pacific Greenwich Christmas Easter CEO CFO CTO COO Chief President "
        "Chairman Chairwoman Director Vice Executive Founder"
    ),
    clauses=words(
        "and but or nor so yet because although though while whereas since unless until before after when "
        "whenever where wherever if that which who whom whose what why how as than whether"
    ),
    leaning=words(
        "and but or nor so as than that such in on at of for with by from to into onto about over under "
        "through upon within without between among during like the a an this these those his her its "
        "their our my your no not even only just is are was were be been being has have had will would "
        "can could may might must shall should do does did very more most less too all some any each "
        "every both either neither"
    ),
    lettered=words(
        "vitamin vitamins plan grade class option group section team hepatitis exhibit appendix step part "
        "point side type terminal gate column row zone level platform block unit wing door letter answer "
        "choice phase stage series formula sector candidate witness"
    ),
    saying=words(
        "said asked cried replied answered shouted whispered yelled called added muttered murmured "
        "demanded exclaimed inquired enquired wondered screamed snapped sighed laughed says asks cries "
        "replies answers shouts whispers groaned growled roared gasped begged pleaded insisted repeated "
        "interrupted protested retorted responded remarked teased joked"
    ),
    marked=words(
        "E! Yahoo! Jeopardy! Joomla! Wham! Oklahoma! Airplane! Panic! Moulin_Rouge! Mamma_Mia! Hairspray! "
        "Chips_Ahoy! Hello,_Dolly! Kahoot! Hey_Arnold! Wipeout! Ulta! Yum! Westward_Ho! Fabulous! Shazam! "
        "Guess_Who? Crunch!"
    ),
)
