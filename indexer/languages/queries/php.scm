; PHP. Variables keep their dollar sign: `$a` is unrelated to a function `a`.
(namespace_definition name: (_) @package)
(namespace_use_declaration) @import
(require_expression) @import
(require_once_expression) @import
(include_expression) @import
(include_once_expression) @import

(class_declaration name: (_) @name) @def.class
(interface_declaration name: (_) @name) @def.interface
(trait_declaration name: (_) @name) @def.trait
(enum_declaration name: (_) @name) @def.enum
(enum_case name: (_) @name) @def.constant
(method_declaration name: (_) @name) @def.method
(function_definition name: (_) @name) @def.function
(const_declaration (const_element . (name) @name) @def.constant)
((function_call_expression function: (name) @_f arguments: (arguments . (argument (string (string_content) @name)))) @def.constant
  (#eq? @_f "define"))

; bindings
(simple_parameter type: (_) @bind.type name: (variable_name) @bind.name) @bind
(property_promotion_parameter type: (_) @bind.type name: (variable_name) @bind.name) @bind
(property_promotion_parameter type: (_) @bind.type name: (variable_name (name) @bind.field)) @bind
(property_declaration type: (_) @bind.type (property_element name: (variable_name (name) @bind.field))) @bind
(assignment_expression left: (variable_name) @bind.name right: [
  (object_creation_expression . [(name) (qualified_name)] @bind.call)
  [(function_call_expression function: (_) @bind.call) (clone_expression (variable_name) @bind.alias)]
  [(member_access_expression) (nullsafe_member_access_expression) (member_call_expression) (scoped_call_expression)] @bind.alias
]) @bind
(assignment_expression left: (member_access_expression object: (variable_name) @_this name: (name) @bind.field) right: [
  (object_creation_expression . [(name) (qualified_name)] @bind.call)
  (function_call_expression function: (_) @bind.call)
  [(variable_name) (member_call_expression) (scoped_call_expression)] @bind.alias
] (#eq? @_this "$this")) @bind
(catch_clause type: (type_list . (named_type) @bind.type .) name: (variable_name) @bind.name) @bind
(method_declaration return_type: (_) @bind.type) @return
(function_definition return_type: (_) @bind.type) @return

; references
(function_call_expression function: [(name) (qualified_name)] @call)
(member_call_expression) @call.whole
(nullsafe_member_call_expression) @call.whole
(scoped_call_expression) @call.whole
(object_creation_expression . [(name) (qualified_name)] @call)

(base_clause [(name) (qualified_name)] @inherit)
(class_interface_clause [(name) (qualified_name)] @inherit)
(use_declaration [(name) (qualified_name)] @inherit)

((named_type [(name) (qualified_name)] @use) (#not-any-of? @use "static" "self"))
(class_constant_access_expression . [(name) (qualified_name) (relative_scope)] @use)
(scoped_property_access_expression scope: [(name) (qualified_name)] @use)
(binary_expression operator: "instanceof" right: [(name) (qualified_name)] @use)
(attribute . [(name) (qualified_name)] @use)
(argument (name) @use .)
(array_element_initializer (name) @use)
(return_statement (name) @use)
(assignment_expression right: (name) @use)
(binary_expression (name) @use)
