encoding e {
  code = "{opp , ...}"
  op = "a" | "b"
}
