"""Derivations as LaTeX: a file that compiles by itself, or a fragment for a paper."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, cast

from symgrad.document.as_picture import DRAW, WIDE, side_by_side, with_formulas
from symgrad.document.as_typst import coloured
from symgrad.document.blocks import Code, Diagram, Display, Figure, Heading, Items, Paragraph, StepBlock, Table, Terms
from symgrad.document.diagrams import FLOWS, lines_and_labels
from symgrad.document.evidence import proof_in_words
from symgrad.document.facts import joined
from symgrad.document.latex import PAPER, PRINT, latex
from symgrad.document.layout import stacked
from symgrad.document.legend import legend, legend_of
from symgrad.document.outline import alone, outline
from symgrad.document.spelling import tex_words
from symgrad.document.tints import TINTS, tinted
from symgrad.document.words import Formula, spoken, tex_of, width_of
from symgrad.words import ENGLISH, language

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from symgrad.core import Page
    from symgrad.document.blocks import Block, Told
    from symgrad.document.boxes import Box
    from symgrad.document.telling import Telling

PACKAGES = {  # by the commands that they are needed for
    "amssymb": r"\mathbb",
    "array": r"\arraybackslash",
    "cancel": r"\cancel",
    "graphicx": r"\rotatebox",
}

COLOURS = r"\providecommand\sgwas[1]{#1}\providecommand\sgnow[1]{#1}% the parts that a step changes"
HAN = r"\providecommand\sghan[2]{#2}% Chinese, and its characters by their numbers for an engine that can't set it"


def tints() -> str:
    """A command for each colour of a quantity."""
    colour, command = r"\definecolor{sg%s}{rgb}{%s}", r"\newcommand\sg%s[1]{{\color{sg%s}#1}}"
    return "".join(f"{colour % (t.name, shares(t.light))}{command % (t.name, t.name)}\n" for t in TINTS)


def shares(colour: str) -> str:
    """A colour as its shares of red, green and blue."""
    return ",".join(f"{int(colour[n : n + 2], 16) / 255:.3f}" for n in (1, 3, 5))


COLUMN = 340.0  # points of a line in the article of LaTeX, where WIDE is one of ours
PREAMBLE = r"""\documentclass[11pt]{article}
\usepackage[utf8]{inputenc}
\IfFileExists{lmodern.sty}{\usepackage[T1]{fontenc}\usepackage{lmodern}}{}
\usepackage{amsmath,amssymb}
\usepackage[a4paper,margin=25mm]{geometry}
\usepackage{array,color,graphicx}
% a step's change has a ground of its own, a quantity its colour
\definecolor{sgwas}{rgb}{0.902,0.945,0.976}
\definecolor{sgnow}{rgb}{0.984,0.941,0.863}
\makeatletter
\newcommand\sg@mark[3]{{\fboxsep1pt\colorbox{#1}{$\m@th#2#3$}}}
\newcommand\sgwas[1]{\mathord{\mathpalette{\sg@mark{sgwas}}{#1}}}
\newcommand\sgnow[1]{\mathord{\mathpalette{\sg@mark{sgnow}}{#1}}}
\makeatother
TINTS% without cancel.sty the stroke is drawn from corner to corner by LaTeX itself
\newsavebox\sgbox
\makeatletter
\newcommand\sg@strike[2]{\sbox\sgbox{$\m@th#1{#2}$}\rlap{\setlength\unitlength{1pt}\linethickness{.4pt}%
  \begin{picture}(0,0)\qbezier(0,-\strip@pt\dp\sgbox)(0,-\strip@pt\dp\sgbox)(\strip@pt\wd\sgbox,\strip@pt\ht\sgbox)%
  \end{picture}}\usebox\sgbox}
\newcommand\sgstrike[1]{\mathord{\mathpalette\sg@strike{#1}}}
\makeatother
\IfFileExists{cancel.sty}{\usepackage{cancel}}{\let\cancel\sgstrike}
% Chinese is set by XeLaTeX; pdfLaTeX names its characters by their numbers
\newcommand\sghan[2]{#2}
\newcommand\sgfirst[2]{#1}
\newif\ifsgfont
\newcommand\sgfont[1]{\ifsgfont\else\IfFontExistsTF{#1}{\setCJKmainfont{#1}\sgfonttrue}{}\fi}
\ifdefined\XeTeXversion
  \IfFileExists{xeCJK.sty}{\usepackage{xeCJK}FONTS\ifsgfont\let\sghan\sgfirst\fi}{}
\fi
\setlength\parindent{0pt}
\setlength\parskip{6pt}
\AtBeginDocument{\abovedisplayskip=7pt plus 2pt\belowdisplayskip\abovedisplayskip
  \abovedisplayshortskip=5pt\belowdisplayshortskip=5pt}
\sloppy
\widowpenalty=10000
\clubpenalty=10000
\allowdisplaybreaks
""".replace("TINTS", tints())
FONTS = {  # of Debian, of TeX Live where it has one, of macOS and Windows
    "en": ("Noto Serif CJK SC", "FandolSong-Regular.otf"),
    "zh-Hans": ("Noto Serif CJK SC", "FandolSong-Regular.otf", "Songti SC", "SimSun"),
    "zh-Hant": ("Noto Serif CJK TC", "Songti TC", "PMingLiU"),
}

SECTIONS = {1: "section", 2: "subsection", 3: "subsubsection"}
LABELLED = re.compile(r"\\par\\nopagebreak\n\n(?=\\\[|\\begin\{gather)")  # else an empty line stands above a formula
STRUT = r"\rule{0pt}{2.7ex}"  # room for an exponent below the line under a head
ROOM = 50.0  # ems of a table's letters that fit beside one another
NARROW = 9.0  # a column up to this width keeps it


def as_latex(told: Telling, detail: str) -> str:
    """A file for pdflatex with one derivation."""
    with tinted(legend([told.derivation])):
        return whole(alone(told, detail, drawn=True))


def standalone(page: Page, tellings: tuple[Telling, ...], detail: str = "textbook") -> str:
    """A file for pdflatex with a whole page; everything it needs is in texlive-latex-base."""
    with tinted(legend_of(page)):
        return whole(outline(page, tellings, detail, drawn=True))


def pasted(page: Page, tellings: tuple[Telling, ...], detail: str = "textbook") -> str:
    """The same for a paper that has its own preamble."""
    text = body(outline(page, tellings, detail, drawn=True), COLUMN)
    return f"{needs(text)}\n{COLOURS}\n{HAN}\n{DRAW}\n\n{text}\n"


def needs(text: str) -> str:
    """The packages that a text asks of the paper in which it stands."""
    wanted = ["amsmath", *(package for package, command in PACKAGES.items() if command in text)]
    return r"% needs \usepackage{" + ",".join(wanted) + "}"


def chain(told: Telling, detail: str) -> str:
    """One derivation for a paper: the chain as one display, the rules in a comment; the result alone if asked."""
    where = rf"\quad\text{{where }} {latex(told.holds, PAPER)}" if told.holds is not None else ""
    if detail == "result":
        return latex(told.statement, PAPER) + where + "\n"
    formula = latex(told.chain(detail), PAPER)
    names = ", ".join(dict.fromkeys(line.rule for line in told.told(detail)))
    proof = comment(proof_in_words(told.settled))
    return f"{needs(formula + where)}\n% rules: {comment(names)}\n% proof: {proof}\n\\[\n{formula}{where}\n\\]\n"


def comment(words: str) -> str:
    """Words that stay on their comment line; TeX reads ^^ even there."""
    return " ".join(re.sub(r"[^\w,.()=:;-]", " ", words).split())


CHINESE = r"""\ifdefined\XeTeXversion
  \ifsgfont\else
    \GenericError{}{No font for Chinese: on Debian, install texlive-lang-chinese and fonts-noto-cjk}{}{}
  \fi
\else
  \GenericError{}{This text is in Chinese: compile it with xelatex}{}{}
\fi
"""


def preamble() -> str:
    """What a file in the language that is spoken begins with."""
    fonts = "".join(rf"\sgfont{{{font}}}" for font in FONTS[language()])
    return PREAMBLE.replace("FONTS", fonts) + DRAW + "\n" + (CHINESE if language() != ENGLISH else "")


def whole(blocks: Iterable[Block], paper_size: str = "") -> str:
    """The blocks below our preamble; `paper_size` is what the geometry package is told besides."""
    return preamble() + paper_size + "\\begin{document}\n\n" + body(blocks) + "\n\n\\end{document}\n"


def body(blocks: Iterable[Block], wide: float = WIDE) -> str:
    """The blocks, steps that follow one another as one list; a label and its formulas are one paragraph."""
    return LABELLED.sub("\n", "\n\n".join(paragraphs(list(blocks), wide)))


def paragraphs(blocks: Sequence[Block], wide: float) -> Iterator[str]:
    """One text for each block, for a run of steps, or of formulas."""
    for kind, run in groupby(blocks, type):
        if kind is StepBlock:
            yield numbered(cast("Iterator[StepBlock]", run))
        elif kind is Display:
            yield displays([d.box for d in cast("Iterator[Display]", run)])
        else:
            yield from filter(None, (printed(block, wide) for block in run))


def printed(block: Block, wide: float) -> str:  # noqa: PLR0911 - one case for each kind of block
    """One block; drawings are at most so wide, in points."""
    match block:
        case Heading(level, words):
            return rf"\{SECTIONS[min(level, 3)]}*{{{tex_words(words)}}}"
        case Paragraph((), label):
            return rf"\noindent\textbf{{{tex_words(label)}}}\par\nopagebreak"
        case Paragraph(told, label):
            return " ".join(filter(None, [rf"\noindent\textbf{{{tex_words(label)}}}" if label else "", tex_of(told)]))
        case Table(rows, numbers):
            return table(rows, "r" if numbers else "l")
        case Terms(_, rows):
            items = [rf"\item[{tex_words(label)}] {tex_of(joined(list(lines), '; '))}" for label, lines in rows]
            return listing("description", items)
        case Items(items):
            return listing("itemize", [rf"\item {tex_of(told)}" for told in items])
        case Code(text):
            return verbatim(text)
        case Figure(drawings, caption):
            return centred(side_by_side(map(coloured, drawings), wide), caption)
        case Diagram(graph):
            lines, labels = lines_and_labels(graph)
            return centred(with_formulas(coloured(lines), labels, wide), (FLOWS,))
        case _:
            raise AssertionError(block)


def centred(drawing: str, caption: Told) -> str:
    """A drawing, and what it shows below it."""
    below = rf"\\[1ex] {{\footnotesize {tex_of(caption)}}}" if caption else ""
    return f"\\begin{{center}}\\setlength\\unitlength{{1bp}}\n{drawing}{below}\n\\end{{center}}"


def listing(environment: str, items: Iterable[str]) -> str:
    """A list."""
    return f"\\begin{{{environment}}}\n" + "\n".join(items) + f"\n\\end{{{environment}}}"


def numbered(steps: Iterable[StepBlock]) -> str:
    """Steps with their numbers: rule, verdict, reason, formula, and the finer steps inside."""
    items = []
    for s in steps:
        head = rf"\item[{s.number}.] \textbf{{{tex_words(s.rule)}}} ({tex_words(s.verdict)}). {tex_of(s.reason)}"
        items.append("\n".join([head.rstrip(), display(s.formula), *([numbered(s.inner)] if s.inner else [])]))
    return listing("enumerate", items)


def display(box: Box) -> str:
    """A formula on lines of its own."""
    return f"\\[ {latex(box, PRINT)} \\]"


def displays(boxes: Sequence[Box]) -> str:
    """Formulas below one another, between which a page may end."""
    lines = r" \\".join(f"\n{latex(box, PRINT)}" for box in boxes)
    return display(boxes[0]) if len(boxes) == 1 else f"\\begin{{gather*}}{lines}\n\\end{{gather*}}"


def table(rows: Sequence[Sequence[Told]], column: str) -> str:
    """A table whose first row is its head; where it is too wide, wide columns share the line and are broken."""
    widths = [max(map(width_of, cells)) for cells in zip(*rows, strict=True)]
    if sum(widths) > ROOM:
        rooms = shared(widths)
        rows = [[fitted(told, room) for told, room in zip(row, rooms, strict=True)] for row in rows]
        columns = "".join(rf">{{\raggedright\arraybackslash}}p{{{room / ROOM:.3f}\linewidth}}" for room in rooms)
    else:
        columns = column * len(widths)
    head, *lines = (" & ".join(map(tex_of, row)) + r" \\" for row in rows)
    text = "\n".join([head, rf"\hline{STRUT}", *lines])
    opened = "\\begin{center}\\footnotesize\\setlength\\tabcolsep{3pt}\n"
    return f"{opened}\\begin{{tabular}}{{{columns}}}\n{text}\n\\end{{tabular}}\n\\end{{center}}"


def shared(widths: Sequence[float]) -> list[float]:
    """The room of each column: narrow ones keep theirs, the others share what is left."""
    wide = sum(w for w in widths if w > NARROW)
    left = ROOM - len(widths) - (sum(widths) - wide)
    return [w if w <= NARROW else left * w / wide for w in widths]


def fitted(told: Told, room: float) -> Told:
    """Words and formulas whose formulas are broken to fit the room."""
    return tuple(Formula(stacked(p.box, room)) if isinstance(p, Formula) else p for p in spoken(told))


def verbatim(code: str) -> str:
    """Lines of code in typewriter letters, long ones broken at a blank; nothing in them is a command."""
    lines = []
    for line in filter(str.strip, code.splitlines()):
        words = line.lstrip()
        indent = len(line) - len(words)
        code = r"{\char34}".join(map(tex_words, words.split('"')))  # as text, it would be two apostrophes
        lines.append(rf"\hangindent={indent * 0.5 + 2}em \texttt{{{'~' * indent}{code}}}")
    return r"{\footnotesize\raggedright " + r"\par ".join(lines) + r"\par}"
