encoding e {
  code = "{args , ...}"
  args = { k: "k{int}" k: "s{int}" }
}
