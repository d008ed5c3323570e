"""Puts the notebooks, without outputs, and the papers' statements into the wheel: an installed package needs both."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            # An editable install finds them in the checkout.
            return
        self._folder = tempfile.TemporaryDirectory()
        source = Path(self.root, "notebooks")
        for path in source.glob("*/*.ipynb"):
            notebook = json.loads(path.read_text(encoding="utf-8"))
            for cell in notebook["cells"]:
                if cell["cell_type"] == "code":
                    cell["outputs"], cell["execution_count"] = [], None
            stripped = Path(self._folder.name, path.relative_to(source))
            stripped.parent.mkdir(exist_ok=True)
            stripped.write_text(json.dumps(notebook), encoding="utf-8")
        build_data["force_include"][self._folder.name] = "helpers/notebooks"
        build_data["force_include"][str(Path(self.root, "book", "statements"))] = "helpers/book/statements"

    def finalize(self, version: str, _build_data: dict[str, Any], _artifact_path: str) -> None:
        if version != "editable":
            self._folder.cleanup()
