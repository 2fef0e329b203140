"""The five main flows, each with everyone out of coverage in between."""
from cast import BERIT, JONAS, KARI, MONA, NAV, PER, SILJE, give
from parts import check


def staff_edits_offline(story):
    world, voice = story.world, story.voice
    voice.chapter("Flyt 1: Ansatte endrer et tiltak uten dekning")
    world.everyone_offline()
    story.edit(MONA, "extent", "2 ganger i uka")
    story.edit(PER, "extent", "3 ganger i uka")
    story.on(MONA).do("add", plan=story.plan, kind="note", section="helse",
                      fields={"text": "Alt gikk som avtalt i trappa", "measure": story.measure})
    story.on(MONA).sync_offline()
    voice.say(f"Uten dekning: {MONA} skriver «2 ganger i uka» og et notat. {PER} skriver «3 ganger i uka».")
    story.on(MONA).kill()
    check(story.field(MONA, "extent") == "2 ganger i uka", "det som var lagret, skulle ha vært der etter strømbrudd")
    status = story.on(MONA).do("status")
    check(status["waiting"] == 2 and not status["all_sent"], "to endringer skulle ha ventet")
    voice.say(f"Telefonen til {MONA} dør og slås på igjen. Lagret på enheten, ikke sendt: 2 endringer.")
    world.coverage_back()


def sync_and_choose(story):
    world, voice = story.world, story.voice
    voice.chapter("Flyt 2: Dekningen er tilbake, alle sender og henter")
    first, _ = world.sync(MONA, PER)
    check(first["exchanges"] == 1, "en sending skulle ha tatt én tur til serveren")
    voice.say(f"{MONA} sender alt i én tur. {PER} sender etterpå.")
    check(story.on(MONA).do("status")["all_sent"], "alt skulle ha vært sendt")
    world.sync(MONA, JONAS, story.owner)
    found = story.on(JONAS).do("conflicts", plan=story.plan)["conflicts"]
    check(len(found) == 1 and len(found[0]["versions"]) == 2, "det skulle ha vært to versjoner av omfanget")
    for version in found[0]["versions"]:
        who = version.get("on_behalf_name") or version["person_name"]
        voice.say(f"  To versjoner: «{version['value']}», skrevet av {who}.")
    story.on(JONAS).do("resolve", plan=story.plan, entity=story.measure, field="extent",
                       value="2 ganger i uka, 3 når det er tørt")
    world.sync(JONAS, MONA, PER, story.owner)
    for name in (JONAS, MONA, PER, story.owner):
        check(not story.on(name).do("conflicts", plan=story.plan)["conflicts"], f"{name} har fortsatt to versjoner")
        check(story.field(name, "extent") == "2 ganger i uka, 3 når det er tørt", f"{name} har et annet omfang")
    voice.say(f"{JONAS} velger teksten som skal gjelde. Alle ser det samme, og begge versjonene står i historikken.")


def relative_proposes(story):
    world, voice = story.world, story.voice
    voice.chapter("Flyt 3: En pårørende foreslår")
    world.everyone_offline()
    done = story.edit(SILJE, "where", "På kirkebakken", note="Der treffer hun koret")
    check(done["proposal"], "det Silje skriver, skulle ha vært et forslag")
    story.edit(SILJE, "by_whom", "En student fra skolen")
    story.on(SILJE).sync_offline()
    voice.say(f"Uten dekning foreslår {SILJE} et sted og en hjelper.")
    world.coverage_back()
    world.sync(SILJE, MONA)
    check(story.field(MONA, "where") is None, "et forslag skulle ikke ha endret planen")
    proposals = story.on(MONA).do("proposals", plan=story.plan)["proposals"]
    check(len(proposals) == 2, "Mona skulle ha sett to forslag")
    first, second = sorted(proposals, key=lambda p: p["note"] == "")
    story.on(MONA).do("accept", plan=story.plan, proposals=[first["id"]])
    story.on(MONA).do("decline", plan=story.plan, proposals=[second["id"]], reason="Vi har ingen student nå")
    world.sync(MONA, SILJE, JONAS)
    states = sorted(p["state"] for p in story.on(SILJE).do("proposals", plan=story.plan)["proposals"])
    check(states == ["accepted", "declined"], "Silje skulle ha sett begge svarene")
    check(story.field(SILJE, "where") == "På kirkebakken", "forslaget skulle ha stått i planen")
    voice.say(f"{MONA} tar inn det ene og svarer nei på det andre, med grunn. {SILJE} ser svarene.")


def consent_withdrawn(story):
    world, voice = story.world, story.voice
    voice.chapter("Flyt 4: Samtykket trekkes tilbake")
    world.everyone_offline()
    owner = story.on(story.owner)
    done = owner.do("consent_withdraw", plan=story.plan, participant=MONA)
    check(done["takes_effect"] == "next_sync", "uten dekning skulle trekket ha ventet")
    story.edit(MONA, "how", "Bruk begge rekkverkene")
    story.edit(PER, "how", "Støtte fra venstre side")
    voice.say(f"Uten dekning trekker {story.owner} samtykket til {MONA}. Samtidig skriver {MONA} og {PER}.")
    world.coverage_back()
    world.sync(story.owner)
    notices = [n["what"] for n in story.on(MONA).sync()["notices"]]
    check("access_ended" in notices, "Mona skulle ha fått vite at tilgangen er avsluttet")
    check(story.on(MONA).refused("plan_show", plan=story.plan) == "withdrawn", "Mona skulle ikke ha sett planen")
    kept = story.on(MONA).do("quarantine")["quarantine"]
    check([c["value"] for q in kept for c in q["changes"]] == ["Bruk begge rekkverkene"],
          "Monas egne ord skulle ha vært beholdt hos henne")
    voice.say(f"Fra nå stenger serveren. Planen er borte hos {MONA}; bare egne usendte ord er igjen der.")
    story.on(PER).sync()
    check(story.on(PER).do("status")["waiting"] == 0, "Pers endring skulle ha kommet fram med ny nøkkel")
    voice.say(f"Planen har fått nye nøkler. Endringen til {PER} pakkes på nytt og sendes, uten at han merker det.")
    story.on(MONA).do("quarantine_hand_over", id=kept[0]["id"])
    world.sync(MONA, JONAS)
    letters = story.on(JONAS).do("hand_overs")["hand_overs"]
    check(len(letters) == 1 and letters[0]["name"] == MONA, "Jonas skulle ha fått overleveringen")
    story.on(JONAS).do("hand_over_accept", letter=letters[0]["letter"])
    world.sync(JONAS, story.owner, PER)
    voice.say(f"{MONA} leverer teksten sin forseglet. {JONAS} tar den inn, merket som mottatt fra en tidligere deltaker.")
    found = story.on(JONAS).do("conflicts", plan=story.plan)["conflicts"]
    for item in found:
        story.on(JONAS).do("resolve", plan=story.plan, entity=item["id"], field=item["field"],
                           value="Begge rekkverk, støtte fra venstre")
    check(story.on(MONA).sync()["received"] == 0, "Mona skulle ikke ha fått mer")


def office_opens_plan(story):
    world, voice = story.world, story.voice
    voice.chapter("Flyt 5: Et kontor åpner planen")
    world.let_in(JONAS, NAV, {"for": "plan", "plan": story.plan, "role": "other_service"})
    check(not story.on(NAV).do("plan_show", plan=story.plan)["sections"], "uten samtykke skulle NAV ikke ha sett noe")
    story.on(story.owner).sync()
    world.everyone_offline()
    give(story, NAV, "read", ["grunnlag", "dagtid"], "full", use="For å finne et arbeidsrettet tiltak.")
    voice.say(f"Uten dekning åpner {story.owner} to deler av planen for {NAV}, bare for å lese.")
    world.coverage_back()
    story.on(story.owner).sync()
    story.on(NAV).do("sync", plans=[story.plan])
    shown = story.on(NAV).do("plan_show", plan=story.plan)
    check(sorted(shown["sections"]) == ["dagtid", "grunnlag"], "NAV skulle ha sett to deler av planen")
    check("Gå i trapp og ute" not in str(shown), "NAV skulle ikke ha sett tiltaket")
    check(story.on(NAV).refused("edit", plan=story.plan, entity="0" * 32, field="title", value="X") == "not_allowed",
          "NAV skulle ikke ha fått skrive")
    world.sync(NAV, story.owner)
    opened = story.on(story.owner).do("access_log", plan=story.plan)["opened"]
    check(any(e["name"] == NAV and len(e["sections"]) == 2 for e in opened), "innsynsloggen skulle ha vist NAV")
    voice.say(f"{NAV} ser «dagtid» og «grunnlag», ikke helse. {story.owner} ser i innsynsloggen hvem som har lest.")


def everyone_up_to_date(story):
    names = (JONAS, story.owner, PER, BERIT, SILJE, NAV, MONA, KARI)
    for _ in range(2):
        story.world.sync(*names)
    for name in names:
        status = story.on(name).do("status")
        waiting = [p for p in status["plans"] if p["holding"] != "draft" and p["waiting"] + p["intents"] > 0]
        check(not waiting and status["attention"] == 0 and status["mail"] == 0,
              f"{name} skulle ikke ha hatt noe som venter: {status}")
