encoding e {
  code = "{int , ...}"
  require len(code) > any 1..3 "two of them"
}
