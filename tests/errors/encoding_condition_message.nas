encoding e {
  code = "{int , ...}"
  require len(code) > 1 "two of them, not {len(coda)}"
}
