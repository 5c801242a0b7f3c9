"""What pyproject.toml cannot say: a README whose links work on PyPI, and the demos under a name of their own."""

import re
import tomllib
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
SOURCE = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]["Source"]
RELATIVE = re.compile(r"(!?)\[([^\]]*)\]\((?![a-z]+:|#)([^)\s]+)\)")


def absolute(text: str) -> str:
    """Return a page whose links lead to the repository: to its pages, and for a picture to the file itself."""

    def link(match: re.Match[str]) -> str:
        mark, words, path = match.groups()
        return f"{mark}[{words}]({SOURCE}/{'raw' if mark else 'blob'}/HEAD/{path})"

    return RELATIVE.sub(link, text)


DEMOS = ["minigrad_demos", *(f"minigrad_demos.{name}" for name in find_packages(HERE / "demos"))]

setup(
    long_description=absolute((HERE / "README.md").read_text(encoding="utf-8")),
    long_description_content_type="text/markdown",
    packages=[*find_packages(HERE, include=["minigrad", "minigrad.*"]), *DEMOS],
    package_dir={"minigrad": "minigrad", "minigrad_demos": "demos"},
)
