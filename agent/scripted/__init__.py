"""A model that follows a script, behind real HTTP."""
