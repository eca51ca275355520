; C, and the patterns that C++ shares

; definitions; attribute macros become errors beside the declarator, which is still found
(function_definition type: (_) declarator: (function_declarator declarator: (identifier) @name)) @def.function
(function_definition type: (_)
  declarator: (pointer_declarator declarator: (function_declarator declarator: (identifier) @name))) @def.function
(function_definition type: (_) declarator: (pointer_declarator
  declarator: (pointer_declarator declarator: (function_declarator declarator: (identifier) @name)))) @def.function
(function_definition
  declarator: (function_declarator declarator: (parenthesized_declarator (identifier) @name))) @def.function
; SYSCALL_DEFINE3(read, …) { … }
(((expression_statement
    (call_expression function: (identifier) @_m arguments: (argument_list . (identifier) @name))) @def.function
  . (compound_statement) @body) (#match? @_m "^[A-Z][A-Z0-9_]+$"))
((function_definition !type declarator: (function_declarator declarator: (identifier) @_m
    parameters: (parameter_list . (parameter_declaration type: (type_identifier) @name) .))) @def.function
  (#match? @_m "^[A-Z][A-Z0-9_]+$"))
((function_definition type: (type_identifier) @_m declarator: (parenthesized_declarator (identifier) @name)) @def.function
  (#match? @_m "^[A-Z][A-Z0-9_]+$"))

(struct_specifier name: (_) @name body: (_)) @def.struct
(union_specifier name: (_) @name body: (_)) @def.struct
(enum_specifier name: (_) @name body: (_)) @def.enum
(enumerator name: (identifier) @name) @def.constant
(type_definition type: (struct_specifier !name body: (_) @body) declarator: (type_identifier) @name) @def.struct
(type_definition type: (union_specifier !name body: (_) @body) declarator: (type_identifier) @name) @def.struct
(type_definition type: (enum_specifier !name body: (_) @body) declarator: (type_identifier) @name) @def.enum
(type_definition declarator: [
  (type_identifier) @name
  (pointer_declarator declarator: (type_identifier) @name)
  (array_declarator declarator: (type_identifier) @name)
  (function_declarator declarator: (type_identifier) @name)
  (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name)))
  (pointer_declarator (function_declarator
    declarator: (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name))))
] @def.type)

(preproc_function_def name: (identifier) @name value: (_) @body) @def.macro
(preproc_function_def name: (identifier) @name !value) @def.macro
(preproc_def name: (identifier) @name value: (_)) @def.macro
((preproc_def name: (identifier) @name !value) @def.macro (#not-match? @name "_H(PP|XX|H)?_*$"))

; `extern int x;` announces a variable
((declaration (storage_class_specifier) @_s declarator: [
  (identifier) @name
  (pointer_declarator declarator: (identifier) @name)
  (array_declarator declarator: (identifier) @name)
]) @def.prototype (#eq? @_s "extern"))
(declaration declarator: [
  (function_declarator declarator: (identifier) @name)
  (pointer_declarator declarator: (function_declarator declarator: (identifier) @name))
  (pointer_declarator declarator: (pointer_declarator declarator: (function_declarator declarator: (identifier) @name)))
]) @def.prototype

(translation_unit (declaration declarator: [
    (identifier) @name
    (pointer_declarator declarator: (identifier) @name)
    (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @name))
    (array_declarator declarator: (identifier) @name)
    (array_declarator declarator: (array_declarator declarator: (identifier) @name))
    (pointer_declarator declarator: (array_declarator declarator: (identifier) @name))
    (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @name)))
    (init_declarator declarator: (identifier) @name value: (_) @body)
    (init_declarator declarator: (pointer_declarator declarator: (identifier) @name) value: (_) @body)
    (init_declarator declarator: (array_declarator declarator: (identifier) @name) value: (_) @body)
    (init_declarator declarator: (array_declarator declarator: (array_declarator declarator: (identifier) @name)) value: (_) @body)
    (init_declarator declarator: (pointer_declarator declarator: (array_declarator declarator: (identifier) @name)) value: (_) @body)
    (init_declarator
      declarator: (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @name))))
  ] @def.variable))
(preproc_ifdef (declaration declarator: [
    (identifier) @name
    (pointer_declarator declarator: (identifier) @name)
    (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @name))
    (array_declarator declarator: (identifier) @name)
    (array_declarator declarator: (array_declarator declarator: (identifier) @name))
    (pointer_declarator declarator: (array_declarator declarator: (identifier) @name))
    (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @name)))
    (init_declarator declarator: (identifier) @name value: (_) @body)
    (init_declarator declarator: (pointer_declarator declarator: (identifier) @name) value: (_) @body)
    (init_declarator declarator: (array_declarator declarator: (identifier) @name) value: (_) @body)
    (init_declarator declarator: (array_declarator declarator: (array_declarator declarator: (identifier) @name)) value: (_) @body)
    (init_declarator declarator: (pointer_declarator declarator: (array_declarator declarator: (identifier) @name)) value: (_) @body)
    (init_declarator
      declarator: (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @name))))
  ] @def.variable))
(preproc_if (declaration declarator: [
    (identifier) @name
    (pointer_declarator declarator: (identifier) @name)
    (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @name))
    (array_declarator declarator: (identifier) @name)
    (array_declarator declarator: (array_declarator declarator: (identifier) @name))
    (pointer_declarator declarator: (array_declarator declarator: (identifier) @name))
    (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @name)))
    (init_declarator declarator: (identifier) @name value: (_) @body)
    (init_declarator declarator: (pointer_declarator declarator: (identifier) @name) value: (_) @body)
    (init_declarator declarator: (array_declarator declarator: (identifier) @name) value: (_) @body)
    (init_declarator declarator: (array_declarator declarator: (array_declarator declarator: (identifier) @name)) value: (_) @body)
    (init_declarator declarator: (pointer_declarator declarator: (array_declarator declarator: (identifier) @name)) value: (_) @body)
    (init_declarator
      declarator: (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @name))))
  ] @def.variable))
(preproc_else (declaration declarator: [
    (identifier) @name
    (pointer_declarator declarator: (identifier) @name)
    (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @name))
    (array_declarator declarator: (identifier) @name)
    (array_declarator declarator: (array_declarator declarator: (identifier) @name))
    (pointer_declarator declarator: (array_declarator declarator: (identifier) @name))
    (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @name)))
    (init_declarator declarator: (identifier) @name value: (_) @body)
    (init_declarator declarator: (pointer_declarator declarator: (identifier) @name) value: (_) @body)
    (init_declarator declarator: (array_declarator declarator: (identifier) @name) value: (_) @body)
    (init_declarator declarator: (array_declarator declarator: (array_declarator declarator: (identifier) @name)) value: (_) @body)
    (init_declarator declarator: (pointer_declarator declarator: (array_declarator declarator: (identifier) @name)) value: (_) @body)
    (init_declarator
      declarator: (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @name))))
  ] @def.variable))
(preproc_elif (declaration declarator: [
    (identifier) @name
    (pointer_declarator declarator: (identifier) @name)
    (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @name))
    (array_declarator declarator: (identifier) @name)
    (array_declarator declarator: (array_declarator declarator: (identifier) @name))
    (pointer_declarator declarator: (array_declarator declarator: (identifier) @name))
    (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @name)))
    (init_declarator declarator: (identifier) @name value: (_) @body)
    (init_declarator declarator: (pointer_declarator declarator: (identifier) @name) value: (_) @body)
    (init_declarator declarator: (array_declarator declarator: (identifier) @name) value: (_) @body)
    (init_declarator declarator: (array_declarator declarator: (array_declarator declarator: (identifier) @name)) value: (_) @body)
    (init_declarator declarator: (pointer_declarator declarator: (array_declarator declarator: (identifier) @name)) value: (_) @body)
    (init_declarator
      declarator: (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @name))))
  ] @def.variable))
; static DEFINE_MUTEX(lock); and DEFINE_SPINLOCK(lock);
((declaration type: (type_identifier) @_m declarator: (parenthesized_declarator (identifier) @name)) @def.variable
  (#match? @_m "^DEFINE_"))
(translation_unit (expression_statement
  (call_expression function: (identifier) @_m arguments: (argument_list . (identifier) @name))) @def.variable
  (#match? @_m "^DEFINE_"))

(preproc_include path: (_) @module) @import

; references
(call_expression function: [(identifier) (field_expression)] @call)
(type_identifier) @use
(argument_list (identifier) @use)
(argument_list (pointer_expression argument: (identifier) @use))
(initializer_pair value: (identifier) @use)
(initializer_pair value: (pointer_expression argument: (identifier) @use))
(initializer_list (identifier) @use)
(initializer_list (pointer_expression argument: (identifier) @use))
(init_declarator value: (identifier) @use)
(init_declarator value: (pointer_expression argument: (identifier) @use))
(assignment_expression right: (identifier) @use)
(assignment_expression right: (pointer_expression argument: (identifier) @use))
(return_statement (identifier) @use)
(return_statement (pointer_expression argument: (identifier) @use))
(return_statement (unary_expression argument: (identifier) @use))
(binary_expression (identifier) @use)
(case_statement value: (identifier) @use)
(conditional_expression (identifier) @use)
(array_declarator size: (identifier) @use)
(subscript_expression argument: (identifier) @use)
(field_expression argument: (identifier) @use)

(parameter_declaration declarator: (identifier) @local)
(declaration declarator: (identifier) @local)
(pointer_declarator declarator: (identifier) @local)
(array_declarator declarator: (identifier) @local)
(init_declarator declarator: (identifier) @local)
