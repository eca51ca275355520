; Java
(class_declaration name: (identifier) @name) @def.class
(record_declaration name: (identifier) @name) @def.class
(interface_declaration name: (identifier) @name) @def.interface
(annotation_type_declaration name: (identifier) @name) @def.interface
(enum_declaration name: (identifier) @name) @def.enum
(method_declaration name: (identifier) @name) @def.method
(constructor_declaration name: (identifier) @name) @def.method
(compact_constructor_declaration name: (identifier) @name) @def.method
(annotation_type_element_declaration name: (identifier) @name) @def.method
(enum_constant name: (identifier) @name) @def.constant
(constant_declaration declarator: (variable_declarator name: (identifier) @name)) @def.constant
((field_declaration (modifiers) @_m declarator: (variable_declarator name: (identifier) @name)) @def.constant
  (#match? @_m "static\\s+final|final\\s+static"))

((import_declaration (scoped_identifier) @module .) @import (#not-match? @import "^import\\s+static"))
(import_declaration "static" (scoped_identifier scope: (_) @module name: (_) @import.name) .) @import
(import_declaration (_) @module (asterisk) @import.star) @import

; bindings
(formal_parameter type: [(type_identifier) (scoped_type_identifier) (generic_type)] @bind.type name: (_) @bind.name) @bind
(record_declaration parameters: (formal_parameters (formal_parameter type: (_) @bind.type name: (_) @bind.field) @bind))
(local_variable_declaration type: [(type_identifier) (scoped_type_identifier) (generic_type)] @bind.type
  (variable_declarator name: (identifier) @bind.name) (#not-eq? @bind.type "var")) @bind
(local_variable_declaration type: (type_identifier) @_v
  (variable_declarator name: (identifier) @bind.name
    value: (object_creation_expression type: [(type_identifier) (scoped_type_identifier) (generic_type . (_))] @bind.call))
  (#eq? @_v "var")) @bind
(field_declaration type: [(type_identifier) (scoped_type_identifier) (generic_type)] @bind.type
  (variable_declarator name: (identifier) @bind.field)) @bind
(enhanced_for_statement type: [(type_identifier) (scoped_type_identifier) (generic_type)] @bind.type name: (_) @bind.name) @bind
(resource type: [(type_identifier) (scoped_type_identifier) (generic_type)] @bind.type name: (_) @bind.name) @bind
(instanceof_expression right: [(type_identifier) (scoped_type_identifier) (generic_type)] @bind.type name: (_) @bind.name) @bind
(method_declaration type: [(type_identifier) (scoped_type_identifier) (generic_type)] @bind.type) @return

; references
(method_invocation) @call.whole
(object_creation_expression type: [(type_identifier) (scoped_type_identifier)] @call)
(object_creation_expression type: (generic_type . (_) @call))
(explicit_constructor_invocation constructor: (_) @call)

(superclass [(type_identifier) (scoped_type_identifier)] @inherit)
(superclass (generic_type . (_) @inherit))
(super_interfaces (type_list [(type_identifier) (scoped_type_identifier)] @inherit))
(super_interfaces (type_list (generic_type . (_) @inherit)))
(extends_interfaces (type_list [(type_identifier) (scoped_type_identifier)] @inherit))
(extends_interfaces (type_list (generic_type . (_) @inherit)))

(type_identifier) @use
(marker_annotation name: (_) @use)
(annotation name: (_) @use)
((field_access object: (identifier) @use) (#match? @use "^[A-Z]"))
(method_reference [(identifier) (this) (super)] . (identifier)) @use
(argument_list (identifier) @use)
(variable_declarator value: (identifier) @use)
(assignment_expression right: (identifier) @use)
(return_statement (identifier) @use)
(binary_expression (identifier) @use)
(switch_label (identifier) @use)
(array_initializer (identifier) @use)
(element_value_pair value: (identifier) @use)

(formal_parameter name: (identifier) @local)
(spread_parameter (variable_declarator name: (identifier) @local))
(local_variable_declaration (variable_declarator name: (identifier) @local))
(enhanced_for_statement name: (identifier) @local)
(resource name: (identifier) @local)
(catch_formal_parameter name: (identifier) @local)
(lambda_expression parameters: (identifier) @local)
(inferred_parameters (identifier) @local)
(instanceof_expression name: (identifier) @local)
(type_parameter . (type_identifier) @local)

(package_declaration [(identifier) (scoped_identifier)] @package)
