"""The people of the story, and how they come to share one plan that was imported from a real file."""
from parts import check

KARI, JONAS, MONA, BERIT, PER = "Kari Lunde", "Jonas Berg", "Mona Dahl", "Berit Moen", "Per Aas"
SILJE, NAV = "Silje Solberg", "Nina Vik ved NAV"
OFFICE, HOME_CARE = "Koordinerende enhet i Lia", "Hjemmetjenesten"
PLAN_RECORD = "0" * 32

CONSENT = {
    "what": "Det som står om helse og hverdag i planen.",
    "who": "De som hjelper meg hjemme og på trening.",
    "use": "For at de skal gjøre det vi er enige om.",
    "consequence": "Uten dette vet de ikke hva de andre gjør.",
}


class Story:
    """What the chapters share: the world, the plan and the records they write in."""

    def __init__(self, world):
        self.world, self.voice = world, world.voice
        self.plan = self.measure = self.owner = None
        self.said = []  # words of people and units that stand in no plan
        self.drafts = []  # imported plans that are shared with nobody

    def on(self, name):
        return self.world.device(name)

    def edit(self, name, field, value, **more):
        return self.on(name).do("edit", plan=self.plan, entity=self.measure, field=field, value=value, **more)

    def field(self, name, field):
        """A field of the measure, as this person's device shows it."""
        shown = self.on(name).do("plan_show", plan=self.plan)
        for record in shown["sections"].get("helse", {}).get("records", {}).get("measure", []):
            if record["id"] == self.measure:
                return record["fields"].get(field)
        check(False, f"{name} ser ikke tiltaket")
        return None


def make_units(story):
    world, voice = story.world, story.voice
    voice.chapter("Kommunen kommer i gang")
    kari = story.on(KARI)
    kari.do("init", server=world.server.url, code=world.server.code(), name=KARI)
    office = kari.do("unit_create", name=OFFICE)["unit"]
    kari.sync()
    voice.say(f"{KARI} begynner med koden fra serveren og lager «{OFFICE}».")
    words = world.let_in(KARI, JONAS, {"for": "unit", "unit": office})
    voice.say(f"{JONAS} skal koordinere og blir med i enheten. De sammenligner fire ord på telefon: «{words}».")
    world.let_in(KARI, BERIT, {"for": "unit", "unit": office})
    unit = story.on(BERIT).do("unit_create", name=HOME_CARE)["unit"]
    story.on(BERIT).sync()
    world.let_in(BERIT, PER, {"for": "unit", "unit": unit})
    voice.say(f"{BERIT} lager enheten «{HOME_CARE}» og slipper inn {PER}.")
    story.said += [KARI, BERIT, OFFICE, HOME_CARE]
    return unit


def import_plans(story, files):
    voice = story.voice
    voice.chapter("Planer fra journalsystemet")
    done = story.on(JONAS).readable("import-fhir", *[str(f) for f in files])
    for line in done.splitlines():
        if not line.startswith(" "):  # the report of what was left out is long
            voice.say(line)
    plans = story.on(JONAS).do("plans")["plans"]
    check(plans and all(p["holding"] == "draft" for p in plans), "importerte planer skulle ha vært utkast")
    # The one with the most to read is the one the story follows.
    sizes = {p["plan"]: len(str(story.on(JONAS).do("plan_show", plan=p["plan"], record_access=False))) for p in plans}
    chosen = max(plans, key=lambda p: sizes[p["plan"]])
    story.plan, story.owner = chosen["plan"], chosen["owner"]
    story.drafts = [p["plan"] for p in plans if p is not chosen]
    story.on(JONAS).sync()
    voice.say(f"Vi følger planen til {story.owner}. Ingenting er delt: samtykket mangler.")


def add_goal_and_measure(story):
    jonas = story.on(JONAS)
    goal = jonas.do("add", plan=story.plan, kind="goal", section="helse", fields={
        "text": "Jeg vil gå til butikken selv igjen", "whose_words": story.owner, "status": "foreslatt", "priority": "1"})
    measure = jonas.do("add", plan=story.plan, kind="measure", section="helse", fields={
        "text": "Gå i trapp og ute", "responsible": MONA, "extent": "1 gang i uka", "how": "Med rekkverk",
        "status": "pagar", "goals": [goal["entity"]]})
    story.measure = measure["entity"]
    jonas.do("add", plan=story.plan, kind="need", section="dagtid", fields={"text": "Vil tilbake i verkstedet"})
    story.voice.say(f"{JONAS} skriver et mål og et tiltak sammen med {story.owner}.")


def owner_consents(story):
    world, voice = story.world, story.voice
    voice.chapter("Planeieren samtykker")
    owner = story.owner
    world.let_in(JONAS, owner, {"for": "plan", "plan": story.plan, "role": "owner"})
    device = story.on(owner)
    device.do("consent_plan", plan=story.plan)
    # Only now is the content sealed and shared; before, it lay on the coordinator's device alone (R24).
    world.sync(owner, JONAS, owner)
    device.do("edit", plan=story.plan, entity=PLAN_RECORD, field="matters_most",
              value="At jeg får bo hjemme og treffe folk")
    world.sync(owner, JONAS)
    voice.say(f"{owner} får planen på egen telefon, samtykker til at den blir laget, og skriver hva som er viktigst.")


def others_join(story, unit):
    world, voice = story.world, story.voice
    voice.chapter("De andre blir med")
    world.let_in(JONAS, MONA, {"for": "plan", "plan": story.plan, "role": "provider"})
    world.let_in(JONAS, BERIT, {"for": "plan", "plan": story.plan, "role": "provider"}, as_unit=(unit, HOME_CARE))
    world.let_in(JONAS, SILJE, {"for": "plan", "plan": story.plan, "role": "relative"})
    shown = story.on(MONA).do("plan_show", plan=story.plan)
    check(not shown["sections"], "uten samtykke skulle ikke Mona ha sett noe")
    voice.say(f"{MONA}, {HOME_CARE} og {SILJE} er med, men ser ingenting ennå.")
    owner = story.on(story.owner)
    owner.sync()
    give(story, MONA, "write", ["grunnlag", "samordning", "helse"], "full")
    give(story, HOME_CARE, "write", ["grunnlag", "samordning", "helse"], "full")
    give(story, SILJE, "propose", ["grunnlag", "helse"], "from_now")
    owner.sync()
    world.sync(JONAS, MONA, BERIT, SILJE, PER)
    check(story.field(PER, "how") == "Med rekkverk", "Per skulle ha sett tiltaket gjennom Hjemmetjenesten")
    voice.say(f"{story.owner} åpner planen for dem: to kan skrive, og {SILJE} kan lese og foreslå.")
    voice.say(f"{PER} ser planen fordi han er med i {HOME_CARE}.")


def give(story, who, rights, sections, history, **text):
    story.on(story.owner).do("consent_give", plan=story.plan, participant=who, rights=rights, sections=sections,
                             history=history, **{**CONSENT, **text})
