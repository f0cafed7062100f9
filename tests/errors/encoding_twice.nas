encoding e { code = "{int}" }
encoding e { code = "{word}" }
