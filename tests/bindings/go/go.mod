module example.org/pidmap/test

go 1.19

require example.org/pidmap v0.0.0

replace example.org/pidmap => ../../../userspace/bindings/go
