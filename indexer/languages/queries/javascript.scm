; JavaScript, in addition to ecmascript.scm
(field_definition property: (_) @name value: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @def.method
(field_definition property: [(property_identifier) (private_property_identifier)] @bind.field
  value: (new_expression constructor: (_) @bind.call)) @bind
(class_heritage [(identifier) (member_expression)] @inherit)
(class_heritage (call_expression arguments: (arguments (identifier) @inherit)))
(formal_parameters (identifier) @local)
(formal_parameters (assignment_pattern left: (identifier) @local))
(call_expression
  function: (member_expression object: [(identifier) (member_expression) (call_expression)] @bind.element property: (property_identifier) @_each)
  arguments: (arguments . [
    (arrow_function parameters: (formal_parameters . (identifier) @bind.name))
    (function_expression parameters: (formal_parameters . (identifier) @bind.name))])
  (#any-of? @_each "forEach" "map" "filter" "find" "findIndex" "findLast" "some" "every" "flatMap")) @bind
