; Bash
(function_definition name: (word) @name) @def.function
((program (variable_assignment name: (variable_name) @name) @def.variable) (#match? @name "^[A-Z_][A-Z0-9_]*$"))
(program (declaration_command (variable_assignment name: (variable_name) @name)) @def.variable)

((command name: (command_name (word) @_source) . argument: (_)) @import (#any-of? @_source "source" "."))
((command name: (command_name (word) @_path)) @import (#match? @_path "^[^ ]*/[^ ]*[.](ba|da|k|z)?sh$"))
((command name: (command_name (string) @_path)) @import (#match? @_path "/[^ ]*[.](ba|da|k|z)?sh\"$"))
((command name: (command_name (word) @_shell) argument: [(word) (string) (concatenation)] @_path) @import
  (#any-of? @_shell "bash" "sh" "exec" "sudo" "env") (#match? @_path "[.](ba|da|k|z)?sh\"?$"))

((command name: (command_name (word) @call)) (#not-match? @call "[/$*]"))
((command name: (command_name (word) @_trap) . argument: (word) @call) (#any-of? @_trap "trap" "type" "command" "eval" "exec"))
