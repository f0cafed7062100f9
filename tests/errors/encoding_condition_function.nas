encoding e {
  code = "{int , ...}"
  require size(code) > 1 "two of them"
}
