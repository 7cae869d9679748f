"""The wheel is whole: installed into an empty folder elsewhere it sets up the demo community and serves its pages."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = """
import core, sys
from core.app import create_app
from core.config import load_config
assert core.__file__.startswith(sys.argv[1]), core.__file__
client = create_app(load_config(sys.argv[2])).test_client()
for path in ("/c/330481001009/", "/c/330481001009/rooms/day", "/c/330481001009/office"):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    page = answer.get_data(as_text=True)
    style = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert client.get(style).status_code == 200, style
    assert "西山社区" in page
print("served")
"""


def run(*command: object, **environment: str) -> str:
    """Run a command away from the checkout; its output, or a failed assertion with all it said."""
    answer = subprocess.run(
        [str(part) for part in command],
        cwd=environment.pop("cwd"),
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


def test_a_wheel_installed_elsewhere_builds_the_demo_and_serves_it(tmp_path):
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    source, place, instance = tmp_path / "source", tmp_path / "place", tmp_path / "instance"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "instance", "build", "tests", "*.egg-info"))
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", tmp_path, source, cwd=str(tmp_path))
    [wheel] = tmp_path.glob("linli-*.whl")
    run(*pip, "install", "--no-deps", "--no-compile", "--target", place, wheel, cwd=str(tmp_path))
    elsewhere = {"PYTHONPATH": str(place), "cwd": str(tmp_path)}
    run(sys.executable, "-m", "core", "--instance", instance, "demo", "--no-residents", **elsewhere)
    assert run(sys.executable, "-c", PROGRAM, str(place), instance, **elsewhere) == "served\n"
