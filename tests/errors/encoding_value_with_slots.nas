encoding e { code = "x{int}" as 3 }
