module pidmap

go 1.19
