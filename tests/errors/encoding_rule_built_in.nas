encoding e {
  code = "{word}"
  word = "a"
}
