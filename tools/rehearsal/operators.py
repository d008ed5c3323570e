"""What CUDA knows about an operator, from the operator table that ships with torch (``native_functions.yaml``)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import torch
import torchgen

# The ways between devices, and the operators that look things up: they have rules of their own.
CROSS = {"copy_", "_to_copy", "_copy_from", "_copy_from_and_resize", "lift_fresh"}
INDEX = {"index", "_unsafe_index", "index_put", "index_put_", "_index_put_impl_", "_unsafe_index_put"}
PACKING = "_pack_padded_sequence"
# "addmm_cuda" not implemented for 'Long': the table does not say so, this list is by hand.
FLOATING = {
    *("mm", "bmm", "addmm", "addmm_", "baddbmm", "baddbmm_", "addbmm", "mv", "addmv", "dot", "vdot", "convolution"),
    *("max_pool2d_with_indices", "avg_pool2d", "_adaptive_avg_pool2d", "max_pool3d_with_indices", "avg_pool3d"),
}


class Entry(NamedTuple):
    """One operator of the table."""

    arguments: str
    scalars: bool  # CPU tensors without dimensions may be mixed in, as TensorIterator does
    keys: frozenset[str]  # for which it has kernels
    delegate: str  # what computes it in its place


@dataclass(frozen=True)
class Rule:
    """What holds for one operator on CUDA."""

    name: str
    function: Callable  # what runs on the CPU
    scalars: bool
    composite: torch._C.DispatchKey | None  # set where it is a recipe of other operators
    missing: bool  # no kernel on CUDA
    draws: bool  # random numbers
    special: bool  # needs a look at its arguments
    mutable: bool
    written: frozenset[int]  # positions of the arguments that it writes


@cache
def table() -> dict[str, Entry]:
    """Name with overload -> what the table says."""
    text = (Path(torchgen.__file__).parent / "packaged/ATen/native/native_functions.yaml").read_text(encoding="utf-8")
    found = {}
    for entry in re.split(r"^- func: ", text, flags=re.MULTILINE)[1:]:
        name, arguments = entry.split("\n", 1)[0].split(" -> ")[0].split("(", 1)
        lines = re.search(r"^  dispatch:\n((?:    .*\n|\s*#.*\n|\n)+)", entry, flags=re.MULTILINE)
        keys = re.findall(r"^    ([\w, ]+):", lines[1], flags=re.MULTILINE) if lines else []
        delegate = re.search(r"structured_delegate: (\S+)", entry)
        each = frozenset(key.strip() for line in keys for key in line.split(","))
        found[name] = Entry(arguments, "device_check: NoCheck" in entry, each, delegate[1] if delegate else "")
    return found


@cache
def rule(func: torch._ops.OpOverload) -> Rule:
    """The rule of an operator; what the table does not know wants all tensors on one device."""
    name = func._schema.name.removeprefix("aten::")
    full = f"{name}.{func._schema.overload_name}".rstrip(".")
    _, scalars, keys, delegate = table().get(full, Entry("", False, frozenset(), ""))
    missing = "CPU" in keys and not any(key.startswith(("CUDA", "Composite")) for key in keys) and not delegate
    composite = None
    if name not in {*CROSS, *INDEX, *FLOATING, PACKING}:
        if "CompositeExplicitAutograd" in keys:
            composite = torch._C.DispatchKey.CompositeExplicitAutograd
        elif full in table() and not keys and not delegate:
            composite = torch._C.DispatchKey.CompositeImplicitAutograd
    draws = torch.Tag.nondeterministic_seeded in func.tags
    special = missing or draws or name in FLOATING or name in ("linalg_lstsq", PACKING)
    written = (i for i, a in enumerate(func._schema.arguments) if a.alias_info and a.alias_info.is_write)
    function = CELLS.get(name, func)
    return Rule(
        name, function, scalars, composite, missing, draws, special, func._schema.is_mutable, frozenset(written)
    )


def _lstm_cell(inputs, hidden, c, input_bias=None, hidden_bias=None):
    gates = inputs + hidden if input_bias is None else inputs + input_bias + hidden + hidden_bias
    i, f, g, o = gates.chunk(4, 1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c, gates


def _gru_cell(inputs, hidden, h, input_bias=None, hidden_bias=None):
    if input_bias is not None:
        inputs, hidden = inputs + input_bias, hidden + hidden_bias
    (r, z, n), (hr, hz, hn) = inputs.chunk(3, 1), hidden.chunk(3, 1)
    n = (n + (r + hr).sigmoid() * hn).tanh()
    return n + (h - n) * (z + hz).sigmoid(), inputs


# torch sends the cells of recurrent layers to these on every accelerator, and has no CPU kernels of them.
CELLS = {"_thnn_fused_lstm_cell": _lstm_cell, "_thnn_fused_gru_cell": _gru_cell}
