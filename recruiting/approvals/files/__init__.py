"""Resumes as files: checked before they are stored, prepared to be read in place, and served.

What comes from outside is opened by `child` alone, a process with limits that holds no secret and
imports no Django: `reasons`, `sniffing`, `pdfs`, `packages`, `word`, `opendocument`, `plain` and
`xmlwalk` are what runs there. `limited` starts it, `checking` and `preparing` ask it.
"""
