"""Opening a page and keeping what happened: requests, complaints, weight and times."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, CDPSession, ConsoleMessage, Error, Page, Request, Response, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NO_BROWSER = (
    "A Chromium is needed. Install one with `apt-get install chromium` or `.venv/bin/playwright install chromium`."
)

DESK, PHONE = 1300, 390  # pixels
SLOW_DEVICE = 4  # times slower than a quiet machine

# A loop that takes QUIET seconds on a quiet machine: other work on this one is not the page's fault.
QUIET = 0.06
LOOP = """() => {
  const seconds = () => {
    const start = performance.now();
    for (let k = 0, sum = 0; k < 1e7; k += 1) sum = (31 * sum + k) | 0;
    return (performance.now() - start) / 1000;
  };
  return [seconds(), seconds(), seconds()].sort((a, b) => a - b)[1];
}"""

SCROLL = """async () => {
  for (let y = 0; y < document.documentElement.scrollHeight; y += 600) {
    scrollTo(0, y);
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 10)));
  }
  scrollTo(0, 0);
}"""
TIMES = """async () => {
  const painted = () => performance.getEntriesByName("first-contentful-paint")[0];
  while (!painted()) await new Promise((r) => setTimeout(r, 20));
  const paint = painted();
  const ready = performance.getEntriesByName("interactive")[0];
  const interactive = Math.max(ready?.startTime ?? 0, paint.startTime);
  return { readable: paint.startTime / 1000, interactive: interactive / 1000 };
}"""

# Layout that moved without the reader's doing, summed as it happens.
SHIFTS = """window.bookShift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.bookShift += entry.value;
}).observe({ type: "layout-shift", buffered: true });"""


# Tasks of the main thread in which a reader waits.
TASKS = """window.bookTasks = [];
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) window.bookTasks.push([startTime, duration]);
}).observe({ type: "longtask", buffered: true });"""


@dataclass
class Visit:
    """What one page did when it was opened with an empty cache; its times are those of a quiet machine."""

    page: str
    width: int  # of the window
    mode: str
    requests: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    bytes_at_load: int = 0
    bytes_scrolled: int = 0
    readable: float = 0.0
    interactive: float = 0.0
    work: float = 0.0  # CPU-seconds of the main thread until the page had loaded
    shift: float = 0.0  # cumulative layout shift, with the scroll through the page
    unrendered: list[str] = field(default_factory=list)
    broken_images: list[str] = field(default_factory=list)
    barriers: list[str] = field(default_factory=list)  # what axe-core finds serious, if it is asked
    widest: dict[int, int] = field(default_factory=dict)  # width of the page in windows that are so wide


@contextmanager
def launched_browser() -> Iterator[Browser]:
    """The machine's own chromium, else the one that Playwright fetched; a sentence that says how to get one, else."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        except Error as error:
            raise SystemExit(f"{path} does not start: {error}" if path else NO_BROWSER) from None
        yield browser
        browser.close()


def visit(browser: Browser, address: str, page: str, width: int = DESK, mode: str = "light", axe: str = "") -> Visit:
    """Open the page with an empty cache, scroll through it, and ask axe-core if its source is given."""
    seen = Visit(page, width, mode)
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=mode)  # type: ignore[arg-type]
    opened = context.new_page()
    session = weigh(opened, seen)
    opened.add_init_script(SHIFTS)
    opened.on("request", lambda request: note_request(request, seen))
    opened.on("requestfailed", lambda request: seen.missing.append(f"{request.url} ({request.failure})"))
    opened.on("response", lambda response: note_response(response, seen))
    opened.on("console", lambda message: note_message(message, seen))
    opened.on("pageerror", lambda error: seen.complaints.append(str(error)))
    opened.goto(address + page, wait_until="load")
    times = opened.evaluate(TIMES)
    opened.wait_for_load_state("networkidle")
    seen.bytes_at_load = seen.bytes_scrolled
    seen.work = main_thread(session)
    slower = pace(opened)
    seen.readable, seen.interactive = times["readable"] / slower, times["interactive"] / slower
    opened.evaluate(SCROLL)
    opened.wait_for_load_state("networkidle")
    seen.unrendered = opened.evaluate(UNRENDERED)
    seen.broken_images = opened.evaluate(BROKEN_IMAGES)
    seen.shift = opened.evaluate("window.bookShift")
    seen.barriers = barriers(opened, axe, without="div.highlight") if axe else []
    for window in (DESK, PHONE):
        opened.set_viewport_size({"width": window, "height": 900})
        seen.widest[window] = opened.evaluate("document.documentElement.scrollWidth")
    context.close()
    return seen


def blocked(browser: Browser, address: str, page: str) -> float:
    """Total blocking time on a slow device: seconds over 0.05 of all tasks after the first paint."""
    context = browser.new_context(viewport={"width": PHONE, "height": 900})
    opened = context.new_page()
    opened.add_init_script(TASKS)
    slower = pace(opened)
    rate = {"rate": max(1, SLOW_DEVICE / slower)}
    context.new_cdp_session(opened).send("Emulation.setCPUThrottlingRate", rate)
    opened.goto(address + page, wait_until="load")
    opened.wait_for_load_state("networkidle")
    paint = 1000 * opened.evaluate(TIMES)["readable"]
    tasks = opened.evaluate("window.bookTasks")
    context.close()
    return sum(max(0, duration - 50) for start, duration in tasks if start + duration > paint) / 1000


def pace(opened: Page) -> float:
    """How many times slower than a quiet machine this one is now, at least once."""
    return max(1.0, opened.evaluate(LOOP) / QUIET)


def barriers(opened: Page, axe: str, without: str = "") -> list[str]:
    """What axe-core finds serious on the page, whose boxes called ``without`` are emptied first: they take long."""
    opened.add_script_tag(content=axe)
    return opened.evaluate(AXE, without)


def main_thread(session: CDPSession) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(each["value"] for each in metrics if each["name"] == "TaskDuration")


def weigh(opened: Page, seen: Visit) -> CDPSession:
    """Count the bytes that cross the wire, compressed."""
    session = opened.context.new_cdp_session(opened)
    session.send("Network.enable")
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def finished(event: dict) -> None:
        seen.bytes_scrolled += int(event["encodedDataLength"])

    session.on("Network.loadingFinished", finished)
    return session


def note_request(request: Request, seen: Visit) -> None:
    if not request.url.startswith(("data:", "blob:")):
        seen.requests.append(request.url)


def note_response(response: Response, seen: Visit) -> None:
    if response.status >= 400:
        seen.missing.append(f"{response.url} ({response.status})")


def note_message(message: ConsoleMessage, seen: Visit) -> None:
    if message.type in ("error", "warning"):
        seen.complaints.append(f"{message.type}: {message.text}")


AXE = """async (without) => {
  for (const box of without ? document.querySelectorAll(without) : []) box.replaceChildren();
  const result = await axe.run({ include: [["html"]] }, { preload: false, resultTypes: ["violations"] });
  return result.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`);
}"""

# Formulas that were not set, and citations that lead nowhere.
UNRENDERED = r"""() => {
  const found = [];
  const text = document.querySelector("article, main")?.cloneNode(true);
  if (!text) return found;
  for (const box of text.querySelectorAll("pre, code, script, style, .katex")) box.remove();
  for (const sign of [/\$\$/, /\\\[/, /\\\(/, /\\(frac|alpha|sum|mathbf)\b/, /\{(cite|math|ref|doc|eq)(:[a-z]+)?\}/]) {
    const match = text.textContent.match(sign);
    if (match) found.push(text.textContent.slice(Math.max(0, match.index - 30), match.index + 40));
  }
  const wrong = [...document.querySelectorAll(".katex-error, .problematic, .system-message")];
  const raw = [...document.querySelectorAll(".math")].filter((formula) => !formula.querySelector(".katex"));
  for (const box of [...wrong, ...raw]) found.push(box.textContent);
  return found;
}"""
BROKEN_IMAGES = """() => [...document.images]
  .filter((image) => image.getClientRects().length && !(image.complete && image.naturalWidth))
  .map((image) => image.src)"""
