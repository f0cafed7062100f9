# The notations of published cells, for the spaces and programs that read or write them.

encoding darts python "genotype of two cells: pairs of an operator and the state that it reads, two a node" {
  code    = "Genotype(normal={normal: pairs}, normal_concat={normal_concat: indices}, reduce={reduce: pairs}, reduce_concat={reduce_concat: indices})"
  pairs   = "[{pair , ...}]"
  pair    = "({op: text}, {state: int})"
}
