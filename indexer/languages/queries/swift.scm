; Swift. An extension qualifies its members by the extended type.
(import_declaration (identifier) @module @import.star) @import

(class_declaration declaration_kind: "class" name: (_) @name) @def.class
(class_declaration declaration_kind: "actor" name: (_) @name) @def.class
(class_declaration declaration_kind: "struct" name: (_) @name) @def.struct
(class_declaration declaration_kind: "enum" name: (_) @name) @def.enum
(class_declaration declaration_kind: "extension" name: (_) @name) @scope
(protocol_declaration name: (_) @name) @def.interface
(typealias_declaration name: (type_identifier) @name) @def.type
(associatedtype_declaration name: (_) @name) @def.type
(enum_entry name: (simple_identifier) @name) @def.constant
(function_declaration name: (simple_identifier) @name) @def.function
(protocol_function_declaration name: (simple_identifier) @name) @def.method
(init_declaration name: "init" @name) @def.method
(deinit_declaration "deinit" @name) @def.method
(subscript_declaration "subscript" @name) @def.method
(macro_declaration (simple_identifier) @name) @def.macro
(_ (property_declaration name: (pattern bound_identifier: (simple_identifier) @name) computed_value: (_) @body) @def.method)
(class_body (property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @def.variable)
(enum_class_body (property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @def.variable)
(source_file (property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @def.variable)
(protocol_property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @def.variable

; bindings
(parameter name: (simple_identifier) @bind.name . name: (_) @bind.type) @bind
(property_declaration name: (pattern bound_identifier: (simple_identifier) @bind.name) .
  (type_annotation (_) @bind.type)) @bind
(protocol_property_declaration name: (pattern bound_identifier: (simple_identifier) @bind.name)
  (type_annotation (_) @bind.type)) @bind
(property_declaration name: (pattern bound_identifier: (simple_identifier) @bind.name) . value: [
  (call_expression . [(simple_identifier) (navigation_expression)] @bind.call)
  (try_expression expr: (call_expression . [(simple_identifier) (navigation_expression)] @bind.call))
  (await_expression expr: (call_expression . [(simple_identifier) (navigation_expression)] @bind.call))
  (try_expression expr: (await_expression expr: (call_expression . [(simple_identifier) (navigation_expression)] @bind.call)))
  (constructor_expression constructed_type: (user_type) @bind.call)
  (as_expression (as_operator) . (_) @bind.type)
  [(simple_identifier) (navigation_expression)] @bind.alias
]) @bind
(if_statement bound_identifier: (simple_identifier) @bind.name . "=" . [
  (call_expression . [(simple_identifier) (navigation_expression)] @bind.call)
  (as_expression (as_operator) . (_) @bind.type)
  [(simple_identifier) (navigation_expression)] @bind.alias
]) @bind
(guard_statement bound_identifier: (simple_identifier) @bind.name . "=" . [
  (call_expression . [(simple_identifier) (navigation_expression)] @bind.call)
  (as_expression (as_operator) . (_) @bind.type)
  [(simple_identifier) (navigation_expression)] @bind.alias
]) @bind
(function_declaration name: (simple_identifier) name: (_) @bind.type) @return
(protocol_function_declaration name: (simple_identifier) name: (_) @bind.type) @return
(pattern (pattern bound_identifier: (simple_identifier) @bind.name) (user_type) @bind.type) @bind

; references
(call_expression . [(simple_identifier) (navigation_expression)] @call (call_suffix (value_arguments "(")))
(call_expression . [(simple_identifier) (navigation_expression)] @call (call_suffix . (lambda_literal)))
(constructor_expression constructed_type: (user_type) @call)
(inheritance_specifier inherits_from: (user_type) @inherit)

(type_identifier) @use
(attribute (user_type) @use)
((navigation_expression target: (simple_identifier) @use) (#match? @use "^[A-Z]"))
(value_argument value: (simple_identifier) @use)
(property_declaration value: (simple_identifier) @use)
(assignment result: (simple_identifier) @use)
(control_transfer_statement result: (simple_identifier) @use)
(selector_expression (simple_identifier) @use)
(array_literal element: (simple_identifier) @use)
(interpolated_expression value: (simple_identifier) @use)

(parameter name: (simple_identifier) @local)
(lambda_parameter name: (simple_identifier) @local)
(pattern bound_identifier: (simple_identifier) @local)
(if_statement bound_identifier: (simple_identifier) @local)
(guard_statement bound_identifier: (simple_identifier) @local)
(pattern (simple_identifier) @local)
(type_parameter . (type_identifier) @local)
