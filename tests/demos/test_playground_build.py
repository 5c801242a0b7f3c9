"""The playground's folder: the wheel, the words, Pyodide's files, and the command line that puts them together."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import threading
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest

from demos.playground import runtime, wheel
from demos.playground.build import LANGUAGES, SITE, as_json, catalogue, lab, manifest, site
from demos.playground.command import main, replace_folder
from demos.playground.lab.clinic import PROMISES
from demos.playground.lab.setting import CONTROLS
from demos.playground.serving import server

ROOT = Path(__file__).parents[2]
PYODIDE = os.environ.get("MINIGRAD_PYODIDE", "")


def test_the_wheel_is_one(tmp_path):
    content = wheel.minigrad_wheel()
    assert content == wheel.minigrad_wheel()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        rows = list(csv.reader(io.TextIOWrapper(archive.open(f"{wheel.NAME}.dist-info/RECORD"))))
        assert {row[0] for row in rows} == set(archive.namelist())
        for name, digest, size in rows[:-1]:
            own = archive.read(name)
            assert len(own) == int(size)
            kind, value = digest.split("=")
            assert base64.urlsafe_b64encode(hashlib.new(kind, own).digest()).rstrip(b"=").decode() == value
        archive.extractall(tmp_path)
    assert (tmp_path / "minigrad/py.typed").exists()
    code = "import minigrad, minigrad.testing; print(minigrad.__file__, minigrad.__version__)"
    path = {"PYTHONPATH": str(tmp_path), "PATH": os.environ["PATH"]}
    printed = subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, env=path, capture_output=True, text=True)
    assert printed.stdout.startswith(str(tmp_path)), printed.stderr


def test_the_lab_needs_numpy_and_minigrad_alone(tmp_path):
    with zipfile.ZipFile(io.BytesIO(lab())) as archive:
        archive.extractall(tmp_path)
    code = "import sys, lab.bench, lab.clinic; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    path = {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]), "PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, env=path, capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert {"lab", "minigrad", "numpy"} <= loaded, done.stderr
    assert not loaded & {"demos", "matplotlib", "tqdm", "PIL", "torch", "pytest", "hypothesis"}


# ---- the words -------------------------------------------------------------------------------------------------------


def keys_used() -> set[str]:
    """Return the keys that the page names, those that it puts together left out."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in SITE.rglob("*") if path.suffix in (".html", ".js"))
    asked = r'(?:\bt\(|data-(?:text|label|label-attribute)["\']?[=:]\s*)"([\w.]+)"'
    found = re.findall(asked, text)
    return {key for key in found if "." in key}


def test_every_language_has_the_same_words_and_values():
    english, *others = (catalogue(language) for language in LANGUAGES)
    for other in others:
        assert other.keys() == english.keys()
        for key in english:
            assert set(re.findall(r"\{\w+\}", other[key])) == set(re.findall(r"\{\w+\}", english[key])), key
            assert other[key].count("`") == english[key].count("`"), key
            assert other[key].count("*") % 2 == english[key].count("*") % 2 == 0, key


def test_every_word_that_the_page_asks_for_is_there():
    words = catalogue("en")
    assert len(keys_used()) > 60
    assert keys_used() <= words.keys()
    for control in CONTROLS:
        assert f"controls.{control.field}" in words
        assert all(f"choices.{choice}" in words for choice in control.choices)
    for id in PROMISES:
        assert {f"promises.{id}.{part}" for part in ("name", "says", "harm")} <= words.keys()
    known = manifest({}, local=True)
    assert all(f"mistakes.{mistake['name']}" in words for mistake in known["mistakes"])
    parts = ("question", "teaser", "setup", "because")
    assert all(f"experiments.{each['name']}.{part}" in words for each in known["experiments"] for part in parts)


def test_the_chinese_is_chinese():
    words = catalogue("zh")
    same = {key for key, text in words.items() if not re.search(r"[一-鿿]", text) and re.search(r"[A-Za-z]{3}", text)}
    assert same == {
        "choices.SGD", "choices.RMSprop", "choices.Adam", "choices.AdamW", "step.kind_mul", "step.kind_relu",
        "promises.variance.says",
    }  # fmt: skip
    for term in ("过拟合", "暂退法", "权重衰减", "梯度", "计算图", "正则化"):
        assert any(term in text for text in words.values()), term


# ---- Pyodide ---------------------------------------------------------------------------------------------------------


def test_without_a_folder_everything_is_pinned_on_the_public_cdn():
    known = manifest({}, local=False)
    for file in known["files"]:
        assert file["url"].startswith("https://cdn.jsdelivr.net/")
        assert runtime.VERSION in file["url"]
        assert len(base64.b64decode(file["integrity"].removeprefix("sha384-"))) == 48
    assert known["lock"]["packages"]["numpy"]["file_name"] == runtime.NUMPY


@pytest.mark.skipif(not PYODIDE, reason="needs Pyodide and NumPy for it: a folder, named by MINIGRAD_PYODIDE")
def test_the_pinned_files_are_those_of_the_folder():
    found = runtime.files_in(Path(PYODIDE))
    assert {name: len(content) for name, content in found.items()} == {file.name: file.bytes for file in runtime.FILES}
    numpy = hashlib.sha256(found[runtime.NUMPY]).hexdigest()
    theirs = json.loads((Path(PYODIDE) / "pyodide-lock.json").read_text())["packages"]["numpy"]
    assert runtime.LOCK["packages"]["numpy"]["sha256"] == numpy == theirs["sha256"]


def test_another_folder_is_refused_in_one_sentence(tmp_path, capsys):
    assert main(["--out", str(tmp_path / "site"), "--pyodide", str(tmp_path)]) == 2
    for name in ("pyodide.mjs", "pyodide.asm.mjs"):
        (tmp_path / name).write_text("something else")
    assert main(["--out", str(tmp_path / "site"), "--pyodide", str(tmp_path)]) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith(f"{tmp_path} has no pyodide.mjs")
    assert second.endswith("its hash is another.")
    assert not (tmp_path / "site").exists()


# ---- the command -----------------------------------------------------------------------------------------------------


def test_the_command_builds_a_folder_and_builds_it_anew(tmp_path):
    command = [sys.executable, "-m", "demos", "playground", "--out", str(tmp_path / "a/site")]
    for _ in range(2):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"wrote {tmp_path / 'a/site/index.html'}\n")
        names = {p.relative_to(tmp_path / "a/site").as_posix() for p in (tmp_path / "a/site").rglob("*") if p.is_file()}
        assert names == set(site())
        assert [path.name for path in (tmp_path / "a").iterdir()] == ["site"]


def parts_of(page: str, attributes: str) -> dict[str, Any]:
    """Return what is written as JSON in the script element with these attributes."""
    return json.loads(page.partition(f"<script {attributes}>")[2].partition("</script>")[0])


def read(address: str) -> str:
    """Return the text that a data: address holds."""
    return base64.b64decode(address.partition(",")[2]).decode()


def test_the_command_builds_a_single_file_that_loads_nothing_beside_it(tmp_path, capsys):
    assert main(["--single", str(tmp_path / "a/page.html")]) == 0
    assert capsys.readouterr().out == f"wrote {tmp_path / 'a/page.html'}\n"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["page.html"]
    page = (tmp_path / "a/page.html").read_text(encoding="utf-8")
    assert re.findall(r'<(?:script|link|img)[^>]* (?:src|href)="([^"]*)"', page) == ["data:,"]
    inside = parts_of(page, 'type="application/json" id="inside"')
    modules = parts_of(page, 'type="importmap"')["imports"]
    assert {"site.json", "lab.zip", "js/worker.js", "texts/en.json", "texts/zh.json"} <= inside.keys()
    imported = {name for part in modules.values() for name in re.findall(r'^import .* from "(.*)";', read(part), re.M)}
    assert {"playground/dom.js", "playground/resources.js"} <= imported <= modules.keys()
    assert re.findall(r"^(?:import|export) .*", read(inside["js/worker.js"]), re.M) == []


@pytest.mark.parametrize(
    ("options", "says"),
    [(["--serve"], "--single needs no server"), (["--out", "folder"], "not allowed with argument")],
)
def test_a_single_file_is_neither_served_nor_a_folder(tmp_path, capsys, options, says):
    with pytest.raises(SystemExit, match="2"):
        main(["--single", str(tmp_path / "page.html"), *options])
    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("years of work")
    assert main(["--out", str(tmp_path)]) == 2
    assert "something else in it" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_build_that_fails_leaves_the_old_one(tmp_path):
    replace_folder(tmp_path / "site", {"site.json": b"{}"})
    with pytest.raises(TypeError):
        replace_folder(tmp_path / "site", {"a": b"", "b": "no bytes"})  # type: ignore[dict-item]
    assert (tmp_path / "site/site.json").read_bytes() == b"{}"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_it_is_served_on_this_machine_alone_with_the_right_types(tmp_path):
    replace_folder(tmp_path / "site", {"site.json": as_json({"ü": 1}), "a.mjs": b"", "b.wasm": b""})
    with server(tmp_path / "site") as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        host, port = running.server_address[:2]
        assert host == "127.0.0.1"
        types = {}
        for name in ("site.json", "a.mjs", "b.wasm"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{name}") as answer:
                types[name] = answer.headers["Content-Type"]
        running.shutdown()
    assert types == {
        "site.json": "application/json",
        "a.mjs": "text/javascript; charset=utf-8",
        "b.wasm": "application/wasm",
    }
