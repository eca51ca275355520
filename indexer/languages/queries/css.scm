; CSS: rules, named by their selectors, and variables
(rule_set (selectors) @name) @def.rule
(keyframes_statement (keyframes_name) @name) @def.rule
((declaration . (property_name) @name) @def.variable (#match? @name "^--"))
