; TypeScript, in addition to ecmascript.scm
(abstract_class_declaration name: (_) @name) @def.class
(interface_declaration name: (_) @name) @def.interface
(type_alias_declaration name: (_) @name) @def.type
(enum_declaration name: (_) @name) @def.enum
(enum_body (property_identifier) @name @def.constant)
(enum_assignment name: (property_identifier) @name) @def.constant
(internal_module name: (_) @name) @def.module
(module name: [(identifier) (nested_identifier)] @name) @def.module
(public_field_definition name: [(property_identifier) (private_property_identifier)] @name value: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @def.method
(interface_body (method_signature name: (property_identifier) @name) @def.method)
(object_type (method_signature name: (property_identifier) @name) @def.method)
(abstract_method_signature name: (property_identifier) @name) @def.method
(class_body (method_signature name: (property_identifier) @name) @def.prototype)
(function_signature name: (identifier) @name) @def.prototype
(program (ambient_declaration (lexical_declaration (variable_declarator name: (identifier) @name) @def.variable)))
(program (ambient_declaration (variable_declaration (variable_declarator name: (identifier) @name) @def.variable)))

(import_statement (import_require_clause (identifier) @alias source: (string) @module)) @import
((export_statement "=" @alias . (identifier) @import.name) @import)

(required_parameter pattern: (identifier) @bind.name type: (type_annotation (_) @bind.type)) @bind
(optional_parameter pattern: (identifier) @bind.name type: (type_annotation (_) @bind.type)) @bind
(required_parameter (accessibility_modifier) pattern: (identifier) @bind.field type: (type_annotation (_) @bind.type)) @bind
(required_parameter "readonly" . pattern: (identifier) @bind.field type: (type_annotation (_) @bind.type)) @bind
(required_parameter pattern: (object_pattern (shorthand_property_identifier_pattern) @bind.name @bind.part) type: (type_annotation (_) @bind.of)) @bind
(required_parameter pattern: (object_pattern (pair_pattern key: (property_identifier) @bind.part value: (identifier) @bind.name)) type: (type_annotation (_) @bind.of)) @bind
(required_parameter pattern: (identifier) @bind.name value: (new_expression constructor: (_) @bind.call)) @bind
(variable_declarator name: (identifier) @bind.name type: (type_annotation (_) @bind.type)) @bind
(variable_declarator name: (identifier) @bind.name value: (as_expression (_) (_) @bind.type)) @bind
(variable_declarator name: (identifier) @bind.name value: (non_null_expression (_) @bind.alias)) @bind
(assignment_expression left: [(identifier) (member_expression object: (this))] @bind.name right: (as_expression (_) (_) @bind.type)) @bind
(call_expression
  function: (member_expression object: [(identifier) (member_expression) (call_expression)] @bind.element property: (property_identifier) @_each)
  arguments: (arguments . [
    (arrow_function parameters: (formal_parameters . (required_parameter pattern: (identifier) @bind.name !type)))
    (function_expression parameters: (formal_parameters . (required_parameter pattern: (identifier) @bind.name !type)))])
  (#any-of? @_each "forEach" "map" "filter" "find" "findIndex" "findLast" "some" "every" "flatMap")) @bind
(public_field_definition name: (_) @bind.field type: (type_annotation (_) @bind.type)) @bind
(public_field_definition name: (_) @bind.field value: (new_expression constructor: (_) @bind.call)) @bind
(public_field_definition name: (_) @bind.field value: (call_expression function: [(identifier) (member_expression)] @bind.call)) @bind
(public_field_definition value: (arrow_function return_type: (type_annotation (_) @bind.type))) @return
(pair value: (arrow_function return_type: (type_annotation (_) @bind.type))) @return
(property_signature name: (property_identifier) @bind.field type: (type_annotation (_) @bind.type)) @bind
(function_declaration return_type: (type_annotation (_) @bind.type)) @return
(function_signature return_type: (type_annotation (_) @bind.type)) @return
(method_definition return_type: (type_annotation (_) @bind.type)) @return
(method_signature return_type: (type_annotation (_) @bind.type)) @return
(abstract_method_signature return_type: (type_annotation (_) @bind.type)) @return
(variable_declarator value: (arrow_function return_type: (type_annotation (_) @bind.type))) @return

(extends_clause value: [(identifier) (member_expression)] @inherit)
(extends_clause value: (call_expression arguments: (arguments (identifier) @inherit)))
(implements_clause [(type_identifier) (nested_type_identifier)] @inherit)
(implements_clause (generic_type name: (_) @inherit))
(extends_type_clause type: [(type_identifier) (nested_type_identifier)] @inherit)
(extends_type_clause type: (generic_type name: (_) @inherit))

; an alias of a type counts as a subtype
(type_alias_declaration value: [(type_identifier) (nested_type_identifier)] @inherit)
(type_alias_declaration value: (generic_type name: (_) @inherit))
(type_alias_declaration value: (intersection_type [(type_identifier) (nested_type_identifier)] @inherit))
(type_alias_declaration value: (intersection_type (generic_type name: (_) @inherit)))

(call_expression function: (non_null_expression (_) @call))
(type_identifier) @use

(required_parameter pattern: (identifier) @local)
(optional_parameter pattern: (identifier) @local)
(type_parameter name: (type_identifier) @local)
