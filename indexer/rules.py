"""The rules by which `resolve` makes edges, and how far each can be trusted."""

CONFIDENCE = {
    "scip": 0.99,  # a compiler says so, in an index that was merged
    "local": 0.98,  # defined in the same file, visible from there
    "import": 0.97,  # an import names it, through any re-exports
    "member": 0.95,  # of the class around, or of its bases
    "typed": 0.92,  # of a receiver whose type is annotated, or seen where it is made
    "package": 0.92,  # another file of the same package
    "star": 0.9,  # through an import of everything
    "include": 0.9,  # of several definitions of a name the one that is included
    "global": 0.85,  # the one definition of a name that is visible program-wide
    "nearest": 0.6,  # of several such definitions the one in the nearest folder
    "unique": 0.6,  # the receiver is unknown, and only one type of the repository has a method of this name
}
"""How often a rule is right, in the order of trust."""
