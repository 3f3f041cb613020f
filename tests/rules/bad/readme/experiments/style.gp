name_forgotten = "forgotten"
