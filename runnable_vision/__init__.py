"""The package under a name that no file of yours has: ``from runnable_vision import load_chapter``.

It is ``helpers`` once more, for programs that have a ``helpers`` of their own beside them.
"""

from pathlib import Path

__path__ = [str(Path(__file__).parents[1] / "helpers")]  # its modules are found there, as runnable_vision.run and so on
_code = Path(__path__[0], "__init__.py")
exec(compile(_code.read_text(encoding="utf-8"), str(_code), "exec"))
