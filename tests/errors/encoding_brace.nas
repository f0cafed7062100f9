encoding e { code = "{int" }
