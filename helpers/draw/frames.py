"""A figure to explore that needs no kernel: every state is a picture, and a line of script shows the right one."""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from .pictures import Picture

# Runs in the browser when a slider moves or a button is chosen, with the box of controls as `this`. Every child of the
# box is one control; the states lie in the order of `itertools.product` over them.
SHOW_STATE = (
    "const f=this.closest('figure');let k=0;"
    "for(const c of this.children){const a=c.querySelectorAll('input'),r=c.querySelector(':checked')||a[0];"
    "k=k*(r.max?+r.max+1:a.length)+ +r.value;"
    "if(r.max){const t=JSON.parse(r.dataset.labels)[r.value];"
    "r.nextElementSibling.value=t;r.setAttribute('aria-valuetext',t)}}"
    "f.querySelectorAll('[data-state]').forEach((d,i)=>{d.hidden=i!==k;"
    "if(d.hidden)d.querySelectorAll('audio').forEach(a=>a.pause())})"
)


@dataclass(frozen=True)
class Control:
    """What a reader moves or chooses.

    Attributes:
        name: what it is, in words.
        labels: of its values.
        shown: index of the value at first.
        choice: whether the values are a choice, shown as radio buttons, and no quantity, which is a slider.
    """

    name: str
    labels: Sequence[str]
    shown: int
    choice: bool = False


def explorer(
    controls: Sequence[Control],
    pictures: Sequence[Picture],
    *,
    caption: str,
    alt: str,
    sounds: Sequence[str] | None = None,
) -> str:
    """One HTML figure with a slider or a group of radio buttons per control and a picture per state.

    Args:
        controls: at least one.
        pictures: one per state, the last control running fastest.
        caption: shown below; plain text.
        alt: describes the picture; the state is appended.
        sounds: HTML of an audio player per state.

    Returns:
        HTML without any address, ready for a page or a notebook. Groups of radio buttons are named by a hash of all
        that the figure shows, so that those of two figures on a page stay apart.
    """
    shown = tuple(control.shown for control in controls)
    states = list(product(*(range(len(control.labels)) for control in controls)))
    frames = []
    for k, (state, picture) in enumerate(zip(states, pictures, strict=True)):
        where = ", ".join(f"{each.name} {each.labels[i]}" for each, i in zip(controls, state, strict=True))
        image = (
            f'<img loading="lazy" width="{picture.width}" height="{picture.height}"'
            f' alt="{html.escape(f"{alt} ({where})")}" src="{picture.address}">'
        )
        hidden = "" if state == shown else " hidden"
        frames.append(f'<div data-state="{k}"{hidden}>{image}{sounds[k] if sounds else ""}</div>')
    below = f"<figcaption>{html.escape(caption)}</figcaption>"
    group = hashlib.sha256("".join([*frames, below]).encode()).hexdigest()[:8]
    boxes = [_buttons(each, f"{group}-{k}") if each.choice else _slider(each) for k, each in enumerate(controls)]
    return (
        f'<figure class="book-explore"><div class="book-explore-controls" oninput="{html.escape(SHOW_STATE)}">'
        f"{''.join(boxes)}</div>{''.join(frames)}{below}</figure>"
    )


def _slider(control: Control) -> str:
    label = html.escape(control.labels[control.shown])
    widest = max(map(len, control.labels))  # room for each, else the slider would change its length under the hand
    return (
        f'<label>{html.escape(control.name)} <input type="range" min="0" max="{len(control.labels) - 1}" step="1"'
        f' value="{control.shown}" autocomplete="off" aria-valuetext="{label}"'
        f' data-labels="{html.escape(json.dumps(list(control.labels)))}">'
        f'<output style="width:{widest}ch">{label}</output></label>'
    )


def _buttons(control: Control, group: str) -> str:
    buttons = [
        f'<label><input type="radio" name="{group}" value="{i}" autocomplete="off"'
        f"{' checked' if i == control.shown else ''}> {html.escape(label)}</label>"
        for i, label in enumerate(control.labels)
    ]
    return f"<fieldset><legend>{html.escape(control.name)}</legend>{''.join(buttons)}</fieldset>"
