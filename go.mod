module stackproof

go 1.26
