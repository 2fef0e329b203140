#!/usr/bin/env python3
"""Kills the real command line program with SIGKILL at random moments while it writes and syncs against the real server,
and looks each time whether everything that it had answered «ok» to is there, once, after it has been started again.

usage: kill_cli.py SAMPLAN SAMPLAN_SERVER [KILLS [SEED]]
"""
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time


def fail(what):
    sys.exit("kill_cli: " + what)


class Program:
    """`samplan call`: a line of JSON in, a line of JSON out."""

    def __init__(self, program, home):
        env = {**os.environ, "SAMPLAN_PASSPHRASE": "passord til prøve"}
        self.process = subprocess.Popen([program, "--home", home, "call"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, env=env)

    def ask(self, **request):
        """The answer, or None when the program is gone."""
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            return None
        return json.loads(line) if line.endswith(b"\n") else None

    def must(self, **request):
        answer = self.ask(**request)
        if not answer or not answer["ok"]:
            fail(f"{request['do']}: {answer}")
        return answer

    def end(self):
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                pipe.close()
            except BrokenPipeError:
                pass
        self.process.wait()


def texts(program, plan):
    """All notes of the plan, as often as they are there."""
    view = program.must(do="plan_show", plan=plan, record_access=False)
    notes = view["sections"]["helse"]["records"].get("note", [])
    return [n["fields"]["text"] for n in notes]


def main():
    samplan, server_program = sys.argv[1], sys.argv[2]
    kills = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen([server_program, "--data", folder + "/server", "--port", "0"], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
        try:
            url = server.stdout.readline().split("listening on ")[1].strip()
            code = pathlib.Path(folder, "server/enrolment-code").read_text().strip()
            run(samplan, url, code, folder, kills, chance)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


def run(samplan, url, code, folder, kills, chance):
    home = folder + "/jonas"
    first = Program(samplan, home)
    first.must(do="init", server=url, name="Jonas", code=code)
    plan = first.must(do="plan_new", owner_name="Ola")["plan"]
    link = first.must(do="invite", **{"for": "plan"}, plan=plan, role="owner", name="Ola")["link"]
    first.must(do="sync")
    ola = Program(samplan, folder + "/ola")
    ola.must(do="join", link=link, name="Ola")
    ola.must(do="sync")
    first.must(do="sync")
    first.must(do="confirm", request=first.must(do="requests")["requests"][0]["request"])
    first.must(do="sync")
    ola.must(do="sync")
    ola.must(do="consent_plan", plan=plan)
    ola.must(do="sync")
    first.must(do="sync")
    first.end()

    acknowledged, asked, during = [], set(), {}
    for kill in range(kills):
        program = Program(samplan, home)
        if program.ask(do="whoami") is None:
            fail("does not open any more")
        # The clock starts when the home is open, so that the blow falls into work and not into the passphrase.
        blow = threading.Timer(chance.uniform(0.001, 0.25), program.process.kill)
        blow.start()
        n = 0
        while True:
            n += 1
            request = {"do": "sync"} if n % 4 == 0 else {"do": "add", "plan": plan, "kind": "note", "section": "helse", "fields": {
                "text": f"notat {kill}-{n}"}}
            if "fields" in request:
                asked.add(request["fields"]["text"])
            answer = program.ask(**request)
            if answer is None:
                during[request["do"]] = during.get(request["do"], 0) + 1
                break
            if answer["ok"] and "fields" in request:
                acknowledged.append(request["fields"]["text"])
        blow.join()
        program.end()
        again = Program(samplan, home)
        there = texts(again, plan)
        missing = [t for t in acknowledged if there.count(t) != 1]
        if missing or any(there.count(t) > 1 or t not in asked for t in there):
            fail(f"after kill {kill}: missing or twice {missing[:3]}")
        if again.must(do="doctor")["ok"] is not True:
            fail("the doctor finds something")
        again.end()

    last = Program(samplan, home)
    last.must(do="sync")
    ola.must(do="sync")
    here, there = sorted(texts(last, plan)), sorted(texts(ola, plan))
    if here != there or len(set(here)) != len(here):
        fail("the two devices do not have the same")
    if last.must(do="digest", plan=plan)["sections"] != ola.must(do="digest", plan=plan)["sections"]:
        fail("digests differ")
    last.end()
    ola.end()
    print(f"{kills} kills ({', '.join(f'{n} during {what}' for what, n in sorted(during.items()))}), "
          f"{len(acknowledged)} acknowledged, 0 lost, 0 twice")


if __name__ == "__main__":
    main()
