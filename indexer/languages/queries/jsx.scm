; Components in JSX; names in lower case are elements of HTML
((jsx_self_closing_element name: (_) @call) (#match? @call "^[A-Z]|\\."))
((jsx_opening_element name: (_) @call) (#match? @call "^[A-Z]|\\."))
