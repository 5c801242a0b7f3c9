"""What strangers download: the sdist has all that its tests need, the wheel runs the experiments, PyPI's links work."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_string

import pytest
from lowest import lowest
from site_pages import ROOT

pytest.importorskip("setuptools", minversion="77.0.3", reason="to build the package")

NOT_SHIPPED = re.compile(r"\.ci/|\.git")

BUILD = """
import sys
from setuptools import build_meta
print(getattr(build_meta, sys.argv[1])(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of what is under version control, so that building leaves nothing in the checkout."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout.decode()
    files = [name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    folder = tmp_path_factory.mktemp("checkout")
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    return folder, set(files)


def build(kind, folder, out):
    command = [sys.executable, "-c", BUILD, f"build_{kind}", str(out)]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return out / done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def sdist(checkout, tmp_path_factory):
    """The sdist, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build("sdist", checkout[0], folder)) as file:
        file.extractall(folder, filter="data")
    return next(path for path in folder.iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def wheel(sdist, tmp_path_factory):
    """The wheel that is built of the sdist, as those who install the sdist build it; unpacked."""
    with zipfile.ZipFile(build("wheel", sdist, tmp_path_factory.mktemp("wheel"))) as file:
        folder = tmp_path_factory.mktemp("installed")
        file.extractall(folder)
    return folder


def test_the_sdist_has_every_file(checkout, sdist):
    files = checkout[1]
    shipped = {path.relative_to(sdist).as_posix() for path in sdist.rglob("*")}
    assert {name for name in files if not NOT_SHIPPED.match(name)} <= shipped


def test_the_wheel_has_minigrad_and_the_experiments_alone(wheel):
    names = {path.name for path in wheel.iterdir()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"minigrad", "minigrad_demos"}
    demos = wheel / "minigrad_demos"
    packaged = {path.relative_to(demos).as_posix() for path in demos.rglob("*.*")}
    assert {"__main__.py", "two_modes.py"} <= packaged


@pytest.mark.slow
def test_the_command_runs_an_experiment_from_the_wheel(wheel, tmp_path):
    pytest.importorskip("matplotlib", reason="the experiments need the extra 'demos'")
    pytest.importorskip("tqdm", reason="the experiments need the extra 'demos'")
    entry = next(wheel.glob("*.dist-info/entry_points.txt")).read_text(encoding="utf-8")
    module, function = re.search(r"minigrad-demos = (\S+):(\S+)", entry).groups()
    command = [sys.executable, "-P", "-c", f"import sys; from {module} import {function}; sys.exit({function}())"]
    environment = {**os.environ, "PYTHONPATH": str(wheel), "TQDM_DISABLE": "1"}
    run = {"cwd": tmp_path, "env": environment, "check": True, "capture_output": True, "text": True}
    assert "minigrad-demos NAME" in subprocess.run(command, **run).stdout
    subprocess.run([*command, "two_modes", "--quick"], **run)
    assert (tmp_path / "out" / "two_modes.html").exists()


def test_links_on_pypi_lead_to_the_repository(wheel):
    metadata = message_from_string(next(wheel.glob("*.dist-info/METADATA")).read_text(encoding="utf-8"))
    page = metadata.get_payload()
    links = re.findall(r"\]\(([^)\s]+)\)", page)
    assert links
    assert all(link.startswith(("https://", "#")) for link in links)
    assert metadata["Description-Content-Type"] == "text/markdown"
    source = dict(url.split(", ") for url in metadata.get_all("Project-URL"))["Source"]
    for link in links:
        if link.startswith(source):
            path = re.sub(rf"^{re.escape(source)}/(blob|raw)/HEAD/", "", link)
            assert (ROOT / path).exists(), link


def test_every_requirement_has_one_lowest_version():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    names = [requirement.partition("==")[0] for requirement in lowest(list(extras))]
    assert names[:2] == ["setuptools", "numpy"]
    assert len(names) == len(set(names)) > 20


def test_every_file_that_contributing_names_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for name in re.findall(r"`(\w+\.py)`", text):
        assert any(ROOT.rglob(name)), name
