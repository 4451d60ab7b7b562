module pidmap/numbers

go 1.19

require pidmap v0.0.0

replace pidmap => ../../bindings/go
