"""The two proofs at the end: the same plan byte for byte on every device, and no word of it in the server's files."""
import json
import re

from cast import BERIT, JONAS, KARI, MONA, NAV, PER, SILJE
from parts import check

LETTERS = re.compile(r"[^\W\d_]{6,}")  # shorter words turn up by chance in random bytes
HEX = re.compile(r"[0-9a-f]{16,}")


def same_bytes_everywhere(story):
    voice = story.voice
    voice.chapter("Samme plan på alle enheter")
    everything = story.on(JONAS).do("digest", plan=story.plan, text=True)
    readers = {name: [] for name in (story.owner, PER, BERIT, SILJE, NAV)}
    for name, read in readers.items():
        own = story.on(name).do("digest", plan=story.plan, text=True)
        check((own["gov_seq"], own["gov_head"]) == (everything["gov_seq"], everything["gov_head"]),
              f"{name} har en annen beslutningslogg")
        for section, text in own["text"].items():
            check(text.encode() == everything["text"][section].encode(),
                  f"«{section}» hos {name} er ikke den samme som hos {JONAS}")
            check(own["sections"][section] == everything["sections"][section], f"«{section}» hos {name}: annen sum")
            read.append(section)
        check(read, f"{name} leser ingenting")
    expected = {story.owner: set(everything["text"]), PER: {"grunnlag", "samordning", "helse"},
                BERIT: {"grunnlag", "samordning", "helse"}, SILJE: {"grunnlag", "helse"}, NAV: {"grunnlag", "dagtid"}}
    for name, sections in expected.items():
        check(set(readers[name]) - {"sak", "innsyn"} == sections - {"sak", "innsyn"},
              f"{name} leser {sorted(readers[name])}, ikke {sorted(sections)}")
        voice.say(f"{name}: {len(readers[name])} deler, byte for byte som hos {JONAS}")
    check(story.on(MONA).refused("digest", plan=story.plan) != "", "Mona skulle ikke ha lest planen")
    check(not story.on(KARI).do("plans")["plans"], f"{KARI} er ikke deltaker og skulle ikke ha hatt planen")
    voice.say(f"{MONA} leser den ikke lenger. {KARI} har aldri gjort det.")
    return everything


def texts_in(node):
    """Every string a person or a file wrote; ids are not words."""
    if isinstance(node, str):
        return [] if HEX.fullmatch(node) else [node]
    if isinstance(node, list):
        return [text for item in node for text in texts_in(item)]
    if isinstance(node, dict):
        return [text for value in node.values() for text in texts_in(value)]
    return []


def written_texts(story, digest):
    texts = []
    views = [json.loads(text) for text in digest["text"].values()]
    for plan in story.drafts:
        views += story.on(JONAS).do("plan_show", plan=plan, record_access=False)["sections"].values()
    for view in views:
        records = [r for kind in view["records"].values() for r in kind] + view["removed"]
        for record in records:
            for part in ("fields", "conflict", "also", "before"):
                texts += texts_in(record.get(part, {}))
        for proposal in view["proposals"]:
            texts += texts_in([proposal["note"], proposal.get("reason", ""), [o.get("value", "") for o in proposal["ops"]]])
    texts += story.said + ["Bruk begge rekkverkene", "Vi har ingen student nå", "korrekt hest batteri"]
    return sorted({text for text in texts if text})


class Haystack:
    """All bytes of some files, in lower case, as UTF-8 and as the same text in two bytes a letter."""

    def __init__(self, files):
        self.bytes = b"\n".join(f.read_bytes() for f in files)
        self.low = self.bytes.lower()

    def has(self, text):
        low = text.lower()
        return low.encode() in self.low or low.encode("utf-16-le") in self.low or text.encode() in self.bytes


def server_knows_no_word(story, digest, empty_server_files):
    voice = story.voice
    voice.chapter("Serveren kjenner ingen av ordene")
    texts = written_texts(story, digest)
    sentences = [t for t in texts if len(t) >= 12 and " " in t]
    words = sorted({w for t in texts for w in LETTERS.findall(t)})
    # Words that also stand in a server that nobody has used, such as names of its tables, say nothing.
    plain = Haystack(empty_server_files)
    words = [w for w in words if not plain.has(w)]
    check(len(words) >= 40 and len(sentences) >= 20, f"for lite å lete etter: {len(words)} ord")

    # The search must be able to find: in the plan itself it finds every one.
    control = story.world.folder / "kontroll.txt"
    control.write_text("\n".join(texts), encoding="utf-8")
    found = Haystack([control])
    missing = [t for t in words + sentences if not found.has(t)]
    check(not missing, f"letingen virker ikke; den fant ikke {missing[:3]}")
    control.unlink()

    files = story.world.server.files()
    hay = Haystack(files)
    check(b"SQLite format 3" in hay.bytes, "fant ikke serverens database")
    check(any(f.name.endswith("-wal") for f in files), "serverens WAL-fil skulle ha vært med")
    hits = [t for t in words + sentences if hay.has(t)]
    check(not hits, f"serveren har disse ordene: {hits[:10]}")
    names = ", ".join(sorted({f.name for f in files}))
    voice.say(f"Lette etter {len(words)} ord og {len(sentences)} setninger fra planene, og alle navn,")
    voice.say(f"i {len(files)} filer ({len(hay.bytes) // 1024} kB): {names}.")
    voice.say("Fant ingen. Den samme letingen i selve planen fant alle.")

    homes = [f for d in story.world.devices.values() for f in d.home.rglob("*") if f.is_file()]
    hay = Haystack(homes)
    hits = [t for t in words + sentences if hay.has(t)]
    check(not hits, f"enhetenes filer har disse ordene i klartekst: {hits[:10]}")
    voice.say(f"Heller ikke enhetenes egne filer ({len(homes)} filer, {len(hay.bytes) // 1024} kB) har ett ord i klartekst.")
