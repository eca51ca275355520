; CSS: rules by their selectors, variables
(rule_set (selectors) @name) @def.rule
(keyframes_statement (keyframes_name) @name) @def.rule
((declaration . (property_name) @name) @def.variable (#match? @name "^--"))
