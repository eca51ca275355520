"""The value of an expression: names, types and members, inferred by one evaluator."""
