"""Page -> text, LaTeX, MathML, Markdown, HTML."""
