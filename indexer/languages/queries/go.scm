; Go
; A declaration of one name is one symbol; in a group, each line is one.
(function_declaration name: (identifier) @name) @def.function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: [
    (type_identifier) @owner
    (generic_type type: (_) @owner)
    (pointer_type (type_identifier) @owner)
    (pointer_type (generic_type type: (_) @owner))]))
  name: (field_identifier) @name) @def.method

(type_declaration . (type_spec name: (type_identifier) @name type: (struct_type (field_declaration_list) @body)) .) @def.struct
(type_spec name: (type_identifier) @name type: (struct_type (field_declaration_list) @body)) @def.struct
(type_declaration . (type_spec name: (type_identifier) @name type: (interface_type)) .) @def.interface
(type_spec name: (type_identifier) @name type: (interface_type)) @def.interface
(type_declaration . (type_spec name: (type_identifier) @name) .) @def.type
(type_spec name: (type_identifier) @name) @def.type
(type_declaration . (type_alias name: (type_identifier) @name) .) @def.type
(type_alias name: (type_identifier) @name) @def.type
(method_elem name: (field_identifier) @name) @def.method

(source_file (const_declaration . (const_spec . (identifier) @name) .) @def.constant)
(source_file (const_declaration (const_spec (identifier) @name) @def.constant))
(source_file (var_declaration . (var_spec . (identifier) @name) .) @def.variable)
(source_file (var_declaration (var_spec (identifier) @name) @def.variable))
(source_file (var_declaration (var_spec_list (var_spec (identifier) @name) @def.variable)))

(import_spec !name path: (_) @module) @import
(import_spec name: [(package_identifier) (blank_identifier)] @alias path: (_) @module) @import
(import_spec name: (dot) @import.star path: (_) @module) @import

; bindings
(method_declaration receiver: (parameter_list (parameter_declaration name: (identifier) @bind.name type: (_) @bind.type))) @bind
(parameter_declaration (identifier) @bind.name type: (_) @bind.type) @bind
(var_spec (identifier) @bind.name type: (_) @bind.type) @bind
(field_declaration (field_identifier) @bind.field type: (_) @bind.type) @bind
(function_declaration result: [(type_identifier) (pointer_type) (qualified_type) (generic_type)] @bind.type) @return
(function_declaration result: (parameter_list . (parameter_declaration type: (_) @bind.type))) @return
(method_declaration result: [(type_identifier) (pointer_type) (qualified_type) (generic_type)] @bind.type) @return
(method_declaration result: (parameter_list . (parameter_declaration type: (_) @bind.type))) @return
(method_elem result: [(type_identifier) (pointer_type) (qualified_type) (generic_type)] @bind.type) @return
(method_elem result: (parameter_list . (parameter_declaration type: (_) @bind.type))) @return
(short_var_declaration left: (expression_list . (identifier) @bind.name)
  right: (expression_list . (call_expression function: [(identifier) (selector_expression)] @bind.call))) @bind
(short_var_declaration left: (expression_list . (identifier) @bind.name)
  right: (expression_list . (composite_literal type: [(type_identifier) (qualified_type) (generic_type)] @bind.call))) @bind
(short_var_declaration left: (expression_list . (identifier) @bind.name) right: (expression_list .
  (unary_expression operand: (composite_literal type: [(type_identifier) (qualified_type) (generic_type)] @bind.call)))) @bind
(short_var_declaration left: (expression_list . (identifier) @bind.name)
  right: (expression_list . (type_assertion_expression type: (_) @bind.type))) @bind
(short_var_declaration left: (expression_list . (identifier) @bind.name)
  right: (expression_list . [(identifier) (selector_expression)] @bind.alias)) @bind
(assignment_statement left: (expression_list . [(identifier) (selector_expression)] @bind.name)
  right: (expression_list . (call_expression function: [(identifier) (selector_expression)] @bind.call))) @bind
(var_spec (identifier) @bind.name
  value: (expression_list . (call_expression function: [(identifier) (selector_expression)] @bind.call))) @bind
(var_spec (identifier) @bind.name
  value: (expression_list . (composite_literal type: [(type_identifier) (qualified_type) (generic_type)] @bind.call))) @bind
(var_spec (identifier) @bind.name value: (expression_list .
  (unary_expression operand: (composite_literal type: [(type_identifier) (qualified_type) (generic_type)] @bind.call)))) @bind

; references
(call_expression function: [(identifier) (selector_expression)] @call)
(call_expression function: (parenthesized_expression) @call)
(type_conversion_expression type: (generic_type type: (_) @call))
(field_declaration !name type: [(type_identifier) (qualified_type) (generic_type)] @inherit)
(interface_type (type_elem [(type_identifier) (qualified_type)] @inherit))

(type_identifier) @use
(qualified_type) @use
(argument_list [(identifier) (selector_expression operand: (identifier))] @use)
(literal_element [(identifier) (selector_expression operand: (identifier))] @use)
(assignment_statement right: (expression_list [(identifier) (selector_expression operand: (identifier))] @use))
(short_var_declaration right: (expression_list [(identifier) (selector_expression operand: (identifier))] @use))
(var_spec value: (expression_list [(identifier) (selector_expression operand: (identifier))] @use))
(return_statement (expression_list [(identifier) (selector_expression operand: (identifier))] @use))
(binary_expression [(identifier) (selector_expression operand: (identifier))] @use)
(expression_case value: (expression_list [(identifier) (selector_expression operand: (identifier))] @use))

(parameter_declaration (identifier) @local)
(variadic_parameter_declaration (identifier) @local)
(short_var_declaration left: (expression_list (identifier) @local))
(range_clause left: (expression_list (identifier) @local))
(var_spec (identifier) @local)
(const_spec (identifier) @local)
(type_switch_statement alias: (expression_list (identifier) @local))
(type_parameter_declaration name: (identifier) @local)
