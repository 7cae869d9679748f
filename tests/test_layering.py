"""The floors of core, the facade and the plugins keep to their directions (ARCHITECTURE: import direction)."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_import_linter_finds_no_broken_contract():
    answer = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def imports(path: Path) -> set[str]:
    """The modules a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def test_plugins_import_only_the_facade_and_themselves():
    for plugin in sorted((ROOT / "plugins").iterdir()):
        for path in plugin.rglob("*.py"):
            for module in imports(path):
                top, _dot, rest = module.partition(".")
                assert top != "plugins" or module.split(".")[1] == plugin.name, f"{path} imports {module}"
                assert top != "core" or not (ROOT / "core" / f"{rest.split('.')[0]}.py").exists(), f"{path}: {module}"
                assert top != "core" or not (ROOT / "core" / rest.split(".")[0]).is_dir() or not rest, (
                    f"{path}: {module}"
                )


def test_only_ui_imports_htmx_flask_and_only_web_imports_flask():
    for path in (ROOT / "core").rglob("*.py"):
        where = path.relative_to(ROOT / "core").as_posix()
        tops = {module.split(".")[0] for module in imports(path)}
        assert "htmx_flask" not in tops or where == "web/ui.py", where
        knows_http = where.startswith("web/") or where in {
            "app.py",
            "serve.py",
            "testing.py",
            "plugin/declarations/manifest.py",
        }
        assert not tops & {"flask", "werkzeug"} or knows_http, where
