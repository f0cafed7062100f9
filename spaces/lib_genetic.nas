# Stages of Genetic CNN: ordered nodes, one bit for every pair of nodes of a stage.

encoding genetic_cnn tight "stages of bits, one for every pair of nodes: 1-01-100 | … (ICCV 2017)" {
  code  = "{stage ' | ' ...}"
  stage = "{first: bit}{rest: node ...}"
  node  = "-{first: bit}{rest: bit ...}"
  bit   = "0" as 0 | "1" as 1
  require len(node.rest) == i + 1
    for stage in code
    for i, node in stage.rest
    "node {i+3} of a stage has a bit for each of the {i+2} before"
}

# The bits of nodes 2, 3, … as lists.
motif genetic_lists(stage) = [[stage.first]] + [[n.first] + n.rest for n in stage.rest]

# One stage: reads[i - 1] are the nodes 1, 2, … that node i reads. Nodes that are read but read none read
# `first`, the stage's input node; those that are not read feed its output node; nodes without edges are not
# there. What meets is summed. Without any edge the input node feeds the output node, or if `bare`, is alone.
motif genetic_stage(reads, first, node, bare) = graph (x) {
  read = [j for states in reads for j in states]
  start = x -> first
  s = [start]
  for i in 1..len(reads) {
    from = reads[i-1]
    fed = sum([s[j] for j in from]) if from else start
    s += fed -> node if from or i in read else start
  }
  ends = [s[i] for i in 1..len(reads) if reads[i-1] and i not in read]
  out start if bare and not ends else (sum(ends) if ends else start) -> node
}
