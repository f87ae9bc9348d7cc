; Our own: the package of the grammar has no query.

(comment) @comment
(pragma) @keyword.directive
(literal) @string
(integer) @number

(data_name) @type
(record_name) @type
(module_name) @module
(function_name) @function
(field_name) @property
(SetN) @type.builtin
"Set" @type.builtin
"Prop" @type.builtin

[
  "module" "where" "data" "codata" "record" "constructor" "inductive" "coinductive" "eta-equality" "no-eta-equality"
  "field" "overlap" "instance" "with" "rewrite" "infix" "infixl" "infixr" "variable" "mutual" "abstract" "private"
  "macro" "postulate" "primitive" "open" "import" "public" "using" "hiding" "renaming" "to" "syntax" "pattern"
  "unquoteDecl" "unquoteDef" "let" "in" "do" "tactic" "quote" "quoteTerm" "quoteGoal" "quoteContext" "unquote"
  "forall" "∀"
] @keyword

["->" "→" "=" ":" "\\" "λ" "|"] @operator
["..." "…"] @operator

["(" ")" "{" "}" "{{" "}}" "⦃" "⦄"] @punctuation.bracket
";" @punctuation.delimiter
