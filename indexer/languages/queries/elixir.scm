; Elixir: every form is a macro call; its first argument names the definition
(call target: (identifier) @_form (arguments . (alias) @name) (do_block) @body (#eq? @_form "defmodule")) @def.module
(call target: (identifier) @_form (arguments . (alias) @name) (do_block) @body (#eq? @_form "defprotocol")) @def.interface
(call target: (identifier) @_form (arguments . (alias) @owner (keywords (pair key: (keyword) @_for value: (alias) @name)))
  (do_block) @body (#eq? @_form "defimpl") (#match? @_for "^for:")) @def.module
(call target: (identifier) @_form (arguments . (alias) @name .) (do_block) @body (#eq? @_form "defimpl")) @def.module
(call target: (identifier) @_form (arguments . [
    (identifier) @name
    (call target: (identifier) @name)
    (binary_operator left: (identifier) @name operator: "when")
    (binary_operator left: (call target: (identifier) @name) operator: "when")]) (do_block) @body
  (#any-of? @_form "def" "defp" "defmacro" "defmacrop" "defguard" "defguardp" "defdelegate" "defn" "defnp")) @def.function
(call target: (identifier) @_form (arguments . [
    (identifier) @name
    (call target: (identifier) @name)
    (binary_operator left: (identifier) @name operator: "when")
    (binary_operator left: (call target: (identifier) @name) operator: "when")])
  (#any-of? @_form "def" "defp" "defmacro" "defmacrop" "defguard" "defguardp" "defdelegate" "defn" "defnp")) @def.function
(unary_operator operator: "@" operand: (call target: (identifier) @_form (arguments . [
    (binary_operator left: (call target: (identifier) @name))
    (binary_operator left: (binary_operator left: (call target: (identifier) @name)))]))
  (#any-of? @_form "callback" "macrocallback")) @def.prototype
(unary_operator operator: "@" operand: (call target: (identifier) @_form (arguments . (binary_operator left: [
    (identifier) @name (call target: (identifier) @name)])))
  (#any-of? @_form "type" "typep" "opaque")) @def.type

((call target: (identifier) @_form) @import (#any-of? @_form "alias" "import" "require" "use"))
((unary_operator operator: "@" operand: (call target: (identifier) @_form)) @skip
  (#any-of? @_form "spec" "type" "typep" "opaque" "callback" "macrocallback" "doc" "moduledoc" "impl"))
(unary_operator operator: "@" operand: (call target: (identifier) @skip))

; bindings: structs in patterns and constructions
(binary_operator left: (map (struct [(alias) (identifier)] @bind.type)) operator: "=" right: (identifier) @bind.name) @bind
(binary_operator left: (identifier) @bind.name operator: "=" right: (map (struct [(alias) (identifier)] @bind.type))) @bind

; references
((call target: (identifier) @call))
(call target: (dot left: (alias) right: (identifier)) @call)
(call target: (dot left: (identifier) @_module right: (identifier)) @call (#eq? @_module "__MODULE__"))
(binary_operator operator: "|>" right: (identifier) @call)
(unary_operator operator: "&" operand: (binary_operator left: (identifier) @call operator: "/"))
(unary_operator operator: "@" operand: (call target: (identifier) @_form (arguments . (alias) @inherit)) (#eq? @_form "behaviour"))
(call target: (identifier) @_form (arguments . (alias) @inherit) (#eq? @_form "defimpl"))
(call target: (identifier) @_form (arguments . (alias) @inherit) (#eq? @_form "use"))
(alias) @use
