"""The words and patterns of sentences to be read aloud. All of it was written for this package."""

from __future__ import annotations

PATTERNS = (
    "The {adjective} {noun} {past} {place}.",
    "My {person} {past} {place} {time}.",
    "Why did the {person} {verb} the {adjective} {noun}?",
    "Please {verb} the {noun} and the {noun2} {time}.",
    "{time_first}, we {past_to} the {adjective} {noun} {place}.",
    "There is a {adjective} {noun} {place}.",
    "I would rather {verb} a {noun} than {verb2} a {noun2}.",
    "Nobody {past_to} the {noun} that {name} {past_to2}.",
    "{name} and {name2} {past} {place} {time}.",
    "Could you {verb} this {adjective} {noun}, {name}?",
    "{number} {plural} {past} {place}.",
    "Every {person} should {verb} {number_low} {plural} {time}.",
    "It was {adjective} of {name} to {verb} the {noun}.",
    "If the {noun} is {adjective}, {verb} the {noun2} first.",
    "They {past_to} {number_low} {plural} and {past_to2} the {noun}.",
    "How {adjective} the {plural} of {town} are!",
    "{name} lives {place} in {town} with a {adjective} {noun}.",
    "A {adjective} {person} {past_to} our {noun} {time}.",
)
WORDS = {
    "adjective": """
        azure awkward beige bitter blunt bright broad calm casual cheap choosy clumsy coarse cruel curious
        damp dusty eager early empty enjoyable enormous equal exotic fuzzy gentle genuine ghostly golden
        gloomy grey harsh heavy honest huge humble hungry icy jealous joyful junior lazy loud lengthy
        loyal lucky massive measured mild moist muddy narrow noisy obvious odd orange oval pale poisonous
        polite proud purple quaint queer quiet rough rural scarce shy silver smooth sour square strange
        sturdy swift thick thorough tiny ugly unusual urgent useful vague vivid warm weird wealthy wise
        worthy yellow young youthful zealous
    """,
    "noun": """
        acorn anchor apple arch axe badge basket beehive bicycle blanket bridge broom bush cabbage camera
        candle casserole castle chair cheese church cloth clue couch cushion daughter dish dwarf earring
        elbow envelope fence flute fog fudge garage genre ghost giraffe glove guitar hedge helmet hinge
        horseshoe hutch jacket jewel joystick judge juice jungle kettle kayak kiwi ladder lighthouse loaf
        lounge machine magazine massage menu mirage mouth museum mushroom music nephew newspaper oak oath
        ocean olive orchid oven oyster pathway peach pigeon porridge potion pudding puzzle python quilt
        quiz razor rhythm rouge roof sandwich scarf schedule sheath shoelace shovel sixth sleeve smoothie
        song spoon spring statue stew stove sugar sword teapot thermos thigh thimble thing thumb
        toothbrush toy trophy truth tuba tube umbrella vault vehicle view village violin vision voyage
        wagon watch whistle width wolf wool yacht yard yoghurt youth zebra zigzag zoo
    """,
    "person": """
        actor aunt author baker boss brother captain child chef clerk coach cousin daughter doctor
        engineer farmer father friend girl guard guide hunter husband judge king lawyer mayor mother
        neighbor nephew nurse officer owner painter pilot poet queen sailor scholar shepherd singer sister
        soldier son stranger student teacher thief tourist uncle usher vicar visitor watchman witness
        writer youngster
    """,
    "verb": """
        abolish adjust admire amuse annoy avoid behold borrow bother bury carve change choose chew confuse
        crush cure describe destroy enjoy envy excuse fetch finish fold follow forgive fry gather guess
        harvest heat hoist hug ignore imagine inject invite judge join kick knit launch lose loathe
        measure mix move notice obey oil owe paint peel pour preserve pull push quote raise rescue rub
        scratch sew shave share shove sketch smooth soothe spoil squash steal stretch supervise swap teach
        thank throw touch trust unfold use visit voice wash watch weigh wipe wrap yank
    """,
    "past": """
        argued arrived awoke bathed breathed chatted coughed crouched danced dozed drowned emerged escaped
        exercised faded fainted flew froze giggled glowed groaned grew hid howled jogged joked jumped
        knelt laughed leaned lingered lunged marched moaned moved napped paused plunged prayed quarreled
        raged relaxed returned rushed sang shivered shone sighed slept slouched smiled sneezed snoozed
        sobbed spoke stayed stood strolled swam thought vanished voted waited walked wept whispered
        whistled worked yawned yelled
    """,
    "past_to": """
        admired avoided bought broke brought caught chose cleaned covered drew earned enjoyed felt
        finished forgot found gave guarded heard held hid imagined joined kept knew lost loved made
        measured missed moved noticed oiled paid painted pulled pushed raised reached rescued robbed saw
        sewed shaped shook showed sold stole taught threw touched used visited washed watched wore wrote
    """,
    "place": """
        above the stairs, across the marsh, against the wall, among the bushes, around the house, at the
        zoo, behind the garage, below the arch, beneath the oak, beside the ocean, between two hedges,
        beyond the bridge, by the fireside, down the alley, during the voyage, far from Asia, in the yard,
        inside the cave, near Uganda, next to the church, off the highway, on the couch, opposite the bus
        stop, out of the window, outside the theatre, over the hills, past the quiet village, through the
        thick fog, toward the edge, under each umbrella, up the road, with both aunts, within the hour,
        without any oil
    """,
    "time": """
        again, all afternoon, all year, at half past five, at noon, before six, each month, early this
        evening, every Wednesday, forever, from time to time, in August, in July, last Thursday, long ago,
        now and then, once a week, on Sunday, once more, right away, that night, the other day, this
        morning, today, tomorrow at dawn, twice a day, usually, without a pause, yesterday, years ago
    """,
    "plural": """
        arches, badges, boys, bushes, cheeses, clothes, cows, eggs, gloves, ideas, jewels, judges, keys,
        leaves, maps, months, moths, onions, owls, paths, pies, quilts, roses, ships, songs, spoons,
        tubes, toys, treasures, valves, watches, wings, wolves, yachts, years, zebras
    """,
    "number": """
        Two, Three, Four, Five, Six, Seven, Eight, Nine, Eleven, Twelve, Fourteen, Sixteen, Eighteen,
        Twenty, Fifty, A hundred, A thousand, Both, Several, Few
    """,
    "name": """
        Agnes, Arthur, Beth, Boyd, Chloe, Doug, Edith, Eugene, Faye, Gwen, Hugh, Ivy, Joyce, Judith,
        Keith, Louise, Matthew, Maya, Nigel, Owen, Phoebe, Roy, Ruth, Sean, Theo, Ursula, Vaughn, Walter,
        Yvonne, Zoe
    """,
    "town": """
        Athens, Bath, Boise, Chicago, Delhi, Dublin, Egypt, Geneva, Hawaii, Illinois, Joppa, Kyoto, Lagos,
        Moscow, Oslo, Paris, Quebec, Rouen, Seoul, Tokyo, Utah, Venice, Warsaw, York, Zurich
    """,
}
# Slots that take their words from another's list
ALIKE = {
    "noun2": "noun",
    "verb2": "verb",
    "past_to2": "past_to",
    "name2": "name",
    "time_first": "time",
    "number_low": "number",
}


def words_of(slot: str) -> list[str]:
    """The words or phrases that may stand in a slot of a pattern."""
    text = " ".join(WORDS[ALIKE.get(slot, slot)].split())
    parts = text.split(", ") if "," in text else text.split()
    if slot == "time_first":
        return [part[:1].upper() + part[1:] for part in parts]
    return [part.lower() for part in parts] if slot == "number_low" else parts
