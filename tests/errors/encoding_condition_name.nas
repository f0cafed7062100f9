encoding e {
  code = "{int , ...}"
  require len(codes) > 1 "two of them"
}
