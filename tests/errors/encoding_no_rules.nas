encoding e { }
