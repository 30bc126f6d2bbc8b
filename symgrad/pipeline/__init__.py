"""The order of the stages; no other part of symgrad knows it. Import the module you need: none is loaded here."""
