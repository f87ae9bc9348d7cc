; Our own: the query of the grammar's authors is in no package that fits it.

[(addition) (new_file)] @string
[(deletion) (old_file)] @keyword

(command "diff" @function)
(argument) @variable.parameter
(filename) @string.special

(location) @attribute
(commit) @constant
(mode) @number
(comment) @comment
