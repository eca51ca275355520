; Code and styles inside documents; see extract.embedded
(script_element (start_tag) @_head (raw_text) @script)
(style_element (start_tag) @_head (raw_text) @style)
((attribute (attribute_name) @_name (quoted_attribute_value (attribute_value) @handler)) (#match? @_name "^(on[a-z]+$|@|:|v-)"))
((text) @interpolation (#match? @interpolation "\\{\\{"))
(start_tag (tag_name) @component)
(self_closing_tag (tag_name) @component)

((script_element (start_tag (attribute (attribute_name) @_src (quoted_attribute_value (attribute_value) @module)))) @import (#eq? @_src "src"))
((element [
    (start_tag (tag_name) @_tag (attribute (attribute_name) @_href (quoted_attribute_value (attribute_value) @module)))
    (self_closing_tag (tag_name) @_tag (attribute (attribute_name) @_href (quoted_attribute_value (attribute_value) @module)))])
  @import (#eq? @_tag "link") (#eq? @_href "href"))
