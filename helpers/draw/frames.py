"""A figure with sliders that needs no kernel: every state is a picture, and a line of script shows the right one."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping, Sequence
from itertools import product

# Runs in the browser when a slider moves. The states lie in the order of `itertools.product` over the sliders.
SHOW_STATE = (
    "const f=this.closest('figure');let k=0;"
    "for(const r of f.querySelectorAll('input')){k=k*(+r.max+1)+ +r.value;"
    "const t=JSON.parse(r.dataset.labels)[r.value];r.nextElementSibling.value=t;r.setAttribute('aria-valuetext',t)}"
    "f.querySelectorAll('[data-state]').forEach((d,i)=>{d.hidden=i!==k;"
    "if(d.hidden)d.querySelectorAll('audio').forEach(a=>a.pause())})"
)


def slider_figure(
    parameters: Mapping[str, Sequence[str]],
    pictures: Sequence[bytes],
    *,
    caption: str,
    alt: str,
    shown: Sequence[int],
    sounds: Sequence[str] | None = None,
) -> str:
    """One HTML figure with a labelled range input per parameter and a picture per state.

    Args:
        parameters: name -> labels of its values.
        pictures: PNG files, one per state, the last parameter running fastest.
        caption: shown below; plain text.
        alt: describes the picture; the state is appended.
        shown: index of the first shown value, per parameter.
        sounds: HTML of an audio player per state.

    Returns:
        HTML without any address, ready for a page or a notebook.
    """
    states = list(product(*(range(len(labels)) for labels in parameters.values())))
    controls = "".join(
        _slider(name, labels, index) for (name, labels), index in zip(parameters.items(), shown, strict=True)
    )
    frames = []
    for k, (state, picture) in enumerate(zip(states, pictures, strict=True)):
        where = ", ".join(f"{name} {parameters[name][i]}" for name, i in zip(parameters, state, strict=True))
        text = html.escape(f"{alt} ({where})")
        source = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
        player = sounds[k] if sounds else ""
        hidden = "" if state == tuple(shown) else " hidden"
        frames.append(f'<div data-state="{k}"{hidden}><img loading="lazy" alt="{text}" src="{source}">{player}</div>')
    return (
        f'<figure class="book-explore"><div class="book-explore-controls">{controls}</div>{"".join(frames)}'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
    )


def _slider(name: str, labels: Sequence[str], index: int) -> str:
    return (
        f'<label>{html.escape(name)} <input type="range" min="0" max="{len(labels) - 1}" step="1" value="{index}"'
        f' autocomplete="off" aria-valuetext="{html.escape(labels[index])}"'
        f' data-labels="{html.escape(json.dumps(list(labels)))}" oninput="{html.escape(SHOW_STATE)}">'
        f"<output>{html.escape(labels[index])}</output></label>"
    )
