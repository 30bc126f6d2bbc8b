# One word for everything: `just check` is what CI runs.
bin := if path_exists(justfile_directory() / ".venv/bin") == "true" { justfile_directory() / ".venv/bin/" } else { "" }

# Format, lint, types, import contract, the documentation, every test.
check: lint docs
    {{bin}}python -m pytest -n auto tests README.md

# As `check`, without the slow tests.
quick: lint
    {{bin}}python -m pytest tests README.md -m "not slow"

lint:
    {{bin}}ruff format --check .
    {{bin}}ruff check .
    {{bin}}mypy
    {{bin}}lint-imports

# The documentation of symgrad itself, into docs/_build/html; a warning is an error.
docs:
    {{bin}}python -m sphinx -q -W --keep-going -b html docs docs/_build/html

# The site, into build/.
build:
    {{bin}}symgrad build

# Every text that readers see into the catalogues of the languages, symgrad/locale; it says what is left to translate.
messages:
    {{bin}}python tools/messages.py

# Write the golden pages anew; read the diff as a reader would.
golden:
    {{bin}}python -m pytest tests/test_document_pages.py --update-golden
