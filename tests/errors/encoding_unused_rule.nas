encoding e {
  code = "{int}"
  op = "a" | "b"
}
