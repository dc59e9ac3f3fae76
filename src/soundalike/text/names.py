"""Names that the lexicon lacks or has wrong, and that the model for unknown words gets clearly wrong
(English).
"""

NAMES: dict[str, str] = dict(
    line.split()
    for line in """
camila kəmˈilə
camus kæmˈu
cholmondeley t͡ʃˈʌmli
djokovic d͡ʒˈoʊkəvɪt͡ʃ
eoin ˈoʊɪn
goethe ɡˈɚtə
heisenberg hˈaɪzənbɚɡ
imani ɪmˈɑni
kaylee kˈeɪli
keighley kˈiθli
kwame kwˈɑmeɪ
kyiv kˈiv
laplace ləplˈɑs
macron məkɹˈoʊn
malala məlˈɑlə
mbappe əmbˈɑpeɪ
nadella nədˈɛlə
nevaeh nəvˈeɪə
oluwaseun ˌoʊluwəʃˈeɪun
pichai pˈit͡ʃaɪ
poincare pwˌɑŋkɑɹˈeɪ
praha pɹˈɑhə
priya pɹˈijə
proust pɹˈust
rajesh ɹɑd͡ʒˈɛʃ
ramanujan ɹɑmˈɑnud͡ʒən
schrodinger ʃɹˈoʊdɪŋɚ
soundalike sˈaʊndəlˌaɪk
zelensky zəlˈɛnski
""".strip().splitlines()
)
