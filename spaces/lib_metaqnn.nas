# The notation of MetaQNN (Baker et al.; ICLR 2017).

encoding metaqnn tight "layers in a row: C(n,k,s) P(k,s) FC(n) GAP(n) SM(n) (ICLR 2017)" {
  code  = "{layer - ...}"
  layer = conv: "C({n: int},{k: int},{s: int})"
    | pool: "P({k: int},{s: int})"
    | fc: "FC({n: int})"
    | gap: "GAP({n: int})"
    | softmax: "SM({n: int})"
  require len(code) > 0 "a network has at least one layer"
  require layer.kind != "softmax" or i == len(code) - 1
    for i, layer in code
    "`SM` ends the network, and nothing follows it"
}
