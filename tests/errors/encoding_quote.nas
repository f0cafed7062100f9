encoding e python { code = "'{int}" }
