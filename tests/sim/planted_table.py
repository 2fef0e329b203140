#!/usr/bin/env python3
"""The bugs planted on purpose: places in the code, rows of tests/sim/planted_bugs.h and the table of docs/testing.md agree.

  planted_table.py ROOT                 checks that they do
  planted_table.py ROOT --write         writes the table from the header
  planted_table.py ROOT --take FILE...  takes seeds and checkers from what `samplan-sim --planted all` printed, then writes
"""
import pathlib
import re
import sys

FOUND_MIN = 30
ROOMS = ("base", "crypto", "sync", "client-core", "server")
ROW = re.compile(r'\{"(\w+)",\s*((?:"[^"]*"\s*)+),\s*(\d+),\s*"(\w*)"\}')
PRINTED = re.compile(r"^\| `(\w+)` \|.*\| (\d+|not found) \| `?(\w*)`? \|$", re.M)
BEGIN, END = "<!-- planted: made by tests/sim/planted_table.py -->\n", "<!-- planted: end -->\n"


def rows(header):
    return [(name, "".join(re.findall(r'"([^"]*)"', about)), int(seed), checker)
            for name, about, seed, checker in ROW.findall(header)]


def places(root):
    out = set()
    for room in ROOMS:
        for path in (root / room).rglob("*"):
            if path.suffix in (".h", ".cpp") and path.name != "planted.h":
                out |= set(re.findall(r"SP_PLANTED\((\w+)\)", path.read_text(encoding="utf-8")))
    return out


def table(bugs):
    lines = ["| bug | what it does to people | first seed | found by |", "|---|---|---|---|"]
    lines += [f"| `{name}` | {about} | {seed} | `{checker}` |" if seed else f"| `{name}` | {about} | not in 1,000 | |"
              for name, about, seed, checker in bugs]
    return "\n".join(lines) + "\n"


def faults(root):
    header = (root / "tests/sim/planted_bugs.h").read_text(encoding="utf-8")
    page = (root / "docs/testing.md").read_text(encoding="utf-8")
    bugs = rows(header)
    named = {bug[0] for bug in bugs}
    out = [f"{name} is planted and has no row" for name in sorted(places(root) - named)]
    out += [f"{name} has a row and is planted nowhere" for name in sorted(named - places(root))]
    out += [f"{bug[0]} names a seed without a checker, or the other way about" for bug in bugs if (bug[2] == 0) != (not bug[3])]
    found = sum(bug[2] != 0 for bug in bugs)
    if found < FOUND_MIN:
        out.append(f"{found} planted bugs have a seed that finds them, fewer than {FOUND_MIN}")
    if BEGIN + table(bugs) + END not in page:
        out.append("docs/testing.md has another table: tests/sim/planted_table.py . --write")
    return out


def take(root, files):
    path = root / "tests/sim/planted_bugs.h"
    header = path.read_text(encoding="utf-8")
    for file in files:
        for name, seed, checker in PRINTED.findall(pathlib.Path(file).read_text(encoding="utf-8")):
            if seed == "not found":
                continue
            header = re.sub(r'(\{"%s",\s*(?:"[^"]*"\s*)+,\s*)\d+,\s*"\w*"\}' % name,
                            lambda m: f'{m.group(1)}{seed}, "{checker}"}}', header)
    path.write_text(header, encoding="utf-8")


def write(root):
    path = root / "docs/testing.md"
    page = path.read_text(encoding="utf-8")
    bugs = rows((root / "tests/sim/planted_bugs.h").read_text(encoding="utf-8"))
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    path.write_text(before + BEGIN + table(bugs) + END + after, encoding="utf-8")


def main():
    root = pathlib.Path(sys.argv[1])
    if "--take" in sys.argv:
        take(root, sys.argv[3:])
    if "--take" in sys.argv or "--write" in sys.argv:
        write(root)
    found = faults(root)
    if found:
        raise SystemExit("planted bugs: " + "; ".join(found))


main()
