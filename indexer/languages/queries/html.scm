; HTML: headings, and elements with an id
((element (start_tag (tag_name) @_tag) . (text) @name) @def.section (#match? @_tag "^([hH][1-6]|title)$"))
((element (start_tag (attribute (attribute_name) @_id [(quoted_attribute_value (attribute_value) @name) (attribute_value) @name])))
  @def.section (#eq? @_id "id"))
