"""./dev demo: the main job of Samplan, from an empty machine to one encrypted plan on seven devices.

Starts a server of its own, makes a device home for each person, imports plans from a real file, runs the five main
flows with everyone out of coverage in between, and proves at the end that all who may read have the same bytes and
that the server has none of the words. Exits with 1 at the first thing that is not as told.
"""
import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import cast
import flows
import proof
from parts import Server, Voice, World, Wrong

ROOT = Path(__file__).resolve().parents[2]


def bundles():
    """The bundles beside the tree if they are there, else the own sample."""
    real = sorted((ROOT.parent / "shared/data/fhir/synthea-r4/full").glob("*.json"))
    return real if real else [ROOT / "samples/fhir/individuell-plan.json"]


def files_of_an_unused_server(program, folder):
    server = Server(program, folder / "ubrukt" / "server")
    server.folder.parent.mkdir()
    server.start()
    server.stop()
    server.start()  # so that the files of a running server are there too
    files = [(f.name, f.read_bytes()) for f in server.files()]
    server.stop()
    kept = folder / "ubrukt-filer"
    kept.mkdir()
    for number, (name, content) in enumerate(files):
        (kept / f"{number}-{name}").write_bytes(content)
    return sorted(kept.iterdir())


def tell(world, empty_server_files):
    story = cast.Story(world)
    world.server.start()
    world.voice.say(f"Serveren svarer på {world.server.url}. Hver person har sin egen mappe, som en egen enhet.")
    unit = cast.make_units(story)
    cast.import_plans(story, bundles())
    cast.add_goal_and_measure(story)
    cast.owner_consents(story)
    cast.others_join(story, unit)
    flows.staff_edits_offline(story)
    flows.sync_and_choose(story)
    flows.relative_proposes(story)
    flows.consent_withdrawn(story)
    flows.office_opens_plan(story)
    flows.everyone_up_to_date(story)
    world.voice.chapter(f"Slik ser planen ut for {cast.PER}")
    page = world.device(cast.PER).readable("plan", "show").splitlines()
    for line in page[:60]:
        world.voice.say(line)
    if len(page) > 60:
        world.voice.say(f"… og {len(page) - 60} linjer til")
    digest = proof.same_bytes_everywhere(story)
    proof.server_knows_no_word(story, digest, empty_server_files)
    world.server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--keep", action="store_true", help="leave the folder with all homes and the server's files")
    arguments = parser.parse_args()
    build = Path(os.environ.get("BUILD_DIR") or ROOT / "build/release")
    client, server = build / "cli/samplan", build / "server/samplan-server"
    for program in (client, server):
        if not program.exists():
            print(f"Mangler {program}. Kjør ./dev demo, som bygger den.", file=sys.stderr)
            return 2
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="samplan-demo-"))
    world = World(folder, str(client), str(server), Voice())
    try:
        world.voice.chapter("Samplan: en individuell plan, kryptert, på hver sin enhet")
        tell(world, files_of_an_unused_server(str(server), folder))
        world.voice.chapter(f"Alt gikk som fortalt, på {time.monotonic() - began:.0f} sekunder.")
        return 0
    except Wrong as wrong:
        print(f"\nDette gikk ikke som fortalt: {wrong}", file=sys.stderr)
        return 1
    finally:
        world.end()
        if arguments.keep:
            print(f"Mappene ligger i {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
