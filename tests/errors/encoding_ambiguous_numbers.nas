encoding e tight { code = "{int ...}" }
