encoding e {
  code = "{a , ...}" | other: "{b , ...}"
  a = "{x: int}:{y: int}"
  b = "{x: int}:{z: int}"
}
