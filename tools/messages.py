"""Bring the catalogues up to date: every text that a reader sees, out of the code and the templates, into each .po.

`python tools/messages.py` writes them and says what is left to translate. A text is what `message`, `counted` or a
template's `_` is given, and what stands in an argument that is read by people, such as `title=` or `why=`.
"""

from __future__ import annotations

import ast
import builtins
import re
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from symgrad.cli.guide import spoken
from symgrad.words import ENGLISH, LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "symgrad" / "locale"
CODE = ("symgrad", "derivations")
WIDTH = 100

KEYWORDS = {
    *("title", "theme", "lead", "notes", "why", "note", "words", "statement", "condition", "corrected", "remark"),
    *("refused", "method", "reason"),
}
POSITIONS = {  # arguments that are read by people and come without their name
    "Rule": (1, 5),
    "Document": (1, 2, 3),
    "Drawing": (0,),
    **dict.fromkeys(("Layer", "Kind"), (1,)),
    "LayerInduction": (0,),
    "Claim": (0, 1),
    **dict.fromkeys(("Holds", "Exists", "Image", "Tends", "Eventually", "Equal", "NeverNegative", "Layers"), (0,)),
    **dict.fromkeys(
        ("Induction", "CoinMean", "GaussianMean", "GaussianSquare", "Observation", "Just", "Stretches", "at_most"), (0,)
    ),
    "Observed": (0,),
    "Verdict": (1,),
    "worked": (1,),
    "Fact": (0,),
    **dict.fromkeys(("Fault", "fault", "Turn", "Astray", "hypothesis"), (1, 2)),
    "named": (0,),
    "UnknownNameError": (0, 3),
    "several": (2,),
    "look_up": (2,),
    "UndefinedHere": (0,),
    **{f"Function{kind}Error": (1, 2) for kind in ("Raised", "Shape", "Type", "Complex", "Random", "Mixes", "Time")},
    "Leaf": (2,),
}
SIZE = re.compile(r"[a-zA-Z], the number of .+")  # by which gradients are divided
NUMBERED = re.compile(r"[A-Z]\d+")  # a claim of the ledger, which has the same number in every language
UNREAD = frozenset({"Recheck", "RejectedError", *vars(builtins)})  # whose reasons are for programs
ERRORS = re.compile(r"(Error|Misfit|Refused)$|^(fail|error)$")  # whose first argument is told; several have more
TELLING = {  # folders and files whose errors everybody gets to see
    *("checker", "cli", "core", "definitions", "deriver", "experiments", "functions", "indexed", "pipeline", "prover"),
    *("as_notebook.py", "as_pdf.py", "fonts.py", "pages.py", "campaign.py", "commands.py", "loading.py", "subject.py"),
}
COMMANDS = ("click.command", "click.group", "command.command")
NAMED = frozenset({"sums_to", "Fact"})  # whose name is told
MAKERS = {"message": (0,), "told": (0,), "counted": (0, 1)}
TEMPLATE = {"_": None, "pgettext": ((1, "c"), 2), "ngettext": (1, 2)}

Found = tuple[str, str, str]  # context, one, many


def in_code(path: Path) -> Iterator[Found]:
    """The texts of one module."""
    known = constants(path)
    for name, call in calls(path):
        if name in MAKERS:
            yield from made(call, MAKERS[name], known)
        else:
            yield from (("", text, "") for slot in slots(name, call, path) for text in literals(slot, known))
    yield from (("", text, "") for text in (*helped(path), *sizes(path)))


def sizes(path: Path) -> Iterator[str]:
    """What the models call their sizes: the keys of `counts`."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))) if path.parent.name == "models" else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SIZE.fullmatch(node.value):
            yield node.value


def helped(path: Path) -> Iterator[str]:
    """What the commands of a module say of themselves, a paragraph a text; what is typed is no text."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))) if path.parent.name == "cli" else ():
        if isinstance(node, ast.FunctionDef) and any(ast.unparse(d).startswith(COMMANDS) for d in node.decorator_list):
            yield from spoken(ast.get_docstring(node) or "")


def constants(path: Path) -> dict[str, ast.expr]:
    """The values of the names in capitals that a module sets."""
    body = ast.parse(path.read_text("utf-8")).body
    pairs = [(getattr(node.targets[0], "id", ""), node.value) for node in body if isinstance(node, ast.Assign)]
    return {name: value for name, value in pairs if name.isupper()}


def assigned(path: Path) -> Iterator[Found]:
    """What an experiment calls its table and the columns of it, under the names `title` and `heads`."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in {"title", "heads"}:
            yield from (("", text, "") for text in literals(node.value))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a module, with the name of what is called."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", getattr(node.func, "id", "")), node


def slots(name: str, call: ast.Call, path: Path) -> Iterator[ast.expr]:
    """The arguments of a call that people read."""
    if name in UNREAD:
        return
    told = ERRORS.search(name) and TELLING & set(path.parts)
    places = POSITIONS.get(name, (0,) if told else ())
    yield from (a for n, a in enumerate(call.args) if n in places)
    if name == "worked":  # the notes of its steps: (rule, expression, condition, note)
        yield from (e for a in call.args if isinstance(a, ast.Tuple) for e in a.elts[2:])
    yield from (
        k.value
        for k in call.keywords
        if k.arg in KEYWORDS or (k.arg == "name" and name in NAMED) or (k.arg == "help" and path.parent.name == "cli")
    )


def put_together(path: Path) -> Iterator[str]:
    """Where an f-string stands in such an argument, so that no catalogue can know the text."""
    for name, call in calls(path):
        for slot in slots(name, call, path) if name not in MAKERS else ():
            if any(isinstance(n, ast.JoinedStr) for n in outside_makers(slot)):
                yield f"{path.relative_to(ROOT)}:{slot.lineno}: write message() with values instead of an f-string"


def made(node: ast.Call, places: tuple[int, ...], known: Mapping[str, ast.expr]) -> Iterator[Found]:
    """The texts of a call of `message` or `counted`."""
    given = (k.value for k in node.keywords if k.arg == "context")
    context = next((v.value for v in given if isinstance(v, ast.Constant)), "")
    texts = [list(literals(node.args[p], known)) for p in places if p < len(node.args)]
    if all(texts):
        yield from ((context, *pair) if len(pair) > 1 else (context, *pair, "") for pair in zip(*texts, strict=True))


def outside_makers(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of an argument, but not those of a text made as it should be."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MAKERS:
        return
    yield node
    for inner in ast.iter_child_nodes(node):
        yield from outside_makers(inner)


def literals(node: ast.AST, known: Mapping[str, ast.expr] = MappingProxyType({})) -> Iterator[str]:
    """The strings that an argument may be; a name in capitals is what `known` has under it."""
    match node:
        case ast.Constant(value=str(text)) if any(map(str.isalpha, text)) and not NUMBERED.fullmatch(text):
            yield text
        case ast.Name(id=name) if name in known:
            yield from literals(known[name])
        case ast.IfExp():
            yield from (*literals(node.body, known), *literals(node.orelse, known))
        case ast.BoolOp():
            yield from (text for each in node.values for text in literals(each, known))
        case ast.Tuple() | ast.List():
            yield from (text for each in node.elts for text in literals(each, known))


def in_template(path: Path) -> Iterator[Found]:
    """The texts of one page template."""
    with path.open("rb") as file:
        for _, function, texts, _ in babel_extract(file, list(TEMPLATE), [], {"trimmed": "true"}):
            words = [t for t in ([texts] if isinstance(texts, str) else texts) if t is not None]
            context = words.pop(0) if function == "pgettext" else ""
            yield context, words[0], words[1] if function == "ngettext" else ""


def sources(kind: str) -> list[Path]:
    """Every file of one kind."""
    return [path for folder in CODE for path in sorted((ROOT / folder).rglob(kind))]


def template() -> Catalog:
    """All texts, none translated."""
    found = Catalog(project="symgrad", charset="utf-8", fuzzy=False)
    every = [(p, in_code(p)) for p in sources("*.py")]
    every += [(p, assigned(p)) for p in sources("*.py") if p.parent.name == "experiments"]
    every += [(p, in_template(p)) for p in sources("*.j2")]
    for path, texts in every:
        for context, one, many in texts:
            place = (str(path.relative_to(ROOT)), 0)
            found.add((one, many) if many else one, context=context or None, locations=[place])
    return found


def catalogue_file(lang: str) -> Path:
    """Where a language's catalogue is."""
    return LOCALE / lang / "LC_MESSAGES" / "symgrad.po"


def read(lang: str) -> Catalog:
    """A language's catalogue as Babel knows it."""
    path = catalogue_file(lang)
    if not path.exists():
        return Catalog(locale=lang.replace("-", "_"), project="symgrad", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=lang.replace("-", "_"))


HEADER = """# What symgrad says in {name}; one word for each term: symgrad/locale/glossary.tsv.
msgid ""
msgstr ""
"Project-Id-Version: symgrad\\n"
"Language: {lang}\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def write(lang: str, catalogue: Catalog) -> None:
    """Write a language's catalogue; where a text stands is said by file, so that moved lines change nothing."""
    with catalogue_file(lang).open("wb") as file:
        file.write(HEADER.format(name=LANGUAGES[lang], lang=lang.replace("-", "_")).encode())
        write_po(file, catalogue, width=WIDTH, include_lineno=False, ignore_obsolete=True, omit_header=True)


def left(catalogue: Catalog) -> list[str]:
    """What is not translated, or not looked at since the English changed."""
    texts = [m for m in catalogue if m.id]
    return [str(m.id) for m in texts if m.fuzzy or not any(m.string if isinstance(m.string, tuple) else (m.string,))]


def main() -> None:
    """Update every catalogue."""
    print(*(problem for path in sources("*.py") for problem in put_together(path)), sep="\n")
    texts = template()
    for lang in LANGUAGES:
        if lang == ENGLISH:
            continue
        catalogue = read(lang)
        catalogue.update(texts, no_fuzzy_matching=True, update_creation_date=False)
        write(lang, catalogue)
        print(f"{lang}: {len(catalogue)} texts, {len(left(catalogue))} to translate")


if __name__ == "__main__":
    main()
