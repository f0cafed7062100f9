encoding e tight {
  code = "{op ...}"
  op = "conv" | "conv3" | "3"
}
