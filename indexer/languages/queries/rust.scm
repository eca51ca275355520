; Rust
(foreign_mod_item body: (declaration_list (function_signature_item name: (identifier) @name) @def.prototype))
(function_item name: (_) @name) @def.function
(function_signature_item name: (_) @name) @def.function
(struct_item name: (_) @name) @def.struct
(union_item name: (_) @name) @def.struct
(enum_item name: (_) @name) @def.enum
(enum_variant name: (_) @name) @def.constant
(trait_item name: (_) @name) @def.trait
(mod_item name: (_) @name body: (_)) @def.module
(macro_definition name: (_) @name . (macro_rule) @body) @def.macro
(macro_definition name: (_) @name) @def.macro
(source_file (const_item name: (_) @name) @def.constant)
(declaration_list (const_item name: (_) @name) @def.constant)
(source_file (static_item name: (_) @name) @def.variable)
(declaration_list (static_item name: (_) @name) @def.variable)
(source_file (type_item name: (_) @name) @def.type)
(declaration_list (type_item name: (_) @name) @def.type)
(impl_item type: [
  (type_identifier) @name
  (primitive_type) @name
  (scoped_type_identifier name: (_) @name)
  (generic_type type: [(type_identifier) @name (scoped_type_identifier name: (_) @name)])
  (reference_type type: (type_identifier) @name)]) @scope

; read by rust_imports.py
(use_declaration) @import
(mod_item !body) @import
(extern_crate_declaration) @import

; bindings
(parameter pattern: (identifier) @bind.name type: (_) @bind.type) @bind
(let_declaration pattern: (identifier) @bind.name type: (_) @bind.type) @bind
(let_declaration pattern: (identifier) @bind.name
  value: (call_expression function: [(identifier) (scoped_identifier) (field_expression)] @bind.call)) @bind
(let_declaration pattern: (identifier) @bind.name
  value: (try_expression (call_expression function: [(identifier) (scoped_identifier) (field_expression)] @bind.call))) @bind
(let_declaration pattern: (identifier) @bind.name
  value: (try_expression (await_expression
    (call_expression function: [(identifier) (scoped_identifier) (field_expression)] @bind.call)))) @bind
(let_declaration pattern: (identifier) @bind.name
  value: (await_expression (call_expression function: [(identifier) (scoped_identifier) (field_expression)] @bind.call))) @bind
(let_declaration pattern: (identifier) @bind.name value: (struct_expression name: (_) @bind.call)) @bind
(let_declaration pattern: (identifier) @bind.name value: (identifier) @bind.alias) @bind
(let_declaration pattern: (identifier) @bind.name value: (reference_expression (identifier) @bind.alias)) @bind
(field_declaration name: (field_identifier) @bind.field type: (_) @bind.type) @bind
(function_item return_type: (_) @bind.type) @return
(function_signature_item return_type: (_) @bind.type) @return

; references
(call_expression function: [(identifier) (scoped_identifier) (field_expression)] @call)
(call_expression function: (generic_function function: (_) @call))
(macro_invocation macro: (_) @call)
((token_tree (identifier) @call . (token_tree) @_a) (#match? @_a "^\\("))
(impl_item trait: [(type_identifier) (scoped_type_identifier)] @inherit)
(impl_item trait: (generic_type type: (_) @inherit))
(trait_item bounds: (trait_bounds [(type_identifier) (scoped_type_identifier)] @inherit))
(trait_item bounds: (trait_bounds (generic_type type: (_) @inherit)))
(identifier) @use
(type_identifier) @use

(parameter pattern: (identifier) @local)
(parameter pattern: (mut_pattern (identifier) @local))
(closure_parameters (identifier) @local)
(let_declaration pattern: (identifier) @local)
(mut_pattern (identifier) @local)
(tuple_pattern (identifier) @local)
(tuple_struct_pattern type: (_) (identifier) @local)
(reference_pattern (identifier) @local)
(captured_pattern . (identifier) @local)
(field_pattern name: (shorthand_field_identifier) @local)
(field_pattern pattern: (identifier) @local)
(for_expression pattern: (identifier) @local)
((match_pattern . (identifier) @local) (#match? @local "^[a-z_]"))
(type_parameter name: (type_identifier) @local)
