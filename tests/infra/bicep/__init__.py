"""A checker for Bicep files where no compiler is at hand: what it holds a file against is said in ``check``.

It reads the files with tree-sitter's grammar and Microsoft's published resource types. It is stricter than the
compiler where Microsoft's types are open (an unknown literal), and knows nothing of what only Azure can say.
"""
