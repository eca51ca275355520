; Python
(function_definition name: (identifier) @name) @def.function
(class_definition name: (identifier) @name) @def.class
(module (expression_statement (assignment left: (identifier) @name)) @def.variable)
(module (if_statement (block (expression_statement (assignment left: (identifier) @name)) @def.variable)))
(module (try_statement (block (expression_statement (assignment left: (identifier) @name)) @def.variable)))
(type_alias_statement left: (type (identifier) @name)) @def.type

(import_statement name: (dotted_name) @module) @import
(import_statement name: (aliased_import name: (dotted_name) @module alias: (identifier) @alias)) @import
(import_from_statement module_name: (_) @module name: (dotted_name) @import.name) @import
(import_from_statement module_name: (_) @module
  name: (aliased_import name: (dotted_name) @import.name alias: (identifier) @alias)) @import
(import_from_statement module_name: (_) @module (wildcard_import) @import.star) @import

(typed_parameter . (identifier) @bind.name type: (type) @bind.type) @bind
(typed_default_parameter name: (identifier) @bind.name type: (type) @bind.type) @bind
(assignment left: [(identifier) (attribute)] @bind.name type: (type) @bind.type) @bind
(assignment left: (_) @bind.name right: [(identifier) (attribute) (call) (await) (subscript) (boolean_operator)
  (conditional_expression) (parenthesized_expression) (expression_list) (tuple) (list) (set) (list_comprehension)
  (set_comprehension) (generator_expression)] @bind.value) @bind
(named_expression name: (identifier) @bind.name value: (_) @bind.value) @bind
(for_statement left: (_) @bind.name right: (_) @bind.each) @bind
(for_in_clause left: (_) @bind.name right: (_) @bind.each) @bind
(with_item value: (as_pattern . (_) @bind.enter alias: (as_pattern_target (_) @bind.name))) @bind
(default_parameter name: (identifier) @bind.name value: [(identifier) (attribute) (call)] @bind.value) @bind
(module (expression_statement (assignment left: (identifier) @bind.name
  right: [(subscript) (binary_operator) (string)] @bind.alternative)) @bind)
(module (expression_statement (assignment left: (identifier) @bind.name right: (call function: (_) @_function
  arguments: (argument_list (keyword_argument name: (identifier) @_bound value: (_) @bind.alternative)))) @bind)
  (#match? @_function "TypeVar$") (#eq? @_bound "bound"))
(type_alias_statement left: (type (identifier) @bind.name) right: (type) @bind.alternative) @bind
(except_clause (as_pattern . [(identifier) (attribute)] @bind.type
  alias: (as_pattern_target (identifier) @bind.name))) @bind
(else_clause (block) @branch)
(elif_clause (block) @branch)
(except_clause (block) @branch)
((call function: (identifier) @_test) @narrow (#eq? @_test "isinstance"))
(return_statement [(identifier) (attribute) (call) (await) (subscript) (boolean_operator) (conditional_expression)
  (parenthesized_expression) (list) (list_comprehension)] @bind.value) @return
(yield [(identifier) (attribute) (call) (await) (subscript)] @bind.value) @yield
(function_definition return_type: (type) @bind.type) @return

; a default is evaluated in the scope around the function
(function_definition parameters: (parameters (default_parameter value: [(call)
  (tuple) (list) (dictionary) (binary_operator) (conditional_expression)] @outside)))
(function_definition parameters: (parameters (typed_default_parameter value: [(call)
  (tuple) (list) (dictionary) (binary_operator) (conditional_expression)] @outside)))

(call function: (_) @call)
(decorator [(identifier) (attribute)] @call)
(class_definition superclasses: (argument_list [(identifier) (attribute)] @inherit))
(class_definition superclasses: (argument_list (subscript value: (_) @inherit)))

; names that are read; not members, keywords or `self`
((attribute object: (identifier) @use) (#not-any-of? @use "self" "cls"))
(argument_list (identifier) @use)
(keyword_argument value: (identifier) @use)
(assignment right: (identifier) @use)
(augmented_assignment right: (identifier) @use)
(default_parameter value: (identifier) @use)
(typed_default_parameter value: (identifier) @use)
(named_expression value: (identifier) @use)
(type (identifier) @use)
(generic_type (identifier) @use)
(subscript (identifier) @use)
(slice (identifier) @use)
(expression_list (identifier) @use)
(tuple (identifier) @use)
(list (identifier) @use)
(set (identifier) @use)
(pair (identifier) @use)
(list_splat (identifier) @use)
(dictionary_splat (identifier) @use)
(binary_operator (identifier) @use)
(unary_operator (identifier) @use)
(boolean_operator (identifier) @use)
(not_operator (identifier) @use)
(comparison_operator (identifier) @use)
(conditional_expression (identifier) @use)
(parenthesized_expression (identifier) @use)
(lambda body: (identifier) @use)
(list_comprehension body: (identifier) @use)
(set_comprehension body: (identifier) @use)
(generator_expression body: (identifier) @use)
(for_in_clause right: (identifier) @use)
(if_clause (identifier) @use)
(for_statement right: (identifier) @use)
(if_statement condition: (identifier) @use)
(elif_clause condition: (identifier) @use)
(while_statement condition: (identifier) @use)
(return_statement (identifier) @use)
(yield (identifier) @use)
(await (identifier) @use)
(raise_statement (identifier) @use)
(except_clause (identifier) @use)
(as_pattern . (identifier) @use)
(with_item (identifier) @use)
(assert_statement (identifier) @use)
(delete_statement (identifier) @use)
(expression_statement (identifier) @use)
(interpolation (identifier) @use)
(match_statement subject: (identifier) @use)
(class_pattern (dotted_name) @use)

(parameters (identifier) @local)
(lambda_parameters (identifier) @local)
(default_parameter name: (identifier) @local)
(typed_parameter . (identifier) @local)
(typed_default_parameter name: (identifier) @local)
(list_splat_pattern (identifier) @local)
(dictionary_splat_pattern (identifier) @local)
(assignment left: (identifier) @local)
(assignment left: (pattern_list (identifier) @local))
(assignment left: (tuple_pattern (identifier) @local))
(for_statement left: (identifier) @local)
(for_statement left: (pattern_list (identifier) @local))
(for_statement left: (tuple_pattern (identifier) @local))
(for_in_clause left: (identifier) @local)
(for_in_clause left: (pattern_list (identifier) @local))
(for_in_clause left: (tuple_pattern (identifier) @local))
(as_pattern_target (identifier) @local)
(named_expression name: (identifier) @local)
