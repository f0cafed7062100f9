# Encodings that the tests of this folder read.
encoding nasbench201 tight "NAS-Bench-201 (Dong, Yang 2020)" {
  code = "{node + ...}"
  node = "|{edge ...}"
  edge = "{op}~{from: int}|"
  op = "none" | "skip_connect" | "nor_conv_1x1" | "nor_conv_3x3" | "avg_pool_3x3"
  require len(code) == 3 "a cell has three nodes after the input, not {len(code)}"
  require len(node) == i + 1 for i, node in code "node {i + 1} has an edge from each of the {i + 1} nodes before it"
  require edge.from == j for node in code for j, edge in node "edges come in the order of their nodes: this one is from {j}"
}

encoding darts python "DARTS (Liu et al. 2019)" {
  code = "Genotype(normal={normal: pairs}, normal_concat={normal_concat: indices}, reduce={reduce: pairs}, reduce_concat={reduce_concat: indices})"
  pairs = "[{pair, ...}]"
  pair = "('{op}', {state: int})"
  op = "none" | "max_pool_3x3" | "avg_pool_3x3" | "skip_connect" | "sep_conv_3x3" | "sep_conv_5x5"
  require len(code.normal) == 8 "a cell has eight edges, two for each node"
  require pair.state < i / 2 + 2 for i, pair in code.normal "node {i / 2 + 2} reads states 0 to {i / 2 + 1}, not {pair.state}"
}

encoding metaqnn tight "MetaQNN (Baker et al. 2017)" {
  code = "{layer - ...}"
  layer = conv: "C({n: int},{k: int},{s: int})" | pool: "P({k: int},{s: int})" | softmax: "SM({n: int})"
}

encoding timm python "Blocks as timm writes them" {
  code = "[{stage, ...}]"
  stage = "[{block, ...}]"
  block = "'{kind}_{args _ ...}'"
  kind = "ir" | "ds" | "cn" | "dsa"
  args = {
    r: "r{int}" = 1
    k: "k{kernel . ...}" = [3]
    s: "s{int}" = 1
    e: "e{number}" = 1
    c: "c{int}"
    se: "se{number}" = 0
    noskip: "noskip" = false
  }
  kernel = int
}

encoding config json "Any dictionary" {
  code = "{{'type': '{type: word}', 'config': {config: literal}, 'ops': [{op, ...}]}}"
  op = "'max pool'" as "pool" | "'conv 3x3'" as "conv" | "null" as none
}

encoding tree "A recursive notation" {
  code = leaf: "{word}" | node: "({code ...})" | table: "<{text; ...}>" | flag: "!{bool}"
}
