"""Puts what was measured between its markers in a document: <!-- NAME: begin --> and <!-- NAME: end -->."""


def replace(document, name, text):
    """Replaces what is between the markers; the rest of the document stays as it is."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    with open(document, encoding="utf-8") as file:
        before, rest = file.read().split(begin)
    after = rest.split(end)[1]
    with open(document, "w", encoding="utf-8") as file:
        file.write(f"{before}{begin}\n{text}{end}{after}")
