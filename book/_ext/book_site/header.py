"""The head of a chapter: where it comes from, what it needs, what to expect, and what was run."""

from __future__ import annotations

from collections.abc import Mapping

from book_site import badges, claims, seeds, text
from book_site.chapters import Chapter, Method, Verdict
from book_site.launch import actions
from book_site.partnames import PARTS
from book_site.tally import sentence, tally

REVISION = (
    "This chapter still has the book's first form: it does not judge the statements of its paper one by one, "
    "and its claims enter no count."
)


def chapter_header(
    chapter: Chapter,
    known: Mapping[str, Chapter],
    planned: Mapping[str, Method],
    up: str,
    *,
    picture: str = "",
    reading: str = "",
    folds: str = "",
) -> str:
    """HTML without empty lines (it goes into a Markdown cell).

    `picture` is the figure of the result, `reading` how long the chapter takes to read, `folds` what stays folded."""
    rows = [
        ("Paper", paper(chapter, up)),
        ("Part", part(chapter, up)),
        ("Before this", links(chapter.book.get("prerequisites"), known, planned, up) or "nothing but PyTorch"),
        ("Related", links(chapter.book.get("related"), known, planned, up)),
        ("Reading time", reading),
        ("What to expect", expectation(chapter)),
        ("Does it hold?", holds(chapter)),
        ("Broken on purpose", edits(chapter)),
        ("Makes no measurable difference here", idle(chapter)),
        ("This page shows", provenance(chapter)),
    ]
    body = "".join(f'<div class="row"><dt>{term}</dt><dd>{value}</dd></div>' for term, value in rows if value)
    buttons = "".join(
        f'<a class="button" href="{text.escape(url)}"{extra}>{label}</a>' for label, url, extra in actions(chapter, up)
    )
    inside = f'{picture}<dl>{body}</dl>{folds}<p class="actions">{buttons}</p>'
    return f'<section class="chapter-header" aria-label="About this chapter">{inside}</section>'


def paper(chapter: Chapter, up: str) -> str:
    facts = chapter.book["paper"]
    people = facts["authors"]
    if not isinstance(people, str):
        people = "; ".join(people)
    entry = f"{up}book/bibliography.html#ref-{text.escape(facts['key'])}"
    return (
        f'<cite><a href="{entry}">{text.escape(facts["title"])}</a></cite><br>'
        f"{text.escape(people.replace(';', ','))}. {text.escape(facts['venue'])}, {text.escape(facts['year'])}."
    )


def part(chapter: Chapter, up: str) -> str:
    slug = chapter.book["part"]
    return f'<a href="{up}book/parts/{slug}.html">{text.escape(PARTS.get(slug, slug))}</a>'


def links(slugs: list[str] | None, known: Mapping[str, Chapter], planned: Mapping[str, Method], up: str) -> str:
    """Chapters by their titles, methods still to come by their entries on the page of their part."""
    found = []
    for slug in slugs or []:
        if slug in known:
            found.append(f'<a href="{up}{known[slug].docname}.html">{text.escape(known[slug].short_title)}</a>')
        else:
            method = planned[slug]
            entry = f"{up}book/parts/{method.part}.html#{method.anchor}"
            found.append(f'<a href="{entry}">{text.escape(method.name)}</a> (still to come)')
    return ", ".join(found)


def expectation(chapter: Chapter) -> str:
    """Seconds and memory at every scale; the scale that the page shows is marked."""
    times, memory = text.per_scale(chapter.book.get("seconds")), text.per_scale(chapter.book.get("memory"))
    devices = {"quick": "1 CPU core", "book": "2 CPU cores", "gpu": "one GPU"}
    rows = "".join(
        f'<tr{shown(chapter, scale)}><th scope="row">{scale}</th><td>{devices[scale]}</td>'
        f"<td>{text.seconds(times[scale])}</td><td>{text.megabytes(memory[scale])}</td></tr>"
        for scale in text.SCALES
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Scale", "Device", "Time", "Peak memory"))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def shown(chapter: Chapter, scale: str) -> str:
    return ' class="shown"' if chapter.run.get("scale") == scale else ""


def holds(chapter: Chapter) -> str:
    """The verdicts, counted by kind, and the core claim with its spread over seeds."""
    if not chapter.judged:
        return f"{badges.REVISION} {REVISION}"
    counts = f'{sentence(tally([chapter]))}. <a href="#does-it-hold">All of them</a>.'
    cores = [verdict for verdict in chapter.verdicts if verdict.record.get("core")]
    core = next((verdict for verdict in cores if verdict.seeds), cores[0] if cores else None)
    return f"{counts}<br>{core_line(core)}" if core else counts


def core_line(verdict: Verdict) -> str:
    measured, bound = claims.measured(verdict), claims.comparison(verdict.record)
    words = f'<a href="#{verdict.anchor}">Core claim</a>: {measured}, must be {bound}'
    if not verdict.seeds:
        return f"{words}; other seeds not measured."
    return f"{words}. {seeds.label(verdict)}: {seeds.summary(verdict)}."


def edits(chapter: Chapter) -> str:
    """How many random edits of the code the chapter notices."""
    share = chapter.noticed
    return f"{share[0]} of {share[1]} random edits of the method's code turn this chapter red." if share else ""


def idle(chapter: Chapter) -> str:
    """The pieces whose removal nothing here can show."""
    pieces = chapter.book.get("no_difference") or {}
    items = "".join(
        f"<li><strong>{text.escape(piece)}</strong>: {text.escape(words)}</li>" for piece, words in pieces.items()
    )
    return f"<ul>{items}</ul>" if items else ""


def provenance(chapter: Chapter) -> str:
    run = chapter.run
    if not run:
        return "not run yet"
    versions = ", ".join(f"{name} {number}" for name, number in (run.get("versions") or {}).items())
    python = f"Python {run['python']}" if run.get("python") else ""
    details = ", ".join(filter(None, [python, versions, f"{run['threads']} threads" if run.get("threads") else ""]))
    when = text.escape(str(run.get("date", ""))[:10])
    scale, device = text.escape(run.get("scale", "–")), text.escape(run.get("device", "–"))
    words = f"a run at scale <em>{scale}</em>, seed {run.get('seed', 0)}, on {device}, {when}"
    return f'{words}<br><span class="fine">{text.escape(details)}</span>'
