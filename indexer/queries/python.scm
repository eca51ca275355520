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
(assignment left: [(identifier) (attribute)] @bind.name right: (call function: (_) @bind.call)) @bind
(assignment left: [(identifier) (attribute)] @bind.name right: (await (call function: (_) @bind.call))) @bind
(assignment left: [(identifier) (attribute)] @bind.name right: (identifier) @bind.alias) @bind
(named_expression name: (identifier) @bind.name value: (call function: (_) @bind.call)) @bind
(with_item value: (as_pattern (call function: (_) @bind.call) alias: (as_pattern_target (identifier) @bind.name))) @bind
(function_definition return_type: (type) @bind.type) @return

(call function: (_) @call)
(decorator [(identifier) (attribute)] @call)
(class_definition superclasses: (argument_list [(identifier) (attribute)] @inherit))
(class_definition superclasses: (argument_list (subscript value: (_) @inherit)))

(identifier) @use

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
