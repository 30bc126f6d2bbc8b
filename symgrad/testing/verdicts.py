"""The words for how a check came out; programs read the keys."""

from __future__ import annotations

from symgrad.words import message

ERROR = "error"  # the verdict on what could not be checked
VERDICTS = {
    "ok": message("ok", context="verdict of a check"),
    "wrong": message("wrong", context="verdict of a check"),
    "unresolved": message("unresolved", context="verdict of a check"),
    "floor": message("floor", context="verdict of a check"),
    ERROR: message("error", context="verdict of a check"),
}
