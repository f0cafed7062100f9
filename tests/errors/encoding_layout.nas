encoding e tigth {
  code = "{op}"
  op = "a" | "b"
}
