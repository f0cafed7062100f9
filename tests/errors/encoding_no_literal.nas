encoding e { code = "a" as 1 | "b" as (1 + 2) }
