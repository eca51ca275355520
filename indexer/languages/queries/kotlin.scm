; Kotlin. Members of a companion object without a name belong to the class: code names them so.
(package_header (qualified_identifier) @package)
(import (qualified_identifier) @module "*" @import.star) @import
(import (qualified_identifier) @module (identifier) @alias) @import
((import (qualified_identifier) @module .) @import (#not-match? @import "\\*\\s*$"))

(class_declaration "interface" name: (_) @name (class_body)? @body) @def.interface
((class_declaration (modifiers (class_modifier) @_m) name: (_) @name (enum_class_body)? @body) @def.enum (#eq? @_m "enum"))
(class_declaration name: (_) @name (class_body)? @body) @def.class
(object_declaration name: (_) @name (class_body)? @body) @def.class
(companion_object name: (_) @name (class_body)? @body) @def.class
; at the end of a file, the grammar reads `annotation class Name` as a call
((infix_expression . (identifier) @_annotation . (identifier) @_class . (identifier) @name) @def.class
  (#eq? @_annotation "annotation") (#eq? @_class "class"))
; a class with a head that the grammar does not understand
(ERROR "class" . (identifier) @name) @def.class
(enum_entry . (identifier) @name) @def.constant
(type_alias type: (_) @name) @def.type
(class_body (function_declaration name: (_) @name (function_body)? @body) @def.method)
(function_declaration (user_type) @owner . name: (_) @name (function_body)? @body) @def.function
(function_declaration (nullable_type (user_type) @owner) . name: (_) @name (function_body)? @body) @def.function
(function_declaration name: (_) @name (function_body)? @body) @def.function
(secondary_constructor "constructor" @name (block)? @body) @def.method
(property_declaration (user_type) @owner . (variable_declaration . (identifier) @name) (getter) @body) @def.method
(_ (property_declaration (variable_declaration . (identifier) @name) (getter) @body) @def.method)
(class_body (property_declaration (variable_declaration . (identifier) @name)) @def.variable)
(enum_class_body (property_declaration (variable_declaration . (identifier) @name)) @def.variable)
(source_file (property_declaration (variable_declaration . (identifier) @name)) @def.variable)
(class_parameter ["val" "var"] (identifier) @name) @def.variable

; bindings
(class_parameter (identifier) @bind.name . [(user_type) (nullable_type)] @bind.type) @bind
(parameter (identifier) @bind.name . [(user_type) (nullable_type)] @bind.type) @bind
(variable_declaration (identifier) @bind.name . [(user_type) (nullable_type)] @bind.type) @bind
(catch_block (identifier) @bind.name . (user_type) @bind.type) @bind
(property_declaration (variable_declaration . (identifier) @bind.name .) . (call_expression . [(identifier) (navigation_expression)] @bind.call)) @bind
(property_declaration (variable_declaration . (identifier) @bind.name .) . (call_expression . (call_expression . [(identifier) (navigation_expression)] @bind.call))) @bind
(property_declaration (variable_declaration . (identifier) @bind.name .) . (binary_expression
  left: (binary_expression left: [(identifier) (navigation_expression)] @bind.call operator: "<" right: (identifier))
  operator: ">" right: (parenthesized_expression))) @bind
(property_declaration (variable_declaration . (identifier) @bind.name .) . (as_expression right: (_) @bind.type)) @bind
(property_declaration (variable_declaration . (identifier) @bind.name .) . [(identifier) (navigation_expression)] @bind.alias) @bind
((property_declaration (variable_declaration . (identifier) @bind.name .) (property_delegate (call_expression . (identifier) @_lazy
  (annotated_lambda (lambda_literal (call_expression . [(identifier) (navigation_expression)] @bind.call) .))))) @bind
  (#eq? @_lazy "lazy"))
(function_declaration (function_value_parameters) . [(user_type) (nullable_type)] @bind.type) @return
(function_declaration (function_value_parameters) . (function_body . (call_expression . [(identifier) (navigation_expression)] @bind.call) .)) @return

; references
(call_expression . [(identifier) (navigation_expression)] @call)
(constructor_delegation_call ["this" "super"] @call)
; f<T>(x): the grammar reads two comparisons
(binary_expression left: (binary_expression left: [(identifier) (navigation_expression)] @call operator: "<" right: (identifier))
  operator: ">" right: (parenthesized_expression))

(delegation_specifier (user_type) @inherit)
(delegation_specifier (constructor_invocation (user_type) @inherit))
(delegation_specifier (explicit_delegation . (user_type) @inherit))

(user_type . (identifier) @use)
(callable_reference (identifier) @use .)
((navigation_expression . (identifier) @use) (#match? @use "^[A-Z]"))
(value_argument (identifier) @use .)
(property_declaration (variable_declaration) . (identifier) @use)
(assignment right: (identifier) @use)
(return_expression (identifier) @use)
(binary_expression (identifier) @use)
(function_body . (identifier) @use .)
(when_entry condition: (identifier) @use)
(function_value_parameters (parameter) . (identifier) @use)
(interpolation (identifier) @use)

(parameter . (identifier) @local)
(variable_declaration . (identifier) @local)
(catch_block . (identifier) @local)
(setter (identifier) @local)
(type_parameter (identifier) @local .)
