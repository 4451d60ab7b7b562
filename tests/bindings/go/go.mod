module pidmap/test

go 1.19

require pidmap v0.0.0

replace pidmap => ../../../userspace/bindings/go
