; Haskell: a type signature and the equations below it are one symbol
(declarations (signature name: (variable) @name) @def.function)

(class_declarations (signature name: (variable) @name) @def.method)
(declarations (function name: (variable) @name) @def.function)
(local_binds (function name: (variable) @name) @def.function)
(declarations (function (infix operator: (operator) @name)) @def.function)
(declarations (signature name: (prefix_id (operator) @name)) @def.function)
(class_declarations (signature name: (prefix_id (operator) @name)) @def.method)
(class_declarations (function name: (variable) @name) @def.method)
(class_declarations (bind name: (variable) @name) @def.method)
(instance_declarations (function name: (variable) @name) @def.method)
(instance_declarations (bind name: (variable) @name) @def.method)
(declarations (bind name: (variable) @name) @def.function)
(declarations (foreign_import (signature name: (variable) @name)) @def.function)
(data_type name: (name) @name) @def.type
(newtype name: (name) @name) @def.type
(type_synonym name: (name) @name) @def.type
(type_family name: (name) @name) @def.type
(class name: (name) @name) @def.trait
(data_constructor (prefix name: (constructor) @name)) @def.constant
(data_constructor (record name: (constructor) @name)) @def.constant
(newtype_constructor name: (constructor) @name) @def.constant
(gadt_constructor name: (constructor) @name) @def.constant
(field name: (field_name (variable) @name)) @def.variable
(pattern_synonym (equation synonym: [(constructor) @name (apply function: (constructor) @name)])) @def.constant
(instance name: (_) @name) @scope
(instance patterns: (type_patterns . (parens (apply constructor: (name) @name)))) @scope
(instance patterns: (type_patterns . (name) @name)) @scope

(import) @import
(signature names: (_) @skip)

; references
(apply function: [(variable) (qualified)] @call)
(infix left_operand: [(variable) (qualified)] @call operator: (operator) @_operator
  (#any-of? @_operator "$" "$!" "." "<$>" "<$!>" "<*>" ">=>" ">>>" "<$$>"))
(infix operator: (operator) @_operator right_operand: [(variable) (qualified)] @call
  (#any-of? @_operator "." "&" ">>=" "=<<" ">=>" ">>>" "<&>" ">>" "*>" "<*"))
(infix left_operand: [(variable) (qualified)] @call operator: (operator) @_operator
  (#any-of? @_operator ">>=" ">>" "*>" "<*" "=<<"))
(infix_id [(variable) (qualified)] @call)
(exp [(variable) (qualified)] @call)
(bind pattern: (_) expression: [(variable) (qualified)] @call)
(bind match: (match expression: [(variable) (qualified)] @call))
(instance name: [(name) (qualified)] @inherit)
(deriving_instance name: [(name) (qualified)] @inherit)
(deriving classes: [(name) (qualified)] @inherit)
(deriving classes: (tuple [(name) (qualified)] @inherit))
(deriving classes: (parens [(name) (qualified)] @inherit))
(class context: (context context: (apply constructor: [(name) (qualified)] @inherit)))
(class context: (context context: (parens (apply constructor: [(name) (qualified)] @inherit))))
(class context: (context context: (tuple (apply constructor: [(name) (qualified)] @inherit))))
(name) @use
(constructor) @use
(qualified) @use
(apply argument: (variable) @use)
(infix left_operand: (variable) @use)
(infix right_operand: (variable) @use)
(tuple element: (variable) @use)
(list element: (variable) @use)
(_ expression: (variable) @use)
(conditional (variable) @use)
(case . (variable) @use)
(boolean (variable) @use)
(left_section (variable) @use)
(right_section (variable) @use)
(field_update field: (field_name (variable) @use))

(patterns (variable) @local)
(patterns (_ (variable) @local))
(patterns (_ (_ (variable) @local)))
(patterns (_ (_ (_ (variable) @local))))
(patterns (_ (_ (_ (_ (variable) @local)))))
(alternative pattern: (variable) @local)
(bind pattern: (variable) @local)
(generator pattern: (variable) @local)
(pattern_guard pattern: (variable) @local)
(alternative pattern: (_ (variable) @local))
(bind pattern: (_ (variable) @local))
(generator pattern: (_ (variable) @local))
(pattern_guard pattern: (_ (variable) @local))
(alternative pattern: (_ (_ (variable) @local)))
(bind pattern: (_ (_ (variable) @local)))
(generator pattern: (_ (_ (variable) @local)))
(pattern_guard pattern: (_ (_ (variable) @local)))
(alternative pattern: (_ (_ (_ (variable) @local))))
(bind pattern: (_ (_ (_ (variable) @local))))
(generator pattern: (_ (_ (_ (variable) @local))))
(pattern_guard pattern: (_ (_ (_ (variable) @local))))
(alternative pattern: (_ (_ (_ (_ (variable) @local)))))
(bind pattern: (_ (_ (_ (_ (variable) @local)))))
(generator pattern: (_ (_ (_ (_ (variable) @local)))))
(pattern_guard pattern: (_ (_ (_ (_ (variable) @local)))))
(function (infix left_operand: (variable) @local))
(function (infix right_operand: (variable) @local))
(local_binds (bind name: (variable) @local))
(type_params (_ (variable) @local))
