encoding e { code = "{int}x{int}" }
