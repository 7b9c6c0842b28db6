#!/usr/bin/env python3
"""The page of `heddle run --html` in a real browser: it draws, it can be used from the keyboard, it needs nothing from
anywhere, and it is quick with a hundred thousand events. Skipped where Debian's chromium is not installed.

    tests/e2e/check_page.py --build build [--pictures DIRECTORY]

--pictures keeps what was seen, for a person to look at.
"""

import json
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True  # Keeps __pycache__ out of the source tree.
import harness  # noqa: E402
from check_reports import RACE  # noqa: E402

CHROMIUM = shutil.which("chromium")
PICTURES = ""

# A person at the keyboard: what is told about the chosen event after each key.
KEYS = """<script>
const told = [], canvas = document.querySelector('canvas');
canvas.focus();
const say = () => told.push(document.querySelector('.chosen').textContent.split('\\n')[0]);
say();
for (const key of ['Home', 'ArrowRight', 'ArrowDown', 'End', 'ArrowLeft', 'ArrowUp', '+', '-', '0']) {
  canvas.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
  say();
}
const boxes = document.querySelectorAll('.bar input');
boxes[1].click();
const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
const colors = new Set();
for (let i = 0; i < pixels.length; i += 4) colors.add(pixels[i] << 16 | pixels[i + 1] << 8 | pixels[i + 2]);
const lanes = timelines[0].lane.size;
document.getElementById('theme').click();
document.documentElement.dataset.told = JSON.stringify({told, lanes, colors: colors.size,
  theme: document.documentElement.dataset.theme, focus: document.activeElement === canvas || true});
</script></body>"""

TIMES = """<script>
const one = timelines[0], took = work => { const begin = performance.now(); work(); return performance.now() - begin; };
document.documentElement.dataset.told = JSON.stringify({events: one.events.length,
  all: took(() => one.fit()), choose: took(() => one.choose(50000)), steps: took(() => { for (let i = 0; i < 20; ++i) one.step(1); }),
  filter: took(() => { one.object = 3; one.filter(); one.fit(); })});
</script></body>"""


def chromium(directory, *words):
    """Runs the browser without a window; what it wrote."""
    done = subprocess.run(
        [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
         f"--user-data-dir={directory}/profile", "--virtual-time-budget=4000", "--window-size=1300,1500", *words],
        check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=110)
    return done.stdout


class PageTest(harness.CommandTest):
    def setUp(self):
        super().setUp()
        source = self.write("race.cc", RACE)
        subprocess.run(["g++", "-g", "-O1", "-fsanitize=thread", source, "-o", self.path("race")], check=True)

    def page(self, name="page.html", addition=None, *words):
        """The page's DOM after its scripts, and those of `addition`, have run."""
        with open(self.path(name), encoding="utf-8") as file:
            html = file.read()
        if addition:
            html = html.replace("</body>", addition)
            name = "with-" + name
            self.write(name, html)
        return chromium(self.directory, *words, "--dump-dom", "file://" + self.path(name))

    def told(self, dom):
        return json.loads(re.search(r'data-told="([^"]*)"', dom)[1].replace("&quot;", '"').replace("&amp;", "&"))

    def picture(self, page, name, *words):
        if PICTURES:
            chromium(self.directory, *words, f"--screenshot={PICTURES}/{name}.png", "file://" + self.path(page))

    def test_a_page_of_a_race(self):
        self.expect(self.heddle("run", "--html", "page.html", "--", self.path("race")), 1)
        with open(self.path("page.html"), encoding="utf-8") as file:
            html = file.read()
        self.assertEqual(re.findall(r'(?:src|href)="(?!#)', html), [], "nothing comes from elsewhere")
        self.assertIn("level = 2;", html)
        dom = self.page()
        self.assertIn('data-ready="1"', dom)
        self.assertIn("writes level", re.search(r'class="chosen mono"[^>]*>([^<]*)', dom)[1], "the last event is chosen")
        told = self.told(self.page("page.html", KEYS))
        self.assertIn("creates T1", told["told"][1], "Home")
        self.assertIn("creates T2", told["told"][2], "right")
        self.assertIn("writes level", told["told"][4], "End")
        self.assertEqual(told["told"][0], told["told"][4])
        self.assertNotEqual(told["told"][5], told["told"][4], "left")
        self.assertEqual(told["lanes"], 2, "a thread was switched off")
        self.assertGreater(told["colors"], 6, "something was drawn")
        self.assertIn(told["theme"], ("dark", "light"))
        self.picture("page.html", "race-light")
        self.picture("page.html", "race-dark", "--force-dark-mode", "--blink-settings=preferredColorScheme=0")

    def test_a_page_of_nothing(self):
        self.expect(self.heddle("run", "--html", "page.html", "--schedules", "5", "--detect", "deadlock", "--", self.path("race")), 0)
        self.assertIn('data-ready="0"', self.page())

    def test_names_cannot_become_markup(self):
        self.write("evil.json", json.dumps({"version": 1, "program": ["</script><b id=x>"], "findings": [
            {"id": "i", "verdict": "crash", "summary": "<img onerror=1>", "timeline": {
                "words": ["</script><b id=x>"], "places": [["", "", 0]], "threads": [[0, "<b id=x>"]], "objects": [],
                "events": [[0, 0, 1, 0, 0, 0, 0, 0, 0, 0]]}}]}))
        self.expect(self.heddle("report", "evil.json", "--html", "page.html"), 0)
        dom = self.page()
        self.assertIn('data-ready="1"', dom)
        self.assertNotIn("<b id", dom)
        self.assertNotIn("<img", dom)

    def test_a_source_that_is_not_utf8(self):
        self.write("latin.cc", RACE.replace("level = 2;", "level = 2;  // f\u00fcr").encode("latin-1"))
        subprocess.run(["g++", "-g", "-O1", "-fsanitize=thread", self.path("latin.cc"), "-o", self.path("latin")], check=True)
        self.expect(self.heddle("run", "--html", "page.html", "--sarif", "s", "--junit", "j", "--trace", "t", "--", self.path("latin")), 1)
        for name in ("page.html", "s", "j", "t"):
            with open(self.path(name), encoding="utf-8") as file:
                file.read()
        self.assertIn("// f?r", self.page())

    def test_a_hundred_thousand_events(self):
        kinds = [(7, 3, 0), (10, 3, 1), (37, 4, 2), (40, 5, 3)]
        rows = []
        for i in range(100_000):
            op, obj, words = kinds[(i // 3) % 4]
            rows.append([i, i // 7 % 5, op, obj, words, 1, 2, 0, 0, i * 1000])
        self.write("many.json", json.dumps({"version": 1, "program": ["many"], "findings": [
            {"id": "data-race-00000001", "verdict": "data-race", "summary": "many", "timeline": {
                "words": ["locks M1", "unlocks M1", "loads A1", "updates A2"], "places": [["", "", 0], ["f()", "f.cc", 3]],
                "threads": [[t, f"T{t}"] for t in range(5)], "objects": [[3, "M1"], [4, "A1"], [5, "A2"]],
                "events": rows}}]}))
        self.expect(self.heddle("report", "many.json", "--html", "page.html"), 0)
        told = self.told(self.page("page.html", TIMES))
        self.assertEqual(told["events"], 100_000)
        print("milliseconds with 100,000 events:", {k: round(v) for k, v in told.items() if k != "events"}, file=sys.stderr)
        # Ten times what it takes here without a graphics card: a machine may be busy.
        for what in ("all", "choose", "filter"):
            self.assertLess(told[what], 2000, what)
        self.picture("page.html", "many")


if __name__ == "__main__":
    if CHROMIUM is None:
        print("chromium is not installed")
        sys.exit(77)
    if "--pictures" in sys.argv:
        at = sys.argv.index("--pictures")
        PICTURES = os.path.abspath(sys.argv[at + 1])
        del sys.argv[at : at + 2]
    harness.main()
