"""The head of a chapter: where it comes from, what it needs, what to expect, and what was run."""

from __future__ import annotations

from collections.abc import Mapping

from book_site import claims, text
from book_site.chapters import Chapter, Claim, Method
from book_site.launch import actions
from book_site.partnames import PARTS


def chapter_header(chapter: Chapter, known: Mapping[str, Chapter], planned: Mapping[str, Method], up: str) -> str:
    """HTML without empty lines (it goes into a Markdown cell)."""
    rows = [
        ("Paper", paper(chapter, up)),
        ("Part", part(chapter, up)),
        ("Before this", prerequisites(chapter, known, planned, up)),
        ("What to expect", expectation(chapter)),
        ("Does it hold?", holds(chapter)),
        ("This page shows", provenance(chapter)),
    ]
    body = "".join(f'<div class="row"><dt>{term}</dt><dd>{value}</dd></div>' for term, value in rows if value)
    links = "".join(
        f'<a class="button" href="{text.escape(url)}"{extra}>{label}</a>' for label, url, extra in actions(chapter, up)
    )
    inside = f'<dl>{body}</dl><p class="actions">{links}</p>'
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


def prerequisites(chapter: Chapter, known: Mapping[str, Chapter], planned: Mapping[str, Method], up: str) -> str:
    links = []
    for slug in chapter.book.get("prerequisites") or []:
        if slug in known:
            links.append(f'<a href="{up}{known[slug].docname}.html">{text.escape(known[slug].short_title)}</a>')
        else:
            name = planned[slug].name if slug in planned else slug
            links.append(f"{text.escape(name)} (still to come)")
    return ", ".join(links) or "nothing but PyTorch"


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
    """How many claims held in the shown run, and the core claim with its spread over seeds."""
    asserted = [claim for claim in chapter.claims if claim.record.get("asserted", True)]
    if not chapter.claims:
        return ""
    held = sum(claim.held for claim in asserted)
    line = f'{held} of {len(asserted)} <a href="#does-it-hold">claims</a> held in this run'
    core = next((claim for claim in chapter.claims if claim.record.get("core")), None)
    return line + (f".<br>{core_line(core)}" if core else ".")


def core_line(claim: Claim) -> str:
    measured, bound = claims.measured(claim.record), claims.comparison(claim.record)
    words = f'<a href="#{claim.anchor}">Core claim</a>: {measured}, must be {bound}'
    if not claim.seeds:
        return f"{words}; other seeds not measured."
    label = claims.seeds_label(claim)
    return f"{words}. {label}: {text.raised(text.spread(claim.seeds['values']))} {claims.strip(claim)}"


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
