"""Texts in the reader's language. Light: the command line loads it before it knows what is asked."""

from symgrad.words.catalogues import ENGLISH, LANGUAGES, from_environment, language_named
from symgrad.words.messages import (
    Message,
    capitalised,
    clauses,
    counted,
    enumerated,
    language,
    message,
    respelt,
    say,
    sentences,
    speak,
    speaking,
    worded,
)

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "Message",
    "capitalised",
    "clauses",
    "counted",
    "enumerated",
    "from_environment",
    "language",
    "language_named",
    "message",
    "respelt",
    "say",
    "sentences",
    "speak",
    "speaking",
    "worded",
]
