"""The pretended device ``rehearsal``, on the key that torch keeps for accelerators of others (PrivateUse1).

A tensor of the device is a wrapper around a CPU tensor. Every operator that meets one arrives in
``Rehearsed.__torch_dispatch__``, below autograd, where CUDA's kernels would be chosen. By default a fault raises what
CUDA raises; after ``survey()`` it is written down, mended, and the run goes on. The hooks are experimental: torch stays
pinned, and the self-test runs in CI.
"""

from __future__ import annotations

import collections
import linecache
import os
import re
import sys
from functools import cache
from typing import ClassVar

import torch
from torch.utils.backend_registration import _DummyBackendModule, _setup_privateuseone_for_python_backend

from tools.rehearsal.operators import CELLS, CROSS, FLOATING, INDEX, PACKING, Rule, rule, table

NAME = "rehearsal"
aten = torch.ops.aten

faults: list[str] = []  # of a survey: what, and where
draws: collections.Counter[str] = collections.Counter()  # where the device's own generator was used: legal
_surveying = False


def survey() -> None:
    """From now on faults are written down in ``faults``, mended and survived."""
    global _surveying
    _surveying = True


def _fault(error: type[Exception], message: str) -> None:
    if not _surveying:
        raise error(message)
    faults.append(f"{_where()}: {message}")


def _where() -> str:
    """The innermost line in a notebook or in the helpers."""
    frame = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if "ipykernel_" in file or f"{os.sep}helpers{os.sep}" in file:
            place = "notebook" if "ipykernel_" in file else os.path.basename(file)
            return f"{place}, {frame.f_code.co_name}: {linecache.getline(file, frame.f_lineno).strip()}"
        frame = frame.f_back
    return "?"


class Rehearsed(torch.Tensor):
    """A tensor on the pretended device; ``inner`` is the CPU tensor that holds its values."""

    __torch_function__ = torch._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls, inner: torch.Tensor) -> Rehearsed:
        layout = {"strides": inner.stride(), "storage_offset": inner.storage_offset()}
        options = {"dtype": inner.dtype, "device": f"{NAME}:0"}
        self = torch.Tensor._make_wrapper_subclass(cls, inner.shape, **layout, **options)
        self.inner = inner
        return self

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        known = rule(func)
        here: list[Rehearsed] = []
        cpu: list[tuple[int | str, torch.Tensor]] = []
        inner = [_strip(value, place, here, cpu) for place, value in enumerate(args)]
        named = {place: _strip(value, place, here, cpu) for place, value in kwargs.items()} if kwargs else {}
        if cpu and known.composite:  # a recipe of other operators, and they have the rules
            return func._op_dk(known.composite, *args, **(kwargs or {}))
        if cpu:
            _check_devices(known, args, cpu)
        if known.special:
            _check_operator(known, args, named, here)
        device = named.get("device")
        away = device is not None and device.type != NAME  # to the CPU, or to meta
        if device is not None and not away:
            named["device"] = "cpu"
        out = known.function(*inner, **named)
        if known.mutable:
            wrappers = {id(t.inner): t for t in here} | {id(t): t for _, t in cpu}
            for t in here:
                if t.shape != t.inner.shape or t.stride() != t.inner.stride():
                    t._follow()
            return _map(out, lambda t: wrappers[id(t)] if id(t) in wrappers else cls(t))
        if away:
            return out
        if known.name == PACKING:
            return cls(out[0]), out[1]  # batch sizes stay on the CPU
        return _map(out, cls)

    def _follow(self) -> None:
        """Take over the shape of ``inner`` after an operator that changed it in place."""
        torch.Tensor.data.__set__(self, Rehearsed(self.inner))

    def numpy(self, *, force: bool = False):
        if not force:
            advice = "Use Tensor.cpu() to copy the tensor to host memory first."
            _fault(TypeError, f"can't convert {NAME}:0 device type tensor to numpy. {advice}")
        return (self.detach() if force else self).cpu().numpy()

    # torch has shortcuts for plain tensors only: the same for this class

    def __repr__(self, *, tensor_contents=None) -> str:
        return f"{self.detach().cpu()!r} on {NAME}:0"

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if self.ndim == 0 else object.__format__(self, spec)

    def tolist(self):
        return self.detach().cpu().tolist()

    @property
    def data(self) -> torch.Tensor:
        return self.detach()

    @data.setter
    def data(self, new: torch.Tensor) -> None:
        if not isinstance(new, Rehearsed):
            raise NotImplementedError("tensor.data = a tensor on another device")
        self.inner = new.inner
        self._follow()


def _strip(value, place: int | str, here: list[Rehearsed], cpu: list[tuple[int | str, torch.Tensor]]):
    """``value`` with the CPU tensors of its device tensors; collects both sorts."""
    if isinstance(value, Rehearsed):
        here.append(value)
        return value.inner
    if isinstance(value, torch.Tensor):
        cpu.append((place, value))
    elif type(value) in (list, tuple):
        return [_strip(v, place, here, cpu) for v in value]
    return value


def _map(value, function):
    if isinstance(value, torch.Tensor):
        return function(value)
    if isinstance(value, list | tuple):
        return type(value)(_map(v, function) for v in value)
    return value


def _check_devices(known: Rule, args: tuple, cpu: list[tuple[int | str, torch.Tensor]]) -> None:
    """Some of the tensors are on the CPU, others on the device: is that so on CUDA too?"""
    if known.name in CROSS or known.name == PACKING:
        return
    if known.name in INDEX:
        if not isinstance(args[0], Rehearsed):
            indices = any(isinstance(index, Rehearsed) for index in args[1])
            wrong = "indices should be either on cpu or on the same device as the indexed tensor (cpu)"
            _fault(RuntimeError, wrong if indices else _mixed(known, "self"))
        elif any(place in (2, "values") and value.ndim for place, value in cpu):
            _fault(RuntimeError, _mixed(known, "values"))
        return
    for place, value in cpu:
        if not known.scalars or value.ndim or place in known.written or place == "out":
            _fault(RuntimeError, _mixed(known, place))


def _check_operator(known: Rule, args: tuple, named: dict, here: list[Rehearsed]) -> None:
    """What single operators want on CUDA."""
    if known.missing:
        _fault(NotImplementedError, f"aten::{known.name} has no kernel on CUDA")
    if known.name in FLOATING and not (here[0].is_floating_point() or here[0].is_complex()):
        _fault(RuntimeError, f'"{known.name}_cuda" not implemented for {here[0].dtype}')
    if known.name == "linalg_lstsq" and named.get("driver") not in (None, "gels"):
        _fault(RuntimeError, "torch.linalg.lstsq: parameter `driver` should be gels on CUDA")
    if known.name == PACKING and isinstance(args[1], Rehearsed):
        _fault(RuntimeError, "'lengths' argument should be a 1D CPU int64 tensor")
    if known.draws:
        _check_draw(named.get("generator"))


def _mixed(known: Rule, place: int | str) -> str:
    return (
        f"Expected all tensors to be on the same device, but found at least two devices, {NAME}:0 and cpu! "
        f"(argument {place} of aten::{known.name} is on the cpu)"
    )


def _check_draw(generator: torch.Generator | None) -> None:
    if generator is None:
        draws[_where()] += 1
    elif generator._cdata not in Generator.on_device:
        _fault(RuntimeError, f"Expected a '{NAME}' device type for generator but found 'cpu'")


class Generator(torch._C.Generator):
    """``torch.Generator`` that can claim to be on the pretended device."""

    on_device: ClassVar[dict[int, Generator]] = {}  # by address, since torch makes new Python objects; kept alive

    def __new__(cls, device: torch.device | str = "cpu") -> Generator:
        self = super().__new__(cls)
        if torch.device(device).type == NAME:
            cls.on_device[self._cdata] = self
        return self

    @property
    def device(self) -> torch.device:
        return torch.device(f"{NAME}:0" if self._cdata in self.on_device else "cpu")


class _Module(_DummyBackendModule):
    """``torch.rehearsal``. Draws on the device come from the CPU's own generator: a chapter gives the CPU's numbers."""

    def synchronize(self, device=None) -> None:
        pass

    def get_rng_state(self, device=None) -> torch.Tensor:
        return torch.get_rng_state()

    def set_rng_state(self, state: torch.Tensor, device=None) -> None:
        torch.set_rng_state(state)


def _factory(op):
    if op is aten._efficientzerotensor.default:  # forward-mode AD's zeros, which have no storage
        op = aten.zeros.default

    def make(*args, **kwargs):
        if torch.Tag.nondeterministic_seeded in op.tags or kwargs.get("generator") is not None:
            _check_draw(kwargs.get("generator"))
        return Rehearsed(op(*args, **(kwargs | {"device": "cpu"})))

    return make


# torch.tensor copies to the device and reads from it with the dispatch to subclasses switched off: it ends in kernels
# of the key, here and in ``_local_scalar_dense``.
def _copy_from(source: torch.Tensor, target: torch.Tensor, non_blocking: bool = False) -> torch.Tensor:
    source, inner = (t.inner if isinstance(t, Rehearsed) else t for t in (source, target))
    inner.copy_(source)
    return target


_library = torch.library.Library("aten", "IMPL")


def _apply(self, fn, recurse=True, *, original=torch.nn.Module._apply):
    """``module.to`` keeps the parameter objects, as between CPU and CUDA: an optimiser made before still has them."""
    before = torch.__future__.get_swap_module_params_on_conversion()
    torch.__future__.set_swap_module_params_on_conversion(True)
    try:
        return original(self, fn, recurse)
    finally:
        torch.__future__.set_swap_module_params_on_conversion(before)


@cache
def register() -> torch.device:
    """Make the device known to torch, once a process; nothing else changes."""
    _setup_privateuseone_for_python_backend(NAME, _Module())
    for name, (arguments, _, keys, _) in table().items():
        if "Device? device" in arguments and not re.search(r"\bTensor\b", arguments) and keys:
            op, _, overload = name.partition(".")
            if keys & {"CPU", "CompositeExplicitAutograd"} and "uantized" not in name and "affine" not in name:
                _library.impl(name, _factory(getattr(getattr(aten, op), overload or "default")), "PrivateUse1")
    _library.impl("_copy_from", _copy_from, "PrivateUse1")
    _library.impl("_local_scalar_dense", lambda tensor: tensor.inner.item(), "PrivateUse1")
    for name, cell in CELLS.items():
        _library.impl(name, cell, "AutogradPrivateUse1")
    torch.autograd.set_multithreading_enabled(False)  # backward on this thread: faults in it have a stack
    torch.Generator = Generator
    torch.nn.Module._apply = _apply
    return torch.device(NAME)
