"""Every notebook runs from top to bottom, is made of the page or script that it is about, and has no outputs."""

import json

import pytest
from site_pages import ROOT

pytest.importorskip("jupytext", reason="the notebooks need the extra 'notebooks'")
nbclient = pytest.importorskip("nbclient", reason="the notebooks need the extra 'notebooks'")
pytest.importorskip("ipykernel", reason="the notebooks need the extra 'notebooks'")
nbformat = pytest.importorskip("nbformat")

from docs import notebooks

NAMES = dict(notebooks.notebooks())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("notebooks")
    assert len(notebooks.build(out)) == len(NAMES)
    return out


def cells_of(path, kind):
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == kind]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_small_and_has_no_outputs(name, folder):
    path = folder / f"{name}.ipynb"
    nbformat.validate(nbformat.read(path, as_version=4))
    assert path.stat().st_size < 60_000
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells_of(path, "code"))


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("book/")])
def test_it_has_all_the_chapters_text_and_code(name, folder):
    page = (ROOT / f"{name}.md").read_text(encoding="utf-8")
    _finds_the_book, *cells = json.loads((folder / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    lines = [line.strip() for cell in cells for line in "".join(cell["source"]).splitlines() if line.strip()]
    shown = notebooks.FENCE.sub(lambda match: match[1], page)
    assert sorted(lines) == sorted(line.strip() for line in shown.splitlines() if line.strip())


def test_building_twice_gives_the_same(folder, tmp_path):
    notebooks.build(tmp_path)
    for name in NAMES:
        assert (tmp_path / f"{name}.ipynb").read_bytes() == (folder / f"{name}.ipynb").read_bytes()


# The languages have the same code, so one of them is run.
@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("book/zh")])
def test_it_runs(name, folder, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    read = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    nbclient.NotebookClient(read, timeout=300, resources={"metadata": {"path": str(ROOT / "docs")}}).execute()
    if name.startswith("demos/"):
        shown = [output for cell in read.cells if cell.cell_type == "code" for output in cell.outputs]
        kinds = {kind for output in shown for kind in output.get("data", {})}
        assert kinds & {"image/png", "image/svg+xml"}
