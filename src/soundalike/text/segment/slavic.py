"""Russian, Czech: openers and abbreviations."""

from __future__ import annotations

from .conventions import Conventions, words

RUSSIAN = Conventions(
    code="ru",
    openers=words(
        "он она оно они мы я ты вы это этот эта эти тот та те там тут здесь туда его её их мой моя наш "
        "наша ваш свой и а но или да же однако зато потом затем после тогда теперь сейчас сегодня вчера "
        "завтра позже скоро иногда часто всегда никогда может возможно наконец вдруг внезапно поэтому "
        "также кроме впрочем если когда пока хотя потому чтобы как так где куда откуда почему зачем что "
        "кто какой какая какие который сколько в во на с со к ко по из от до у о об за под над при про "
        "без для между через перед среди против согласно был была было были есть будет все всё весь вся "
        "каждый многие некоторые никто ничто кто-то что-то другой другие не нет ни ещё еще уже только "
        "даже лишь вот ну именно"
    ),
    titles=words(
        "пр. т.е. т._е. Т.е. Т._е. напр. Напр. проф. Проф. акад. доц. инж. г-н г-жа гр. тов. им. св. Св. "
        "ср. Ср. см. См. т.н. т._н. т.к. т._к. ген. полк. кап. лейт. майор. о. изд-во. ок. прим. Прим. "
        "нач. зам. зав. пос. пгт. дер. пл. пер. просп. пр-т. наб. бул. ул. ш. мкр. оз. р. ред. сост. авт. "
        "пом. мл."
    ),
    numbered=words(
        "мин. стр. Стр. с. С. рис. Рис. табл. Табл. гл. Гл. п. пп. ст. ч. Ч. т. Т. тт. вып. разд. кн. д. "
        "Д. кв. корп. стр-ние. № тел. Тел. доб. оф. каб. янв. февр. фев. апр. авг. сент. окт. нояб. дек. "
        "пн. вт. чт. пт. сб. вс. "
        "изд. подп. прил. Прил. абз. N."
    ),
    words=frozenset(),
    final=words(
        "т.д. т._д. и_т._д. т.п. т._п. и_т._п. др. и_др. и_пр. гг. вв. в. до_н._э. н._э. н.э. э. руб. "
        "коп. тыс. млн. млрд. чел. шт. сек. ч. час. км. кг. см. мм. м. экз. долл. обл. р-н. га. л. проц. "
        "л.с. с._г. т._г. г._г. лет. б.у."
    ),
    counted=words("г."),
    loose=words("США. С.-Петербург. С.-Пб. ООО. А.О. кв.м. кв._м. куб._м."),
    trailing=words("МСК GMT UTC"),
    clauses=words(
        "и а но или что чтобы который которая которое которые которого которой которых если когда потому "
        "где куда как хотя пока так"
    ),
    leaning=words(
        "и а но или так в во на с со к ко по из от до у о об за под над при про без для между через перед "
        "не ни же ли бы его её их мой свой этот эта эти тот очень был была было были потому"
    ),
    lettered=words(
        "витамин витамина план плана группа группы класс тип пункт часть корпус буква буквы серия"
    ),
)
CZECH = Conventions(
    code="cs",
    openers=words(
        "ten ta to ti ty tento tato toto tyto on ona ono oni my já vy jeho její jejich můj moje náš naše "
        "váš svůj a i ale nebo však proto tedy tak pak potom poté dále ještě také avšak nicméně přesto "
        "navíc nyní teď dnes včera zítra později brzy někdy často vždy nikdy možná konečně nakonec náhle "
        "bohužel když jestliže pokud protože ačkoli zatímco než až jak kde kam odkud kdy proč co kdo "
        "který která které jaký kolik v ve na s se k ke po z ze od do u o za pod nad při bez pro mezi "
        "přes před podle během kvůli je jsou byl byla bylo byli má mají měl může všichni všechno vše "
        "každý mnoho někteří nikdo nic někdo něco jiný ne ano ani už jen pouze tam tady zde jako kromě "
        "aby"
    ),
    titles=words(
        "např. Např. tj. Tj. tzn. Tzn. tzv. pan. Dr. dr. prof. Prof. doc. Doc. Ing. ing. Mgr. Bc. MUDr. "
        "JUDr. PhDr. RNDr. gen. plk. kpt. sv. Sv. srov. Srov. viz. Viz. cca. ca. mj. zejm. vč. arch. "
        "event. popř. resp. vs. ul. nám. tř. p. pí. sl. Mr. Mrs. mjr. por. akad."
    ),
    numbered=words(
        "max. Max. min. č. Č. čís. str. Str. s. obr. Obr. tab. Tab. kap. Kap. odst. čl. Čl. sv. "
        "díl. roč. tel. Tel. "
        "vyd. písm. st. l. nr. hod."
    ),
    words=words("díl. max. Max."),
    final=words(
        "atd. apod. aj. ap. př._n._l. n._l. n.l. l. tis. mil. mld. hod. sek. ks. s.r.o. s._r._o. a.s. "
        "a._s. spol. stol. km. kg. Kč. jr. st. ml. m.j. atp. o.p.s. z.s. dop. odp."
    ),
    loose=words("U.S. D.C. Univ. ústav. Inc. Ltd. Co."),
    trailing=words("SEČ GMT UTC"),
    clauses=words(
        "a i ale nebo protože že aby který která které kteří kterého když jestliže pokud než kde kam jak "
        "ačkoli zatímco"
    ),
    leaning=words(
        "a i ale nebo tak v ve na s se k ke po z ze od do u o za pod nad při bez pro mezi přes před ne "
        "ani jeho její jejich ten ta to tento velmi byl byla bylo je jsou si by"
    ),
    lettered=words("vitamín vitamin plán skupina třída typ bod část blok písmeno"),
    has_ordinals=True,
)
