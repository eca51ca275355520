; C++, in addition to c.scm
(class_specifier name: (_) @name body: (_)) @def.class
; class EXPORT Name { … }
(function_definition type: (class_specifier !body) declarator: (identifier) @name) @def.class
(namespace_definition name: (_) @name) @def.module
(concept_definition name: (_) @name) @def.type
(alias_declaration name: (_) @name) @def.type

(function_definition type: (_) declarator: (function_declarator
  declarator: [(field_identifier) (qualified_identifier) (operator_name) (template_function)] @name)) @def.function
(function_definition type: (_) declarator: (pointer_declarator declarator: (function_declarator
  declarator: [(field_identifier) (qualified_identifier) (operator_name) (template_function)] @name))) @def.function
(function_definition type: (_) declarator: (reference_declarator (function_declarator
  declarator: [(identifier) (field_identifier) (qualified_identifier) (operator_name) (template_function)] @name))) @def.function
(function_definition !type declarator: (function_declarator
  declarator: [(qualified_identifier) (destructor_name)] @name)) @def.function
(function_definition !type declarator: (operator_cast) @name) @def.function
(function_definition !type declarator: (qualified_identifier (operator_cast)) @name) @def.function
(field_declaration_list (function_definition !type declarator: (function_declarator declarator: (identifier) @name)) @def.function)
(template_declaration (function_definition !type declarator: (function_declarator declarator: (identifier) @name)) @def.function)
; TEST(Suite, Case) { … }
((function_definition !type declarator: (function_declarator declarator: (identifier) @_m
    parameters: (parameter_list . (parameter_declaration type: (type_identifier) @owner)
      . (parameter_declaration type: (type_identifier) @name) .))) @def.function
  (#match? @_m "^[A-Z][A-Z0-9_]+$"))
(init_declarator declarator: (identifier) @name value: (lambda_expression body: (_) @body)) @def.function

(field_declaration declarator: (function_declarator declarator: (field_identifier) @name) default_value: (number_literal)) @def.method
(field_declaration declarator: [
  (function_declarator declarator: [(field_identifier) (operator_name)] @name)
  (pointer_declarator declarator: (function_declarator declarator: [(field_identifier) (operator_name)] @name))
  (pointer_declarator declarator: (pointer_declarator declarator: (function_declarator declarator: [(field_identifier) (operator_name)] @name)))
]) @def.prototype
(field_declaration declarator: (reference_declarator
  (function_declarator declarator: [(field_identifier) (operator_name)] @name))) @def.prototype
(declaration declarator: (function_declarator
  declarator: [(destructor_name) (operator_name) (qualified_identifier)] @name)) @def.prototype
(declaration declarator: (reference_declarator (function_declarator declarator: (_) @name))) @def.prototype

(declaration_list (declaration declarator: [
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
((field_declaration (storage_class_specifier) (type_qualifier) @_q declarator: (field_identifier) @name) @def.constant
  (#any-of? @_q "const" "constexpr"))

(using_declaration "namespace" (_) @module @import.star) @import
(using_declaration (qualified_identifier scope: (_) @module name: (identifier) @import.name)) @import
(namespace_alias_definition name: (_) @alias (_) @module .) @import

; bindings
(parameter_declaration type: [(type_identifier) (qualified_identifier) (template_type)] @bind.type declarator: [
  (identifier) @bind.name
  (pointer_declarator declarator: (identifier) @bind.name)
  (reference_declarator (identifier) @bind.name)
]) @bind
(declaration type: [(type_identifier) (qualified_identifier) (template_type)] @bind.type declarator: [
  (identifier) @bind.name
  (pointer_declarator declarator: (identifier) @bind.name)
  (reference_declarator (identifier) @bind.name)
  (init_declarator declarator: (identifier) @bind.name)
  (init_declarator declarator: (pointer_declarator declarator: (identifier) @bind.name))
  (init_declarator declarator: (reference_declarator (identifier) @bind.name))
]) @bind
(compound_statement (declaration type: [(type_identifier) (qualified_identifier) (template_type)] @bind.type
  declarator: (function_declarator declarator: (identifier) @bind.name parameters: (parameter_list . (parameter_declaration)))) @bind)
(for_range_loop type: [(type_identifier) (qualified_identifier) (template_type)] @bind.type declarator: [
  (identifier) @bind.name
  (pointer_declarator declarator: (identifier) @bind.name)
  (reference_declarator (identifier) @bind.name)
]) @bind
(field_declaration type: [(type_identifier) (qualified_identifier) (template_type)] @bind.type declarator: [
  (field_identifier) @bind.field
  (pointer_declarator declarator: (field_identifier) @bind.field)
  (reference_declarator (field_identifier) @bind.field)
  (array_declarator declarator: (field_identifier) @bind.field)
  (pointer_declarator declarator: (pointer_declarator declarator: (field_identifier) @bind.field))
]) @bind
(init_declarator declarator: (identifier) @bind.name
  value: (new_expression type: [(type_identifier) (qualified_identifier) (template_type)] @bind.call)) @bind
(init_declarator declarator: (identifier) @bind.name
  value: (call_expression function: [(identifier) (qualified_identifier) (field_expression)] @bind.call)) @bind
(assignment_expression left: [(identifier) (field_expression)] @bind.name right: (new_expression type: [(type_identifier) (qualified_identifier) (template_type)] @bind.call)) @bind
(init_declarator declarator: (identifier) @bind.name
  value: (compound_literal_expression type: [(type_identifier) (qualified_identifier) (template_type)] @bind.call)) @bind
; auto p = std::make_unique<Foo>(1), static_cast<Foo*>(x)
((init_declarator declarator: [(identifier) @bind.name (pointer_declarator declarator: (identifier) @bind.name)
      (reference_declarator (identifier) @bind.name)]
    value: (call_expression function: [
      (qualified_identifier name: (template_function name: (identifier) @_f
        arguments: (template_argument_list . (type_descriptor type: (_) @bind.type))))
      (template_function name: (identifier) @_f
        arguments: (template_argument_list . (type_descriptor type: (_) @bind.type)))])) @bind
  (#match? @_f "^make_|_cast$"))
(declaration type: [(type_identifier) (qualified_identifier) (template_type)] @bind.type
  declarator: (array_declarator declarator: (identifier) @bind.name)) @bind
(alias_declaration name: (type_identifier) @bind.name type: (type_descriptor type: (_) @bind.alias)) @bind
(type_definition type: [(type_identifier) (qualified_identifier) (template_type)] @bind.alias
  declarator: (type_identifier) @bind.name) @bind
(function_definition type: [(type_identifier) (qualified_identifier) (template_type)] @bind.type) @return
(field_declaration type: [(type_identifier) (qualified_identifier) (template_type)] @bind.type
  declarator: [(function_declarator) (pointer_declarator (function_declarator)) (reference_declarator (function_declarator))]) @return
(declaration type: [(type_identifier) (qualified_identifier) (template_type)] @bind.type
  declarator: [(function_declarator) (pointer_declarator (function_declarator)) (reference_declarator (function_declarator))]) @return

; references
(call_expression function: (qualified_identifier) @call)
(call_expression function: (template_function name: (_) @call))
(new_expression type: [(type_identifier) (qualified_identifier)] @call)
(new_expression type: (template_type name: (_) @call))
(declaration type: [(type_identifier) (qualified_identifier) (template_type)] @call
  declarator: (init_declarator value: [(argument_list) (initializer_list)]))
; Lock lock(mutex); the grammar reads this as the declaration of a function
(compound_statement (declaration type: [(type_identifier) (qualified_identifier) (template_type)] @call
  declarator: (function_declarator declarator: (identifier) parameters: (parameter_list . (parameter_declaration)))))
(compound_statement (declaration declarator: (function_declarator parameters: (parameter_list (parameter_declaration
  type: [(type_identifier) (qualified_identifier)] @call declarator: (abstract_function_declarator))))))
(base_class_clause [(type_identifier) (qualified_identifier)] @inherit)
(base_class_clause (template_type name: (_) @inherit))
(qualified_identifier) @use
(template_argument_list (identifier) @use)

(reference_declarator (identifier) @local)
(for_range_loop declarator: (identifier) @local)
(structured_binding_declarator (identifier) @local)
(optional_parameter_declaration declarator: (identifier) @local)
(type_parameter_declaration (type_identifier) @local)
