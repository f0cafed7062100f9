encoding e {
  code = "{node , ...},{int}"
  node = "{a: int}:{b: int}"
}
