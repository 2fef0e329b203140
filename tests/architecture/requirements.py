#!/usr/bin/env python3
"""docs/requirements.md: which test proves which rule of the domain, read from the tags [R24] in the tests.

  requirements.py ROOT           checks that the page is what the tags say
  requirements.py ROOT --write   writes it
"""
import collections
import pathlib
import re
import sys

# The rules in a few words. A rule without a test is not built yet, or not proved.
RULES = {
    "Right and process": {
        1: "eligibility is assessed with reasons", 2: "what counts as coordinated services", 3: "reasons are mandatory",
        4: "kvalifiseringsprogrammet gives the right", 5: "a voluntary plan is possible", 6: "legal bases are data with dates",
        7: "anyone may report a need, offline", 8: "the application is a signed record", 9: "three dated steps",
        10: "written reply within a month", 11: "decision with how to complain", 12: "a measure links to its decision",
        13: "a coordinator without a plan", 14: "the plan is voluntary", 15: "texts say: free, no further right",
        16: "the unit's contact everywhere", 17: "one responsible unit", 18: "one active plan an owner"},
    "Consent and representation": {
        24: "no content without the owner's consent", 25: "exceptions are records", 26: "two consents, separate",
        27: "what, who, use and consequence are stated", 28: "who explained it, when", 29: "end date and form",
        30: "withdrawal: server at once, devices at contact", 31: "sixteen: own consent", 32: "youth shapes own goals",
        33: "review at twelve and eighteen", 34: "representatives with document and period",
        35: "owner and relative both want it"},
    "The owner": {
        36: "own role beside the providers'", 37: "an adviser may accompany", 38: "joint or separate meetings",
        39: "language and culture", 40: "what matters most comes first", 41: "own task list", 42: "what happens next",
        43: "second opinion", 44: "complaint", 45: "rights, offline"},
    "Coordination": {
        47: "always exactly one coordinator", 48: "asking for another", 49: "more than five: a warning",
        50: "handover with overlap", 51: "changes are counted", 52: "a vacancy alarms", 53: "no formal competence asked",
        54: "checklist", 57: "oversight without reading", 59: "care team, meetings, minutes", 60: "the municipality's profile",
        61: "participants and contributions", 63: "several organisations in one plan", 64: "needed and wished cooperation",
        65: "messages"},
    "Content": {
        67: "goals, strengths, needs", 68: "assessments, dated", 69: "goals before measures", 70: "long-term goals and needs",
        72: "life areas", 74: "measures: extent, responsible", 75: "measures: how, where, by whom", 76: "kinds of measures",
        77: "period and revisions", 78: "deadlines and evaluation", 80: "the process is visible", 81: "each writes own part",
        82: "unlinked measures are shown", 83: "agreement on one version", 84: "one overriding plan",
        85: "sub-plans by reference", 87: "services to the family", 88: "own and others' responsibility", 89: "depends-on links",
        90: "«det fungerer ikke»", 91: "sections adapt", 93: "version on the printed plan"},
    "Confidentiality and archive": {
        94: "the server reads nothing", 95: "closed by default", 96: "who has seen my plan", 97: "history, restorable",
        98: "archive export", 99: "counts for the registers", 100: "WCAG 2.2 AA", 101: "device policy"},
    "Offline, sync, exchange": {
        102: "what needs nobody else works offline", 103: "day list", 104: "no value is lost", 105: "conflicts in plain words",
        106: "sync status is true", 107: "a refused edit is kept", 108: "drafts survive", 109: "one bad record blocks nothing",
        110: "first download resumes", 111: "unsent data is never purged", 112: "several users on a device",
        113: "losing the key is not losing the plan", 114: "paper and proxy entry", 115: "FHIR", 116: "calendar",
        117: "attachments", 118: "confidential addresses"},
}

HEAD = """# Requirements

The rules of the domain and the tests that prove each. Made from the tags `[R24]` in the tests by
`tests/architecture/requirements.py . --write`; a test compares. A rule without a test is not built, or not proved yet.
"""


def proofs(root):
    """Rule number -> {file: number of test cases}."""
    found = collections.defaultdict(collections.Counter)
    for path in sorted((root / "tests").rglob("*")):
        if path.suffix not in (".cpp", ".py", ".ts") or path.name == "requirements.py":
            continue
        for tag in re.findall(r"\[R(\d+)\]", path.read_text(encoding="utf-8")):
            found[int(tag)][str(path.relative_to(root / "tests"))] += 1
    return found


def page(root):
    found = proofs(root)
    known = {number for rules in RULES.values() for number in rules}
    unknown = sorted(set(found) - known)
    if unknown:
        raise SystemExit("requirements: tests name rules that do not exist: " + ", ".join(f"R{n}" for n in unknown))
    out = [HEAD, f"{len(found)} of {len(known)} rules have a test.\n"]
    for title, rules in RULES.items():
        out.append(f"## {title}\n\n| rule | | tests |\n|---|---|---|")
        for number, words in rules.items():
            files = ", ".join(f"`{f}`" + (f" × {n}" if n > 1 else "") for f, n in sorted(found[number].items()))
            out.append(f"| R{number} | {words} | {files} |")
        out.append("")
    return "\n".join(out)


def main():
    root = pathlib.Path(sys.argv[1])
    target = root / "docs" / "requirements.md"
    wanted = page(root)
    if "--write" in sys.argv:
        target.write_text(wanted, encoding="utf-8")
    elif not target.exists() or target.read_text(encoding="utf-8") != wanted:
        raise SystemExit("docs/requirements.md is not what the tags say: tests/architecture/requirements.py . --write")


main()
