"""The search in Chinese: a text is found by any two characters that stand side by side in it.

There is no dictionary: what a reader looks for is cut the same way as the pages, so 权重衰减 is found where 权重, 重衰
and 衰减 are.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.search import SearchLanguage

RUN = re.compile(r"[\u3400-\u9fff]+|[^\W\u3400-\u9fff]+")


class SearchChinese(SearchLanguage):
    """Cuts Chinese into pairs of characters and single ones, and everything else into words."""

    lang = "zh"
    language_name = "Chinese"
    # `var`, because furo loads this after Sphinx' own splitQuery, which a `const` must not name again
    js_splitter_code = r"""
var splitQuery = (query) =>
  (query.match(/[\u3400-\u9fff]+|(?:(?![\u3400-\u9fff])[\p{L}\p{N}_])+/gu) || []).flatMap((run) =>
    /^[\u3400-\u9fff]{2,}$/.test(run) ? [...run].slice(1).map((character, i) => run[i] + character) : [run]
  );
"""

    def split(self, input: str) -> list[str]:
        """Return what a text is found by."""
        found: list[str] = []
        for run in RUN.findall(input):
            if "\u3400" <= run[0] <= "\u9fff":
                found += [*run, *(run[i : i + 2] for i in range(len(run) - 1))]
            else:
                found.append(run)
        return found

    def stem(self, word: str) -> str:
        """Return the word as it is looked up: the browser leaves it as it is, but for capitals."""
        return word.lower()


def setup(app: Any) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.add_search_language(SearchChinese)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
