"""The French and European invoice as data: EN 16931 with the rules of the French reform.

`model` says what an invoice is, `totals` adds it up, `building` writes it as CII or UBL, `reading` reads what
suppliers send, `brfr` names what is wrong before it is issued.
"""
