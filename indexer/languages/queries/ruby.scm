; Ruby
(class name: [(constant) (scope_resolution)] @name) @def.class
(module name: [(constant) (scope_resolution)] @name) @def.module
(assignment left: (constant) @name right: (call receiver: (constant) @_maker method: (identifier) @_new)
  (#any-of? @_maker "Class" "Struct" "Data") (#any-of? @_new "new" "define")) @def.class
(assignment left: (constant) @name right: (call receiver: (constant) @_maker method: (identifier) @_new)
  (#eq? @_maker "Module") (#eq? @_new "new")) @def.module
(assignment left: (constant) @name) @def.constant
(method name: (_) @name) @def.method
(singleton_method name: (_) @name) @def.method
(alias name: [(identifier) (setter) (operator) (constant)] @name) @def.method
(call !receiver method: (identifier) @_maker arguments: (argument_list (simple_symbol) @name @def.method)
  (#any-of? @_maker "attr_accessor" "attr_reader" "attr_writer" "attr" "delegate" "def_delegators" "mattr_accessor"
    "cattr_accessor" "class_attribute"))
(call !receiver method: (identifier) @_maker arguments: (argument_list . (simple_symbol) @name)
  (#any-of? @_maker "define_method" "alias_method" "scope" "def_delegator" "define_singleton_method")) @def.method

(call !receiver method: (identifier) @_require arguments: (argument_list . (string (string_content) @module))
  (#any-of? @_require "require" "require_relative" "load")) @import
(call !receiver method: (identifier) @_autoload arguments: (argument_list . (simple_symbol) . (string (string_content) @module))
  (#eq? @_autoload "autoload")) @import

; bindings: a constructor call states the type
(assignment left: (identifier) @bind.name right: [(call) (identifier) (constant) (scope_resolution) (instance_variable)] @bind.alias) @bind
(assignment left: (instance_variable) @bind.field right: [(call) (constant) (scope_resolution)] @bind.alias) @bind
(operator_assignment left: (identifier) @bind.name right: (call) @bind.alias) @bind
(operator_assignment left: (instance_variable) @bind.field right: (call) @bind.alias) @bind
(method name: (identifier) body: (body_statement . (operator_assignment left: (instance_variable) right: (call) @bind.alias) .)) @return
(method name: (identifier) body: (body_statement . (instance_variable) @bind.alias .)) @return

; references
(call) @call.whole
(super) @call
(class superclass: (superclass [(constant) (scope_resolution)] @inherit))
(assignment left: (constant) right: (call receiver: (constant) @_maker method: (identifier) @_new
  arguments: (argument_list . [(constant) (scope_resolution)] @inherit)) (#eq? @_maker "Class") (#eq? @_new "new"))
(call !receiver method: (identifier) @_mix arguments: (argument_list [(constant) (scope_resolution)] @inherit)
  (#any-of? @_mix "include" "extend" "prepend"))
(constant) @use
(scope_resolution) @use

; a bare name is a call without arguments, unless it is a local
(program (identifier) @call)
(body_statement (identifier) @call)
(block_body (identifier) @call)
(begin (identifier) @call)
(then (identifier) @call)
(else (identifier) @call)
(ensure (identifier) @call)
(do (identifier) @call)
(parenthesized_statements (identifier) @call)
(argument_list (identifier) @call)
(splat_argument (identifier) @call)
(hash_splat_argument (identifier) @call)
(block_argument (identifier) @call)
(call receiver: (identifier) @call)
(element_reference (identifier) @call)
(assignment right: (identifier) @call)
(operator_assignment right: (identifier) @call)
(right_assignment_list (identifier) @call)
(optional_parameter value: (identifier) @call)
(keyword_parameter value: (identifier) @call)
(pair value: (identifier) @call)
(array (identifier) @call)
(interpolation (identifier) @call)
(binary (identifier) @call)
(unary (identifier) @call)
(conditional (identifier) @call)
(range (identifier) @call)
(if condition: (identifier) @call)
(unless condition: (identifier) @call)
(elsif condition: (identifier) @call)
(while condition: (identifier) @call)
(until condition: (identifier) @call)
(case value: (identifier) @call)
(pattern (identifier) @call)
(if_modifier (identifier) @call)
(unless_modifier (identifier) @call)
(while_modifier (identifier) @call)
(rescue_modifier (identifier) @call)
(method body: (identifier) @call)

(method_parameters (identifier) @local)
(optional_parameter name: (identifier) @local)
(keyword_parameter name: (identifier) @local)
(splat_parameter name: (identifier) @local)
(hash_splat_parameter name: (identifier) @local)
(block_parameter name: (identifier) @local)
(block_parameters (identifier) @local)
(lambda_parameters (identifier) @local)
(destructured_parameter (identifier) @local)
(assignment left: (identifier) @local)
(left_assignment_list (identifier) @local)
(destructured_left_assignment (identifier) @local)
(rest_assignment (identifier) @local)
(operator_assignment left: (identifier) @local)
(for pattern: (identifier) @local)
(exception_variable (identifier) @local)
(array_pattern (identifier) @local)
(keyword_pattern key: (_) @local)
(as_pattern name: (identifier) @local)
