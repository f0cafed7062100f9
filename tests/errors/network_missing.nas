space lonely
let a = 3
