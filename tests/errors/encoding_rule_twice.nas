encoding e {
  code = "{op}"
  op = "a"
  op = "b"
}
