"""Sphinx' settings. `docs.__main__` gives the language and the commit in the environment."""

from __future__ import annotations

import os
from pathlib import Path

import minigrad
from docs import reference, source_pages

language = os.environ.get("MINIGRAD_DOCS_LANGUAGE", "en")
commit = os.environ.get("MINIGRAD_DOCS_COMMIT", "")
is_chinese = language == "zh_CN"

project = "minigrad"
version = release = minigrad.__version__
author = "the minigrad authors"
project_copyright = ""

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.linkcode",
    "sphinx.ext.napoleon",
    "docs.chinese_search",
    "docs.mathml",
]
locale_dirs = [str(Path(__file__).parent / "locale")]
templates_path = ["_templates"]
default_role = "py:obj"  # what stands in backticks is linked where it is a name of the reference
exclude_patterns = ["files/**"]

myst_enable_extensions = ["colon_fence", "dollarmath", "deflist"]
myst_heading_anchors = 3
suppress_warnings = ["misc.highlighting_failure"]  # a block of another language is still a block

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
napoleon_numpy_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
napoleon_custom_sections = ["Source"]
add_module_names = True
toc_object_entries = False  # the pages list their names themselves, in a quarter of the time

pygments_style = "tango"
pygments_dark_style = "github-dark"
html_theme = "furo"
html_title = "minigrad 文档" if is_chinese else "minigrad"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_search_summary = False  # it would fetch pages, which no browser does from disk
html_show_sphinx = False
html_show_copyright = False
html_last_updated_fmt = None
html_context = {"commit": commit, "is_chinese": is_chinese}
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "languages.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
        "commit.html",
    ]
}
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0062a0", "color-brand-content": "#0062a0"},
    "dark_css_variables": {"color-brand-primary": "#5cb3f0", "color-brand-content": "#5cb3f0"},
}

linkcode_resolve = source_pages.address


def setup(app: object) -> None:
    """Let references find a name where it was defined, too."""
    app.connect("doctree-read", reference.point)  # type: ignore[attr-defined]
    app.connect("missing-reference", reference.resolve)  # type: ignore[attr-defined]
    app.connect("autodoc-process-docstring", reference.mend, priority=400)  # type: ignore[attr-defined]  # before napoleon
