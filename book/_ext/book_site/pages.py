"""What surrounds the pages: metadata for shared links, the 404 page, the site map."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape as escape_xml

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from book_site import chapters, text
from book_site.thumbnails import card

# A host shows the 404 page at the address that is not there, which may lie anywhere below the site: the nearest folder
# above it that has the site's style is where the links of the page start.
FIND_START = """<script>
const steps = location.pathname.split("/");
for (let k = steps.length - 1; k > 0; k--) {
  const start = `${steps.slice(0, k).join("/")}/`;
  const question = new XMLHttpRequest();
  question.open("HEAD", `${start}_static/site.css`, false);
  try { question.send(); } catch { break; }
  if (question.status !== 200) continue;
  document.head.append(Object.assign(document.createElement("base"), { href: start }));
  break;
}
</script>"""
ABOUT = "109 computer-vision methods, one executable notebook each, the paper's statements judged by measurement."


def setup(app: Sphinx) -> None:
    app.connect("config-inited", take_address)
    app.connect("html-page-context", share)
    app.connect("html-collect-pages", not_found)
    app.connect("build-finished", write_sitemap)
    app.connect("build-finished", write_entrance)


def take_address(_app: Sphinx, config: Config) -> None:
    """BOOK_SITE_URL is where the site will be served from, if that is known."""
    address = os.environ.get("BOOK_SITE_URL", "").rstrip("/")
    config.html_baseurl = f"{address}/" if address else ""


def share(app: Sphinx, pagename: str, _template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Description and card of the page, for search engines and shared links."""
    description = app.env.metadata.get(pagename, {}).get("description") or first_paragraph(doctree) or ABOUT
    title = re.sub(r"<[^>]+>", "", context.get("title") or app.config.html_title)
    properties = {
        "og:title": title,
        "og:description": description,
        "og:type": "article" if pagename.startswith("notebooks/") else "website",
        "og:site_name": app.config.html_title,
    }
    base = app.config.html_baseurl
    if base:
        properties |= {"og:url": f"{base}{pagename}.html", "og:image": base + picture(app, pagename)}
    tags = [f'<meta name="description" content="{text.escape(description)}">']
    tags += [f'<meta property="{name}" content="{text.escape(value)}">' for name, value in properties.items()]
    tags.append(f'<meta name="twitter:card" content="{"summary_large_image" if base else "summary"}">')
    context["metatags"] = context.get("metatags", "") + "\n".join(tags)


def picture(app: Sphinx, pagename: str) -> str:
    """The picture of a shared link, as an address within the site."""
    root = Path(app.srcdir)
    chapter = chapters.chapters(root).get(pagename.rsplit("/", 1)[-1]) if pagename.startswith("notebooks/") else None
    name = card(chapter, root, Path(app.outdir) / "_images") if chapter else None
    return f"_images/{name}" if name else "_static/card.png"


def first_paragraph(doctree: nodes.document | None) -> str:
    if doctree is None:
        return ""
    paragraph = next(doctree.findall(nodes.paragraph), None)
    words = " ".join(paragraph.astext().split()) if paragraph else ""
    return words if len(words) <= 200 else words[:197].rsplit(" ", 1)[0] + " …"


def not_found(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The 404 page; its links start at the site's address, or where the page finds that the site starts."""
    base = urlsplit(app.config.html_baseurl).path
    start = f'<base href="{text.escape(base)}">' if base else FIND_START
    yield "404", {"title": "Page not found", "metatags": start, "body": ""}, "404.html"


def write_sitemap(app: Sphinx, error: Exception | None) -> None:
    base = app.config.html_baseurl
    if error or not base or app.builder.name != "html":
        return
    places = "".join(f"<url><loc>{escape_xml(base + name)}.html</loc></url>" for name in sorted(app.env.found_docs))
    head = '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    Path(app.outdir, "sitemap.xml").write_text(f"{head}{places}</urlset>\n", encoding="utf-8")
    Path(app.outdir, "robots.txt").write_text(
        f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n", encoding="utf-8"
    )


def write_entrance(app: Sphinx, error: Exception | None) -> None:
    """index.html at the top leads to the landing page."""
    if error or app.builder.name != "html":
        return
    Path(app.outdir, "index.html").write_text(
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Runnable Vision</title>'
        '<meta http-equiv="refresh" content="0; url=book/index.html">'
        '<link rel="canonical" href="book/index.html"></head>'
        '<body><main><h1>Runnable Vision</h1><p><a href="book/index.html">To the book</a></p></main></body></html>\n',
        encoding="utf-8",
    )
