; Scala 2 and 3. A class and the object of its name are companions: two symbols that share their members.
(package_clause name: (_) @package)
(package_object name: (_) @package)
(import_declaration) @import
(export_declaration) @import

(class_definition name: (_) @name) @def.class
(object_definition name: (_) @name) @def.class
(trait_definition name: (_) @name) @def.trait
(enum_definition name: (_) @name) @def.enum
(simple_enum_case name: (_) @name) @def.constant
(full_enum_case name: (_) @name) @def.constant
(type_definition name: (type_identifier) @name) @def.type
(function_definition name: (_) @name) @def.function
(function_declaration name: (_) @name) @def.function
(given_definition name: (_) @name) @def.function
(_ [
  (val_definition pattern: (identifier) @name)
  (var_definition pattern: (identifier) @name)
  (val_declaration name: (identifier) @name)
  (var_declaration name: (identifier) @name)
] @def.variable)
(class_parameter ["val" "var"] name: (_) @name) @def.variable
(class_definition "case" class_parameters: (class_parameters (class_parameter name: (_) @name) @def.variable))

; bindings
(class_parameter name: (_) @bind.name type: [(type_identifier) (stable_type_identifier) (generic_type)] @bind.type) @bind
(parameter name: (_) @bind.name type: [(type_identifier) (stable_type_identifier) (generic_type)] @bind.type) @bind
(binding name: (_) @bind.name type: [(type_identifier) (stable_type_identifier) (generic_type)] @bind.type) @bind
(typed_pattern pattern: (identifier) @bind.name type: [(type_identifier) (stable_type_identifier) (generic_type)] @bind.type) @bind
(val_definition pattern: (identifier) @bind.name type: [(type_identifier) (stable_type_identifier) (generic_type)] @bind.type) @bind
(var_definition pattern: (identifier) @bind.name type: [(type_identifier) (stable_type_identifier) (generic_type)] @bind.type) @bind
(val_declaration name: (identifier) @bind.name type: [(type_identifier) (stable_type_identifier) (generic_type)] @bind.type) @bind
(var_declaration name: (identifier) @bind.name type: [(type_identifier) (stable_type_identifier) (generic_type)] @bind.type) @bind
(val_definition pattern: (identifier) @bind.name value: [
  (instance_expression . [(type_identifier) (stable_type_identifier)] @bind.call)
  (instance_expression . (generic_type type: (_) @bind.call))
  (call_expression function: [(identifier) (field_expression)] @bind.call)
  (call_expression function: (generic_function function: [(identifier) (field_expression)] @bind.call))
  [(identifier) (field_expression)] @bind.alias
]) @bind
(var_definition pattern: (identifier) @bind.name value: [
  (instance_expression . [(type_identifier) (stable_type_identifier)] @bind.call)
  (instance_expression . (generic_type type: (_) @bind.call))
  (call_expression function: [(identifier) (field_expression)] @bind.call)
]) @bind
(function_definition return_type: [(type_identifier) (stable_type_identifier) (generic_type)] @bind.type) @return
(function_declaration return_type: [(type_identifier) (stable_type_identifier) (generic_type)] @bind.type) @return
(function_definition body: (instance_expression . [(type_identifier) (stable_type_identifier)] @bind.call)) @return
(function_definition body: (instance_expression . (generic_type type: (_) @bind.call))) @return
(function_definition body: (call_expression function: [(identifier) (field_expression)] @bind.call)) @return

; references
(call_expression function: [(identifier) (field_expression)] @call)
(call_expression function: (generic_function function: [(identifier) (field_expression)] @call))
(generic_function function: [(identifier) (field_expression)] @use)
(instance_expression . [(type_identifier) (stable_type_identifier)] @call)
(instance_expression . (generic_type type: (_) @call))
(case_class_pattern type: (_) @use)

(extends_clause [(type_identifier) (stable_type_identifier)] @inherit)
(extends_clause (generic_type type: (_) @inherit))

(type_identifier) @use
(field_expression) @use
(annotation name: (type_identifier) @use)
(arguments (identifier) @use)
(assignment_expression right: (identifier) @use)
(val_definition value: (identifier) @use)
(method_value (identifier) @use)
(interpolation (identifier) @use)
(block (identifier) @use)
(function_definition body: (identifier) @use)
(infix_expression right: (identifier) @use)
(infix_expression left: (identifier) @use)
(stable_identifier) @use
(case_clause body: (identifier) @use)

(parameter name: (identifier) @local)
(binding name: (identifier) @local)
(lambda_expression parameters: (identifier) @local)
(enumerator . (identifier) @local)
(case_clause pattern: (identifier) @local)
(typed_pattern pattern: (identifier) @local)
(case_class_pattern pattern: (identifier) @local)
(tuple_pattern (identifier) @local)
(capture_pattern name: (identifier) @local)
(val_definition pattern: (identifier) @local)
(var_definition pattern: (identifier) @local)
(type_parameters name: (identifier) @local)
