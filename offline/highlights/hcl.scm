; Our own: the package of the grammar has no query.

(comment) @comment

(block (identifier) @type)
(body (attribute (identifier) @property))
(object_elem key: (expression) @property)
(get_attr (identifier) @property)
(variable_expr (identifier) @variable)
(function_call (identifier) @function)

(string_lit) @string
(template_literal) @string
(quoted_template_start) @string
(quoted_template_end) @string
(heredoc_identifier) @string
(numeric_lit) @number
(bool_lit) @boolean
(null_lit) @constant.builtin

["for" "in" "if" "else" "endif" "endfor"] @keyword

["=" "!" "*" "/" "%" "+" "-" "==" "!=" ">" ">=" "<" "<=" "&&" "||" "?" "=>" (ellipsis)] @operator

["{" "}" "[" "]" "(" ")"] @punctuation.bracket
["," "." ":"] @punctuation.delimiter
[(template_interpolation_start) (template_interpolation_end)] @punctuation.special
[(template_directive_start) (template_directive_end)] @punctuation.special
