"""What the demonstration is made of: a server process, devices that are `samplan call` processes, and how it speaks.

Nothing here knows the story. A step that does not go as told raises Wrong, and the demonstration fails.
"""
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PASSPHRASE = "korrekt hest batteri"


class Wrong(Exception):
    """The world is not as the story says."""


def check(holds, what):
    if not holds:
        raise Wrong(what)


class Voice:
    """Prints the story; bold headings only on a terminal."""

    def __init__(self):
        is_plain = not sys.stdout.isatty() or os.environ.get("NO_COLOR")
        self.bold, self.plain = ("", "") if is_plain else ("\033[1m", "\033[0m")

    def chapter(self, text):
        print(f"\n{self.bold}{text}{self.plain}", flush=True)

    def say(self, text):
        print(f"  {text}", flush=True)


class Server:
    """One samplan-server with its own data folder; it can be stopped and come back on the same port."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.log_path = folder.parent / "server.log"
        self.port, self.process, self.url = 0, None, None

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "--data", str(self.folder), "--port", str(self.port), "--log", "debug"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        check(line.startswith("listening on "), f"serveren startet ikke; se {self.log_path}")
        self.url = line.split("listening on ")[1].strip()
        self.port = int(self.url.rsplit(":", 1)[1])

    def stop(self):
        """Stops in good order; everything is on the disk when it returns."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Wrong("serveren stoppet ikke på 30 sekunder") from None
        finally:
            self.process.stdout.close()
            self.process = None
        check(code == 0, f"serveren sluttet med kode {code}; se {self.log_path}")

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def code(self):
        return (self.folder / "enrolment-code").read_text().strip()

    def files(self):
        return sorted(p for p in self.folder.rglob("*") if p.is_file()) + [self.log_path]


class Device:
    """One person's device: a home folder and, while it is in use, a `samplan call` process on it."""

    def __init__(self, name, program, home):
        self.name, self.program, self.home = name, program, home
        self.process = None

    def raw(self, **request):
        if self.process is None:
            self.process = subprocess.Popen(self.command("call"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            env=self.environment())
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        check(line, f"{self.name}: programmet sluttet midt i {request['do']}")
        return json.loads(line)

    def do(self, what, /, **arguments):
        answer = self.raw(do=what, **arguments)
        check(answer["ok"], f"{self.name}: {what} ble avslått: {answer.get('error')} {answer.get('where')} "
                            f"«{answer.get('message')}»")
        return answer

    def refused(self, what, /, **arguments):
        answer = self.raw(do=what, **arguments)
        check(not answer["ok"], f"{self.name}: {what} skulle ha blitt avslått")
        return answer["error"]

    def sync(self):
        return self.do("sync")

    def sync_offline(self):
        check(self.refused("sync") == "offline", f"{self.name} skulle ha vært uten dekning")

    def close(self):
        """Puts the device away: the process ends, and what was saved is on the disk."""
        if self.process is None:
            return
        self.process.stdin.close()
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        self.process = None
        check(code == 0, f"{self.name}: programmet sluttet med kode {code}")

    def kill(self):
        """Ends without notice, as when the battery is empty."""
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.process = None

    def readable(self, *words):
        """The command line as a person types it."""
        self.close()
        done = subprocess.run(self.command(*words), capture_output=True, text=True, env=self.environment(), check=False)
        check(done.returncode == 0, f"{self.name}: samplan {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def command(self, *words):
        return [self.program, "--home", str(self.home), "--lang", "nb", *words]

    @staticmethod
    def environment():
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SAMPLAN_")}
        return {**kept, "SAMPLAN_PASSPHRASE": PASSPHRASE}


class World:
    """The server, the devices and the voice, and what people do again and again."""

    def __init__(self, folder, client, server, voice):
        self.folder, self.client, self.voice = folder, client, voice
        self.server = Server(server, folder / "server")
        self.devices = {}
        self.began = time.monotonic()

    def device(self, name):
        if name not in self.devices:
            home = self.folder / "hjem" / str(len(self.devices) + 1)
            self.devices[name] = Device(name, self.client, home)
        return self.devices[name]

    def sync(self, *names):
        return [self.device(name).sync() for name in names]

    def let_in(self, inviter, joiner, invitation, as_unit=None):
        """Invites, joins, compares the four words and confirms. `as_unit`: (id, name) of the unit that joins."""
        host, guest = self.device(inviter), self.device(joiner)
        called = as_unit[1] if as_unit else joiner
        link = host.do("invite", name=called, **invitation)["link"]
        host.sync()
        request = {"link": link}
        if not guest.home.exists():
            request["name"] = joiner
        if as_unit:
            request["unit"] = as_unit[0]
        asked = guest.do("join", **request)
        guest.sync()
        host.sync()
        requests = [r for r in host.do("requests")["requests"] if r["name"] == called]
        check(len(requests) == 1, f"{inviter} skulle ha sett at {called} ber om å bli med")
        if as_unit is None:
            check(requests[0]["words"] == asked["words"], f"de fire ordene til {joiner} er ikke like")
        host.do("confirm", request=requests[0]["request"])
        host.sync()
        guest.sync()
        return asked["words"]

    def everyone_offline(self):
        self.server.stop()

    def coverage_back(self):
        self.server.start()

    def end(self):
        for device in self.devices.values():
            device.kill()
        self.server.kill()
