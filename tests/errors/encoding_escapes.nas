encoding e { code = "\"{opp}\"\\{intt}" }
