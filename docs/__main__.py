"""Build the site: ``python -m docs``."""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
LANGUAGES = {"en": "en", "zh": "zh_CN"}  # the folder, and what Sphinx calls it
NEEDED = ("sphinx", "furo", "myst_parser", "latex2mathml", "matplotlib", "tqdm")

FRONT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>minigrad</title><style>body{font:18px/1.6 system-ui,sans-serif;margin:20vh auto;max-width:20rem}</style>
<script>location.replace((navigator.language || "").startsWith("zh") ? "zh/index.html" : "en/index.html")</script>
</head><body><p><a href="en/index.html">minigrad: English</a></p>
<p lang="zh-CN"><a href="zh/index.html">minigrad：简体中文</a></p></body></html>
"""


def main() -> int:
    """Build both languages side by side, and return the exit status."""
    parser = argparse.ArgumentParser("python -m docs", description="Build the site.")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "docs", help="where it goes (default: out/docs)")
    out = parser.parse_args().out.resolve()
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        print(f"The site needs {', '.join(missing)}: pip install 'minigrad-nn[demos,docs]'", file=sys.stderr)
        return 2
    from . import assemble, source_pages

    started = time.perf_counter()
    commit = built_commit()
    for language in LANGUAGES:
        assemble.assemble(language, work_folder(out) / language)
    builds = [start_build(language, out, commit) for language in LANGUAGES]
    source_pages.write_all(sources(), out, commit)
    (out / "index.html").write_text(FRONT, encoding="utf-8")
    statuses = [build.wait() for build in builds]
    if any(statuses):
        print("The site was not built.", file=sys.stderr)
        return 1
    print(f"wrote {os.path.relpath(out / 'index.html')} in {time.perf_counter() - started:.0f} s")
    return 0


def work_folder(out: Path) -> Path:
    """Return where the sources and Sphinx' memory are: beside the site, so that nobody publishes them."""
    return out.with_name(f".{out.name}")


def start_build(language: str, out: Path, commit: str) -> subprocess.Popen[bytes]:
    """Start Sphinx on one language; a warning is an error."""
    work = work_folder(out)
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "-c", str(ROOT / "docs")]
    command += ["-d", str(work / f"doctrees-{language}"), str(work / language), str(out / language)]
    settings = {"MINIGRAD_DOCS_LANGUAGE": LANGUAGES[language], "MINIGRAD_DOCS_COMMIT": commit}
    return subprocess.Popen(command, env={**os.environ, **settings}, cwd=ROOT)


def built_commit() -> str:
    """Return what is built: the commit, and whether files differ from it; the version where there is no Git."""
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=10"], cwd=ROOT, check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError):
        from minigrad import __version__

        return f"minigrad {__version__}"
    return found.stdout.decode().strip()


def sources() -> list[Path]:
    """Return the files whose source the site shows."""
    folders = ("minigrad", "demos", "book", "benchmarks", "tests")
    return [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]


if __name__ == "__main__":
    sys.exit(main())
