/** Not a version: there is no `compute`. */
export const other = 1;
