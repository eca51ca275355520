; Zig: a type is a constant; so is a function that returns a type
(variable_declaration . (identifier) @name [(struct_declaration) (opaque_declaration)] @body) @def.struct
(variable_declaration . (identifier) @name (union_declaration) @body) @def.struct
(variable_declaration . (identifier) @name [(enum_declaration) (error_set_declaration)] @body) @def.enum
(function_declaration name: (identifier) @name type: (builtin_type) @_type (#eq? @_type "type")) @def.struct
(function_declaration name: (identifier) @name) @def.function
(source_file (variable_declaration "const" . (identifier) @name) @def.constant)
(source_file (variable_declaration "var" . (identifier) @name) @def.variable)
(struct_declaration (variable_declaration "const" . (identifier) @name) @def.constant)
(struct_declaration (variable_declaration "var" . (identifier) @name) @def.variable)
(enum_declaration (container_field name: (identifier) @name) @def.constant)
(error_set_declaration (identifier) @name @def.constant)
(test_declaration [(string (string_content) @name) (identifier) @name]) @def.function

(variable_declaration . (identifier) @alias (builtin_function (builtin_identifier) @_import
  (arguments (string (string_content) @module))) (#eq? @_import "@import")) @import
(variable_declaration . (identifier) @alias (field_expression object: (builtin_function (builtin_identifier) @_import
  (arguments (string (string_content) @module))) member: (identifier) @import.name) (#eq? @_import "@import")) @import
(variable_declaration . (identifier) @alias (unary_expression (field_expression
  object: (builtin_function (builtin_identifier) @_import (arguments (string (string_content) @module)))
  member: (identifier) @import.name)) (#eq? @_import "@import")) @import
(using_namespace_declaration (builtin_function (builtin_identifier) @_import
  (arguments (string (string_content) @module))) @import.star (#eq? @_import "@import")) @import
(call_expression function: (field_expression object: (builtin_function (builtin_identifier) @_import
  (arguments (string (string_content) @module))) @import (#eq? @_import "@import")))

; bindings
(parameter name: (identifier) @bind.name type: (_) @bind.type) @bind
(variable_declaration . (identifier) @bind.name type: (_) @bind.type) @bind
(variable_declaration . (identifier) @bind.name !type (call_expression function: (_) @bind.call)) @bind
(variable_declaration . (identifier) @bind.name !type (try_expression (call_expression function: (_) @bind.call))) @bind
(variable_declaration . (identifier) @bind.name !type (struct_initializer . (_) @bind.call)) @bind
((variable_declaration . (identifier) @bind.name !type (builtin_function (builtin_identifier) @bind.alias) .) @bind
  (#eq? @bind.alias "@This"))
((variable_declaration . (identifier) @bind.name !type [(identifier) (field_expression)] @bind.alias .) @bind (#not-match? @bind.alias "^@"))
((variable_declaration . (identifier) @bind.name !type (unary_expression [(identifier) (field_expression)] @bind.alias)) @bind (#not-match? @bind.alias "^@"))
(container_field name: (identifier) @bind.field type: (_) @bind.type) @bind
(function_declaration type: [(identifier) (field_expression) (pointer_type) (nullable_type) (call_expression)] @bind.type) @return
(function_declaration type: (error_union_type ok: (_) @bind.type)) @return

; references
(call_expression function: [(identifier) (field_expression)] @call)
(struct_initializer . [(identifier) (field_expression)] @call)
(identifier) @use

(parameter name: (identifier) @local)
(variable_declaration . (identifier) @local)
(payload (identifier) @local)
(function_declaration (parameters (parameter name: (identifier) @local)))
