; Lua: a table bound to a name contains the definitions below that name
(chunk (variable_declaration (assignment_statement (variable_list . (identifier) @name .)
  (expression_list . (table_constructor) .))) @def.table)
(chunk (variable_declaration (assignment_statement (variable_list . (identifier) @name .)
  (expression_list . (function_call name: (identifier) @_maker) .))) @def.table
  (#any-of? @_maker "setmetatable" "class"))
(chunk (assignment_statement (variable_list . (identifier) @name .) (expression_list . (table_constructor) .)) @def.table)
(chunk (variable_declaration (assignment_statement (variable_list . name: (identifier) @name .)
  (expression_list . (function_definition) .))) @def.function)
(variable_declaration (assignment_statement (variable_list . name: (identifier) @name .)
  (expression_list . (function_definition) .))) @def.function
(chunk (variable_declaration [(variable_list (identifier) @name)
  (assignment_statement (variable_list (identifier) @name))]) @def.variable)
(function_declaration name: (_) @name) @def.function
(assignment_statement (variable_list . name: [(identifier) (dot_index_expression)] @name .)
  (expression_list . (function_definition) .)) @def.function
(field name: (identifier) @name value: (function_definition)) @def.function
(chunk (assignment_statement (variable_list . name: (dot_index_expression table: (identifier)) @name .)
  (expression_list . (table_constructor) .)) @def.table)
(function_call name: (identifier) @_set arguments: (arguments . (identifier) @name (table_constructor)) (#eq? @_set "setmetatable")) @scope

(variable_declaration (assignment_statement (variable_list . (identifier) @alias .) (expression_list . (function_call
  name: (identifier) @_require arguments: (arguments (string content: (string_content) @module))) .))
  (#eq? @_require "require")) @import
(variable_declaration (assignment_statement (variable_list . (identifier) @alias .) (expression_list .
  (dot_index_expression table: (function_call name: (identifier) @_require
    arguments: (arguments (string content: (string_content) @module))) field: (identifier) @import.name) .))
  (#eq? @_require "require")) @import
(chunk (function_call name: (identifier) @_require
  arguments: (arguments (string content: (string_content) @module)) (#any-of? @_require "require" "dofile" "loadfile")) @import)
(block (function_call name: (identifier) @_require
  arguments: (arguments (string content: (string_content) @module)) (#any-of? @_require "require" "dofile" "loadfile")) @import)
(chunk (return_statement "return" @alias (expression_list . (identifier) @import.name .)) @import)

; bindings
((variable_declaration (assignment_statement (variable_list . (identifier) @bind.name)
  (expression_list . (function_call name: (_) @bind.call)))) @bind
  (#not-match? @bind.call "^(setmetatable|require|class)$"))
(variable_declaration (assignment_statement (variable_list . (identifier) @bind.name)
  (expression_list . [(identifier) (dot_index_expression)] @bind.alias))) @bind
((assignment_statement (variable_list . name: (dot_index_expression) @bind.name)
  (expression_list . (function_call name: (_) @bind.call))) @bind
  (#not-match? @bind.call "^(setmetatable|require|class)$"))
((chunk (assignment_statement (variable_list . name: (identifier) @bind.name)
  (expression_list . (function_call name: (_) @bind.call))) @bind)
  (#not-match? @bind.call "^(setmetatable|require|class)$"))
(assignment_statement (variable_list . name: [(identifier) (dot_index_expression)] @bind.name)
  (expression_list . [(identifier) (dot_index_expression)] @bind.alias)) @bind
((variable_declaration (assignment_statement (variable_list . (identifier) @bind.name) (expression_list .
  (function_call name: (identifier) @_set arguments: (arguments . (_) . (identifier) @bind.type .)))) @bind)
  (#eq? @_set "setmetatable"))
(function_declaration (block (return_statement (expression_list . (function_call name: (identifier) @_set
  arguments: (arguments . (_) . (identifier) @bind.type .)) .))) (#eq? @_set "setmetatable")) @return
(function_declaration (block (return_statement (expression_list . (identifier) @bind.alias .)))) @return

; references
(function_call name: [(identifier) (dot_index_expression) (method_index_expression)] @call)
(function_call name: (identifier) @_set arguments: (arguments (table_constructor
  (field name: (identifier) @_index value: [(identifier) (dot_index_expression)] @inherit)))
  (#eq? @_set "setmetatable") (#eq? @_index "__index"))
(function_call name: (identifier) @_class arguments: (arguments . [(identifier) (dot_index_expression)] @inherit .)
  (#eq? @_class "class"))
(arguments [(identifier) (dot_index_expression)] @use)
(expression_list [(identifier) (dot_index_expression)] @use)
(field value: [(identifier) (dot_index_expression)] @use)
(binary_expression [(identifier) (dot_index_expression)] @use)
(unary_expression [(identifier) (dot_index_expression)] @use)

(parameters (identifier) @local)
(for_generic_clause (variable_list (identifier) @local))
(for_numeric_clause name: (identifier) @local)
(variable_declaration (variable_list (identifier) @local))
(variable_declaration (assignment_statement (variable_list (identifier) @local)))
