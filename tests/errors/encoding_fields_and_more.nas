encoding e {
  code = "{args , ...}"
  args = { k: "k{int}" s: "s{int}" } | "none"
}
