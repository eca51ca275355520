; SQL: CREATE statements
(create_table (object_reference) @name) @def.table
(create_view [(keyword_view) (keyword_exists)] . (object_reference) @name) @def.view
(create_materialized_view [(keyword_view) (keyword_exists)] . (object_reference) @name) @def.view
(create_function (keyword_function) . (object_reference) @name) @def.function
(create_trigger [(keyword_trigger) (keyword_exists)] . (object_reference) @name) @def.trigger
(create_type (object_reference) @name) @def.type
(create_table (column_definitions (column_definition name: (identifier) @name) @def.column))
