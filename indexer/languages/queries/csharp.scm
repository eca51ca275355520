; C#. Namespaces are no symbols: a type is known by its own name and the file's namespace.
(namespace_declaration name: (_) @package)
(file_scoped_namespace_declaration name: (_) @package)
(using_directive name: (identifier) @alias (_) @module .) @import
(using_directive !name (_) @module @import.star .) @import

(class_declaration name: (_) @name) @def.class
(record_declaration name: (_) @name) @def.class
; a class with preprocessor conditions in it
(ERROR "class" . name: (identifier) @name) @def.class
(ERROR "interface" . name: (identifier) @name) @def.interface
(struct_declaration name: (_) @name) @def.struct
(interface_declaration name: (_) @name) @def.interface
(enum_declaration name: (_) @name) @def.enum
(enum_member_declaration name: (_) @name) @def.constant
(delegate_declaration name: (_) @name) @def.type
(method_declaration name: (_) @name) @def.method
(constructor_declaration name: (_) @name) @def.method
(destructor_declaration "~" @name . (identifier)) @def.method
(local_function_statement name: (_) @name) @def.function
(indexer_declaration "this" @name accessors: (_) @body) @def.method
(property_declaration name: (_) @name accessors: (accessor_list (accessor_declaration body: (_))) @body) @def.method
(property_declaration name: (_) @name value: (arrow_expression_clause) @body) @def.method
(property_declaration name: (_) @name) @def.variable
(event_declaration name: (_) @name) @def.variable
(event_field_declaration (variable_declaration (variable_declarator name: (identifier) @name))) @def.variable
((field_declaration (modifier) @_m (variable_declaration (variable_declarator name: (identifier) @name))) @def.constant
  (#eq? @_m "const"))
((field_declaration (modifier) @_s (modifier) @_m (variable_declaration (variable_declarator name: (identifier) @name))) @def.constant
  (#eq? @_s "static") (#eq? @_m "readonly"))

; bindings
(parameter type: [(identifier) (qualified_name) (generic_name) (nullable_type) (alias_qualified_name)] @bind.type name: (_) @bind.name) @bind
(variable_declaration type: [(identifier) (qualified_name) (generic_name) (nullable_type) (alias_qualified_name)] @bind.type
  (variable_declarator name: (identifier) @bind.name)) @bind
(variable_declaration type: (implicit_type) (variable_declarator name: (identifier) @bind.name . [
  (object_creation_expression type: (_) @bind.call)
  (invocation_expression function: (_) @bind.call)
  (await_expression (invocation_expression function: (_) @bind.call))
  (as_expression right: (_) @bind.type)
  (cast_expression type: (_) @bind.type)
  [(identifier) (member_access_expression)] @bind.alias
])) @bind
(property_declaration type: [(identifier) (qualified_name) (generic_name) (nullable_type)] @bind.type name: (_) @bind.name) @bind
(foreach_statement type: [(identifier) (qualified_name) (generic_name)] @bind.type left: (identifier) @bind.name) @bind
(declaration_pattern type: [(identifier) (qualified_name) (generic_name)] @bind.type name: (_) @bind.name) @bind
(declaration_expression type: [(identifier) (qualified_name) (generic_name)] @bind.type name: (_) @bind.name) @bind
(catch_declaration type: (_) @bind.type name: (_) @bind.name) @bind
(method_declaration returns: [(identifier) (qualified_name) (generic_name) (nullable_type)] @bind.type) @return
(local_function_statement type: [(identifier) (qualified_name) (generic_name) (nullable_type)] @bind.type) @return
; the type of an extension method
(parameter_list . (parameter (modifier) @bind.name type: (_) @bind.type) @bind (#eq? @bind.name "this"))

; references
(invocation_expression function: [(identifier) (generic_name) (member_access_expression) (conditional_access_expression)] @call)
(conditional_access_expression (invocation_expression function: (member_binding_expression name: (_) @call)))
(object_creation_expression type: [(identifier) (qualified_name) (generic_name) (alias_qualified_name)] @call)
(constructor_initializer ["base" "this"] @call)

(base_list [(identifier) (qualified_name) (generic_name) (alias_qualified_name)] @inherit)
(base_list (primary_constructor_base_type type: (_) @inherit))

(parameter type: [(identifier) (qualified_name)] @use)
(variable_declaration type: [(identifier) (qualified_name)] @use)
(property_declaration type: [(identifier) (qualified_name)] @use)
(method_declaration returns: [(identifier) (qualified_name)] @use)
(generic_name . (identifier) @use)
(type_argument_list [(identifier) (qualified_name)] @use)
(nullable_type type: [(identifier) (qualified_name)] @use)
(array_type type: [(identifier) (qualified_name)] @use)
(cast_expression type: [(identifier) (qualified_name)] @use)
(as_expression right: [(identifier) (qualified_name)] @use)
(is_expression right: [(identifier) (qualified_name)] @use)
(is_pattern_expression pattern: (constant_pattern [(identifier) (member_access_expression)] @use))
(declaration_pattern type: [(identifier) (qualified_name)] @use)
(typeof_expression type: [(identifier) (qualified_name)] @use)
(catch_declaration type: [(identifier) (qualified_name)] @use)
(type_parameter_constraint type: [(identifier) (qualified_name)] @use)
(foreach_statement type: [(identifier) (qualified_name)] @use)
(local_function_statement type: [(identifier) (qualified_name)] @use)
(attribute name: (_) @use)
((member_access_expression expression: (identifier) @use) (#match? @use "^[A-Z]"))
(argument (identifier) @use)
(attribute_argument (identifier) @use .)
(argument (member_access_expression) @use)
(assignment_expression right: [(identifier) (member_access_expression)] @use)
(variable_declarator (_) . (identifier) @use .)
(return_statement (identifier) @use)
(arrow_expression_clause [(identifier) (member_access_expression)] @use)
(binary_expression [(identifier) (member_access_expression)] @use)
(interpolation (identifier) @use)
(constant_pattern (member_access_expression) @use)

(parameter name: (identifier) @local)
(parameter_list name: (identifier) @local)
(implicit_parameter) @local
(variable_declarator name: (identifier) @local)
(foreach_statement left: (identifier) @local)
(catch_declaration name: (identifier) @local)
(declaration_pattern name: (identifier) @local)
(declaration_expression name: (identifier) @local)
(tuple_pattern name: (identifier) @local)
(type_parameter name: (identifier) @local)
