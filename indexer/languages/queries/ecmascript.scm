; Patterns that JavaScript and TypeScript share

; definitions
(function_declaration name: (_) @name) @def.function
(generator_function_declaration name: (_) @name) @def.function
(class_declaration name: (_) @name) @def.class
(method_definition name: [(property_identifier) (private_property_identifier)] @name) @def.method
(variable_declarator name: (identifier) @name value: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @def.function
(variable_declarator name: (identifier) @name value: (class body: (_) @body)) @def.class
(pair key: (property_identifier) @name value: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @def.method
(arguments (function_expression name: (identifier) @name) @def.function)
(export_statement "default" @name value: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @def.function
(export_statement "default" @name value: (class body: (_) @body)) @def.class
(export_statement "default" @name value: (object) @body) @def.variable

(program (lexical_declaration (variable_declarator name: (identifier) @name) @def.variable))
(program (variable_declaration (variable_declarator name: (identifier) @name) @def.variable))
(program (export_statement declaration: (lexical_declaration (variable_declarator name: (identifier) @name) @def.variable)))
(program (export_statement declaration: (variable_declaration (variable_declarator name: (identifier) @name) @def.variable)))

; definitions by assignment; the value of a whole CommonJS module is called `exports`
(assignment_expression
  left: (member_expression object: [(identifier) (member_expression)] @_of property: (property_identifier) @name)
  right: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)] (#any-of? @_of "exports" "module" "module.exports")) @def.function
(assignment_expression
  left: (member_expression object: (identifier) @_of property: (property_identifier) @name)
  right: (class body: (_) @body) (#any-of? @_of "exports" "module")) @def.class
(assignment_expression
  left: (member_expression
    object: (member_expression object: (_) @owner property: (property_identifier) @_p) property: (property_identifier) @name)
  right: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)] (#eq? @_p "prototype")) @def.method
(assignment_expression
  left: (member_expression object: (this) property: [(property_identifier) (private_property_identifier)] @name)
  right: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @def.method
(assignment_expression
  left: (member_expression object: [(identifier) (member_expression)] @owner property: (property_identifier) @name)
  right: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @def.method
(assignment_expression
  left: (member_expression object: (_) @name property: (property_identifier) @_p) right: (object) (#eq? @_p "prototype")) @scope

; imports
(import_statement . source: (string) @module) @import
(import_statement (import_clause (identifier) @alias @import.default) source: (string) @module) @import
(import_statement (import_clause (namespace_import (identifier) @alias)) source: (string) @module) @import
; the module is read from the statement around: a pattern for both takes time by the square of the list
(import_specifier name: (_) @import.name !alias) @import
(import_specifier name: (_) @import.name alias: (_) @alias) @import
(call_expression function: (import) arguments: (arguments . (string) @module)) @import
(variable_declarator name: (identifier) @alias
  value: (await_expression (call_expression function: (import) arguments: (arguments . (string) @module)))) @import

(variable_declarator name: (identifier) @alias
  value: (call_expression function: (identifier) @_f arguments: (arguments . (string) @module)) (#eq? @_f "require")) @import
(variable_declarator name: (object_pattern (shorthand_property_identifier_pattern) @import.name)
  value: (call_expression function: (identifier) @_f arguments: (arguments . (string) @module)) (#eq? @_f "require")) @import
(variable_declarator name: (object_pattern (pair_pattern key: (property_identifier) @import.name value: (identifier) @alias))
  value: (call_expression function: (identifier) @_f arguments: (arguments . (string) @module)) (#eq? @_f "require")) @import
(variable_declarator name: (identifier) @alias
  value: (member_expression
    object: (call_expression function: (identifier) @_f arguments: (arguments . (string) @module))
    property: (property_identifier) @import.name) (#eq? @_f "require")) @import
(expression_statement
  (call_expression function: (identifier) @_f arguments: (arguments . (string) @module)) (#eq? @_f "require")) @import

; re-exports and renaming exports: imports of another file, or of this one (module ""), with the exported name as alias
(export_statement "*" @import.star . source: (string) @module) @import
(export_statement (namespace_export (_) @alias) source: (string) @module) @import
(export_specifier name: (_) @import.name !alias) @import
(export_specifier name: (_) @import.name alias: (_) @alias) @import
(export_statement "default" @alias value: (identifier) @import.name) @import
(export_statement "default" @alias declaration: (_ name: (_) @import.name)) @import
(assignment_expression
  left: (member_expression object: (identifier) @_of property: (property_identifier) @alias)
  right: (identifier) @import.name (#any-of? @_of "exports" "module")) @import
(assignment_expression
  left: (member_expression object: (identifier) @_of property: (property_identifier) @_e)
  right: (object (pair key: (property_identifier) @alias value: (identifier) @import.name))
  (#eq? @_of "module") (#eq? @_e "exports")) @import
(assignment_expression
  left: (member_expression object: (identifier) @_of property: (property_identifier) @_e)
  right: (call_expression function: (identifier) @_f arguments: (arguments . (string) @module)) @import.star
  (#eq? @_of "module") (#eq? @_e "exports") (#eq? @_f "require")) @import

; bindings
(variable_declarator name: (identifier) @bind.name value: (new_expression constructor: (_) @bind.call)) @bind
(variable_declarator name: (identifier) @bind.name
  value: (call_expression function: [(identifier) (member_expression)] @bind.call)) @bind
(variable_declarator name: (identifier) @bind.name
  value: (await_expression (call_expression function: [(identifier) (member_expression)] @bind.call))) @bind
(variable_declarator name: (identifier) @bind.name value: [(identifier) (this) (member_expression) (subscript_expression)] @bind.alias) @bind
(variable_declarator name: (identifier) @bind.name value: (await_expression [(identifier) (member_expression)] @bind.alias)) @bind
(variable_declarator name: (identifier) @bind.name value: (binary_expression left: [(identifier) (member_expression)] @bind.alias operator: ["??" "||"])) @bind
(variable_declarator name: (identifier) @bind.name
  value: (binary_expression left: (call_expression function: [(identifier) (member_expression)] @bind.call) operator: ["??" "||"])) @bind
; a part of a value
(variable_declarator name: (object_pattern (shorthand_property_identifier_pattern) @bind.name @bind.part)
  value: [(identifier) (this) (member_expression) (call_expression)] @bind.whole) @bind
(variable_declarator name: (object_pattern (pair_pattern key: (property_identifier) @bind.part value: (identifier) @bind.name))
  value: [(identifier) (this) (member_expression) (call_expression)] @bind.whole) @bind
(variable_declarator name: (object_pattern (object_assignment_pattern left: (shorthand_property_identifier_pattern) @bind.name @bind.part))
  value: [(identifier) (this) (member_expression) (call_expression)] @bind.whole) @bind
(variable_declarator name: (object_pattern (shorthand_property_identifier_pattern) @bind.name @bind.part)
  value: (await_expression [(identifier) (member_expression) (call_expression)] @bind.whole)) @bind
(for_in_statement left: (identifier) @bind.name operator: "of" right: [(identifier) (member_expression) (call_expression)] @bind.element) @bind
(call_expression
  function: (member_expression object: [(identifier) (member_expression) (call_expression)] @bind.element property: (property_identifier) @_each)
  arguments: (arguments . (arrow_function parameter: (identifier) @bind.name))
  (#any-of? @_each "forEach" "map" "filter" "find" "findIndex" "findLast" "some" "every" "flatMap")) @bind
(assignment_expression left: [(identifier) (member_expression)] @bind.name
  right: (new_expression constructor: (_) @bind.call)) @bind
(assignment_expression left: [(identifier) (member_expression object: (this))] @bind.name
  right: (call_expression function: [(identifier) (member_expression)] @bind.call)) @bind
(assignment_expression left: (member_expression object: (this)) @bind.name right: [(identifier) (member_expression)] @bind.alias) @bind
(assignment_expression left: (identifier) @bind.name right: [(identifier) (member_expression)] @bind.alias) @bind
(assignment_expression left: [(identifier) (member_expression object: (this))] @bind.name
  right: (await_expression (call_expression function: [(identifier) (member_expression)] @bind.call))) @bind

; the result of a function, from its own body and not from a function inside it
(function_declaration body: (statement_block (return_statement (new_expression constructor: (_) @bind.call)) @return))
(method_definition body: (statement_block (return_statement (new_expression constructor: (_) @bind.call)) @return))
(function_declaration body: (statement_block (return_statement (call_expression function: [(identifier) (member_expression)] @bind.call)) @return))
(method_definition body: (statement_block (return_statement (call_expression function: [(identifier) (member_expression)] @bind.call)) @return))
(function_declaration body: (statement_block (return_statement (await_expression (call_expression function: [(identifier) (member_expression)] @bind.call))) @return))
(method_definition body: (statement_block (return_statement (await_expression (call_expression function: [(identifier) (member_expression)] @bind.call))) @return))
(function_declaration body: (statement_block (return_statement [(identifier) (this) (member_expression)] @bind.alias) @return))
(method_definition body: (statement_block (return_statement [(identifier) (this) (member_expression)] @bind.alias) @return))
(variable_declarator value: (arrow_function body: (statement_block (return_statement (new_expression constructor: (_) @bind.call)) @return)))
(variable_declarator value: (arrow_function body: (statement_block (return_statement (call_expression function: [(identifier) (member_expression)] @bind.call)) @return)))
(variable_declarator value: (arrow_function body: (statement_block (return_statement [(identifier) (this) (member_expression)] @bind.alias) @return)))
(variable_declarator value: (arrow_function body: (new_expression constructor: (_) @bind.call) @return))
(variable_declarator value: (arrow_function body: (call_expression function: [(identifier) (member_expression)] @bind.call) @return))

; references
(call_expression function: [(identifier) (member_expression) (super)] @call)
(new_expression constructor: (_) @call)
(decorator [(identifier) (member_expression)] @call)
(identifier) @use
(shorthand_property_identifier) @use

(variable_declarator name: (identifier) @local)
(arrow_function parameter: (identifier) @local)
(shorthand_property_identifier_pattern) @local
(pair_pattern value: (identifier) @local)
(array_pattern (identifier) @local)
(rest_pattern (identifier) @local)
(for_in_statement left: (identifier) @local)
(catch_clause parameter: (identifier) @local)
