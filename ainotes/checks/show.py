"""How an answer, a hint and a solution look: as text, and as accessible HTML without a script."""

import html
import re
from dataclasses import dataclass

# status: (icon, word, colour on light, colour on dark); each pair has a contrast of at least 4.5 on white and #121212.
_LOOK = {
    "right": ("✓", "Right", "#0a6b2d", "#6fdd8b"),
    "not attempted": ("○", "Not attempted yet", "#4d5566", "#b4bccb"),
    "misconception": ("✗", "Not yet", "#a8321a", "#ff9d85"),
    "wrong": ("✗", "Not yet", "#a8321a", "#ff9d85"),
    "error": ("!", "It stopped", "#8a4b00", "#ffbe5c"),
    "hint": ("→", "Hint", "#1f4fa8", "#8ab4ff"),
    "solution": ("◆", "Solution", "#1f4fa8", "#8ab4ff"),
}

# `code`, or *words to stress*; neither 2*3*4 nor a * b
_MARKED = re.compile(r"`([^`]+)`|(?<![\w*])\*(?=[^\s*])([^*]*)(?<=\S)\*(?![\w*])")

# light-dark() follows color-scheme, which follows the site's theme, JupyterLab's, Colab's, else the system's.
_STYLE = """<style>
.ainotes-check{color-scheme:light dark;color:light-dark(#1b1f27,#e8ebf1);background:light-dark(#fff,#171a21);
border:1px solid light-dark(#c9ced8,#3b4250);border-left:5px solid var(--mark);border-radius:8px;padding:.6em .9em;
box-sizing:border-box;margin:.3em 0;font:14px/1.5 system-ui,sans-serif;overflow-wrap:anywhere;max-width:46rem}
.ainotes-check p{margin:0}.ainotes-check .word{color:var(--mark);font-weight:700}
.ainotes-check.ainotes-check :is(code,pre){font:13px/1.5 ui-monospace,Menlo,Consolas,monospace;color:inherit;border:0;
background:light-dark(#eef0f4,#262b36);border-radius:4px;padding:.05em .3em}
.ainotes-check.ainotes-check pre{margin:.5em 0 .1em;padding:.5em .8em;white-space:pre-wrap}
.ainotes-check.ainotes-check pre code{padding:0;background:none}
.ainotes-check summary{display:list-item;list-style:disclosure-closed inside;cursor:pointer;min-height:24px}
.ainotes-check [open] summary{list-style-type:disclosure-open}
body .bd-content div.cell_output .text_html.text_html:has(.ainotes-check){background:none;padding:0}
html[data-theme=dark] .ainotes-check,[data-jp-theme-light=false] .ainotes-check,html[theme=dark] .ainotes-check,
.vscode-dark .ainotes-check{color-scheme:dark}
html[data-theme=light] .ainotes-check,[data-jp-theme-light=true] .ainotes-check,html[theme=light] .ainotes-check,
.vscode-light .ainotes-check{color-scheme:light}
</style>"""


@dataclass(frozen=True, kw_only=True)
class Card:
    """Something short to read in a notebook; shows itself as text and as HTML."""

    status: str
    message: str
    title: str = ""
    detail: str = ""

    def __str__(self) -> str:
        icon, word, *_ = _LOOK[self.status]
        lines = [f"{icon} {word}: {self.message}", *self.detail.splitlines()]
        return "\n    ".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        icon, word, light, dark = _LOOK[self.status]
        name = html.escape(f"{word}: {self.title}" if self.title else word)
        return (
            f'{_STYLE}<div class="ainotes-check" role="group" aria-label="{name}" '
            f'style="--mark:light-dark({light},{dark})">'
            f'<p><span class="word"><span aria-hidden="true">{icon}</span> {word}.</span> {_inline(self.message)}</p>'
            f"{self._body()}</div>"
        )

    def _body(self) -> str:
        return f"<pre>{html.escape(self.detail)}</pre>" if self.detail else ""


@dataclass(frozen=True, repr=False, kw_only=True)
class Result(Card):
    """The answer of a check. True where the attempt passed.

    Attributes
    ----------
    status : str
        "right", "not attempted", "misconception", "wrong" or "error".
    message : str
        One or two sentences for the learner; exactly the misconception's own message where one was recognised.
    detail : str
        The call, what it should give and what it gave; may be empty.
    """

    @property
    def passed(self) -> bool:
        """True where the attempt is right."""
        return self.status == "right"

    def __bool__(self) -> bool:
        return self.passed


@dataclass(frozen=True, repr=False, kw_only=True)
class Hint(Card):
    """One staged hint."""

    status: str = "hint"


@dataclass(frozen=True, repr=False, kw_only=True)
class Solution(Card):
    """A solution's code, folded in a notebook until the learner opens it."""

    status: str = "solution"
    code: str = ""

    def __str__(self) -> str:
        return f"{self.code}\n# {self.message}" if self.message else self.code

    __repr__ = __str__

    def _body(self) -> str:
        code = html.escape(self.code)
        return f"<details><summary>Show the code</summary><pre><code>{code}</code></pre></details>"


def _inline(text: str) -> str:
    """Escape text for HTML; set what stands between backticks as code, and words between asterisks as emphasis."""
    return _MARKED.sub(_tagged, html.escape(text, quote=False))


def _tagged(match: re.Match[str]) -> str:
    code, emphasis = match.groups()
    return f"<code>{code}</code>" if code else f"<em>{emphasis}</em>"
