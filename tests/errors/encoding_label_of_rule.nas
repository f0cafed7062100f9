encoding e {
  code = a: op | "{int}"
  op = "a" | "b"
}
