// Small behaviours of the site. Every page reads and works without them.

// What scrolls sideways in itself can be reached by keyboard. Boxes are measured as they come near the window:
// to ask for the width of a far one would lay out the whole page.
const near = new Set();
const watcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) near.add(target);
    else near.delete(target);
    if (isIntersecting) makeReachable(target);
  }
}, { rootMargin: "50% 0px" });

// Sections get style and place some windows before a reader arrives (see site.css).
const sections = document.querySelectorAll("article > section section");
const arrivals = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) if (isIntersecting) show(target);
}, { rootMargin: "2000px 0px" });

function show(section) {
  section.classList.add("near");
  arrivals.unobserve(section);
}

// From the first scroll on all others follow when the browser is idle: a reader may jump.
function showAll() {
  const whenIdle = globalThis.requestIdleCallback ?? setTimeout;
  sections.forEach((section) => whenIdle(() => show(section)));
}

// Whoever goes to a place by a link finds it where the browser looks for it: below sections of their true heights.
function showUntil(target) {
  for (const section of sections) {
    if (section.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_FOLLOWING) show(section);
  }
}

function targetOf({ hash, pathname }) {
  return pathname === location.pathname ? document.getElementById(hash.slice(1)) : null;
}

// A page that is opened again goes back to where the reader was.
function arrive() {
  const target = targetOf(location);
  if (performance.getEntriesByType("navigation")[0]?.type !== "navigate") sections.forEach(show);
  else if (target) {
    showUntil(target);
    target.scrollIntoView();
  }
}

function makeReachable(box) {
  if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
  else box.removeAttribute("tabindex");
}

// As soon as a reader reaches for a slider, its other frames are fetched.
function fetchFramesOnDemand(figure) {
  const fetchAll = () => figure.querySelectorAll("img[loading=lazy]").forEach((image) => { image.loading = "eager"; });
  for (const event of ["pointerenter", "focusin"]) figure.addEventListener(event, fetchAll, { once: true });
}

// A table whose heads sort and whose field narrows the rows.
function makeSortable(box) {
  const body = box.querySelector("tbody");
  const rows = [...body.rows];
  const heads = [...box.querySelectorAll("th")];
  const count = box.querySelector(".count");
  const key = (row, column) => row.cells[column].dataset.key;
  const compare = (a, b) => (a !== "" && b !== "" && !isNaN(a) && !isNaN(b) ? a - b : a.localeCompare(b));

  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const rising = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", rising ? "ascending" : "descending");
      rows.sort((a, b) => (rising ? 1 : -1) * compare(key(a, column), key(b, column)));
      body.append(...rows);
    });
  });
  box.querySelector("input")?.addEventListener("input", (event) => {
    const words = event.target.value.toLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(words);
    const shown = rows.filter((row) => !row.hidden).length;
    count.textContent = words ? `${shown} of ${rows.length} rows` : "";
  });
}

// The gallery's three filters; an address such as ?part=Shapes sets them.
function makeGallery(gallery) {
  const form = gallery.querySelector("form");
  const cards = [...gallery.querySelectorAll(".tile")];
  const selects = [...form.querySelectorAll("select")];
  const filter = () => {
    for (const card of cards) {
      card.hidden = selects.some(({ name, value }) => value && !card.dataset[name].split("|").includes(value));
    }
    const shown = cards.filter((card) => !card.hidden).length;
    form.querySelector(".count").textContent = shown === cards.length ? "" : `${shown} of ${cards.length} chapters`;
  };
  const wanted = new URLSearchParams(location.search);
  for (const select of selects) if (wanted.has(select.name)) select.value = wanted.get(select.name);
  form.addEventListener("change", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();
}

// A link to a folded entry opens it.
function openTarget() {
  const target = targetOf(location);
  if (target instanceof HTMLDetailsElement) target.open = true;
}

// What the title of a link says (a term, a citation, a helper) appears beside it, for pointer and keyboard alike.
function makePreviews(links) {
  const preview = document.createElement("div");
  let shown, waiting;
  Object.assign(preview, { id: "preview", role: "tooltip", hidden: true });
  document.body.append(preview);
  const hide = () => { preview.hidden = true; shown?.removeAttribute("aria-describedby"); };
  const show = (link) => {
    clearTimeout(waiting);
    hide();
    shown = link;
    preview.textContent = link.dataset.title;
    preview.hidden = false;
    link.setAttribute("aria-describedby", "preview");
    const { left, bottom } = link.getBoundingClientRect();
    preview.style.left = `${Math.max(8, Math.min(left, innerWidth - preview.offsetWidth - 8)) + scrollX}px`;
    preview.style.top = `${bottom + scrollY + 6}px`;
  };
  const later = () => { clearTimeout(waiting); waiting = setTimeout(hide, 300); };  // time to reach the preview
  for (const link of links) {
    link.dataset.title = link.title;
    link.removeAttribute("title");
    for (const event of ["pointerenter", "focus"]) link.addEventListener(event, () => show(link));
    for (const event of ["pointerleave", "blur"]) link.addEventListener(event, later);
  }
  preview.addEventListener("pointerenter", () => clearTimeout(waiting));
  preview.addEventListener("pointerleave", later);
  document.addEventListener("keydown", ({ key }) => { if (key === "Escape") hide(); });
}

// A symbol of a formula and its name in the code of the same section mark each other.
function markSymbols(article) {
  let marked = "";
  const mark = (section, names) => {
    const wanted = `${section?.id} ${names}`;
    if (wanted === marked) return;
    marked = wanted;
    const symbols = section ? names.flatMap((name) => [...section.querySelectorAll(`[data-code~="${name}"]`)]) : [];
    article.querySelectorAll("[data-code].marked").forEach((symbol) => symbol.classList.remove("marked"));
    symbols.forEach((symbol) => symbol.classList.add("marked"));
    const code = symbols.length ? [...section.querySelectorAll(".cell_input pre")] : [];
    CSS.highlights.set("symbol", new Highlight(...code.flatMap((box) => occurrences(box, names))));
  };
  article.addEventListener("pointerover", ({ target }) => {
    const symbol = target.closest("[data-code]");
    if (symbol) mark(symbol.closest("section"), symbol.dataset.code.split(" "));
    else if (!target.closest(".cell_input pre")) mark(null, []);
  });
  article.addEventListener("pointermove", ({ target, clientX, clientY }) => {
    const name = target.closest(".cell_input pre") && wordAt(clientX, clientY);
    if (name) mark(sectionWith(target, name), [name]);
  });
}

// The innermost section around a place, below the title, in which a symbol has this name.
function sectionWith(place, name) {
  const section = place?.closest("section section");
  return !section || section.querySelector(`[data-code~="${name}"]`) ? section : sectionWith(section.parentElement, name);
}

// Ranges of names in a box of code, but for its strings and comments.
function occurrences(box, names) {
  const found = [];
  const name = new RegExp(`(?<!\\w)(?:${names.join("|")})(?!\\w)`, "g");
  const texts = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    if (/^[sc]/.test(texts.currentNode.parentElement.className)) continue;
    for (const { 0: word, index } of texts.currentNode.data.matchAll(name)) {
      const range = new Range();
      range.setStart(texts.currentNode, index);
      range.setEnd(texts.currentNode, index + word.length);
      found.push(range);
    }
  }
  return found;
}

// The word of the text at a place of the window.
function wordAt(x, y) {
  const place = document.caretPositionFromPoint?.(x, y);
  const range = place ? null : document.caretRangeFromPoint?.(x, y);
  const [node, offset] = place ? [place.offsetNode, place.offset] : [range?.startContainer, range?.startOffset];
  if (node?.nodeType !== Node.TEXT_NODE) return "";
  return node.data.slice(0, offset).match(/\w*$/)[0] + node.data.slice(offset).match(/^\w*/)[0];
}

document.querySelectorAll(".book-explore").forEach(fetchFramesOnDemand);
document.querySelectorAll(".sortable").forEach(makeSortable);
document.querySelectorAll(".gallery").forEach(makeGallery);
document
  .querySelectorAll("pre, .table-scroll, .pst-scrollable-table-container, .cell_output .output, div.math")
  .forEach((box) => watcher.observe(box));
sections.forEach((section) => arrivals.observe(section));
window.addEventListener("scroll", showAll, { once: true, passive: true });
document.addEventListener("click", ({ target }) => {
  const link = target.closest?.("a[href*='#']");
  const place = link && targetOf(link);
  if (place) showUntil(place);
});
makePreviews(document.querySelectorAll("article a[title]:not(.headerlink)"));
if (globalThis.CSS?.highlights && document.querySelector("[data-code]")) markSymbols(document.querySelector("article"));
openTarget();
arrive();
window.addEventListener("hashchange", openTarget);
window.addEventListener("resize", () => near.forEach(makeReachable));
performance.mark("interactive");
