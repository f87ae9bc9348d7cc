; Our own: no package has the query of this grammar.

(comment) @comment
(doctype) @keyword

(tag_name) @tag
(attribute_name) @attribute
(attribute_value) @string
(quoted_attribute_value) @string

(directive_name) @keyword
(directive_value) @property
(dynamic_directive_inner_value) @variable
(directive_modifier) @property

(interpolation (raw_text) @variable)

["<" ">" "</" "/>" "<!" "{{" "}}"] @punctuation.bracket
"=" @operator
