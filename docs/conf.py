"""How Sphinx makes the project's own documentation: `just docs`."""

import sys
from pathlib import Path

import symgrad

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "symgrad"
project_copyright = author = "The symgrad developers"
release = symgrad.__version__
html_title = f"symgrad {release}"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_click", "formulas"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "trust.zh-*.md"]  # those are for the site of derivations
html_theme = "furo"
html_math_renderer = "core"  # MathML Core, by our own printer: no script, nothing loaded from elsewhere

myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3

default_role = "code"  # docstrings say `x` as Markdown does
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True

highlight_options = {"pycon": {"stripnl": True}}  # the empty line that ends a doctest is not shown
