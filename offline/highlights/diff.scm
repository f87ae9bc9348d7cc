; Our own: the query of the grammar's authors is in no package that fits it.

[(addition) (new_file)] @string

[(deletion) (old_file)] @keyword

(command) @function
(location) @attribute
(commit) @constant
(filename) @string.special
(mode) @number
(comment) @comment
