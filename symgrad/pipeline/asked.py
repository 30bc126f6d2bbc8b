"""How the command line wants an answer written; light, so that the asking process loads no algebra."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """The files that a build makes of every document."""

    formats: tuple[str, ...] = ("html", "latex", "markdown", "mathml")
    fragment: bool = False  # LaTeX for inclusion in a paper
    dialect: str = "github"  # of Markdown
    langs: tuple[str, ...] = ("en",)  # the first is that of the site's root


SITE = Wanted()


@dataclass(frozen=True, slots=True)
class Asked:
    """How an answer is written."""

    form: str = "text"
    detail: str = "textbook"
    layout: str = ""
    shapes: bool = False
    fragment: bool = False  # LaTeX for inclusion in a paper
    dialect: str = "github"  # of Markdown
