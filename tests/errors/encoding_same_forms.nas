encoding e {
  code = "{op , ...}"
  op = x: "a" | y: "a"
}
