"""Staff sign-in with a real provider: the real programs, oidc-provider on loopback, and a browser made of plain HTTP.

    sign_in_test.py SAMPLAN SERVER FOLDER     FOLDER: where ./dev has installed the provider (tests/oidc/package.json)

Prints "skipped: ..." and does nothing where node or the provider is not there.
"""
import datetime
import html
import http.cookiejar
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

here = pathlib.Path(__file__).resolve().parent
samplan, server_program, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
node = shutil.which("node") or shutil.which("nodejs")


def skip(why):
    print(f"skipped: {why}")
    sys.exit(0)


class Program:
    """A child that says on a line of its own when it is ready."""

    def __init__(self, words, ready, **more):
        self.child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **more)
        self.said = self.child.stdout.readline()
        match = re.match(ready, self.said)
        if not match:
            self.stop()
            raise SystemExit(f"{words[0]} did not start: {self.said!r}")
        self.url = match.group(1)

    def stop(self):
        self.child.terminate()
        self.child.wait(20)
        self.child.stdout.close()


def start_provider(algorithm, port=0):
    return Program([node, folder / "provider.mjs", str(port), algorithm], r"issuer (\S+)")


def start_server(data, issuer):
    return Program(
        [server_program, "--data", data, "--port", "0", "--enrolment", "open", "--sign-in-issuer", issuer,
         "--sign-in-client", "samplan-lier", "--sign-in-organisation", "Lier kommune",
         "--sign-in-claim", "employer=987654321"], r"listening on (\S+)")


class Browser:
    """Keeps cookies, follows redirects and fills in forms; sees no script and needs none."""

    def __init__(self):
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, url, form=None):
        data = urllib.parse.urlencode(form).encode() if form else None
        with self.opener.open(url, data, timeout=60) as answer:
            return answer.geturl(), answer.read().decode()

    def sign_in(self, url, person):
        where, page = self.get(url)
        for _ in range(4):
            form = re.search(r'<form[^>]*action="([^"]*)"', page)
            if not form:
                return page
            fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page))
            if 'name="login"' in page:
                fields.update(login=person, password="x")
            where, page = self.get(urllib.parse.urljoin(where, html.unescape(form.group(1))), fields)
        raise AssertionError("the provider goes on asking")

    def cancel(self, url):
        where, page = self.get(url)
        link = re.search(r'<a href="([^"]*/abort)"', page)
        return self.get(urllib.parse.urljoin(where, html.unescape(link.group(1))))[1]


class Device:
    def __init__(self, home):
        self.environment = {**os.environ, "SAMPLAN_HOME": str(home), "SAMPLAN_PASSPHRASE": "passord", "LANG": "C.UTF-8",
                            "TZ": "UTC"}

    def run(self, *words, status=0):
        done = subprocess.run([samplan, *words], env=self.environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == status, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def signing_in(self, *words, visit, status=0):
        """A command that shows an address and waits; `visit` is what the person does there."""
        child = subprocess.Popen([samplan, *words], env=self.environment, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True)
        seen = ""
        for line in child.stderr:
            seen += line
            if line.strip().startswith("http"):
                visit(line.strip())
                break
        out, err = child.communicate(timeout=300)
        assert child.returncode == status, (words, child.returncode, seen + out + err)
        return seen + out + err


def expect(text, *parts):
    for part in parts:
        assert part in text, f"«{part}» is not in: {text}"


def invitation_link(text):
    return re.search(r"http\S+/#/bli-med/\S+", text).group(0)


def as_person(name):
    def visit(url):
        expect(Browser().sign_in(url, name), "Du er logget inn")
    return visit


def stranger_first_then_kari(url):
    """Somebody else on the machine knocks at the port, with a code of their own; it must change nothing."""
    query = urllib.parse.parse_qs(urllib.parse.urlparse(url).query)
    back = query["redirect_uri"][0]
    for wrong in (back, back + "?code=stolen", back + "?code=stolen&state=guess", back + "?error=access_denied"):
        try:
            Browser().get(wrong)
            raise AssertionError("the port took a visitor without the state")
        except urllib.error.HTTPError as error:
            assert error.code == 404
    as_person("kari")(url)


def whole_way(root, algorithm):
    provider = start_provider(algorithm)
    server = start_server(root / "data", provider.url)
    try:
        office, kari, guest = (Device(root / name) for name in ("office", "kari", "guest"))
        office.run("init", "--server", server.url, "--name", "Anne Koordinator")
        office.run("unit", "create", "Hjemmetjenesten")
        office.run("sync")

        link = invitation_link(office.run("unit", "invite", "Hjemmetjenesten", "--name", "Kari Lunde"))
        office.run("sync")
        said = kari.signing_in("join", link, "--name", "Kari Lunde", "--vouch", visit=stranger_first_then_kari)
        today = datetime.datetime.now(datetime.timezone.utc)
        vouched = f"Bekreftet av Lier kommune: Kari Lunde, {today.day}. "
        expect(said, "Lier kommune kan bekrefte", vouched, "Dine fire ord")
        expect(kari.run("whoami"), vouched)
        kari.run("sync")
        office.run("sync")
        asked = office.run("requests")
        expect(asked, "Kari Lunde ber om å bli med", vouched, "Fire ord: ")
        assert "Obs" not in asked, asked
        # The words are asked as ever, and it is the person who lets in, not the organisation.
        office.run("confirm", "Kari Lunde")
        office.run("sync")
        expect(office.run("unit", "list"), "Kari Lunde")

        # Somebody whom the organisation does not call its employee joins like everybody, without its word.
        link = invitation_link(office.run("unit", "invite", "Hjemmetjenesten", "--name", "Gjest"))
        office.run("sync")
        refused = guest.signing_in("join", link, "--name", "Gjest", "--vouch", visit=as_person("gjest"), status=1)
        expect(refused, "Organisasjonen sier ikke at du er ansatt der")
        guest.run("join", link)
        guest.run("sync")
        office.run("sync")
        asked = office.run("requests")
        expect(asked, "Gjest ber om å bli med", "Fire ord: ")
        assert "Bekreftet" not in asked, asked

        def cancels(url):
            expect(Browser().cancel(url), "ble ikke fullført")
        expect(guest.signing_in("vouch", visit=cancels, status=1), "avbrutt eller avslått")

        # The provider has other keys from now on; the server fetches them when it meets one.
        port = urllib.parse.urlparse(provider.url).port
        provider.stop()
        provider = start_provider(algorithm, port)
        expect(kari.signing_in("vouch", visit=as_person("kari")), "Lier kommune har bekreftet at du er Kari Lunde")

        provider.stop()
        expect(kari.run("vouch", status=3), "Får ikke kontakt med innloggingen")
    finally:
        server.stop()
        if provider.child.poll() is None:
            provider.stop()


def main():
    if node is None:
        skip("there is no node; ./dev test installs one")
    if not (folder / "node_modules" / "oidc-provider").is_dir():
        skip(f"the provider is not installed in {folder}; ./dev test does that, with npm and a network")
    shutil.copy(here / "provider.mjs", folder)
    for algorithm in ("RS256", "ES256", "PS256"):
        with tempfile.TemporaryDirectory() as root:
            whole_way(pathlib.Path(root), algorithm)
        print(f"{algorithm}: signed in, vouched for, shown to the registrar")


main()
